"""The Store on SQLite: one file, one process, nothing to install.

WAL with synchronous=FULL: a commit is answered when it is on disk. One writer thread (`storage.writer`), a few readers
(`storage.readers`). The file belongs to one process at a time, which holds a lock on "<path>.lock" that the system
lets go of when the process ends, however it ends. Other processes may open it with `read_only=True`.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import sqlite3
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, TextIO
from zoneinfo import ZoneInfo

from storage import compiled, rows
from storage.base import BaseStore, Prepared, Target
from storage.changes import Changed
from storage.codec import MARK, decode, decode_scalar
from storage.collections import COLLECTIONS, Catalogue, Collection
from storage.errors import StoreError, Unavailable
from storage.readers import Readers
from storage.store import Bucket, Document, Metric
from storage.writer import Writer

SCHEMA = 1
FEW = 100  # documents that are read in the loop's own thread; the unlimited and the long go to the readers
SWEEP = 500  # documents that one sweeping commit deletes


async def open_sqlite(path: str | Path, *, catalogue: Catalogue = COLLECTIONS, read_only: bool = False) -> SqliteStore:
    """Open (or make) the store in this file. Raises `Unavailable` if another process has it."""
    path = Path(path)
    lock = None
    if not read_only:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = _lock(path)
    try:
        store = SqliteStore(path, catalogue, lock)
        await asyncio.to_thread(store.prepare)
        store.start(asyncio.get_running_loop())
    except BaseException:
        if lock is not None:
            lock.close()
        raise
    return store


class SqliteStore(BaseStore):
    """See `open_sqlite`."""

    def __init__(self, path: Path, catalogue: Catalogue, lock: TextIO | None) -> None:
        super().__init__(catalogue)
        self.path = path
        self._lock = lock
        self._writer: Writer | None = None
        self._readers: Readers | None = None
        self._near: sqlite3.Connection | None = None  # read in the loop's own thread
        self._connection: sqlite3.Connection | None = None

    def prepare(self) -> None:
        """Tables and indexes as declared. Blocks."""
        if self._lock is None:
            if not self.path.exists():
                raise Unavailable(f"there is no store at {self.path}")
            return
        try:
            self._connection = _connect(self.path)
            _declare(self._connection, self.catalogue)
        except sqlite3.Error as error:
            raise Unavailable(f"{self.path} cannot be opened as a store: {error}") from error

    def start(self, loop: asyncio.AbstractEventLoop) -> None:
        self._readers = Readers(lambda: _connect(self.path, query_only=True), loop)
        self._near = _connect(self.path, query_only=True)
        if self._connection is not None:
            self._writer = Writer(self._connection, loop)

    async def close(self) -> None:
        """Finish what is being written, and let the file go. Closing twice is no error."""
        readers, self._readers = self._readers, None
        near, self._near = self._near, None
        if near is not None:
            near.close()
        writer, self._writer = self._writer, None
        if readers is not None:
            await asyncio.to_thread(readers.close)
        if writer is not None:
            await asyncio.to_thread(writer.close)
        if self._connection is not None:
            with contextlib.suppress(sqlite3.OperationalError):  # a reader elsewhere: the next open does it
                self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            self._connection.close()
            self._connection = None
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    async def backup(self, path: str | Path) -> None:
        """A consistent copy into a new file, while the store works."""

        def work(connection: sqlite3.Connection) -> None:
            if Path(path).exists():
                raise StoreError(f"{path} is already there")
            connection.execute("VACUUM INTO ?", (str(path),))

        await self._read(work)

    async def scrub(self) -> None:
        """Write the log back into the file, so that what was deleted is not found in the log either."""
        await self._read(lambda connection: connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone())

    def _read_near(self, work: Any) -> Any:
        """At once, without handing it to another thread: what an index answers takes less time than the way there."""
        if self._near is None:
            raise Unavailable("the store is closed")
        try:
            return work(self._near)
        except sqlite3.Error as error:
            raise Unavailable(f"nothing was read: {error}") from error

    def _read(self, work: Any) -> asyncio.Future[Any]:
        if self._readers is None:
            raise Unavailable("the store is closed")
        return self._readers.submit(work)

    def _write(self, work: Any) -> asyncio.Future[Any]:
        if self._writer is None:
            raise Unavailable("the store is open for reading only" if self._readers else "the store is closed")
        return self._writer.submit(work)

    async def _get(self, collection: Collection, id: str) -> Document | None:
        sql = f"SELECT id, version, doc FROM {collection.name} WHERE id = ?"

        def work(connection: sqlite3.Connection) -> Document | None:
            row = connection.execute(sql, (id,)).fetchone()
            return decode(*row) if row is not None else None

        found: Document | None = self._read_near(work)
        return found

    async def _find(self, target: Target) -> list[Document]:
        sql, values = compiled.select(target)

        def work(connection: sqlite3.Connection) -> list[Document]:
            return [decode(*row) for row in connection.execute(sql, values).fetchall()]

        found: list[Document] = self._read_near(work) if 0 < target.limit <= FEW else await self._read(work)
        return found

    async def _count(self, target: Target) -> int:
        sql, values = compiled.count(target)
        return int(await self._read(lambda connection: connection.execute(sql, values).fetchone()[0]))

    async def _aggregate(
        self, target: Target, group: tuple[str | Bucket, ...], metrics: Mapping[str, Metric]
    ) -> list[Document]:
        sql, values, names = compiled.aggregate(target, group, metrics)
        found: list[tuple[Any, ...]] = await self._read(lambda connection: connection.execute(sql, values).fetchall())
        return [_group(dict(zip(names, row, strict=True))) for row in found]

    async def _commit(self, ops: list[Prepared]) -> list[Document | None]:
        steps = [rows.InsertText(op) if op.verb == "insert" else op for op in ops]

        def work(connection: sqlite3.Connection) -> list[Document | None]:
            return [
                step.run(connection) if isinstance(step, rows.InsertText) else rows.run(connection, step)
                for step in steps
            ]

        done: list[Document | None] = await self._write(work)
        return done

    async def _claim(self, target: Target, changes: tuple[Changed, ...]) -> Document | None:
        claimed: Document | None = await self._write(lambda connection: rows.claim(connection, target, changes))
        return claimed

    async def _delete_where(self, target: Target) -> int:
        sql, values = compiled.delete(target, SWEEP)
        gone = 0
        while True:
            some: int = await self._write(lambda connection: connection.execute(sql, values).rowcount)
            gone += some
            if some < SWEEP:
                return gone


def _group(row: Document) -> Document:
    """A group with its values as documents have them: 0 and 1 that were booleans are booleans again."""
    result: Document = {}
    for name, value in row.items():
        if not name.endswith("?"):
            result[name] = bool(value) if row.get(f"{name}?") else decode_scalar(value)
    return result


def _lock(path: Path) -> TextIO:
    lock = open(f"{path}.lock", "a+", encoding="ascii")  # noqa: SIM115 (held as long as the store is open)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        lock.seek(0)
        holder = lock.read().strip() or "another process"
        lock.close()
        raise Unavailable(
            f"{path} is in use by process {holder}: one process owns the file. Stop it, or use MongoDB for several"
        ) from error
    lock.truncate(0)
    lock.write(str(os.getpid()))
    lock.flush()
    return lock


def _connect(path: Path, *, query_only: bool = False) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, cached_statements=512, timeout=10)
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "wal_autocheckpoint=4000",
        "cache_size=-65536" if not query_only else "cache_size=-16384",
        "mmap_size=268435456",
        "temp_store=MEMORY",
        "secure_delete=ON",
    ):
        if not (query_only and pragma.startswith(("journal_mode", "secure_delete", "wal_auto"))):
            connection.execute(f"PRAGMA {pragma}")
    connection.create_function("bucket", 3, _bucket, deterministic=True)
    return connection


def _bucket(moment: Any, by: str, zone: str) -> str | None:
    """A datetime cut to the day or hour on the clocks of a zone."""
    if type(moment) is not str or not moment.startswith(MARK):
        return None
    value = decode_scalar(moment)
    if not isinstance(value, datetime):
        return None
    return value.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d" if by == "day" else "%Y-%m-%dT%H")


def _declare(connection: sqlite3.Connection, catalogue: Catalogue) -> None:
    """Make what is declared and missing, and drop indexes that are no longer declared or declared otherwise."""
    found = connection.execute("PRAGMA user_version").fetchone()[0]
    if found > SCHEMA:
        raise Unavailable(f"the store was written by a newer version (form {found}, this one knows {SCHEMA})")
    wanted = {
        compiled.index_name(spec, index): compiled.create_index(spec, index)
        for spec in catalogue
        for index in spec.indexes
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


__all__: Sequence[str] = ("SqliteStore", "open_sqlite")
