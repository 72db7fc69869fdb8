"""Looks for facts that make guards come out as wanted, by trying the values that they mention and their neighbours.

Finds most examples in microseconds, so that the solver is asked only about what may be impossible.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import product
from typing import Any

from engine.checks.atoms import literals
from engine.scope import Expression
from engine.types import ANY, Shape, Types
from engine.values import Money

Wanted = Sequence[tuple[Expression, bool]]
_MOST = 200  # assignments tried
_MOMENT = datetime(2026, 11, 20, 7, 0, tzinfo=UTC)
_PLAIN: dict[str, list[Any]] = {
    "text": ["", "something else"], "number": [0, 1, 2], "yes_no": [True, False],
    "money": [Money(0, "KES"), Money(100_000_000, "KES"), Money(10_000, "KES")],
    "date": [date(2026, 11, 20), date(2026, 12, 25)], "time": [time(10, 0), time(22, 0)],
    "datetime": [_MOMENT, _MOMENT + timedelta(days=9)], "duration": [timedelta(0), timedelta(days=9)],
    "list": [[], ["something else"]], "any": [True, False, ""], "location": [{}], "record": [{}],
}  # fmt: skip
_LARGEST = {"probability": 1, "percent": 100}


class _Tried:
    """Stands where a run stands when an expression is read."""

    __slots__ = ("data", "event_data", "now", "tries")

    def __init__(self) -> None:
        self.data: dict[str, Any] = {}
        self.event_data: dict[str, Any] = {}
        self.tries: dict[str, int] = {}
        self.now = _MOMENT

    def ambient(self, name: str) -> Any:
        return self.data.get(name)


def example(wanted: Wanted, shapes: Mapping[str, Shape], known: Types, sure: frozenset[str]) -> dict[str, Any] | None:
    """Values by path under which every expression comes out as wanted; None if none was found."""
    paths = list(dict.fromkeys(path for expression, _ in wanted for path in expression.reads))
    if any(_within(path, other) for path in paths for other in paths):
        return None  # a record and a field of it at once: left to the solver
    said: dict[str, list[Any]] = {}
    for expression, _ in wanted:
        for path, value in literals(expression.source):
            said.setdefault(path, []).append(value)
    choices = [_candidates(path, _shape(path, shapes, known), said.get(path, ()), sure) for path in paths]
    for values in _combined(choices):
        tried = placed(dict(zip(paths, values, strict=True)))
        if all(_holds(expression, tried, truth) for expression, truth in wanted):
            return dict(zip(paths, values, strict=True))
    return None


def placed(example: Mapping[str, Any]) -> Any:
    """What an expression reads from, for an example by path."""
    tried = _Tried()
    for path, value in example.items():
        _put(tried, path, value)
    return tried


def _within(path: str, other: str) -> bool:
    return path != other and path.startswith(f"{other}.")


def _shape(path: str, shapes: Mapping[str, Shape], known: Types) -> Shape:
    if path in shapes:
        return shapes[path]
    if path.startswith("tries."):
        return known.shape("count")
    if path == "now":
        return known.shape("datetime")
    above, _, field = path.rpartition(".")
    if not above:
        return ANY
    fields = _shape(above, shapes, known).fields
    return known.shape(fields[field]) if fields and field in fields else ANY


def _candidates(path: str, shape: Shape, said: Sequence[Any], sure: frozenset[str]) -> list[Any]:
    found = list(dict.fromkeys(said))
    if shape.base == "money":  # a guard may say 0 of an amount; no fact is one without its currency
        found = [value for value in found if isinstance(value, Money)]
    if shape.base == "number":
        largest = _LARGEST.get(shape.name)
        near = [value + step for value in found for step in ((1, -1) if largest != 1 else (0.01, -0.01))]
        bounded = shape.name in ("count", *_LARGEST)
        found = [v for v in (*found, *near) if not bounded or (v >= 0 and (largest is None or v <= largest))]
        if shape.name == "count":
            found = [value for value in found if isinstance(value, int)]
    unknown = [] if path in sure or path.startswith("tries.") or path == "now" else [None]
    if path == "business.currency":
        return ["KES"]
    return [*found, *(value for value in _PLAIN.get(shape.base, [None]) if value not in found), *unknown]


def _combined(choices: list[list[Any]]) -> Iterator[tuple[Any, ...]]:
    count = 1
    for each in choices:
        count *= len(each)
    if count <= _MOST:
        yield from product(*choices)
        return
    chance = random.Random(7)
    for _ in range(_MOST):
        yield tuple(chance.choice(each) for each in choices)


def _put(tried: _Tried, path: str, value: Any) -> None:
    first, *rest = path.split(".")
    if first == "now":
        return
    space: dict[str, Any] = tried.data
    if first in ("event", "tries") and rest:
        space = tried.event_data if first == "event" else tried.tries
        first, *rest = rest
    for part in rest:
        inner = space.get(first)
        if not isinstance(inner, dict):
            inner = space[first] = {}
        space, first = inner, part
    space[first] = value


def _holds(expression: Expression, tried: _Tried, truth: bool) -> bool:
    try:
        return bool(expression.read(tried)[0]) is truth
    except (TypeError, ValueError, ArithmeticError, AttributeError):
        return False
