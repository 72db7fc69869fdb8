"""How prepared operations act on SQLite's rows. Runs in the writer's thread, inside the job's SAVEPOINT.

An update reads the row, changes the document in Python and writes it back: nobody else writes in between.
"""

from __future__ import annotations

import sqlite3

from storage import changes as changing
from storage import compiled
from storage.base import Prepared, Target
from storage.changes import Changed
from storage.codec import decode, encode
from storage.errors import Conflict
from storage.query import matches
from storage.store import Document


def body(document: Document) -> str:
    """The JSON text of a document: `_id` and `version` have columns of their own."""
    return encode({name: value for name, value in document.items() if name not in ("_id", "version")})


class InsertText:
    """An insert whose text was made when it was asked for, so that bad values are refused there."""

    def __init__(self, op: Prepared) -> None:
        if op.document is None:
            raise ValueError("an insert needs its document")
        self.op = op
        self.document = op.document
        self.text = body(op.document)

    def run(self, connection: sqlite3.Connection) -> Document:
        _insert(connection, self.op, self.op.id, self.text)
        self.document["version"] = 1
        return self.document


def run(connection: sqlite3.Connection, op: Prepared) -> Document | None:
    """One update, upsert or delete."""
    table = op.collection.name
    if op.verb == "delete" and op.expect is None:
        mine = f" AND {compiled.column(op.owner[0])} = ?" if op.owner is not None else ""
        connection.execute(f"DELETE FROM {table} WHERE id = ?{mine}", (op.id, *([op.owner[1]] if op.owner else [])))
        return None
    row = connection.execute(f"SELECT version, doc FROM {table} WHERE id = ?", (op.id,)).fetchone()
    document = decode(op.id, *row) if row is not None else None
    foreign = document is not None and op.foreign(document)
    if op.verb == "upsert":
        if foreign:
            raise op.conflict("the id is taken", "_id")
        return _upsert(connection, op, document)
    if document is None or foreign:
        raise op.conflict("it is not there", "missing")
    if op.expect is not None and document["version"] != op.expect:
        raise op.conflict(f"it has version {document['version']}, not {op.expect}", "version")
    if op.verb == "delete":
        connection.execute(f"DELETE FROM {table} WHERE id = ?", (op.id,))
        return None
    if op.when is not None and not matches(op.when, document):
        raise op.conflict("it is not as 'when' says", "when")
    return _rewrite(connection, op, document)


def _upsert(connection: sqlite3.Connection, op: Prepared, document: Document | None) -> Document:
    if document is not None:
        return _rewrite(connection, op, document)
    document = {"_id": op.id}
    _apply(op, document, inserting=True)
    _insert(connection, op, op.id, body(document))
    document["version"] = 1
    return document


def _rewrite(connection: sqlite3.Connection, op: Prepared, document: Document) -> Document:
    _apply(op, document, inserting=False)
    document["version"] += 1
    try:
        connection.execute(
            f"UPDATE {op.collection.name} SET version = ?, doc = ? WHERE id = ?",
            (document["version"], body(document), op.id),
        )
    except sqlite3.IntegrityError as error:
        raise _taken(op, error) from error
    return document


def _apply(op: Prepared, document: Document, *, inserting: bool) -> None:
    try:
        changing.apply(document, op.changes, inserting=inserting)
    except Conflict as error:
        raise op.conflict(str(error), error.key) from error


def _insert(connection: sqlite3.Connection, op: Prepared, id: str, text: str) -> None:
    try:
        connection.execute(f"INSERT INTO {op.collection.name} (id, version, doc) VALUES (?, 1, ?)", (id, text))
    except sqlite3.IntegrityError as error:
        raise _taken(op, error) from error


def _taken(op: Prepared, error: sqlite3.IntegrityError) -> Conflict:
    """SQLite says "UNIQUE constraint failed: index 'journal__machine_seq'", or "...: journal.id"."""
    _, _, index = str(error).partition("__")
    key = index.rstrip("'") or "_id"
    return op.conflict("the id is taken" if key == "_id" else f"another document has the same {key}", key)


def claim(connection: sqlite3.Connection, target: Target, changes: tuple[Changed, ...]) -> Document | None:
    row = connection.execute(*compiled.select(target)).fetchone()
    if row is None:
        return None
    op = Prepared(0, "claim", target.collection, row[0], changes=changes)
    return _rewrite(connection, op, decode(*row))
