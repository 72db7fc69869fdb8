"""Counts and sums as SQLite's SQL over JSON text: what is read of each document, and what is made of it.

An index that carries all that a sum reads is read alone (`storage.collections`): the documents stay closed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from storage import compiled
from storage.base import Target
from storage.codec import MARK
from storage.collections import Index
from storage.query import All, Compare, Node
from storage.store import Bucket, Metric

_TO_THE_MINUTE = len(MARK + "2026-11-23T09:30")


def aggregate(
    target: Target, group: tuple[str | Bucket, ...], metrics: Mapping[str, Metric]
) -> tuple[str, list[Any], list[str]]:
    """Statement, parameters, and column names; a plain group has a second column "<name>?": was it a boolean?

    What is summed is first read in a query of its own (the LIMIT keeps SQLite from melting the two into one): only so
    does it take the values of an index that carries them from the index. Otherwise it opens and parses each document,
    which takes ten times as long.
    """
    read = _Read()
    keys: list[str] = []
    names: list[str] = []
    values: list[Any] = []
    for item in group:
        if isinstance(item, Bucket):
            # to the minute, so that the same few thousand moments are asked for again and again (`file.connect`)
            keys.append(f"bucket(substr({read.value(item.field)}, 1, {_TO_THE_MINUTE}), ?, ?)")
            values += [item.by, item.zone]
            names.append(item.field)
        else:
            keys += [read.value(item), f"coalesce({read.is_bool(item)}, 0)"]
            names += [item, f"{item}?"]
    columns = [*keys, *(_metric(metric, read) for metric in metrics.values())]
    where = compiled.Where(target.collection)
    condition = where.sql(target.node)
    index = _summing(target, read.fields)
    by = f" INDEXED BY {compiled.index_name(target.collection, index)}" if index is not None else ""
    inner = f"SELECT {read.columns} FROM {target.collection.name}{by} WHERE {condition} LIMIT -1"
    sql = f"SELECT {', '.join(columns)} FROM ({inner})"
    if keys:
        sql += f" GROUP BY {', '.join(str(place + 1) for place in range(len(keys)))}"
    return sql, values + where.values, [*names, *metrics]


class _Read:
    """The columns that a sum reads of each document, each once: values "v0", and their kinds in JSON "k0"."""

    def __init__(self) -> None:
        self._columns: dict[str, str] = {}
        self.fields: set[str] = set()

    def value(self, field: str) -> str:
        self.fields.add(field)
        return self._columns.setdefault(compiled.column(field), f"v{len(self._columns)}")

    def _kind(self, field: str) -> str:
        self.fields.add(field)
        return self._columns.setdefault(compiled.type_of(field), f"k{len(self._columns)}")

    def is_bool(self, field: str) -> str:
        return "0" if field in compiled.COLUMNS else f"{self._kind(field)} IN ('true', 'false')"

    def is_number(self, field: str) -> str:
        if field in compiled.COLUMNS:
            return compiled.is_number(field)
        return f"{self._kind(field)} IN ('integer', 'real')"

    @property
    def columns(self) -> str:
        return ", ".join(f"{column} AS {name}" for column, name in self._columns.items()) or "1"


def _metric(metric: Metric, read: _Read) -> str:
    if metric.kind == "count":
        return "count(*)"
    number = f"CASE WHEN {read.is_number(metric.field)} THEN {read.value(metric.field)} END"
    return f"coalesce(sum({number}), 0)" if metric.kind == "sum" else f"{metric.kind}({number})"


def _summing(target: Target, read: set[str]) -> Index | None:
    """The index that carries all that is asked for and read, and narrows it down best; None when there is none."""
    equal, ranged, named = _narrowing(target.node)
    found: tuple[int, Index] | None = None
    for index in target.collection.indexes:
        if not index.carries or not (read | named) <= {name.lstrip("-") for name in index.fields} | set(index.carries):
            continue
        length = next((place for place, name in enumerate(index.fields) if name not in equal), len(index.fields))
        good = 2 * length + (length < len(index.fields) and index.fields[length] in ranged)
        if length and (found is None or good > found[0]):
            found = (good, index)
    return found[1] if found is not None else None


def _narrowing(node: Node) -> tuple[set[str], set[str], set[str]]:
    """The fields that must equal a value, those that lie in a range, and all that are named."""
    if isinstance(node, Compare):
        equal = {node.field} if node.op == "eq" and node.value is not None else set()
        ranged = {node.field} if node.op in compiled.SIGNS else set()
        return equal, ranged, {node.field}
    parts = [_narrowing(part) for part in node.parts]
    named = {name for part in parts for name in part[2]}
    if not isinstance(node, All):
        return set(), set(), named
    return {name for part in parts for name in part[0]}, {name for part in parts for name in part[1]}, named
