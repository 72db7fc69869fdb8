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
from storage.transaction import Transaction

MANY = 64  # inserts in one statement, at most


class Inserts:
    """Inserts into one collection that follow one another, as one statement. Their texts were made when they were
    asked for, so that bad values are refused there.
    """

    def __init__(self, ops: list[Prepared]) -> None:
        self._ops = ops
        self._documents = [op.document or {} for op in ops]
        self._texts = [encode(document) for document in self._documents]

    def run(self, transaction: Transaction) -> list[Document | None]:
        if transaction.careful:
            for op, text in zip(self._ops, self._texts, strict=True):
                _insert(transaction, op, op.id, text)
        else:
            self._together(transaction)
        return [{**document, "version": 1} for document in self._documents]

    def _together(self, transaction: Transaction) -> None:
        """One of them may be refused without saying which: the batch is then done again, with care."""
        table, values = self._ops[0].collection.name, ", ".join(["(?, 1, ?)"] * len(self._ops))
        parameters = [part for op, text in zip(self._ops, self._texts, strict=True) for part in (op.id, text)]
        transaction.execute(f"INSERT INTO {table} (id, version, doc) VALUES {values}", parameters)
        for op, text in zip(self._ops, self._texts, strict=True):
            transaction.wrote(table, op.id, (1, text))


def planned(ops: list[Prepared]) -> list[Inserts | Prepared]:
    """The operations in their order, with neighbouring inserts put together."""
    plan: list[Inserts | Prepared] = []
    together: list[Prepared] = []
    for op in ops:
        if op.verb == "insert" and (not together or op.collection is together[0].collection) and len(together) < MANY:
            together.append(op)
            continue
        if together:
            plan.append(Inserts(together))
            together = []
        if op.verb == "insert":
            together.append(op)
        else:
            plan.append(op)
    if together:
        plan.append(Inserts(together))
    return plan


def carried_out(transaction: Transaction, plan: list[Inserts | Prepared]) -> list[Document | None]:
    """The documents after the operations, in their order."""
    done: list[Document | None] = []
    for part in plan:
        if isinstance(part, Inserts):
            done += part.run(transaction)
        else:
            done.append(run(transaction, part))
    return done


def run(transaction: Transaction, op: Prepared) -> Document | None:
    """One update, upsert or delete."""
    table = op.collection.name
    if op.verb == "delete" and op.expect is None:
        mine = f" AND {compiled.column(op.owner[0])} = ?" if op.owner is not None else ""
        values = (op.id, *([op.owner[1]] if op.owner else []))
        if transaction.execute(f"DELETE FROM {table} WHERE id = ?{mine}", values).rowcount:
            transaction.wrote(table, op.id, None)
        return None
    if op.verb == "upsert" and not transaction.known(table, op.id)[0]:
        made = _made(transaction, op)
        if made is not None:
            return made
    row = transaction.read(table, op.id)
    document = decode(op.id, *row) if row is not None else None
    foreign = document is not None and op.foreign(document)
    if op.verb == "upsert":
        if foreign:
            raise op.conflict("the id is taken", "_id")
        return _upsert(transaction, op, document)
    if document is None or foreign:
        raise op.conflict("it is not there", "missing")
    if op.expect is not None and document["version"] != op.expect:
        raise op.conflict(f"it has version {document['version']}, not {op.expect}", "version")
    if op.verb == "delete":
        transaction.execute(f"DELETE FROM {table} WHERE id = ?", (op.id,))
        transaction.wrote(table, op.id, None)
        return None
    if op.when is not None and not matches(op.when, document):
        raise op.conflict("it is not as 'when' says", "when")
    return _rewrite(transaction, op, document)


def _upsert(transaction: Transaction, op: Prepared, document: Document | None) -> Document:
    if document is not None:
        return _rewrite(transaction, op, document)
    document = {"_id": op.id}
    _apply(op, document, inserting=True)
    _insert(transaction, op, op.id, encode(document))
    document["version"] = 1
    return document


def _made(transaction: Transaction, op: Prepared) -> Document | None:
    """An upsert's document if it is new, with one statement where asking first would take two; None if it is not."""
    document: Document = {"_id": op.id}
    _apply(op, document, inserting=True)
    text, table = encode(document), op.collection.name
    sql = f"INSERT INTO {table} (id, version, doc) VALUES (?, 1, ?) ON CONFLICT (id) DO NOTHING"
    try:
        if not transaction.execute(sql, (op.id, text)).rowcount:
            return None
    except sqlite3.IntegrityError as error:
        raise _taken(op, error) from error
    transaction.wrote(table, op.id, (1, text))
    document["version"] = 1
    return document


def _rewrite(transaction: Transaction, op: Prepared, document: Document) -> Document:
    _apply(op, document, inserting=False)
    document["version"] += 1
    table, row = op.collection.name, (document["version"], encode(document))
    try:
        transaction.execute(f"UPDATE {table} SET version = ?, doc = ? WHERE id = ?", (*row, op.id))
    except sqlite3.IntegrityError as error:
        raise _taken(op, error) from error
    transaction.wrote(table, op.id, row)
    return document


def _apply(op: Prepared, document: Document, *, inserting: bool) -> None:
    try:
        changing.apply(document, op.changes, inserting=inserting)
    except Conflict as error:
        raise op.conflict(str(error), error.key) from error


def _insert(transaction: Transaction, op: Prepared, id: str, text: str) -> None:
    try:
        transaction.execute(f"INSERT INTO {op.collection.name} (id, version, doc) VALUES (?, 1, ?)", (id, text))
    except sqlite3.IntegrityError as error:
        raise _taken(op, error) from error
    transaction.wrote(op.collection.name, id, (1, text))


def _taken(op: Prepared, error: sqlite3.IntegrityError) -> Conflict:
    """SQLite says "UNIQUE constraint failed: index 'journal__machine_seq'", or "...: journal.id"."""
    _, _, index = str(error).partition("__")
    key = index.rstrip("'") or "_id"
    return op.conflict("the id is taken" if key == "_id" else f"another document has the same {key}", key)


def claim(transaction: Transaction, target: Target, changes: tuple[Changed, ...]) -> Document | None:
    row = transaction.execute(*compiled.select(target)).fetchone()
    if row is None:
        return None
    op = Prepared(0, "claim", target.collection, row[0], changes=changes)
    return _rewrite(transaction, op, decode(*row))
