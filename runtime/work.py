"""One thing to do: a row of the inbox, or a timer that fell due. Both end in the commit of what they led to."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Literal

import msgspec

from engine.model import Event
from runtime.inbox import Content, open_row
from storage.store import Delete, Document, Op, Store, Update

KEPT = timedelta(days=30)  # a delivery repeated later than this would be taken for a new one


class Work(msgspec.Struct, frozen=True):
    """`collection` is where the row stands; the operations below move it on, once, whoever does it."""

    collection: Literal["inbox", "timers"]
    row: Document

    @property
    def id(self) -> str:
        return str(self.row["_id"])

    @property
    def machine(self) -> str:
        return str(self.row["machine"] if self.collection == "timers" else self.row["to"])

    def content(self, vault: Any) -> Content:
        if self.collection == "inbox":
            return open_row(self.row, vault)
        data = {"timer": self.row["name"], "visit": self.row["visit"]}
        return Content(event=Event(name="after", data=data, id=self.id))

    def done(self, now: datetime) -> Op:
        """A timer is gone; an inbox row stays without its content, so that a repeated delivery is recognised."""
        if self.collection == "timers":
            return Delete("timers", self.id, expect=self.row.get("version", 1))
        changes = {"set": {"state": "done", "done_at": now, "expires_at": now + KEPT}, "unset": ["sealed"]}
        return Update("inbox", self.id, changes, when={"state": "new"})

    def dead(self, now: datetime, reason: str) -> Op:
        """It keeps its content, so that it can be done after all once the reason is gone."""
        alive = "armed" if self.collection == "timers" else "new"
        changes = {"set": {"state": "dead", "reason": reason, "done_at": now}}
        return Update(self.collection, self.id, changes, when={"state": alive})

    async def open(self, store: Store) -> bool:
        """Whether it still is to be done."""
        row = await store.get(self.collection, self.id)
        return row is not None and row["state"] in ("new", "armed")
