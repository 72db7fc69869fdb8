"""The SQLite file itself: whose it is, how it is opened, and the tables and indexes in it."""

from __future__ import annotations

import fcntl
import os
import sqlite3
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, TextIO
from zoneinfo import ZoneInfo

from storage import compiled
from storage.checkpoints import LONG
from storage.codec import MARK, decode_scalar
from storage.collections import Catalogue
from storage.errors import Unavailable

SCHEMA = 1
BUCKETS = 20_000  # moments, to the minute, whose hour or day a connection remembers: two weeks


def lock(path: Path) -> TextIO:
    """Held as long as the file stays open, by this process alone. Raises `Unavailable`."""
    held = open(f"{path}.lock", "a+", encoding="ascii")  # noqa: SIM115 (held as long as the store is open)
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        held.seek(0)
        holder = held.read().strip() or "another process"
        held.close()
        raise Unavailable(
            f"{path} is in use by process {holder}: one process owns the file. Stop it, or use MongoDB for several"
        ) from error
    held.truncate(0)
    held.write(str(os.getpid()))
    held.flush()
    return held


def connect(path: Path, *, query_only: bool = False) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, cached_statements=512, timeout=10)
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        f"wal_autocheckpoint={LONG}",
        "cache_size=-65536" if not query_only else "cache_size=-16384",
        "mmap_size=268435456",
        "temp_store=MEMORY",
        "secure_delete=ON",
    ):
        if not (query_only and pragma.startswith(("journal_mode", "secure_delete", "wal_auto"))):
            connection.execute(f"PRAGMA {pragma}")
    connection.create_function("bucket", 3, lru_cache(BUCKETS)(_bucket), deterministic=True)
    return connection


def _bucket(moment: Any, by: str, zone: str) -> str | None:
    """A datetime cut to the day or hour on the clocks of a zone."""
    if type(moment) is not str or not moment.startswith(MARK):
        return None
    value = decode_scalar(moment)
    if not isinstance(value, datetime):
        return None
    return value.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d" if by == "day" else "%Y-%m-%dT%H")


def declare(connection: sqlite3.Connection, catalogue: Catalogue) -> None:
    """Make what is declared and missing, and drop indexes that are no longer declared or declared otherwise."""
    found = connection.execute("PRAGMA user_version").fetchone()[0]
    if found > SCHEMA:
        raise Unavailable(f"the store was written by a newer version (form {found}, this one knows {SCHEMA})")
    wanted = {
        compiled.index_name(spec, index): compiled.create_index(spec, index)
        for spec in catalogue
        for index in spec.indexes
        if not index.shared
    }
    connection.execute("BEGIN IMMEDIATE")
    try:
        for spec in catalogue:
            connection.execute(compiled.create_table(spec))
        standing = dict(
            connection.execute(
                "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
            ).fetchall()
        )
        for name, sql in standing.items():
            if wanted.get(name) != sql:
                connection.execute(f'DROP INDEX "{name}"')
        for name, sql in wanted.items():
            if standing.get(name) != sql:
                connection.execute(sql)
        connection.execute(f"PRAGMA user_version={SCHEMA}")
        connection.execute("COMMIT")
    except BaseException:
        connection.rollback()
        raise
