"""The one thread that writes to the SQLite file: commits that wait together share one fsync (group commit).

Each job runs in its own SAVEPOINT, so that one that fails is undone alone. Nobody is answered before the COMMIT that
holds their job is on disk; then the whole batch is answered with one call into the event loop.
"""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections import deque
from collections.abc import Callable
from typing import Any

from storage.errors import Unavailable

BATCH = 256
Work = Callable[[sqlite3.Connection], Any]
Outcome = tuple["asyncio.Future[Any]", Any, BaseException | None]


class Writer:
    """Takes work, answers futures of the loop that it was made in."""

    def __init__(self, connection: sqlite3.Connection, loop: asyncio.AbstractEventLoop) -> None:
        self._connection = connection
        self._loop = loop
        self._waiting: deque[tuple[Work, asyncio.Future[Any]]] = deque()
        self._wake = threading.Condition()
        self._closing = False
        self._thread = threading.Thread(target=self._run, name="sqlite-writer", daemon=True)
        self._thread.start()

    def submit(self, work: Work) -> asyncio.Future[Any]:
        future: asyncio.Future[Any] = self._loop.create_future()
        with self._wake:
            if self._closing:
                raise Unavailable("the store is closed")
            self._waiting.append((work, future))
            if len(self._waiting) == 1:
                self._wake.notify()
        return future

    def close(self) -> None:
        """Finish what was submitted, then end the thread. Blocks."""
        with self._wake:
            self._closing = True
            self._wake.notify()
        self._thread.join()

    def _run(self) -> None:
        while batch := self._next():
            outcomes = self._write(batch)
            self._loop.call_soon_threadsafe(answer, outcomes)

    def _next(self) -> list[tuple[Work, asyncio.Future[Any]]]:
        with self._wake:
            while not self._waiting and not self._closing:
                self._wake.wait()
            return [self._waiting.popleft() for _ in range(min(BATCH, len(self._waiting)))]

    def _write(self, batch: list[tuple[Work, asyncio.Future[Any]]]) -> list[Outcome]:
        run = self._connection.execute
        try:
            run("BEGIN IMMEDIATE")
            outcomes = [self._one(work, future) for work, future in batch]
            run("COMMIT")
        except sqlite3.Error as error:
            if self._connection.in_transaction:
                self._connection.rollback()
            failure = Unavailable(f"nothing was written: {error}")
            return [(future, None, failure) for _, future in batch]
        return outcomes

    def _one(self, work: Work, future: asyncio.Future[Any]) -> Outcome:
        run = self._connection.execute
        run("SAVEPOINT job")
        try:
            result = work(self._connection)
        except sqlite3.OperationalError:
            raise  # the disk, not the job: the whole batch fails
        except Exception as error:
            run("ROLLBACK TO job")
            run("RELEASE job")
            return future, None, error
        run("RELEASE job")
        return future, result, None


def answer(outcomes: list[Outcome]) -> None:
    """In the event loop: give each waiting caller the outcome. One who was cancelled no longer waits."""
    for future, result, error in outcomes:
        if future.done():
            continue
        if error is None:
            future.set_result(result)
        else:
            future.set_exception(error)
