"""Rows that were read or written lately, so that the process that owns the file need not ask SQLite for them again.

A step asks for its business, its person and its conversation several times over, and each question to SQLite costs
more than reading the text that it answers. Rows are kept as their text: every caller gets a document of its own.

What is here is what is committed. The writer's thread hides a commit's rows before the commit becomes visible and
shows them after it; what the loop's thread has read meanwhile is not taken, since it may be older.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from threading import Lock

Row = tuple[int, str]  # version, text
Key = tuple[str, str]  # collection, id

ROOM = 24_000_000  # characters of text
NEVER = frozenset({"journal"})  # written once, read by people


class Kept:
    """Least recently used rows go first when there is no room."""

    def __init__(self, room: int = ROOM) -> None:
        self._room = room
        self._rows: OrderedDict[Key, Row] = OrderedDict()
        self._size = 0
        self._hidden: frozenset[Key] | None = frozenset()  # of the commit under way; None: any row at all
        self._commits = 0
        self._lock = Lock()

    def get(self, key: Key) -> Row | None:
        """None when it is not known here, whether it exists or not."""
        with self._lock:
            row = self._rows.get(key)
            if row is not None:
                self._rows.move_to_end(key)
            return row

    @property
    def commits(self) -> int:
        """To be asked before reading what is then given to `learn`."""
        return self._commits

    def learn(self, key: Key, row: Row, since: int) -> None:
        """A row that was read from the file, unless a commit has ended `since` or is just becoming visible."""
        with self._lock:
            if since == self._commits and self._hidden is not None and key not in self._hidden:
                self._put(key, row)

    def hide(self, keys: frozenset[Key] | None) -> None:
        """These are about to change. None: nobody knows which."""
        with self._lock:
            self._hidden = keys
            if keys is None:
                self._rows.clear()
                self._size = 0
                return
            for key in keys:
                self._drop(key)

    def show(self, rows: Mapping[Key, Row | None]) -> None:
        """The commit is over: these rows are what it wrote (None: deleted). Nothing when it failed."""
        with self._lock:
            self._commits += 1
            self._hidden = frozenset()
            for key, row in rows.items():
                if row is not None:
                    self._put(key, row)

    def _put(self, key: Key, row: Row) -> None:
        if key[0] in NEVER:
            return
        self._drop(key)
        self._rows[key] = row
        self._size += len(row[1])
        while self._size > self._room:
            self._size -= len(self._rows.popitem(last=False)[1][1])

    def _drop(self, key: Key) -> None:
        row = self._rows.pop(key, None)
        if row is not None:
            self._size -= len(row[1])
