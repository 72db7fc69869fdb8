"""A value of the dialect as the solver sees it: unknown or not, failing or not, and what it is if it is known.

| kind | `value` |
|---|---|
| yes_no | a truth |
| number | an Int where it is certainly whole, else a Real |
| text | a String |
| money | (amount in minor units, currency): an Int and a String |
| date, time, datetime, duration | an Int: days, or microseconds (of the day, since 1970, of length) |
| list | its length; `items` where they are written out |
| record, location | nothing: its fields are variables of their own, or `fields` where they are known |
| any | an Int that says which kind it is (`TAGS`); `part(kind)` is what it is then |
| none | nothing |
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from engine import types
from engine.logic.truth import Truth
from engine.types import Shape

TAGS = {
    kind: index
    for index, kind in enumerate(
        ("yes_no", "number", "text", "money", "date", "time", "datetime", "duration", "list", "record", "location")
    )
}
WHOLE = ("date", "time", "datetime", "duration")


class Term:
    """`key` says where the value comes from: the same key is the same value. `fails` is when computing it raises."""

    __slots__ = ("constant", "fails", "fields", "items", "key", "kind", "part", "shape", "unknown", "value")

    def __init__(
        self, key: str, shape: Shape, value: Any = None, *, unknown: Truth = False, fails: Truth = False,
        constant: tuple[Any] | None = None, items: tuple[Term, ...] | None = None,
        fields: dict[str, Term] | None = None, part: Callable[[str], Term] | None = None,
    ) -> None:  # fmt: skip
        self.key = key
        self.shape = shape
        self.kind = shape.base
        self.value = value
        self.unknown = unknown
        self.fails = fails
        self.constant = constant  # its value in Python, where that is certain
        self.items = items
        self.fields = fields
        self.part = part

    def __repr__(self) -> str:
        return f"<{self.kind} {self.key}>"


NOTHING = Term("None", types.NONE, unknown=True, constant=(None,))


def yes_no(key: str, value: Truth, fails: Truth = False, unknown: Truth = False) -> Term:
    constant = (value,) if isinstance(value, bool) and fails is False and unknown is False else None
    return Term(key, types.YES_NO, value, fails=fails, unknown=unknown, constant=constant)
