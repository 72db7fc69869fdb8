"""What arrived and what is to be done: stored durably, each thing once, before anybody is told that it was taken.

Webhook adapters hand in `Inbound`s. The runtime itself puts events between machines and machines to start into
the same collection, so that one list says what is left to do. A row is `new`, then `done` or `dead`; what it said
is sealed with the org's key and dropped when it is done (the journal has it under the person's key).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from engine.model import Event
from runtime.order import Order
from runtime.payload import pack, unpack
from runtime.verbs import Start
from storage.errors import Conflict
from storage.store import Document, Insert, Store


class Inbound(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that a provider told us, as its adapter read it.

    `id` is the provider's own id of it (or a digest of the payload where there is none): with `org` and `source`
    it makes a repeated delivery recognisable. `lane` is what must stay in order ("whatsapp:<sender lookup>").
    `to` is the machine that it is for, or "" for the router to find out from `sender`.
    """

    org: str
    source: str
    id: str
    lane: str
    event: Event
    to: str = ""
    sender: dict[str, Any] | None = None


class Received(msgspec.Struct, frozen=True, kw_only=True):
    """How many of a batch were new, and how many had been here before."""

    stored: int
    duplicates: int


class Content(msgspec.Struct, frozen=True, kw_only=True):
    """What a row holds sealed: an event (and who sent it), or a machine to start."""

    event: Event | None = None
    sender: dict[str, Any] | None = None
    start: Start | None = None
    language: str = ""  # of the machine that starts another


def row_id(org: str, source: str, id: str) -> str:
    """A digest, since providers' ids may hold a phone number (WhatsApp's do)."""
    return hashlib.sha256(f"{org}\x1f{source}\x1f{id}".encode()).hexdigest()[:40]


class Inbox:
    """Builds and reads inbox rows."""

    def __init__(self, order: Order) -> None:
        self._order = order

    def inbound(self, inbound: Inbound, vault: Any, now: datetime) -> Document:
        if not inbound.id or not inbound.lane:
            raise ValueError("an inbound needs an id and a lane")
        return self._row(
            id=row_id(inbound.org, inbound.source, inbound.id),
            org=inbound.org,
            kind="event",
            lane=inbound.lane,
            to=inbound.to,
            source=inbound.source,
            content=Content(event=inbound.event, sender=inbound.sender),
            vault=vault,
            now=now,
        )

    def post(self, org: str, machine: str, event: Event, lane: str, vault: Any, now: datetime) -> Document:
        """An event from one machine (or action) for another; `event.id` must be filled."""
        return self._row(
            id=row_id(org, f"machine:{machine}", event.id),
            org=org,
            kind="event",
            lane=lane,
            to=machine,
            source="machine",
            content=Content(event=event),
            vault=vault,
            now=now,
        )

    def told(
        self, org: str, machine: str, event: Event, lane: str, key: str, source: str, vault: Any, now: datetime
    ) -> Document:
        """What somebody who is no machine tells one: `key` makes the second time a no-op."""
        return self._row(
            id=row_id(org, f"{source}:{machine}", key),
            org=org,
            kind="event",
            lane=lane,
            to=machine,
            source=source,
            content=Content(event=event),
            vault=vault,
            now=now,
        )

    def start(self, org: str, start: Start, cause: str, language: str, vault: Any, now: datetime) -> Document:
        """A machine to start. `cause` (the verb's idempotency key) keeps two attempts on one id apart."""
        return self._row(
            id=row_id(org, f"start:{start.machine}", cause),
            org=org,
            kind="start",
            lane=lane_of(start.contact, start.machine),
            to=start.machine,
            source="machine",
            content=Content(start=start, language=language),
            vault=vault,
            now=now,
        )

    def _row(self, *, id: str, content: Content, vault: Any, now: datetime, **fields: Any) -> Document:
        name = content.event.name if content.event else content.start.definition if content.start else ""
        sealed = vault.seal("", pack(content), aad=id.encode())
        return {
            "_id": id, **fields, "name": name, "state": "new", "at": now, "order": self._order.next(), "sealed": sealed
        }  # fmt: skip


def open_row(row: Document, vault: Any) -> Content:
    content = unpack(vault.unseal("", row["sealed"], aad=row["_id"].encode()), Content)
    if content.event is not None and not content.event.id:
        return msgspec.structs.replace(content, event=msgspec.structs.replace(content.event, id=row["_id"]))
    return content


ASIDE = "aside:"  # how the lane of an action begins that has a lane, and hands, of its own


def is_aside(lane: str) -> bool:
    return lane.startswith(ASIDE)


def lane_of(contact: str, machine: str) -> str:
    """All that concerns one person keeps its order; a machine that concerns nobody has its own lane."""
    return f"contact:{contact}" if contact else f"machine:{machine}"


async def store_fresh(store: Store, rows: Sequence[Document]) -> list[Document]:
    """Insert the rows that are not there yet, in one commit; the ones that were inserted."""
    fresh = list({row["_id"]: row for row in reversed(rows)}.values())[::-1]
    while fresh:
        try:
            await store.commit([Insert("inbox", row) for row in fresh])
            return fresh
        except Conflict:
            known = await _known(store, fresh)
            if not known:
                raise
            fresh = [row for row in fresh if row["_id"] not in known]
    return []


async def _known(store: Store, rows: Sequence[Document]) -> set[str]:
    found = await store.find("inbox", {"_id": {"in": [row["_id"] for row in rows]}}, limit=len(rows), everyone=True)
    return {row["_id"] for row in found}
