"""Drafts that wait for a second person, where a business asks for two. Nobody approves what they wrote."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Literal

import msgspec

from storage.errors import Conflict
from storage.store import Document, Insert, OrgStore, Update


class OwnProposal(Exception):
    """Somebody tried to approve what they wrote."""


class Proposal(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    texts: dict[str, str]
    by: str
    why: str
    at: datetime


async def make(store: OrgStore, texts: dict[str, str], by: str, why: str, now: datetime) -> Proposal:
    made = Proposal(id=f"p_{secrets.token_hex(8)}", texts=texts, by=by, why=why.strip(), at=now)
    files = [{"file": file, "text": text} for file, text in sorted(texts.items())]
    row = {"_id": made.id, "files": files, "by": by, "why": made.why, "at": now, "state": "open"}
    await store.commit([Insert("proposals", row)])
    return made


async def waiting(store: OrgStore) -> list[Proposal]:
    rows = await store.find("proposals", {"state": "open"}, sort=[("at", -1)], limit=100)
    return [_read(row) for row in rows]


async def take(store: OrgStore, id: str, by: str, decision: Literal["approve", "decline"]) -> Proposal:
    """Decide; of two at once, one does. Raises KeyError, `OwnProposal`. Declining one's own is taking it back."""
    row = await store.get("proposals", id)
    if row is None or row["state"] != "open":
        raise KeyError(id)
    if row["by"] == by and decision == "approve":
        raise OwnProposal
    state = "approved" if decision == "approve" else "declined"
    try:
        changes = {"set": {"state": state, "decided_by": by}}
        await store.commit([Update("proposals", id, changes, when={"state": "open"})])
    except Conflict as conflict:
        raise KeyError(id) from conflict
    return _read(row)


async def reopen(store: OrgStore, id: str) -> None:
    """It was approved and could not be published: it waits again."""
    await store.commit([Update("proposals", id, {"set": {"state": "open"}, "unset": ["decided_by"]})])


def _read(row: Document) -> Proposal:
    texts = {each["file"]: each["text"] for each in row["files"]}
    return Proposal(id=row["_id"], texts=texts, by=row["by"], why=row["why"], at=row["at"])
