"""Decisions that no machine made, kept with their facts: which flow begins, whether a message may go out.

A machine's own decisions stand in its journal. These would be gone with the moment, and no candidate table could be
asked what it would have said. They are kept for a year and a month, sealed under the key of the person.
"""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

from engine.model import Decision
from runtime.payload import pack, unpack
from storage.store import Document, Op, OrgStore, Upsert

DECISIONS = "decisions"
KEPT = timedelta(days=396)
PAGE = 500


def kept(decision: Decision, *, key: str, subject: str, at: datetime, vault: Any, place: str = "") -> Op:
    """Record it; `key` names what it was about (a message). The same answer about the same thing is kept once.

    `place` is the journal entry that it belongs to, "<machine>#<seq>", where there is one. The person's key must be
    loaded (`vault.ensure`).
    """
    rows = "+".join(decision.hit)
    id = hashlib.sha256(f"{decision.table}\x1f{key}\x1f{rows}".encode()).hexdigest()[:40]
    fields = {
        "table": decision.table,
        "definition": decision.definition,
        "rows": rows,
        "at": at,
        "expires_at": at + KEPT,
        "subject": subject,
        "place": place,
        "sealed": vault.seal(subject, pack(decision), aad=id.encode()),
    }
    return Upsert(DECISIONS, id, {"set_on_insert": fields})


def opened(row: Document, vault: Any) -> Decision:
    """Raises `Unreadable` when the person's key was destroyed."""
    return unpack(vault.unseal(row["subject"], row["sealed"], aad=row["_id"].encode()), Decision)


async def pages(view: OrgStore, where: dict[str, Any], after: str = "") -> AsyncIterator[list[Document]]:
    """The records in the order of their ids, from behind one, a page at a time."""
    last = [after] if after else None
    while page := await view.find(DECISIONS, where, sort=[("_id", 1)], limit=PAGE, after=last):
        yield page
        last = [page[-1]["_id"]]
