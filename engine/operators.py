"""What the operators of an expression do with values that may be unknown, and which shapes they join.

Comparing with something unknown is false; computing with it is unknown; dividing by zero is unknown.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from engine import types
from engine.types import Shape
from engine.values import Money

LARGEST = 2**63


def _ordering(compare: Callable[[Any, Any], Any]) -> Callable[[Any, Any], bool]:
    def total(left: Any, right: Any) -> bool:
        if left is None or right is None:
            return False
        if type(left) is not Money and type(right) is Money:  # 0 < price
            return bool(compare(Money(0, right.currency) + left, right))
        return bool(compare(left, right))

    return total


def _arithmetic(compute: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    def total(left: Any, right: Any) -> Any:
        if left is None or right is None:
            return None
        result = compute(left, right)
        if type(result) is int and not -LARGEST < result < LARGEST:
            raise OverflowError("the number is too large")
        return result

    return total


def _dividing(compute: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    def total(left: Any, right: Any) -> Any:
        if left is None or right is None:
            return None
        if (right.amount if type(right) is Money else right) in (0, timedelta(0)):
            return None
        return compute(left, right)

    return total


def among(item: Any, items: Any) -> bool:
    if items is None or (item is None and isinstance(items, str)):
        return False
    return item in items


def equal(left: Any, right: Any) -> bool:
    if type(left) is Money and right == 0:
        return left.amount == 0
    if type(right) is Money and left == 0:
        return right.amount == 0
    return bool(left == right)


def unequal(left: Any, right: Any) -> bool:
    return not equal(left, right)


def negative(value: Any) -> Any:
    return None if value is None else -value


def field(record: Any, name: str) -> Any:
    if type(record) is dict:
        return record.get(name)
    return getattr(record, name, None) if type(record) is Money and name in ("amount", "currency") else None


COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "Lt": _ordering(operator.lt),
    "LtE": _ordering(operator.le),
    "Gt": _ordering(operator.gt),
    "GtE": _ordering(operator.ge),
    "Eq": equal,
    "NotEq": unequal,
    "In": among,
    "NotIn": lambda item, items: not among(item, items),
}
ARITHMETIC: dict[str, Callable[[Any, Any], Any]] = {
    "Add": _arithmetic(operator.add),
    "Sub": _arithmetic(operator.sub),
    "Mult": _arithmetic(operator.mul),
    "Div": _dividing(operator.truediv),
    "FloorDiv": _dividing(operator.floordiv),
    "Mod": _dividing(operator.mod),
}
SIGNS = {"Lt": "<", "LtE": "<=", "Gt": ">", "GtE": ">=", "Eq": "==", "NotEq": "!=", "In": "in", "NotIn": "not in",
         "Add": "+", "Sub": "-", "Mult": "*", "Div": "/", "FloorDiv": "//", "Mod": "%"}  # fmt: skip
_RESULTS: dict[tuple[str, str, str], Shape] = {
    ("Add", "number", "number"): types.NUMBER,
    ("Add", "money", "money"): types.MONEY,
    ("Add", "text", "text"): types.TEXT,
    ("Add", "duration", "duration"): types.DURATION,
    ("Add", "datetime", "duration"): types.DATETIME,
    ("Add", "duration", "datetime"): types.DATETIME,
    ("Add", "date", "duration"): types.DATE,
    ("Sub", "number", "number"): types.NUMBER,
    ("Sub", "money", "money"): types.MONEY,
    ("Sub", "duration", "duration"): types.DURATION,
    ("Sub", "datetime", "datetime"): types.DURATION,
    ("Sub", "datetime", "duration"): types.DATETIME,
    ("Sub", "date", "date"): types.DURATION,
    ("Sub", "date", "duration"): types.DATE,
    ("Mult", "number", "number"): types.NUMBER,
    ("Mult", "money", "number"): types.MONEY,
    ("Mult", "number", "money"): types.MONEY,
    ("Mult", "duration", "number"): types.DURATION,
    ("Mult", "number", "duration"): types.DURATION,
    ("Div", "number", "number"): types.NUMBER,
    ("Div", "money", "number"): types.MONEY,
    ("Div", "money", "money"): types.NUMBER,
    ("Div", "duration", "number"): types.DURATION,
    ("Div", "duration", "duration"): types.NUMBER,
    ("FloorDiv", "number", "number"): types.NUMBER,
    ("Mod", "number", "number"): types.NUMBER,
}


def joined(operation: str, left: Shape, right: Shape) -> Shape | None:
    """The shape of `left operation right`, or None when the two do not go together."""
    if "any" in (left.base, right.base) and "list" not in (left.base, right.base):
        return types.ANY
    return _RESULTS.get((operation, left.base, right.base))


def comparable(operation: str, left: Shape, right: Shape, zero: bool) -> bool:
    """Whether two shapes compare. `zero`: one of them is the literal 0, which money and durations compare with."""
    if "any" in (left.base, right.base):
        return True
    if operation in ("In", "NotIn"):
        if right.base == "list":
            return types.fits(left, right.item or types.ANY)
        return right.base == "text" and left.base == "text"
    if operation in ("Eq", "NotEq"):
        return (
            "none" in (left.base, right.base)
            or types.fits(left, right)
            or (zero and "money" in (left.base, right.base))
        )
    if zero and {left.base, right.base} == {"number", "money"}:
        return True
    return left.base == right.base and left.base in types.ORDERED
