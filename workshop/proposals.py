"""Drafts that wait for a second person, where a business asks for two. Nobody approves what they wrote.

An approved one is "publishing" until what it holds is in force: a server that dies in between leaves it so, and
`workshop.settling` brings it to its end.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from typing import Literal

import msgspec

from storage.errors import Conflict
from storage.store import Document, Insert, Op, OrgStore, Store, Update

Decision = Literal["approve", "decline"]


class OwnProposal(Exception):
    """Somebody tried to approve what they wrote."""


class Proposal(msgspec.Struct, frozen=True, kw_only=True):
    """`bases` are the fingerprints of the texts in force that each file began from.

    `accepted` is why its author answers for what no check could decide; who approves it answers as well.
    """

    id: str
    texts: dict[str, str]
    by: str
    why: str
    at: datetime
    bases: dict[str, str] = {}
    state: str = "open"  # open, publishing, approved, declined
    decided_by: str = ""
    note: str = ""
    accepted: str = ""
    begun: datetime | None = None  # when its publication did
    org: str = ""


async def make(
    store: OrgStore, texts: Mapping[str, str], by: str, why: str, now: datetime, *, bases: Mapping[str, str],
    accepted: str = "",
) -> Proposal:  # fmt: skip
    made = Proposal(
        id=f"p_{secrets.token_hex(8)}", texts=dict(texts), by=by, why=why.strip(), at=now, bases=dict(bases),
        accepted=accepted.strip(),
    )  # fmt: skip
    files = [{"file": file, "text": text, "base": bases.get(file, "")} for file, text in sorted(texts.items())]
    row = {"_id": made.id, "files": files, "by": by, "why": made.why, "at": now, "state": "open"}
    if made.accepted:
        row["accepted"] = made.accepted
    await store.commit([Insert("proposals", row)])
    return made


async def one(store: OrgStore, id: str) -> Proposal:
    """Raises KeyError."""
    row = await store.get("proposals", id)
    if row is None:
        raise KeyError(id)
    return _read(row)


async def waiting(store: OrgStore) -> list[Proposal]:
    rows = await store.find("proposals", {"state": "open"}, sort=[("at", -1)], limit=100)
    return [_read(row) for row in rows]


async def decided(store: OrgStore) -> list[Proposal]:
    """The latest that wait no more."""
    where = {"state": {"in": ["approved", "declined"]}}
    return [_read(row) for row in await store.find("proposals", where, sort=[("at", -1)], limit=10)]


async def take(
    store: OrgStore, id: str, by: str, decision: Decision, now: datetime, note: str = ""
) -> Proposal:  # fmt: skip
    """Decide; of two at once, one does. Raises KeyError, `OwnProposal`. Declining one's own is taking it back."""
    row = await store.get("proposals", id)
    if row is None or row["state"] != "open":
        raise KeyError(id)
    if row["by"] == by and decision == "approve":
        raise OwnProposal
    state = "publishing" if decision == "approve" else "declined"
    try:
        changes = {"set": {"state": state, "decided_by": by, "note": note.strip()[:300], "begun": now}}
        await store.commit([Update("proposals", id, changes, when={"state": "open"})])
    except Conflict as conflict:
        raise KeyError(id) from conflict
    return _read(row)


def in_force(id: str) -> Op:
    """It came to its end: belongs into the commit that says so."""
    return Update("proposals", id, {"set": {"state": "approved"}}, when={"state": "publishing"})


async def reopen(store: OrgStore, id: str) -> None:
    """It was approved and could not be published: it waits again, unless somebody else has seen to it."""
    changes = {"set": {"state": "open"}, "unset": ["decided_by", "note", "begun"]}
    with suppress(Conflict):
        await store.commit([Update("proposals", id, changes, when={"state": "publishing"})])


async def unfinished(store: Store, before: datetime, org: str = "") -> list[Proposal]:
    """Those of a business, or everybody's, whose publication began by then and is not said to have ended."""
    where = {"state": "publishing", "begun": {"lte": before}}
    found = store.org(org).find("proposals", where) if org else store.find("proposals", where, everyone=True)
    return [_read(row) for row in await found]


def _read(row: Document) -> Proposal:
    return Proposal(
        id=row["_id"],
        texts={each["file"]: each["text"] for each in row["files"]},
        bases={each["file"]: each["base"] for each in row["files"] if each.get("base")},
        by=row["by"],
        why=row["why"],
        at=row["at"],
        state=row["state"],
        decided_by=row.get("decided_by") or "",
        note=row.get("note") or "",
        accepted=row.get("accepted") or "",
        begun=row.get("begun"),
        org=row.get("org") or "",
    )
