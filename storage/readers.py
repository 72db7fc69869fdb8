"""Threads that read the SQLite file, each on its own WAL snapshot, while the writer writes."""

from __future__ import annotations

import asyncio
import queue
import sqlite3
import threading
from collections.abc import Callable
from typing import Any

from storage.errors import StoreError, Unavailable
from storage.writer import Outcome, answer

READERS = 3
TOGETHER = 16  # reads that one thread takes before it answers
Work = Callable[[sqlite3.Connection], Any]


class Readers:
    """A few reading threads behind one queue."""

    def __init__(self, connect: Callable[[], sqlite3.Connection], loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._queue: queue.SimpleQueue[tuple[Work, asyncio.Future[Any]] | None] = queue.SimpleQueue()
        self._closed = False
        connections = [connect() for _ in range(READERS)]
        self._threads = [
            threading.Thread(target=self._run, args=(connection,), name=f"sqlite-reader-{place}", daemon=True)
            for place, connection in enumerate(connections)
        ]
        for thread in self._threads:
            thread.start()

    def submit(self, work: Work) -> asyncio.Future[Any]:
        if self._closed:
            raise Unavailable("the store is closed")
        future: asyncio.Future[Any] = self._loop.create_future()
        self._queue.put((work, future))
        return future

    def close(self) -> None:
        self._closed = True
        for _ in self._threads:
            self._queue.put(None)
        for thread in self._threads:
            thread.join()

    def _run(self, connection: sqlite3.Connection) -> None:
        open_ = True
        while open_:
            item = self._queue.get()
            outcomes: list[Outcome] = []
            while item is not None:
                outcomes.append(self._one(connection, *item))
                if len(outcomes) == TOGETHER or self._queue.empty():
                    break
                try:
                    item = self._queue.get_nowait()
                except queue.Empty:
                    break
            open_ = item is not None
            if outcomes:
                self._loop.call_soon_threadsafe(answer, outcomes)
        connection.close()

    @staticmethod
    def _one(connection: sqlite3.Connection, work: Work, future: asyncio.Future[Any]) -> Outcome:
        try:
            return future, work(connection), None
        except StoreError as error:
            return future, None, error
        except Exception as error:
            failure = Unavailable(f"nothing was read: {error}")
            failure.__cause__ = error
            return future, None, failure
