"""What the writer's thread has before it: the connection, and the rows as the batch under way has left them.

A row that is kept in memory, or that an earlier job of the batch has written, is not asked for: each question to
SQLite lets go of the interpreter lock, and getting it back from a busy event loop can take milliseconds.
"""

from __future__ import annotations

import sqlite3

from storage.kept import Kept, Key, Row

_UNKNOWN = object()


class Transaction:
    """One batch. Its jobs come one after the other; each ends with `job_done` or `job_failed`."""

    def __init__(self, connection: sqlite3.Connection, kept: Kept, *, careful: bool) -> None:
        self.execute = connection.execute
        self.careful = careful  # whether each operation has to say for itself what was wrong with it
        self.rows: dict[Key, Row | None] = {}  # as written by the jobs that ended; None: deleted
        self._kept = kept
        self._job: dict[Key, Row | None] = {}
        self._blind = False

    @property
    def keys(self) -> frozenset[Key] | None:
        """What the batch has changed; None when that is not known."""
        return None if self._blind else frozenset(self.rows)

    def job_done(self) -> None:
        if self._blind:
            self.rows = {}
        else:
            self.rows.update(self._job)
        self._job = {}

    def job_failed(self) -> None:
        """What the job did was undone."""
        self._job = {}

    def read(self, collection: str, id: str) -> Row | None:
        """The row as it is now; None when there is none."""
        known, row = self.known(collection, id)
        if known:
            return row
        found = self.execute(f"SELECT version, doc FROM {collection} WHERE id = ?", (id,)).fetchone()
        return None if found is None else (found[0], found[1])

    def known(self, collection: str, id: str) -> tuple[bool, Row | None]:
        """Whether it is known without asking SQLite how the row is, and then how (None: there is none)."""
        if self._blind:
            return False, None
        key = (collection, id)
        row = self._job.get(key, self.rows.get(key, _UNKNOWN))
        if row is not _UNKNOWN:
            return True, row  # type: ignore[return-value]
        kept = self._kept.get(key)
        return kept is not None, kept

    def wrote(self, collection: str, id: str, row: Row | None) -> None:
        """A statement has left this row so (None: deleted it)."""
        self._job[(collection, id)] = row

    def lost_track(self) -> None:
        """A statement has changed rows without saying which."""
        self._blind = True
