"""The log of publications: each publish, rollback and drain is an entry of the journal, chained by hash.

In the clear, since nothing of a customer is in it: who, why, from which release to which, and what was judged.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from runtime.journal import entry_hash
from runtime.publishing.pointer import Pointer
from storage.store import Document, Insert, Op, Store

KIND = "publication"
_CHAIN = "publishing:"


def chain_of(org: str) -> str:
    """What the journal calls an org's log of publications, beside the machines."""
    return _CHAIN + org


def is_chain(machine: str) -> bool:
    return machine.startswith(_CHAIN)


class Publication(msgspec.Struct, frozen=True, kw_only=True):
    """One entry, as people ask for it. `event` is published, rolled_back or drained."""

    number: int
    event: str
    at: datetime
    release: str
    before: str
    by: str
    why: str
    origin: str  # cli, files, git, start
    details: dict[str, Any] = {}


def entered(before: Pointer, after: Pointer, made: Publication) -> tuple[Pointer, Op]:
    """The pointer with its log moved on, and the entry that does it. Both belong into one commit."""
    seq = before.journal_seq + 1
    entry: Document = {
        "_id": f"{chain_of(before.org)}/{seq}",
        "org": before.org,
        "kind": KIND,
        "machine": chain_of(before.org),
        "seq": seq,
        "at": made.at,
        "definition": "",
        "event": made.event,
        "cause": made.origin,
        "source": made.before,
        "target": made.release,
        "outcome": made.event,
        "subject": "",
        "by": made.by,
        "why": made.why,
        "details": made.details,
        "prev": before.journal_hash,
    }
    entry["hash"] = entry_hash(entry)
    return after.moved(journal_seq=seq, journal_hash=entry["hash"]), Insert("journal", entry)


async def publications(store: Store, org: str, *, limit: int = 50, before: int | None = None) -> list[Publication]:
    """The newest first."""
    where: Document = {"machine": chain_of(org)}
    if before is not None:
        where["seq"] = {"lt": before}
    rows = await store.org(org).find("journal", where, sort=[("seq", -1)], limit=limit)
    return [read_entry(row) for row in rows]


def read_entry(row: Document) -> Publication:
    return Publication(
        number=row["seq"],
        event=row["event"],
        at=row["at"],
        release=row["target"],
        before=row["source"],
        by=row["by"],
        why=row["why"],
        origin=row["cause"],
        details=row["details"],
    )
