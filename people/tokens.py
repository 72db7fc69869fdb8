"""Keys for programs: a token acts for one business with one role, and never does what asks for a second factor."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

import msgspec

from people import audit
from people.roles import Role
from people.sessions import fingerprint
from storage.store import Delete, Document, Insert, OrgStore, Store, Update

PREFIX = "aais_"  # so that a leaked token is recognised by scanners
LOOKED = timedelta(minutes=5)


class Token(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    org: str
    name: str
    role: Role
    at: datetime
    seen: datetime | None = None


async def make(store: OrgStore, name: str, role: Role, now: datetime, *, by: str) -> str:
    """A new token, given out this once."""
    token = PREFIX + secrets.token_urlsafe(32)
    row = {"_id": fingerprint(token), "name": name.strip()[:80], "role": role, "by": by, "at": now, "seen": None}
    await store.commit([Insert("tokens", row), audit.entry(by, "tokens.made", now, on=row["name"], role=role)])
    return token


async def find(store: Store, token: str, now: datetime) -> Token | None:
    row = await store.get("tokens", fingerprint(token)) if token.startswith(PREFIX) else None
    if row is None:
        return None
    if row["seen"] is None or now - row["seen"] > LOOKED:
        await store.commit([Update("tokens", row["_id"], {"set": {"seen": now}})])
    return _read(row)


async def listed(store: OrgStore) -> list[Token]:
    return [_read(row) for row in await store.find("tokens", {}, sort=[("at", -1)], limit=200)]


async def revoke(store: OrgStore, id: str, now: datetime, *, by: str) -> None:
    """Raises KeyError for a token that is not this business's."""
    row = await store.get("tokens", id)
    if row is None:
        raise KeyError(id)
    await store.commit([Delete("tokens", id), audit.entry(by, "tokens.revoked", now, on=row["name"])])


def _read(row: Document) -> Token:
    return Token(id=row["_id"], org=row["org"], name=row["name"], role=row["role"], at=row["at"], seen=row["seen"])
