"""The Store on SQLite: one file, one process, nothing to install.

WAL with synchronous=FULL: a commit is answered when it is on disk. One writer thread (`storage.writer`), a few readers
(`storage.readers`). The file belongs to one process at a time, which holds a lock on "<path>.lock" that the system
lets go of when the process ends, however it ends. Other processes may open it with `read_only=True`.
"""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TextIO

from storage import compiled, file, rows, summing
from storage.base import BaseStore, Prepared, Target
from storage.changes import Changed
from storage.checkpoints import Checkpoints
from storage.codec import decode, decode_scalar
from storage.collections import COLLECTIONS, Catalogue, Collection
from storage.errors import StoreError, Unavailable
from storage.kept import Answer, Kept
from storage.query import All, Compare, matches
from storage.readers import Readers
from storage.store import Bucket, Document, Metric
from storage.transaction import Transaction
from storage.writer import Writer

FEW = 100  # documents that are read in the loop's own thread; the unlimited and the long go to the readers
SWEEP = 500  # documents that one sweeping commit deletes


async def open_sqlite(path: str | Path, *, catalogue: Catalogue = COLLECTIONS, read_only: bool = False) -> SqliteStore:
    """Open (or make) the store in this file. Raises `Unavailable` if another process has it."""
    path = Path(path)
    lock = None
    if not read_only:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = file.lock(path)
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
        self._checkpoints: Checkpoints | None = None
        self._kept = Kept()  # stays empty where another process writes
        self._connection: sqlite3.Connection | None = None

    def prepare(self) -> None:
        """Tables and indexes as declared. Blocks."""
        if self._lock is None:
            if not self.path.exists():
                raise Unavailable(f"there is no store at {self.path}")
            return
        try:
            self._connection = file.connect(self.path)
            file.declare(self._connection, self.catalogue)
        except sqlite3.Error as error:
            raise Unavailable(f"{self.path} cannot be opened as a store: {error}") from error

    def start(self, loop: asyncio.AbstractEventLoop) -> None:
        self._readers = Readers(lambda: file.connect(self.path, query_only=True), loop)
        self._near = file.connect(self.path, query_only=True)
        if self._connection is not None:
            self._checkpoints = Checkpoints(file.connect(self.path))
            self._writer = Writer(self._connection, self._kept, loop, self._checkpoints.committed)

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
        checkpoints, self._checkpoints = self._checkpoints, None
        if checkpoints is not None:
            await asyncio.to_thread(checkpoints.close)
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
        if self._checkpoints is None:
            raise Unavailable("the store is closed, or open for reading only")
        await asyncio.to_thread(self._checkpoints.empty)

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
        if self._writer is None:
            return self._get_near(collection.name, id)
        row = self._kept.get((collection.name, id))
        return decode(id, *row) if row is not None else self._get_near(collection.name, id)

    def _get_near(self, collection: str, id: str) -> Document | None:
        sql, since = f"SELECT version, doc FROM {collection} WHERE id = ?", self._kept.commits
        row = self._read_near(lambda connection: connection.execute(sql, (id,)).fetchone())
        if row is None:
            return None
        if self._writer is not None:
            self._kept.learn((collection, id), row, since)
        return decode(id, *row)

    async def _find(self, target: Target) -> list[Document]:
        if self._writer is not None and (ids := _named(target)):
            known = self._all_kept(target, ids)
            if known is not None:
                return known
        sql, values = compiled.select(target)
        if 0 < target.limit <= FEW:
            return [decode(*row) for row in self._answered(target.collection.name, sql, values)]

        def work(connection: sqlite3.Connection) -> list[Document]:
            return [decode(*row) for row in connection.execute(sql, values).fetchall()]

        found: list[Document] = await self._read(work)
        return found

    def _answered(self, collection: str, sql: str, values: list[Any]) -> Answer:
        question = (sql, tuple(values))
        known = self._kept.answer(collection, question) if self._writer is not None else None
        if known is not None:
            return known
        since = self._kept.commits
        answer: Answer = self._read_near(lambda connection: connection.execute(sql, values).fetchall())
        if self._writer is not None:
            self._kept.learn_answer(collection, question, answer, since)
        return answer

    def _all_kept(self, target: Target, ids: tuple[str, ...]) -> list[Document] | None:
        """The documents with these ids that match, if all of them are kept."""
        documents = []
        for id in sorted(set(ids)):
            row = self._kept.get((target.collection.name, id))
            if row is None:
                return None
            documents.append(decode(id, *row))
        return [document for document in documents if matches(target.node, document)][: target.limit]

    async def _count(self, target: Target) -> int:
        sql, values = compiled.count(target)
        return int(await self._read(lambda connection: connection.execute(sql, values).fetchone()[0]))

    async def _aggregate(
        self, target: Target, group: tuple[str | Bucket, ...], metrics: Mapping[str, Metric]
    ) -> list[Document]:
        sql, values, names = summing.aggregate(target, group, metrics)
        found: list[tuple[Any, ...]] = await self._read(lambda connection: connection.execute(sql, values).fetchall())
        return [_group(dict(zip(names, row, strict=True))) for row in found]

    async def _commit(self, ops: list[Prepared]) -> list[Document | None]:
        plan = rows.planned(ops)
        done: list[Document | None] = await self._write(lambda transaction: rows.carried_out(transaction, plan))
        return done

    async def _claim(self, target: Target, changes: tuple[Changed, ...]) -> Document | None:
        claimed: Document | None = await self._write(lambda transaction: rows.claim(transaction, target, changes))
        return claimed

    async def _delete_where(self, target: Target) -> int:
        sql, values = compiled.delete(target, SWEEP)

        def work(transaction: Transaction) -> int:
            deleted = transaction.execute(sql, values).rowcount
            if deleted:
                transaction.lost_track()
            return deleted

        gone = 0
        while True:
            some: int = await self._write(work)
            gone += some
            if some < SWEEP:
                return gone


def _named(target: Target) -> tuple[str, ...]:
    """The ids that a query names, where it names them and asks for no other order than theirs; else nothing."""
    if target.order not in ((), (("_id", 1),)) or not target.limit or not isinstance(target.node, All):
        return ()
    for part in target.node.parts:
        if isinstance(part, Compare) and part.field == "_id":
            if part.op == "eq" and isinstance(part.value, str):
                return (part.value,)
            if part.op == "in" and all(isinstance(value, str) for value in part.value):
                return part.value  # type: ignore[no-any-return]
        if isinstance(part, All):  # an org's own view: its filter stands within
            inner = _named(Target(target.collection, part, target.order, target.limit))
            if inner:
                return inner
    return ()


def _group(row: Document) -> Document:
    """A group with its values as documents have them: 0 and 1 that were booleans are booleans again."""
    result: Document = {}
    for name, value in row.items():
        if not name.endswith("?"):
            result[name] = bool(value) if row.get(f"{name}?") else decode_scalar(value)
    return result


__all__: Sequence[str] = ("SqliteStore", "open_sqlite")
