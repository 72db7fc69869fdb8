"""Documents put into a store, and found again, for what both backends promise."""

from __future__ import annotations

from storage.base import BaseStore
from storage.store import Insert


async def fill(store: BaseStore, *documents: dict) -> None:
    await store.org("a").commit([Insert("things", {"_id": str(n), **item}) for n, item in enumerate(documents)])


async def ids(store: BaseStore, filter: dict, **options) -> str:
    return "".join(item["_id"] for item in await store.org("a").find("things", filter, **options))
