"""Which backend a setting asks for: MongoDB where there is an address, otherwise SQLite in a file."""

from __future__ import annotations

from pathlib import Path

from storage.base import BaseStore
from storage.collections import COLLECTIONS, Catalogue


async def open_store(
    *,
    mongodb_uri: str | None = None,
    mongodb_db: str = "aais",
    path: str | Path,
    catalogue: Catalogue = COLLECTIONS,
    read_only: bool = False,
) -> BaseStore:
    """`read_only` looks into a SQLite file beside the server that owns it; MongoDB needs no such care.

    Raises `storage.errors.Unavailable` with one sentence that says why.
    """
    if mongodb_uri:
        from storage.mongo import open_mongo  # so that nobody needs pymongo who does not use it

        return await open_mongo(mongodb_uri, mongodb_db, catalogue=catalogue)
    from storage.sqlite import open_sqlite

    return await open_sqlite(path, catalogue=catalogue, read_only=read_only)
