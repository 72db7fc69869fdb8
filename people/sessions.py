"""Sessions: an opaque token in a cookie, of which the store holds a hash only, so that each can be revoked at once."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

import msgspec

from storage.store import Delete, Document, Insert, Store, Update

IDLE = timedelta(days=7)  # without a visit
LONGEST = timedelta(days=30)
LOOKED = timedelta(minutes=5)  # how often a visit is written down


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """`strong`: it has passed a second factor. `csrf` goes with each form of this session."""

    id: str
    user: str
    at: datetime
    seen: datetime
    csrf: str
    strong: bool = False
    waiting: bool = False  # for the second factor; until then it opens nothing else
    agent: str = ""
    address: str = ""


def fingerprint(token: str) -> str:
    """What the store knows of a token. It is random, so a fast hash keeps it."""
    return hashlib.sha256(token.encode()).hexdigest()


async def begin(
    store: Store, user: str, now: datetime, *, strong: bool = False, waiting: bool = False, agent: str = "",
    address: str = "",
) -> tuple[str, Session]:  # fmt: skip
    """A new session; its token is given out this once."""
    token = secrets.token_urlsafe(32)
    session = Session(
        id=fingerprint(token), user=user, at=now, seen=now, csrf=secrets.token_urlsafe(24), strong=strong,
        waiting=waiting, agent=agent[:200], address=address,
    )  # fmt: skip
    row = {**msgspec.structs.asdict(session), "_id": session.id, "expires_at": now + IDLE}
    del row["id"]
    await store.commit([Insert("sessions", row)])
    return token, session


async def find(store: Store, token: str, now: datetime) -> Session | None:
    """The session of a cookie, if it is still good; the visit is noted now and then."""
    row = await store.get("sessions", fingerprint(token)) if token else None
    if row is None or row["expires_at"] <= now or row["at"] + LONGEST <= now:
        return None
    if now - row["seen"] > LOOKED:
        ends = min(now + IDLE, row["at"] + LONGEST)
        await store.commit([Update("sessions", row["_id"], {"set": {"seen": now, "expires_at": ends}})])
    return _read(row)


async def strengthen(store: Store, id: str) -> None:
    """It has passed a second factor."""
    await store.commit([Update("sessions", id, {"set": {"strong": True}})])


async def end(store: Store, id: str) -> None:
    await store.commit([Delete("sessions", id)])


async def end_all(store: Store, user: str, *, but: str = "") -> int:
    """End every session of a person, save perhaps the one that asks; how many ended."""
    ended = [session for session in await of(store, user) if session.id != but]
    await store.commit([Delete("sessions", session.id) for session in ended])
    return len(ended)


async def of(store: Store, user: str) -> list[Session]:
    """A person's sessions, the last used first."""
    rows = await store.find("sessions", {"user": user}, sort=[("seen", -1)], limit=200)
    return [_read(row) for row in rows]


def _read(row: Document) -> Session:
    known = {field: row[field] for field in Session.__struct_fields__ if field in row}
    return Session(**{**known, "id": row["_id"]})
