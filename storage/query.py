"""The closed list of what can be asked of a store, checked at call time and alike on both backends.

A filter is parsed into a small tree; each backend compiles the tree, and `matches` is its meaning in plain Python
(SQLite judges `Update.when` with it, the tests judge both backends by it).

- A comparison holds only between values of one kind: numbers (never booleans), texts, datetimes, booleans.
- `None` stands for a field that is missing or null; order comparisons never match it.
- A field that holds an array is for `contains` and `exists` only; a path does not walk into arrays.
- Results are ordered by `sort`, then by `_id`; `after` continues behind `cursor(last document, sort)`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from math import isfinite
from typing import Any, Literal

import msgspec

from storage.errors import BadQuery
from storage.store import Bucket, Document, Filter, Metric, Sort

Operator = Literal["eq", "ne", "in", "lt", "lte", "gt", "gte", "exists", "prefix", "contains"]
OPERATORS: tuple[Operator, ...] = ("eq", "ne", "in", "lt", "lte", "gt", "gte", "exists", "prefix", "contains")
LIMIT, IN_LIMIT, COMPARISONS, DEPTH = 10_000, 1_000, 200, 8
_SEGMENT = r"(?!\d+(?:\.|$))[A-Za-z0-9_:-]+"
_FIELD = re.compile(rf"{_SEGMENT}(?:\.{_SEGMENT})*")
_INT64 = 1 << 63
MISSING: Any = object()


class Compare(msgspec.Struct, frozen=True):
    field: str
    op: Operator
    value: Any


class All(msgspec.Struct, frozen=True):
    parts: tuple[Node, ...]


class Either(msgspec.Struct, frozen=True):
    parts: tuple[Node, ...]


Node = Compare | All | Either


def check_field(field: Any) -> str:
    """A field's name, dotted or not. What could mean an array's place or an operator is refused."""
    if type(field) is not str or not _is_field(field):
        raise BadQuery(
            f"{field!r} is no field name: letters, digits, _, : and - with dots between, and no part of digits only"
        )
    return field


@lru_cache(maxsize=8192)  # the same few hundred names, hundreds of times a message
def _is_field(field: str) -> bool:
    return _FIELD.fullmatch(field) is not None


def kind(value: Any) -> str:
    """What a value compares with. `missing` and `null` are alike to filters but not to `exists`."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, int | float):
        return "number"
    if isinstance(value, str):
        return "text"
    if isinstance(value, datetime):
        return "datetime"
    return "missing" if value is MISSING else "compound"


def same(left: Any, right: Any) -> bool:
    return kind(left) == kind(right) and bool(left == right)


def scalar(value: Any, where: str) -> Any:
    """A plain value as it is kept: datetimes in UTC to the millisecond."""
    cls = type(value)
    if cls is str:
        if "\0" in value or not (value.isascii() or _encodable(value)):
            raise BadQuery(f"{where} is compared with a text that holds a NUL or half a character")
        return value
    if value is None or cls is bool:
        return value
    if cls is int and -_INT64 <= value < _INT64:
        return value
    if cls is float and isfinite(value):
        return value
    if isinstance(value, datetime):
        return moment(value, where)
    raise BadQuery(f"{where} cannot hold or be compared with {value!r} ({cls.__name__}): a plain value is needed")


