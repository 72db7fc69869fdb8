"""The dialect's types: how they are written, which fit where, and whether a value is of one.

A type is written as in YAML and in `engine.registry`: "money", "list of slot", "offer". Inside the
engine it is a `Shape`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

import msgspec

from engine.values import Money

BASES = {
    "any": "any", "text": "text", "name": "text", "phone": "text", "email": "text", "choice": "text", "id": "text",
    "number": "number", "count": "number", "probability": "number", "percent": "number",
    "yes_no": "yes_no", "money": "money", "date": "date", "time": "time", "when": "datetime", "datetime": "datetime",
    "duration": "duration", "location": "location", "record": "any",
}  # fmt: skip
ASKABLE = (
    "choice",
    "yes_no",
    "text",
    "name",
    "number",
    "money",
    "date",
    "time",
    "when",
    "phone",
    "email",
    "location",
    "any",
)
LOCATION = {"latitude": "number", "longitude": "number", "name": "text", "address": "text"}
ORDERED = frozenset(["number", "money", "date", "time", "datetime", "duration"])
_PYTHON: dict[str, Any] = {
    "text": str, "number": (int, float), "yes_no": bool, "money": Money, "date": date, "time": time,
    "datetime": datetime, "duration": timedelta, "list": (list, tuple), "record": dict, "location": dict,
}  # fmt: skip


class Shape(msgspec.Struct, frozen=True):
    """A type, resolved. `fields` for records and locations, `item` for lists."""

    base: str  # any none text number yes_no money date time datetime duration list record location
    name: str  # as people write it
    item: Shape | None = None
    fields: dict[str, Any] | None = None  # field -> type as written, or a Shape

    def __str__(self) -> str:
        return self.name


ANY = Shape("any", "any")
NONE = Shape("none", "nothing")
TEXT = Shape("text", "text")
NUMBER = Shape("number", "number")
YES_NO = Shape("yes_no", "yes_no")
MONEY = Shape("money", "money")
DATE = Shape("date", "date")
TIME = Shape("time", "time")
DATETIME = Shape("datetime", "datetime")
DURATION = Shape("duration", "duration")
_FIELDS = {"location": LOCATION, "money": {"amount": "number", "currency": "text"}}  # amount in minor units
SIMPLE = {name: Shape(base, name, fields=_FIELDS.get(base)) for name, base in BASES.items()}


class UnknownType(ValueError):
    """A type that nobody declared. `args[0]` is its name."""


class Types:
    """All types that a release knows: the built-in ones, the registry's records, its tables' results."""

    def __init__(self, records: Mapping[str, Mapping[str, Any]]) -> None:
        self.records = records
        self._cache: dict[str, Shape] = dict(SIMPLE)

    def names(self) -> list[str]:
        return sorted({*SIMPLE, *self.records})

    def shape(self, written: str | Shape) -> Shape:
        """Resolve a written type. Raises UnknownType."""
        if isinstance(written, Shape):
            return written
        known = self._cache.get(written)
        if known is not None:
            return known
        if written.startswith("list of "):
            item = self.shape(written.removeprefix("list of "))
            shape = Shape("list", written, item=item)
        elif written == "list":
            shape = Shape("list", written, item=ANY)
        elif written in self.records:
            shape = Shape("record", written, fields=dict(self.records[written]))
        else:
            raise UnknownType(written)
        self._cache[written] = shape
        return shape


def signature(shape: Shape) -> Any:
    """What makes two shapes the same, to look things up by."""
    if shape.fields is None and shape.item is None:
        return shape.name, shape.base
    item = signature(shape.item) if shape.item is not None else None
    fields = tuple((name, str(kind)) for name, kind in (shape.fields or {}).items())
    return shape.name, shape.base, item, fields


def list_of(item: Shape) -> Shape:
    return Shape("list", f"list of {item.name}", item=item)


def fits(value: Shape, wanted: Shape) -> bool:
    """Whether a value of one shape may stand where the other is wanted."""
    if "any" in (value.base, wanted.base) or value.base == "none":
        return True
    if value.base != wanted.base:
        return False
    if value.base == "list":
        return fits(value.item or ANY, wanted.item or ANY)
    if value.base == "record":
        return value.name == wanted.name or value.fields == wanted.fields
    return True


def is_a(value: Any, shape: Shape) -> bool:
    """Whether a Python value is of a shape. None always is: it means "not known yet"."""
    if value is None or shape.base == "any":
        return True
    python = _PYTHON.get(shape.base)
    if python is None or not isinstance(value, python):
        return False
    if shape.base == "number":
        return not isinstance(value, bool) and not (shape.name == "count" and isinstance(value, float))
    if shape.base == "date":
        return not isinstance(value, datetime)
    if shape.base == "datetime":
        return value.tzinfo is not None
    return True
