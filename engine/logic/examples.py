"""Examples: from the solver's model to values of the dialect, and a stand-in for the run that guards are tried on."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from typing import Any

import z3

from engine.logic.ground import Ground
from engine.logic.terms import TAGS, Term
from engine.types import Shape
from engine.values import Money

_ESCAPE = re.compile(r"\\u\{([0-9a-fA-F]+)\}")
_KINDS = {index: kind for kind, index in TAGS.items()}
_NOON = datetime(2026, 11, 20, 7, 0, tzinfo=UTC)


class Facts:
    """Where a guard reads from when it is tried on an example."""

    def __init__(self, example: Mapping[str, Any]) -> None:
        self.data = example
        self.event_data = {name[6:]: value for name, value in example.items() if name.startswith("event.")}
        self.tries = {name[6:]: value for name, value in example.items() if name.startswith("tries.")}
        self.now = example.get("now")

    def ambient(self, name: str) -> Any:
        return self.data.get(name)


def ordinary(shapes: Mapping[str, Shape], sure: Callable[[str], bool]) -> dict[str, Any]:
    """The plainest assignment of all: nothing is known but what must be."""
    return {name: plain(shape) if sure(name) else None for name, shape in shapes.items()}


def plain(shape: Shape) -> Any:
    """The plainest value of a shape."""
    made: dict[str, Any] = {
        "yes_no": False, "number": 0, "text": "", "money": Money(0, "KES"), "date": _NOON.date(), "datetime": _NOON,
        "time": _NOON.time(), "duration": timedelta(0), "list": [], "record": {}, "location": {}, "any": "",
    }  # fmt: skip
    return made.get(shape.base)


def example(
    ground: Ground, model: Any, shapes: Mapping[str, Shape], sure: Callable[[str], bool]
) -> dict[str, Any] | None:
    """What a model says about the names of a space. None where it says what no value of the dialect can be."""
    values = ordinary(shapes, sure)
    for name in {**dict.fromkeys(shapes), **{name: None for name in ground.made if _root(name)}}:
        term = ground.made.get(name)
        if term is None:
            continue
        try:
            values[name] = value(ground, model, term)
        except (OverflowError, ValueError):
            return None
    return values


def _root(name: str) -> bool:
    if name.startswith("`") or ":" in name:
        return False
    return name.count(".") == (1 if name.startswith(("event.", "tries.")) else 0)


def value(ground: Ground, model: Any, term: Term) -> Any:
    """One variable's value; a record is put together of those of its fields that were looked at."""
    if _holds(model, term.unknown):
        return None
    if term.constant is not None:
        return term.constant[0]
    kind = term.kind
    if kind == "any":
        kind = _KINDS[_whole(model, term.value)]
        if kind not in ("record", "location"):
            assert term.part is not None
            return value(ground, model, term.part(kind))
    if kind in ("record", "location", "none"):
        return _record(ground, model, term)
    if kind == "list":
        return _list(ground, model, term)
    return _plain(model, term)


def _plain(model: Any, term: Term) -> Any:
    if term.kind == "yes_no":
        return _holds(model, term.value)
    if term.kind == "number":
        return _number(model, term.value)
    if term.kind == "text":
        return _text(model, term.value)
    if term.kind == "money":
        return Money(_whole(model, term.value[0]), _text(model, term.value[1]))
    number = _whole(model, term.value)
    if term.kind == "date":
        return date.fromordinal(number)
    if term.kind == "duration":
        return timedelta(microseconds=number)
    if term.kind == "time":
        return (datetime(2000, 1, 1) + timedelta(microseconds=number)).time()
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=number)


def _record(ground: Ground, model: Any, term: Term) -> dict[str, Any]:
    if term.fields is not None:
        return {name: value(ground, model, inner) for name, inner in term.fields.items()}
    made = {}
    start = f"{term.key}."
    for key in [key for key in ground.made if key.startswith(start)]:
        name = key.removeprefix(start)
        if "." not in name and ":" not in name:
            made[name] = value(ground, model, ground.made[key])
    return made


def _list(ground: Ground, model: Any, term: Term) -> list[Any]:
    if term.items is not None:
        return [value(ground, model, item) for item in term.items]
    held = [item for item, inside in ground.members.get(term.key, []) if _holds(model, inside)]
    length = _whole(model, term.value)
    if length > 1000:
        raise OverflowError
    made = held + [None] * (length - len(held))
    for name, index in (("first", 0), ("last", -1)):
        item = ground.made.get(f"`{name}({term.key})`")
        if made and item is not None:
            made[index] = value(ground, model, item)
    return made


def _holds(model: Any, truth: Any) -> bool:
    return truth if isinstance(truth, bool) else bool(z3.is_true(model.eval(truth, model_completion=True)))


def _whole(model: Any, number: Any) -> int:
    return int(model.eval(number, model_completion=True).as_long())


def _number(model: Any, number: Any) -> int | float:
    found = model.eval(number, model_completion=True)
    if z3.is_algebraic_value(found):
        found = found.approx(20)
    if z3.is_int_value(found):
        return int(found.as_long())
    exact = Fraction(found.numerator_as_long(), found.denominator_as_long())
    return int(exact) if exact.denominator == 1 else float(exact)


def _text(model: Any, text: Any) -> str:
    written = str(model.eval(text, model_completion=True).as_string())
    return _ESCAPE.sub(lambda found: chr(int(found[1], 16)), written)
