"""Arithmetic as formulas: exact where the dialect is (whole numbers, minor units, moments), bounded where it rounds.

Numbers with a fraction are floats, and floats round. The solver's are not and do not, so a result is only said to lie
within the rounding error of the true one: whatever is impossible then is impossible.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

import z3

from engine import operators, types
from engine.logic.comparing import mixed
from engine.logic.ground import DAY, Ground
from engine.logic.terms import Term
from engine.logic.truth import Truth, either, pick
from engine.types import Shape

_EPSILON = Fraction(1, 2**50)
_TINY = Fraction(1, 2**1000)
_LARGE = 2**63
_MOMENT = ("date", "datetime")


def arithmetic(ground: Ground, name: str, left: Term, right: Term) -> Term:
    """`left name right`, with Python's names: Add, Sub, Mult, Div, FloorDiv, Mod."""
    key = f"({left.key} {operators.SIGNS[name]} {right.key})"
    folded = fold(ground, key, operators.ARITHMETIC[name], left, right)
    if folded is not None:
        return folded
    shape = operators.joined(name, left.shape, right.shape) or types.ANY
    unknown, fails = either(left.unknown, right.unknown), either(left.fails, right.fails)
    if "none" in (left.kind, right.kind):
        return Term(
            key, shape, unknown=True, fails=fails, part=lambda kind: ground.variable(f"{key}:{kind}", types.ANY)
        )
    work = _WORK.get((name, left.kind, right.kind))
    if work is None:
        return opaque(ground, key, shape, unknown, fails)
    value, more_unknown, more_fails = work(ground, key, left, right)
    return Term(key, shape, value, unknown=either(unknown, more_unknown), fails=either(fails, more_fails))


def fold(ground: Ground, key: str, work: Callable[..., Any], *terms: Term) -> Term | None:
    """The result itself, where all that goes in is certain. None where it is not, or where the engine would raise."""
    if any(term.constant is None for term in terms):
        return None
    try:
        made = ground.constant(work(*(term.constant[0] for term in terms if term.constant is not None)))
    except (TypeError, ValueError, ArithmeticError, AttributeError):
        return None
    if made is None or made.constant is None:
        return made
    return Term(made.key, made.shape, made.value, unknown=made.unknown, constant=made.constant, items=made.items,
                fields=made.fields)  # fmt: skip


def opaque(ground: Ground, key: str, shape: Shape, unknown: Truth = False, fails: Truth = False) -> Term:
    """A result that the solver cannot work out: any value of the shape, but the same each time."""
    made = ground.variable(f"`{key}`", shape, opaque=True)
    return Term(made.key, shape, made.value, unknown=either(made.unknown, unknown), fails=fails, part=made.part)


def exact(ground: Ground, value: Any) -> bool:
    return bool(z3.is_int(value))


def near(ground: Ground, key: str, true: Any, around: Any) -> Any:
    """A float within the rounding error of the true result; `around` is how large the numbers are that went in."""
    made = z3.Real(f"~{key}", ground.context)
    slack = around * _rational(ground, _EPSILON) + _rational(ground, _TINY)
    ground.hold(z3.And(made - true <= slack, true - made <= slack))
    ground.wish(made == true)
    return made


def _rational(ground: Ground, value: Fraction) -> Any:
    return z3.RatVal(value.numerator, value.denominator, ground.context)


def real(value: Any) -> Any:
    """A number as one with a fraction."""
    return z3.ToReal(value) if z3.is_int(value) else value


def size(value: Any) -> Any:
    """How large a number is, whichever its sign."""
    return z3.If(value >= 0, value, -value)


Made = tuple[Any, Truth, Truth]  # the value, when it is unknown, when computing it raises


def _beyond(value: Any) -> Any:
    return z3.Or(value <= -_LARGE, value >= _LARGE)


def _linear(compute: Callable[[Any, Any], Any]) -> Callable[[Ground, str, Term, Term], Made]:
    def work(ground: Ground, key: str, left: Term, right: Term) -> Made:
        value = compute(left.value, right.value)
        if exact(ground, left.value) and exact(ground, right.value):
            return value, False, _beyond(value)
        one, two = real(left.value), real(right.value)
        return near(ground, key, real(value), size(one) + size(two)), False, False

    return work


def _times(ground: Ground, key: str, left: Term, right: Term) -> Made:
    value = left.value * right.value
    if exact(ground, left.value) and exact(ground, right.value):
        return value, False, _beyond(value)
    return near(ground, key, real(value), size(real(value))), False, False


def _over(ground: Ground, key: str, left: Term, right: Term) -> Made:
    """A float quotient; `left` and `right` are numbers, amounts or lengths of time."""
    one, two = (real(term.value[0] if term.kind == "money" else term.value) for term in (left, right))
    true = one / two
    fails: Truth = False
    if left.kind == right.kind == "money":
        fails = mixed(left, right, left.value[1], right.value[1], left.value[0], right.value[0])
    return near(ground, key, true, size(true)), _nothing(right, two), fails


def _nothing(term: Term, value: Any) -> Truth:
    if term.constant is not None:
        return False if term.kind == "money" else not term.constant[0]
    return value == 0


