"""What was told to whom and what became of it, without what it said: for the settings' page, a month long."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import Literal

import msgspec

from storage.store import Document, Op, OrgStore, Upsert

COLLECTION = "webhook_deliveries"
KEPT = timedelta(days=30)
State = Literal["waiting", "sent", "failed"]


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    """One message to one receiver. `status` is the last HTTP status, 0 where none came; `code` why it failed or waits.

    `at` is when it was first to be sent: by it the body stays the same, and the day that it has is counted.
    """

    id: str
    endpoint: str
    event: str
    machine: str
    at: datetime
    state: State = "waiting"
    attempts: int = 0
    status: int = 0
    code: str = ""
    tried_at: datetime | None = None
    again_at: datetime | None = None


def id_of(org: str, key: str) -> str:
    """A message's own id, the same however often it is sent; it says nothing about the machine."""
    digest = hashlib.sha256(f"{org}\x1f{key}".encode()).hexdigest()
    return f"msg_{digest[:32]}"


async def get(store: OrgStore, id: str) -> Delivery | None:
    row = await store.get(COLLECTION, id)
    return _read(row) if row is not None else None


async def latest(store: OrgStore, limit: int = 20) -> tuple[Delivery, ...]:
    rows = await store.find(COLLECTION, {}, sort=[("at", -1)], limit=limit)
    return tuple(_read(row) for row in rows)


def kept(delivery: Delivery) -> Op:
    fields = {name: value for name, value in msgspec.structs.asdict(delivery).items() if name != "id"}
    return Upsert(COLLECTION, delivery.id, {"set": {**fields, "expires_at": delivery.at + KEPT}})


def _read(row: Document) -> Delivery:
    known = {field: row[field] for field in Delivery.__struct_fields__ if field in row}
    return msgspec.convert({**known, "id": row["_id"]}, Delivery)
