"""Parsed filters, changes and groupings in MongoDB's own words. Pure: imports nothing of the driver."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from storage.base import Target
from storage.changes import Changed
from storage.collections import Index
from storage.query import All, Compare, Node
from storage.store import Bucket, Document, Metric

_CHANGES = {
    "set": "$set",
    "unset": "$unset",
    "inc": "$inc",
    "push": "$push",
    "pull": "$pull",
    "add_to_set": "$addToSet",
    "set_on_insert": "$setOnInsert",
}
_FORMATS = {"day": "%Y-%m-%d", "hour": "%Y-%m-%dT%H"}


def where(node: Node) -> Document:
    if isinstance(node, Compare):
        return _compare(node)
    parts = [where(part) for part in node.parts]
    if isinstance(node, All):
        parts = [part for part in parts if part]
        return {"$and": parts} if len(parts) > 1 else parts[0] if parts else {}
    return {"$or": parts}


def _compare(node: Compare) -> Document:
    match node.op:
        case "contains":
            return {node.field: {"$elemMatch": {"$eq": node.value}}}
        case "prefix":
            end = _next(node.value)
            return {node.field: {"$gte": node.value, **({"$lt": end} if end else {})}}
        case "in":
            return {node.field: {"$in": list(node.value)}}
    return {node.field: {f"${node.op}": node.value}}


def _next(prefix: str) -> str:
    """The least text greater than everything that begins with `prefix`; "" where there is none."""
    while prefix:
        code = ord(prefix[-1]) + 1
        if code <= 0x10FFFF:
            return prefix[:-1] + chr(0xE000 if 0xD800 <= code < 0xE000 else code)
        prefix = prefix[:-1]
    return ""


def update(changes: tuple[Changed, ...], *, upsert: bool = False) -> Document:
    """The update document. `version` counts up; an upsert's first version comes of counting from nothing."""
    result: Document = {"$inc": {"version": 1}}
    for change in changes:
        if change.verb != "set_on_insert" or upsert:
            result.setdefault(_CHANGES[change.verb], {})[change.field] = change.value
    if "$unset" in result:
        result["$unset"] = dict.fromkeys(result["$unset"], "")
    return result


def pipeline(target: Target, group: tuple[str | Bucket, ...], metrics: Mapping[str, Metric]) -> list[Document]:
    """Groups and metrics are numbered (g0, m0), since names may have dots."""
    key = {f"g{place}": _group(item) for place, item in enumerate(group)}
    totals: Document = {f"m{place}": _metric(metric) for place, metric in enumerate(metrics.values())}
    return [{"$match": where(target.node)}, {"$group": {"_id": key or None, **totals}}]


def groups(rows: list[Document], group: tuple[str | Bucket, ...], metrics: Mapping[str, Metric]) -> list[Document]:
    names = [item.field if isinstance(item, Bucket) else item for item in group]
    if not names and not rows:  # nothing matched: one group of nothing, as SQL has it
        return [{name: 0 if metric.kind in ("count", "sum") else None for name, metric in metrics.items()}]
    return [
        {
            **{name: row["_id"].get(f"g{place}") for place, name in enumerate(names)},
            **{name: row[f"m{place}"] for place, name in enumerate(metrics)},
        }
        for row in rows
    ]


def _group(item: str | Bucket) -> Any:
    if isinstance(item, str):
        return {"$ifNull": [f"${item}", None]}
    field = f"${item.field}"
    cut = {"$dateToString": {"date": field, "format": _FORMATS[item.by], "timezone": item.zone}}
    return {"$cond": [{"$eq": [{"$type": field}, "date"]}, cut, None]}


def _metric(metric: Metric) -> Document:
    if metric.kind == "count":
        return {"$sum": 1}
    field = f"${metric.field}"
    number = {"$in": [{"$type": field}, ["int", "long", "double"]]}
    return {f"${metric.kind}": {"$cond": [number, field, 0 if metric.kind == "sum" else None]}}


def index_keys(index: Index) -> list[tuple[str, int]]:
    """What it is ordered by, and what it carries behind that, so that the server answers sums from it alone."""
    return [*index.order(), *((field, 1) for field in index.carries)]


def index_options(index: Index) -> Document:
    options: Document = {"name": index.name}
    if index.unique:
        options["unique"] = True
    if index.only:
        options["partialFilterExpression"] = {field: {"$gt": ""} for field in index.only}
    if index.expire_after is not None:
        options["expireAfterSeconds"] = int(index.expire_after.total_seconds())
    return options
