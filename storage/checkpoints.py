"""Writing the log (WAL) back into the SQLite file, from a thread and a connection of its own.

SQLite would do it within whichever commit finds the log long, and everybody who waits for that commit would wait for
it too: tens of milliseconds, several times a second under load. A passive checkpoint beside the writer holds up nobody.
It cannot take what is written meanwhile, so a log that never rests grows on; the writer's own bound (`LONG`) is what
it meets then, with little left to do.
"""

from __future__ import annotations

import sqlite3
import threading

from storage.errors import Unavailable

EVERY = 100  # batches
LONG = 20_000  # pages in the log after which the writer writes them back itself
PATIENCE = 20  # attempts at an empty log, each of which waits for writers and readers


class Checkpoints:
    """Told of each batch that was committed."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._batches = 0
        self._wanted = threading.Event()
        self._closing = False
        self._one = threading.Lock()  # SQLite refuses a second checkpoint beside the first
        self._thread = threading.Thread(target=self._run, name="sqlite-checkpoints", daemon=True)
        self._thread.start()

    def committed(self) -> None:
        """In the writer's thread."""
        self._batches += 1
        if self._batches >= EVERY:
            self._batches = 0
            self._wanted.set()

    def empty(self) -> None:
        """Write everything back and cut the log off. Blocks. Raises `Unavailable` when somebody would not let go."""
        with self._one:
            for _ in range(PATIENCE):
                busy, _, _ = self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
                if not busy:
                    return
        raise Unavailable("the log could not be emptied: somebody is reading or writing all the time")

    def close(self) -> None:
        """Blocks until a checkpoint under way is done."""
        self._closing = True
        self._wanted.set()
        self._thread.join()
        self._connection.close()

    def _run(self) -> None:
        while True:
            self._wanted.wait()
            self._wanted.clear()
            if self._closing:
                return
            with self._one:
                try:
                    self._connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
                except sqlite3.Error:  # the next one, or the writer's own, has another try
                    continue
