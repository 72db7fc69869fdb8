"""What arrived and nobody can take: kept sealed for a month, so that it can be looked at and nothing is lost.

It stands in the inbox's collection in the state "kept", which no worker takes up. What belongs to no tenant is
sealed under a tenant of its own.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import Any

from storage.errors import Conflict
from storage.store import Insert, Store

UNROUTED = "unrouted"
KEPT = timedelta(days=30)


class Strays:
    """Implements `whatsapp.webhook.Keep`. `vault` is the `storage.vault.Vault`."""

    def __init__(self, store: Store, vault: Any, source: str) -> None:
        self._store = store
        self._vault = vault
        self._source = source

    async def __call__(self, org: str | None, reason: str, raw: bytes, now: datetime) -> None:
        owner = org or UNROUTED
        digest = hashlib.sha256(b"\x1f".join((owner.encode(), self._source.encode(), raw))).hexdigest()[:40]
        id = f"stray:{digest}"
        row = {
            "_id": id,
            "kind": "stray",
            "lane": "stray",
            "to": "",
            "source": self._source,
            "name": "stray",
            "reason": reason[:300],
            "state": "kept",
            "at": now,
            "sealed": (await self._vault.org(owner)).seal("", raw, aad=id.encode()),
            "expires_at": now + KEPT,
        }
        try:
            await self._store.org(owner).commit([Insert("inbox", row)])
        except Conflict:
            return  # delivered again: it is kept already


def open_stray(row: dict[str, Any], org_vault: Any) -> bytes:
    """What was kept, as it arrived."""
    raw: bytes = org_vault.unseal("", row["sealed"], aad=row["_id"].encode())
    return raw
