"""Parsed filters and orders as SQLite's SQL over JSON text. Values are parameters; field names are checked.

A comparison names the kind that it holds for, since SQLite orders numbers before texts and knows no booleans: the
index serves the range, a look at the JSON's own type settles what the range cannot tell.
"""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from typing import Any

from storage.base import Target
from storage.codec import MARK, encode_scalar
from storage.collections import Collection, Index
from storage.query import All, Compare, Node

SIGNS = {"lt": "<", "lte": "<=", "gt": ">", "gte": ">="}
_FIRST_MOMENT, _LAST_MOMENT = MARK + "0", MARK + ":"  # every encoded datetime lies between
COLUMNS = {"_id": "id", "version": "version"}


@lru_cache(maxsize=8192)  # the same few hundred names, in every question
def column(field: str) -> str:
    """The expression that an index holds. Field names are checked by `query.check_field`, so they need no escape."""
    return COLUMNS.get(field) or f"json_extract(doc, '{_path(field)}')"


def _path(field: str) -> str:
    return "$" + "".join(f'."{part}"' for part in field.split("."))


@lru_cache(maxsize=8192)
def type_of(field: str) -> str:
    return f"json_type(doc, '{_path(field)}')"


class Where:
    """A condition under construction: SQL and its parameters."""

    def __init__(self, collection: Collection) -> None:
        self.values: list[Any] = []
        self._only = {field for index in collection.indexes for field in index.only}

    def sql(self, node: Node) -> str:
        if isinstance(node, Compare):
            return self._compare(node)
        joined = " AND " if isinstance(node, All) else " OR "
        parts = [self.sql(part) for part in node.parts]
        return f"({joined.join(parts)})" if parts else ("1" if isinstance(node, All) else "0")

    def _param(self, value: Any) -> str:
        self.values.append(encode_scalar(value))
        return "?"

    def _compare(self, node: Compare) -> str:
        field, value = node.field, node.value
        match node.op:
            case "eq":
                return self._equal(field, value)
            case "ne":
                return f"NOT coalesce({self._equal(field, value)}, 0)"
            case "in":
                return self._in(field, value)
            case "exists":
                here = "id" if field == "_id" else "version" if field == "version" else type_of(field)
                return f"{here} IS {'NOT ' if value else ''}NULL"
            case "prefix":
                return self._prefix(field, value)
            case "contains":
                return self._contains(field, value)
        return self._ordered(field, SIGNS[node.op], value)

    def _equal(self, field: str, value: Any) -> str:
        name = column(field)
        if value is None:
            return f"{name} IS NULL"
        if isinstance(value, bool):
            return f"({name} = {int(value)} AND {_is_bool(field)})"
        equal = f"{name} = {self._param(value)}"
        if isinstance(value, int | float):
            return f"({equal} AND {is_number(field)})"
        if isinstance(value, str) and value[:1] in ("[", "{"):
            equal += f" AND {_is_text(field)}"  # an array or object is extracted as such a text
        # a term that the partial index states, so that the planner sees that it may use it
        return f"({equal} AND {_filled(name)})" if field in self._only and value and isinstance(value, str) else equal

    def _in(self, field: str, values: tuple[Any, ...]) -> str:
        texts = [value for value in values if isinstance(value, str | datetime)]
        parts = [self._equal(field, value) for value in values if not isinstance(value, str | datetime)]
        if texts:
            held = f"{column(field)} IN ({', '.join([self._param(value) for value in texts])})"
            parts.append(f"({held} AND {_is_text(field)})")
        return f"({' OR '.join(parts)})" if parts else "0"

    def _ordered(self, field: str, sign: str, value: Any) -> str:
        name = column(field)
        bound = f"{name} {sign} {self._param(value)}"
        upward = sign[0] == ">"
        if isinstance(value, datetime):
            other = f"{name} < {self._raw(_LAST_MOMENT)}" if upward else f"{name} >= {self._raw(_FIRST_MOMENT)}"
            return f"({bound} AND {other})"
        if isinstance(value, str):
            floor = "" if upward else f" AND {name} >= ''"
            return f"({bound}{floor} AND {self._no_moment(name)} AND {_is_text(field)})"
        ceiling = f" AND {name} < ''" if upward else ""
        return f"({bound}{ceiling} AND {is_number(field)})"

    def _prefix(self, field: str, prefix: str) -> str:
        name = column(field)
        last = encode_scalar(prefix)
        end = _next(last)
        low = f"{name} >= {self._raw(last)}"
        high = f" AND {name} < {self._raw(end)}" if end else ""
        return f"({low}{high} AND {self._no_moment(name)} AND {_is_text(field)})"

    def _contains(self, field: str, value: Any) -> str:
        each = f"json_each(CASE WHEN {type_of(field)} = 'array' THEN doc ELSE '[]' END, '{_path(field)}')"
        if isinstance(value, bool):
            held = f"type = '{str(value).lower()}'"
        elif isinstance(value, int | float):
            held = f"type IN ('integer', 'real') AND value = {self._param(value)}"
        else:
            held = f"type = 'text' AND value = {self._param(value)}"
        return f"EXISTS (SELECT 1 FROM {each} WHERE {held})"

    def _raw(self, value: str) -> str:
        self.values.append(value)
        return "?"

    def _no_moment(self, name: str) -> str:
        return f"NOT ({name} >= {self._raw(_FIRST_MOMENT)} AND {name} < {self._raw(_LAST_MOMENT)})"


