"""The messages that went out, as documents: written before the provider is called, and moved forward only.

A part's document is the record of the attempt. Its id is derived from the action's idempotency key and is
sent along as the provider's callback data, so that a status finds it even if our process died before it
read the provider's answer.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from channels.delivery import SENDING, advance
from storage.errors import Conflict
from storage.store import Document, Insert, Op, OrgStore, Update, Upsert

MESSAGES = "messages"
_TRIES = 8
_MOST_PARTS = 32


def reference(org: str, key: str) -> str:
    """One action's reference: no personal data in it, and short enough for any provider's callback data."""
    return hashlib.sha256(f"{org}\x1f{key}".encode()).hexdigest()[:32]


def provider_key(provider_id: str) -> str:
    """A digest of the provider's id of a message, to find it by: WhatsApp's own holds the customer's number."""
    return hashlib.sha256(provider_id.encode()).hexdigest()[:40]


def part_id(ref: str, place: int) -> str:
    return f"{ref}.{place}"


async def attempts(store: OrgStore, ref: str) -> dict[str, Document]:
    """What was tried before under this reference, by part id."""
    first = await store.get(MESSAGES, part_id(ref, 0))
    if first is None:  # parts are begun in order
        return {}
    ids = [part_id(ref, place) for place in range(1, _MOST_PARTS)]
    found = await store.find(MESSAGES, {"_id": {"in": ids}}, limit=_MOST_PARTS)
    return {document["_id"]: document for document in (first, *found)}


async def begin(
    store: OrgStore, known: Document | None, fresh: Document, now: datetime, ops: Sequence[Op] = ()
) -> Document:
    """Record that the request is about to leave; `ops` join it. Raises `Conflict` when somebody else is at it."""
    if known is None:
        document = {**fresh, "status": SENDING, "tries": 1, "attempted_at": now, "rejections": 0}
        written, *_ = await store.commit([Insert(MESSAGES, document), *ops])
    else:
        renewed = {key: value for key, value in fresh.items() if key not in ("_id", "at")}
        changes = {"set": {**renewed, "status": SENDING, "attempted_at": now}, "inc": {"tries": 1}}
        written, *_ = await store.commit([Update(MESSAGES, known["_id"], changes, expect=known["version"]), *ops])
    if written is None:
        raise Conflict("the message's record was not written", collection=MESSAGES, key=fresh["_id"])
    return written


async def withhold(store: OrgStore, document: Document, reason: str, ops: Sequence[Op] = ()) -> None:
    """Record what our own rules kept back, and why; `ops` join it."""
    fields = {key: value for key, value in document.items() if key != "_id"}
    changes = {"set_on_insert": fields, "set": {"status": "withheld", "reason": reason}}
    await store.commit([Upsert(MESSAGES, document["_id"], changes), *ops])


async def put_back(
    store: OrgStore, id: str, status: str, reason: str, code: int = 0, extra: Mapping[str, Any] | None = None
) -> bool:
    """The provider does not have it: to be tried again (`unsent`), or not (`failed`).

    False when a status has come in the meantime that says otherwise: it knows better.
    """
    changes = {"set": {"status": status, "reason": reason, "code": code, **(extra or {})}, "inc": {"rejections": 1}}
    try:
        await store.commit([Update(MESSAGES, id, changes, when={"status": SENDING})])
    except Conflict:
        return False
    return True


async def move(
    store: OrgStore, document: Document, status: str, at: datetime, extra: Mapping[str, Any] | None = None
) -> Document:
    """Advance a message's status, whoever else writes at the same time; `extra` is set with it.

    Each status is noted once with its own time, also one that came too late to count.
    """
    current: Document | None = document
    for _ in range(_TRIES):
        if current is None:
            break
        changed = _moved(current, status, at, extra)
        if all(_field(current, key) == value for key, value in changed.items()):
            return current
        try:
            (written,) = await store.commit(
                [Update(MESSAGES, current["_id"], {"set": changed}, expect=current["version"])]
            )
            return written or current
        except Conflict as conflict:
            if "provider_id" in changed and conflict.key not in ("version", current["_id"]):
                raise  # another message has that id: reading again would not help
            current = await store.get(MESSAGES, document["_id"])
    raise Conflict("the message changed under every attempt", collection=MESSAGES, key=document["_id"])


def moving(document: Document, status: str, at: datetime, extra: Mapping[str, Any]) -> Op:
    """The same as an operation for a commit with others. A `Conflict` says that another status was quicker."""
    changed = _moved(document, status, at, extra)
    return Update(MESSAGES, document["_id"], {"set": changed}, expect=document["version"])


def _moved(document: Document, status: str, at: datetime, extra: Mapping[str, Any] | None) -> dict[str, Any]:
    changed: dict[str, Any] = dict(extra or {})
    if status not in (document.get("seen") or {}):
        changed[f"seen.{status}"] = at
    moved = advance(document.get("status", ""), status)
    if moved != document.get("status"):
        changed["status"] = moved
    return changed


def _field(document: Document, path: str) -> Any:
    inner: Any = document
    for name in path.split("."):
        inner = inner.get(name) if isinstance(inner, dict) else None
    return inner