def _whole(compute: Callable[[Any, Any], Any]) -> Callable[[Ground, str, Term, Term], Made]:
    """`//` and `%` of whole numbers by a positive literal, where Python and the solver agree."""

    def work(ground: Ground, key: str, left: Term, right: Term) -> Made:
        divisor = right.constant[0] if right.constant is not None else None
        if exact(ground, left.value) and isinstance(divisor, int) and divisor > 0:
            return compute(left.value, right.value), False, False
        made = opaque(ground, key, types.NUMBER)
        return made.value, made.unknown, False

    return work


def _moved(sign: int) -> Callable[[Ground, str, Term, Term], Made]:
    """Money, moments and durations, of one kind or a moment and a duration, added or taken away."""

    def work(ground: Ground, key: str, left: Term, right: Term) -> Made:
        if left.kind == "money":
            (one, unit), (two, other) = left.value, right.value
            currency = pick(z3.And(one == 0, two != 0), other, unit)
            return (one + sign * two, currency), False, mixed(left, right, unit, other, one, two)
        if left.kind == "date":
            return _days(left, right, sign)
        return left.value + sign * right.value, False, False

    return work


def _days(left: Term, right: Term, sign: int) -> Made:
    if right.kind == "date":
        return (left.value - right.value) * DAY, False, False
    moved = left.value + (right.value / DAY if sign > 0 else -right.value / DAY)  # a date moves by whole days only
    return moved, False, z3.Or(moved < 1, moved > 3_652_059)


def _scaled(ground: Ground, key: str, left: Term, right: Term) -> Made:
    thing, factor = (left, right) if left.kind != "number" else (right, left)
    if thing.kind == "money":
        return (rounded_product(ground, key, thing.value[0], factor), thing.value[1]), False, False
    if exact(ground, factor.value):
        return thing.value * factor.value, False, False
    return rounded(ground, key, real(thing.value) * factor.value), False, False


def rounded_product(ground: Ground, key: str, amount: Any, factor: Term) -> Any:
    """Money times a number is reckoned in decimals and rounded half up, exactly so up to 28 digits."""
    if exact(ground, factor.value):
        return amount * factor.value if factor.constant is not None else _free(ground, key, amount * factor.value)
    if factor.constant is None:
        return rounded(ground, key, real(amount) * factor.value)
    written = Decimal(str(factor.constant[0]))
    ratio = Fraction(written)
    scaled = amount * (2 * abs(ratio.numerator))
    up = (scaled + ratio.denominator) / (2 * ratio.denominator)
    down = -((-scaled + ratio.denominator) / (2 * ratio.denominator))
    product = z3.If(amount >= 0, up, down)
    product = product if ratio >= 0 else -product
    limit = 10 ** max(0, 28 - len(written.as_tuple().digits))
    free = z3.Int(f"~{key}", ground.context)
    return z3.If(z3.And(amount > -limit, amount < limit), product, free)


def _free(ground: Ground, key: str, product: Any) -> Any:
    limit = 10**28
    return z3.If(z3.And(product > -limit, product < limit), product, z3.Int(f"~{key}", ground.context))


def rounded(ground: Ground, key: str, true: Any) -> Any:
    """A whole number next to the true result, give or take a rounding error."""
    made = z3.Int(f"~{key}", ground.context)
    slack = _rational(ground, Fraction(501, 1000)) + size(true) * _rational(ground, _EPSILON)
    ground.hold(z3.And(z3.ToReal(made) - true <= slack, true - z3.ToReal(made) <= slack))
    return made


def _shared(ground: Ground, key: str, left: Term, right: Term) -> Made:
    """Money or a duration, divided by a number."""
    amount = left.value[0] if left.kind == "money" else left.value
    divisor = real(right.value)
    made = rounded(ground, key, real(amount) / divisor)
    value = (made, left.value[1]) if left.kind == "money" else made
    return value, _nothing(right, divisor), False


_WORK: dict[tuple[str, str, str], Callable[[Ground, str, Term, Term], Made]] = {
    ("Add", "number", "number"): _linear(lambda a, b: a + b),
    ("Sub", "number", "number"): _linear(lambda a, b: a - b),
    ("Mult", "number", "number"): _times,
    ("Div", "number", "number"): _over,
    ("Div", "money", "money"): _over,
    ("Div", "duration", "duration"): _over,
    ("FloorDiv", "number", "number"): _whole(lambda a, b: a / b),
    ("Mod", "number", "number"): _whole(lambda a, b: a % b),
    ("Mult", "money", "number"): _scaled,
    ("Mult", "number", "money"): _scaled,
    ("Mult", "duration", "number"): _scaled,
    ("Mult", "number", "duration"): _scaled,
    ("Div", "money", "number"): _shared,
    ("Div", "duration", "number"): _shared,
    ("Add", "duration", "datetime"): lambda ground, key, a, b: (a.value + b.value, False, False),
    **{("Add", kind, kind): _moved(1) for kind in ("money", "duration")},
    **{("Sub", kind, kind): _moved(-1) for kind in ("money", "duration", "datetime", "date")},
    **{("Add", kind, "duration"): _moved(1) for kind in _MOMENT},
    **{("Sub", kind, "duration"): _moved(-1) for kind in _MOMENT},
}