def _filled(name: str) -> str:
    """A text that is not empty: numbers sort before every text, and datetimes lie in a range of their own."""
    return f"{name} > '' AND {name} NOT BETWEEN char(1,48) AND char(1,58)"


def _is_bool(field: str) -> str:
    return "0" if field in COLUMNS else f"{type_of(field)} IN ('true', 'false')"


def is_number(field: str) -> str:
    return "1" if field == "version" else f"{type_of(field)} IN ('integer', 'real')" if field != "_id" else "0"


def _is_text(field: str) -> str:
    return "1" if field in COLUMNS else f"{type_of(field)} = 'text'"


def _next(prefix: str) -> str:
    """The least text greater than everything that begins with `prefix`; "" where there is none."""
    while prefix:
        code = ord(prefix[-1]) + 1
        if code <= 0x10FFFF:
            return prefix[:-1] + chr(0xE000 if 0xD800 <= code < 0xE000 else code)
        prefix = prefix[:-1]
    return ""


def select(target: Target) -> tuple[str, list[Any]]:
    where = Where(target.collection)
    sql = f"SELECT id, version, doc FROM {target.collection.name} WHERE {where.sql(target.node)}"
    if target.order:
        sql += " ORDER BY " + ", ".join(f"{column(name)}{' DESC' if way < 0 else ''}" for name, way in target.order)
    if target.limit:
        sql += f" LIMIT {target.limit}"
    return sql, where.values


def count(target: Target) -> tuple[str, list[Any]]:
    where = Where(target.collection)
    return f"SELECT count(*) FROM {target.collection.name} WHERE {where.sql(target.node)}", where.values


def delete(target: Target, limit: int) -> tuple[str, list[Any]]:
    where = Where(target.collection)
    name = target.collection.name
    inner = f"SELECT rowid FROM {name} WHERE {where.sql(target.node)} LIMIT {limit}"
    return f"DELETE FROM {name} WHERE rowid IN ({inner})", where.values


def create_table(collection: Collection) -> str:
    return (
        f"CREATE TABLE IF NOT EXISTS {collection.name} "
        "(id TEXT PRIMARY KEY NOT NULL, version INTEGER NOT NULL, doc TEXT NOT NULL)"
    )


def index_name(collection: Collection, index: Index) -> str:
    return f"{collection.name}__{index.name}"


def create_index(collection: Collection, index: Index) -> str:
    keys = ", ".join(f"{column(field)}{' DESC' if way < 0 else ''}" for field, way in index.order())
    keys += "".join(f", {column(field)}, {type_of(field)}" for field in index.carries)
    conditions = [_filled(column(field)) for field in index.only]
    if index.expire_after is not None:
        conditions.append(f"{column(index.fields[0])} IS NOT NULL")
    where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
    unique = "UNIQUE " if index.unique else ""
    return f"CREATE {unique}INDEX {index_name(collection, index)} ON {collection.name} ({keys}){where}"
