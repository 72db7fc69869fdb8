"""Who did what: one entry for each thing that a person did in the console, or tried and was refused.

The journal holds what machines did; this holds what people did around them. An entry never holds a secret.
"""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any

from storage.store import Document, Insert, OrgStore

PAGE = 50


def entry(actor: str, what: str, now: datetime, *, on: str = "", by: str = "", **details: Any) -> Insert:
    """To be committed together with what it tells of. `by` is how: "session", "token:<name>", "terminal"."""
    return Insert(
        "audit",
        {
            "_id": f"{now:%Y%m%dT%H%M%S%f}-{secrets.token_hex(4)}",
            "actor": actor,
            "what": what,
            "on": on,
            "by": by,
            "at": now,
            "details": details,
        },
    )


async def latest(store: OrgStore, *, actor: str = "", after: list[Any] | None = None) -> list[Document]:
    """The newest entries first, a page at a time."""
    wanted = {"actor": actor} if actor else {}
    return await store.find("audit", wanted, sort=[("at", -1)], limit=PAGE, after=after)
