"""The one thread that writes to the SQLite file: commits that wait together share one fsync (group commit).

What one turn of the event loop submits is handed over when the turn ends. A batch is tried as a whole first; if a job
of it fails, it is undone and done again with each job in a SAVEPOINT of its own, so that the failing one is undone
alone. Nobody is answered before the COMMIT that holds their job is on disk; then the whole batch is answered with one
call into the event loop.
"""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections import deque
from collections.abc import Callable
from typing import Any

from storage.errors import Unavailable
from storage.kept import Kept
from storage.transaction import Transaction

BATCH = 256
Work = Callable[[Transaction], Any]
Job = tuple[Work, "asyncio.Future[Any]"]
Outcome = tuple["asyncio.Future[Any]", Any, BaseException | None]


class Writer:
    """Takes work, answers futures of the loop that it was made in. Work may be done twice: it keeps nothing."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        kept: Kept,
        loop: asyncio.AbstractEventLoop,
        committed: Callable[[], None],
    ) -> None:
        """`committed` is told in the writer's thread after each batch."""
        self._told = committed
        self._connection = connection
        self._kept = kept
        self._loop = loop
        self._gathered: list[Job] = []  # in this turn of the loop
        self._waiting: deque[Job] = deque()
        self._wake = threading.Condition()
        self._closing = False
        self._thread = threading.Thread(target=self._run, name="sqlite-writer", daemon=True)
        self._thread.start()

    def submit(self, work: Work) -> asyncio.Future[Any]:
        future: asyncio.Future[Any] = self._loop.create_future()
        if self._closing:
            raise Unavailable("the store is closed")
        self._gathered.append((work, future))
        if len(self._gathered) == 1:
            self._loop.call_soon(self._hand_over)
        return future

    def _hand_over(self) -> None:
        gathered, self._gathered = self._gathered, []
        with self._wake:
            self._waiting.extend(gathered)
            self._wake.notify()

    def close(self) -> None:
        """Finish what was submitted, then end the thread. Blocks."""
        with self._wake:
            self._closing = True
            self._waiting.extend(self._gathered)
            self._gathered = []
            self._wake.notify()
        self._thread.join()

    def _run(self) -> None:
        while batch := self._next():
            outcomes = self._write(batch)
            self._loop.call_soon_threadsafe(answer, outcomes)

    def _next(self) -> list[Job]:
        with self._wake:
            while not self._waiting and not self._closing:
                self._wake.wait()
            return [self._waiting.popleft() for _ in range(min(BATCH, len(self._waiting)))]

    def _write(self, batch: list[Job]) -> list[Outcome]:
        try:
            return self._commit(batch, careful=False)
        except sqlite3.OperationalError as error:
            return self._failed(batch, error)
        except Exception:
            self._undo()
        try:
            return self._commit(batch, careful=True)
        except sqlite3.Error as error:
            return self._failed(batch, error)

    def _commit(self, batch: list[Job], *, careful: bool) -> list[Outcome]:
        transaction = Transaction(self._connection, self._kept, careful=careful)
        self._connection.execute("BEGIN IMMEDIATE")
        outcomes = _each(transaction, batch) if careful else _all(transaction, batch)
        self._kept.hide(transaction.keys)
        self._connection.execute("COMMIT")
        self._kept.show(transaction.rows)
        self._told()
        return outcomes

    def _failed(self, batch: list[Job], error: Exception) -> list[Outcome]:
        """The disk, not a job."""
        self._undo()
        failure = Unavailable(f"nothing was written: {error}")
        return [(future, None, failure) for _, future in batch]

    def _undo(self) -> None:
        if self._connection.in_transaction:
            self._connection.rollback()
        self._kept.show({})


def _all(transaction: Transaction, batch: list[Job]) -> list[Outcome]:
    outcomes: list[Outcome] = []
    for work, future in batch:
        outcomes.append((future, work(transaction), None))
        transaction.job_done()
    return outcomes


def _each(transaction: Transaction, batch: list[Job]) -> list[Outcome]:
    outcomes: list[Outcome] = []
    for work, future in batch:
        transaction.execute("SAVEPOINT job")
        try:
            outcomes.append((future, work(transaction), None))
            transaction.job_done()
        except sqlite3.OperationalError:
            raise
        except Exception as error:
            transaction.execute("ROLLBACK TO job")
            transaction.job_failed()
            outcomes.append((future, None, error))
        transaction.execute("RELEASE job")
    return outcomes


def answer(outcomes: list[Outcome]) -> None:
    """In the event loop: give each waiting caller the outcome. One who was cancelled no longer waits."""
    for future, result, error in outcomes:
        if future.done():
            continue
        if error is None:
            future.set_result(result)
        else:
            future.set_exception(error)