def moment(value: datetime, where: str) -> datetime:
    if value.tzinfo is None:
        raise BadQuery(f"{where} has the datetime {value.isoformat()} without a time zone")
    if value.tzinfo is not UTC:
        value = value.astimezone(UTC)
    if not value.fold and value.microsecond % 1000 == 0:  # as the runtime's clock gives it
        return value
    return value.replace(microsecond=value.microsecond // 1000 * 1000, fold=0)


def _encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def parse_filter(filter: Filter) -> All:
    node = _parse(filter, 0)
    if _size(node) > COMPARISONS:
        raise BadQuery(f"a filter has at most {COMPARISONS} comparisons")
    return node


def _parse(filter: Any, depth: int) -> All:
    if type(filter) is not dict and not isinstance(filter, Mapping):
        raise BadQuery(f"a filter is a mapping of fields, not {type(filter).__name__}")
    if depth > DEPTH:
        raise BadQuery(f"a filter is at most {DEPTH} levels deep")
    parts: list[Node] = []
    for name, wanted in filter.items():
        if name in ("and", "or"):
            if not isinstance(wanted, list | tuple) or not wanted:
                raise BadQuery(f"{name!r} takes a list of at least one filter")
            inner = tuple(_parse(item, depth + 1) for item in wanted)
            parts.append(All(inner) if name == "and" else Either(inner))
            continue
        check_field(name)
        if type(wanted) is str or (type(wanted) is not dict and not isinstance(wanted, Mapping)):
            parts.append(Compare(name, "eq", scalar(wanted, name)))
            continue
        if not wanted:
            raise BadQuery(f"{name!r} is compared with an empty mapping")
        parts.extend(_compare(name, op, value) for op, value in wanted.items())
    return All(tuple(parts))


def _compare(field: str, op: Any, value: Any) -> Compare:
    if op not in OPERATORS:
        raise BadQuery(f"{field!r} uses {op!r}, which is none of {', '.join(OPERATORS)}")
    if op == "in":
        if not isinstance(value, list | tuple | set | frozenset) or len(value) > IN_LIMIT:
            raise BadQuery(f"'in' on {field!r} takes a list of at most {IN_LIMIT} values")
        return Compare(field, op, tuple(scalar(item, field) for item in value))
    if op == "exists":
        if type(value) is not bool:
            raise BadQuery(f"'exists' on {field!r} takes true or false, not {value!r}")
        return Compare(field, op, value)
    value = scalar(value, field)
    if op == "prefix" and type(value) is not str:
        raise BadQuery(f"'prefix' on {field!r} takes a text, not {value!r}")
    if op in ("lt", "lte", "gt", "gte") and kind(value) not in ("number", "text", "datetime"):
        raise BadQuery(f"{op!r} on {field!r} takes a number, a text or a datetime, not {value!r}")
    if op == "contains" and value is None:
        raise BadQuery(f"'contains' on {field!r} takes a value, not None")
    return Compare(field, op, value)


def _size(node: Node) -> int:
    return 1 if isinstance(node, Compare) else sum(_size(part) for part in node.parts)


def check_sort(sort: Sort) -> tuple[tuple[str, int], ...]:
    """The order with `_id` behind it, so that equal documents have a place too."""
    result: list[tuple[str, int]] = []
    for item in sort:
        if not isinstance(item, list | tuple) or len(item) != 2 or item[1] not in (1, -1):
            raise BadQuery(f"a sort is a list of (field, 1 or -1), not {item!r}")
        result.append((check_field(item[0]), item[1]))
    names = [name for name, _ in result]
    if len(set(names)) != len(names) or len(names) > DEPTH:
        raise BadQuery(f"a sort names each field once, and at most {DEPTH}: {names}")
    if "_id" not in names:
        result.append(("_id", result[-1][1] if result else 1))
    return tuple(result)


def check_limit(limit: Any) -> int:
    if type(limit) is not int or not 1 <= limit <= LIMIT:
        raise BadQuery(f"a limit is a whole number from 1 to {LIMIT}, not {limit!r}")
    return limit


def cursor(document: Document, sort: Sort = ()) -> list[Any]:
    """What `after` takes to continue behind this document."""
    values = (dig(document, field) for field, _ in check_sort(sort))
    return [None if value is MISSING else value for value in values]


def behind(sort: tuple[tuple[str, int], ...], after: Sequence[Any]) -> Node:
    """The filter that leaves only what comes after a cursor in this order (null and missing come first)."""
    if isinstance(after, str) or not isinstance(after, Sequence) or len(after) != len(sort):
        raise BadQuery(f"'after' takes {len(sort)} values ({', '.join(name for name, _ in sort)}); see query.cursor")
    values = [scalar(value, name) for (name, _), value in zip(sort, after, strict=True)]
    branches: list[Node] = []
    for place, (name, direction) in enumerate(sort):
        beyond = _beyond(name, direction, values[place])
        if beyond is not None:
            equal = [Compare(sort[i][0], "eq", values[i]) for i in range(place)]
            branches.append(All((*equal, beyond)))
    first, direction = sort[0]
    bound: tuple[Node, ...] = ()
    if direction == 1 and values[0] is not None and kind(values[0]) != "bool":
        bound = (Compare(first, "gte", values[0]),)  # redundant, but a range that an index can serve
    return All((*bound, Either(tuple(branches))))


def _beyond(name: str, direction: int, value: Any) -> Node | None:
    if kind(value) == "bool":
        raise BadQuery(f"'after' cannot continue behind the boolean {name!r}")
    if direction == 1:
        return Compare(name, "ne", None) if value is None else Compare(name, "gt", value)
    return None if value is None else Either((Compare(name, "lt", value), Compare(name, "eq", None)))


def check_grouping(group: Sequence[str | Bucket], metrics: Mapping[str, Metric]) -> None:
    names: list[str] = []
    for item in group:
        if isinstance(item, Bucket):
            if item.by not in ("day", "hour"):
                raise BadQuery(f"a bucket is by day or hour, not {item.by!r}")
            check_zone(item.zone)
        names.append(check_field(item.field if isinstance(item, Bucket) else item))
    for name, metric in metrics.items():
        names.append(check_field(name))
        if metric.kind not in ("count", "sum", "min", "max", "avg"):
            raise BadQuery(f"metric {name!r} is {metric.kind!r}, which is none of count, sum, min, max, avg")
        if (metric.kind == "count") != (metric.field == ""):
            raise BadQuery(f"metric {name!r}: count takes no field, every other kind takes one")
        if metric.field:
            check_field(metric.field)
    if not metrics or len(set(names)) != len(names):
        raise BadQuery("an aggregate has at least one metric, and each group and metric its own name")


def check_zone(zone: str) -> None:
    from zoneinfo import ZoneInfo

    try:
        ZoneInfo(zone)
    except (KeyError, ValueError, OSError) as error:
        raise BadQuery(f"{zone!r} is no time zone") from error


def dig(document: Document, field: str) -> Any:
    """The value at a dotted path, or MISSING."""
    if "." not in field:
        return document.get(field, MISSING)
    value: Any = document
    for part in field.split("."):
        if not isinstance(value, dict) or part not in value:
            return MISSING
        value = value[part]
    return value


def matches(node: Node, document: Document) -> bool:
    """What a filter means."""
    if isinstance(node, All):
        return all(matches(part, document) for part in node.parts)
    if isinstance(node, Either):
        return any(matches(part, document) for part in node.parts)
    return _holds(node.op, dig(document, node.field), node.value)


def _holds(op: Operator, value: Any, wanted: Any) -> bool:
    match op:
        case "eq":
            return _equal(value, wanted)
        case "ne":
            return not _equal(value, wanted)
        case "in":
            return any(_equal(value, item) for item in wanted)
        case "exists":
            return bool((value is not MISSING) == wanted)
        case "contains":
            return isinstance(value, list) and any(same(item, wanted) for item in value)
        case "prefix":
            return isinstance(value, str) and value.startswith(wanted)
    if kind(value) != kind(wanted):
        return False
    match op:
        case "lt":
            return bool(value < wanted)
        case "lte":
            return bool(value <= wanted)
        case "gt":
            return bool(value > wanted)
        case _:
            return bool(value >= wanted)


def _equal(value: Any, wanted: Any) -> bool:
    return (value is MISSING or value is None) if wanted is None else same(value, wanted)
