"""Links that work once: an invitation, a new password, the first sign-in of a fresh installation.

The store knows a hash of the token only. Using a link takes it in the same stroke, so that two cannot use it.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Any, Literal

from people.sessions import fingerprint
from storage.errors import Conflict
from storage.store import Delete, Document, Insert, Store

Purpose = Literal["join", "reset", "enter"]
LASTS: dict[Purpose, timedelta] = {
    "join": timedelta(days=7), "reset": timedelta(hours=1), "enter": timedelta(hours=24),
}  # fmt: skip


async def make(store: Store, purpose: Purpose, now: datetime, **about: Any) -> str:
    """A token to put into an address. `about` comes back when it is used."""
    token = secrets.token_urlsafe(24)
    row = {"_id": fingerprint(token), "purpose": purpose, "at": now, "expires_at": now + LASTS[purpose], **about}
    await store.commit([Insert("links", row)])
    return token


async def look(store: Store, token: str, purpose: Purpose, now: datetime) -> Document | None:
    """What a link is about, without using it up."""
    row = await store.get("links", fingerprint(token))
    if row is None or row["purpose"] != purpose or row["expires_at"] <= now:
        return None
    return row


async def use(store: Store, token: str, purpose: Purpose, now: datetime) -> Document | None:
    """Take a link. None if it was used, ran out, or is for something else."""
    row = await look(store, token, purpose, now)
    if row is None:
        return None
    try:
        await store.commit([Delete("links", row["_id"], expect=row["version"])])
    except Conflict:
        return None
    return row
