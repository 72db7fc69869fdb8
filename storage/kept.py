"""Rows that were read or written lately, so that the process that owns the file need not ask SQLite for them again.

A step asks for its business, its person and its conversation several times over, and each question to SQLite costs
more than reading the text that it answers. Rows are kept as their text: every caller gets a document of its own.

Beside them stand the answers to whole questions (which clicks has this person made?), each until its collection is
written to: what is asked at every message and hardly ever changes.

What is here is what is committed. The writer's thread hides a commit's rows before the commit becomes visible and
shows them after it; what the loop's thread has read meanwhile is not taken, since it may be older.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from threading import Lock
from typing import Any

Row = tuple[int, str]  # version, text
Key = tuple[str, str]  # collection, id
Question = tuple[str, tuple[Any, ...]]  # SQL, its parameters
Answer = list[tuple[str, int, str]]  # id, version, text

ROOM = 24_000_000  # characters of text
ANSWERS = 4_000_000  # the same, of answers; with no room left for one, all of them go
NEVER = frozenset({"journal"})  # written once, read by people


class Kept:
    """Least recently used rows go first when there is no room."""

    def __init__(self, room: int = ROOM) -> None:
        self._room = room
        self._rows: OrderedDict[Key, Row] = OrderedDict()
        self._size = 0
        self._answers: dict[str, dict[Question, Answer]] = {}  # by collection
        self._answered = 0  # characters of them
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

    def answer(self, collection: str, question: Question) -> Answer | None:
        """None when nobody has asked since the collection was last written to."""
        with self._lock:
            known = self._answers.get(collection)
            return known.get(question) if known is not None else None

    def learn_answer(self, collection: str, question: Question, answer: Answer, since: int) -> None:
        """As `learn` does: not what a commit under way, or one that ended `since`, may have changed."""
        with self._lock:
            if since != self._commits or self._hidden is None or any(key[0] == collection for key in self._hidden):
                return
            answers = self._answers.setdefault(collection, {})
            before = answers.pop(question, None)
            self._answered += _size(answer) - (_size(before) if before is not None else 0)
            if self._answered > ANSWERS:
                self._answers = {collection: (answers := {})}
                self._answered = _size(answer)
            answers[question] = answer

    def hide(self, keys: frozenset[Key] | None) -> None:
        """These are about to change. None: nobody knows which."""
        with self._lock:
            self._hidden = keys
            if keys is None:
                self._rows.clear()
                self._answers.clear()
                self._size = self._answered = 0
                return
            for key in keys:
                self._drop(key)
            for collection in {collection for collection, _ in keys}:
                gone = self._answers.pop(collection, {})
                self._answered -= sum(map(_size, gone.values()))

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


def _size(answer: Answer) -> int:
    """In characters, and something for the question itself: that nothing was found takes room as well."""
    return 200 + sum(len(text) for _, _, text in answer)
