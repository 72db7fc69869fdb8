"""Slows down whoever guesses: failures are counted per address of a person and per network address.

Five failures are free; from then on each doubles the wait, up to a quarter of an hour. Counters end by themselves.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from storage.store import Delete, Store, Upsert

FREE = 5
FIRST, LONGEST = timedelta(seconds=2), timedelta(minutes=15)
KEPT = timedelta(hours=1)


async def wait(store: Store, keys: Sequence[str], now: datetime) -> timedelta:
    """How long the next attempt has to wait; zero when it may be made now."""
    rows = [await store.get("attempts", key) for key in keys]
    moments = [row["again"] for row in rows if row is not None and row.get("again") is not None]
    return max([moment - now for moment in moments], default=timedelta()) if moments else timedelta()


async def failed(store: Store, keys: Sequence[str], now: datetime) -> None:
    """Count a failure under each key."""
    counted = {"inc": {"count": 1}, "set": {"expires_at": now + KEPT}}
    rows = await store.commit([Upsert("attempts", key, counted) for key in keys])
    late = []
    for key, row in zip(keys, rows, strict=True):
        over = (row or {}).get("count", 0) - FREE
        if over >= 0:
            again = now + min(FIRST * 2 ** min(over, 20), LONGEST)
            late.append(Upsert("attempts", key, {"set": {"again": again}}))
    if late:
        await store.commit(late)


async def passed(store: Store, key: str) -> None:
    """A person who came in is no longer counted against; their network address still is."""
    await store.commit([Delete("attempts", key)])
