"""Comparisons as formulas: what `engine.operators` answers, also of values that are unknown or of two currencies."""

from __future__ import annotations

from typing import Any

import z3

from engine import operators, types
from engine.logic.ground import Ground
from engine.logic.terms import TAGS, WHOLE, Term, yes_no
from engine.logic.truth import Truth, both, differ, either, opposite, pick

_ORDER = {
    "Lt": lambda a, b: a < b, "LtE": lambda a, b: a <= b, "Gt": lambda a, b: a > b, "GtE": lambda a, b: a >= b,
}  # fmt: skip
_COUNTED = ("number", *WHOLE)


def truth(ground: Ground, term: Term) -> Truth:
    """What `bool()` says of it: a guard, and each side of `and`, `or`, `not`."""
    if term.constant is not None:
        return bool(term.constant[0])
    known = opposite(term.unknown)
    if term.kind == "yes_no":
        return both(known, term.value)
    if term.kind == "any":
        assert term.part is not None
        parts = [both(term.value == TAGS[kind], _truthy(term.part(kind))) for kind in ("yes_no", "number", "text")]
        others = z3.And(*(term.value != TAGS[kind] for kind in ("yes_no", "number", "text")))
        return both(known, either(*parts, both(others, opaque_truth(ground, f"bool({term.key})"))))
    if term.kind in ("number", "text", "duration", "list"):
        return both(known, _truthy(term))
    if term.kind in ("money", "date", "time", "datetime"):
        return known
    return both(known, opaque_truth(ground, f"bool({term.key})"))


def _truthy(term: Term) -> Any:
    if term.kind == "yes_no":
        return term.value
    return z3.Length(term.value) > 0 if term.kind == "text" else term.value != 0


def opaque_truth(ground: Ground, key: str) -> Any:
    """A yes or no that the solver cannot work out: either, but the same each time."""
    return ground.variable(f"`{key}`", types.YES_NO, certain=True, opaque=True).value


def compare(ground: Ground, name: str, left: Term, right: Term) -> Term:
    """One comparison. `name` is Python's own: Eq, NotEq, Lt, LtE, Gt, GtE, In, NotIn."""
    key = f"({left.key} {operators.SIGNS[name]} {right.key})"
    fails = either(left.fails, right.fails)
    if name in ("Eq", "NotEq"):
        same = equal(ground, left, right, key)
        return yes_no(key, same if name == "Eq" else opposite(same), fails)
    if name in ("In", "NotIn"):
        inside = among(ground, left, right)
        return yes_no(key, inside if name == "In" else opposite(inside), fails)
    value, wrong = ordered(ground, name, left, right, key)
    known = both(opposite(left.unknown), opposite(right.unknown))
    return yes_no(key, both(known, value), either(fails, both(known, wrong)))


def ordered(ground: Ground, name: str, left: Term, right: Term, key: str) -> tuple[Truth, Truth]:
    """Of two known values: whether they stand in that order, and whether asking so raises."""
    order: Any = _ORDER[name]
    if "any" in (left.kind, right.kind):
        return _ordered_any(ground, name, left, right, key)
    if left.kind == right.kind == "money":
        (one, unit), (two, other) = left.value, right.value
        return order(one, two), mixed(left, right, unit, other, one, two)
    if {left.kind, right.kind} == {"money", "number"}:  # only the number 0 compares with money
        one, two = (term.value[0] if term.kind == "money" else term.value for term in (left, right))
        return order(one, two), False
    if left.kind == right.kind and left.kind in _COUNTED:
        return order(left.value, right.value), False
    return opaque_truth(ground, key), False


def mixed(left: Term, right: Term, unit: Any, other: Any, one: Any, two: Any) -> Truth:
    """Whether two amounts are of two currencies, which do not compare or add up; nothing goes with anything."""
    if left.constant is not None and right.constant is not None:
        a, b = left.constant[0], right.constant[0]
        return bool(a.currency != b.currency and a.amount and b.amount)
    return z3.And(unit != other, one != 0, two != 0)


def _ordered_any(ground: Ground, name: str, left: Term, right: Term, key: str) -> tuple[Truth, Truth]:
    anyone, other, turned = (left, right, False) if left.kind == "any" else (right, left, True)
    if other.kind not in (*_COUNTED, "money") or anyone.part is None:
        return opaque_truth(ground, key), False
    inner = anyone.part(other.kind)
    is_that = anyone.value == TAGS[other.kind]
    pair = (other, inner) if turned else (inner, other)
    value, wrong = ordered(ground, name, *pair, key)
    ground.wish(z3.Or(is_that, anyone.unknown))
    return pick(is_that, value, opaque_truth(ground, key)), both(is_that, wrong)


def equal(ground: Ground, left: Term, right: Term, key: str) -> Truth:
    """Equal values, or both unknown. Money equals the number 0 where it is nothing."""
    if left.key == right.key and left.kind != "number":
        return True
    if left.constant is not None and right.constant is not None and left.kind != "record":
        return bool(operators.equal(left.constant[0], right.constant[0]))
    both_unknown = both(left.unknown, right.unknown)
    known = both(opposite(left.unknown), opposite(right.unknown))
    return both_unknown if known is False else either(both_unknown, both(known, _same(ground, left, right, key)))


def _same(ground: Ground, left: Term, right: Term, key: str) -> Truth:
    if left.kind == "money" and right.kind == "number":
        return both(left.value[0] == 0, right.value == 0)
    if left.kind == "number" and right.kind == "money":
        return both(left.value == 0, right.value[0] == 0)
    if left.kind == "any" or right.kind == "any":
        return _same_any(ground, left, right, key)
    if left.kind != right.kind:
        return False
    if left.kind == "money":
        return z3.And(left.value[0] == right.value[0], left.value[1] == right.value[1])
    if left.kind == "yes_no":
        return opposite(differ(left.value, right.value))
    if left.kind in ("text", *_COUNTED):
        return left.value == right.value
    if left.items is not None and right.items is not None:
        if len(left.items) != len(right.items):
            return False
        pairs = zip(left.items, right.items, strict=True)
        return both(*(equal(ground, one, two, f"{one.key} == {two.key}") for one, two in pairs))
    return opaque_truth(ground, _sorted(left, right))


def _same_any(ground: Ground, left: Term, right: Term, key: str) -> Truth:
    anyone, other = (left, right) if left.kind == "any" else (right, left)
    assert anyone.part is not None
    if other.kind == "any" or other.kind not in TAGS:
        return opaque_truth(ground, _sorted(left, right))
    cases = [both(anyone.value == TAGS[other.kind], _same(ground, anyone.part(other.kind), other, key))]
    if other.kind == "number":  # to Python, yes is 1 and no is 0
        cases.append(both(anyone.value == TAGS["yes_no"], _numeral(anyone.part("yes_no")) == other.value))
        cases.append(both(anyone.value == TAGS["money"], anyone.part("money").value[0] == 0, other.value == 0))
    if other.kind == "money":
        cases.append(both(anyone.value == TAGS["number"], anyone.part("number").value == 0, other.value[0] == 0))
    if other.kind == "yes_no":
        number = z3.If(other.value, 1, 0) if not isinstance(other.value, bool) else int(other.value)
        cases.append(both(anyone.value == TAGS["number"], anyone.part("number").value == number))
    return either(*cases)


def _numeral(term: Term) -> Any:
    return z3.If(term.value, z3.IntVal(1, term.value.ctx), z3.IntVal(0, term.value.ctx))


def _sorted(left: Term, right: Term) -> str:
    return " == ".join(sorted((left.key, right.key)))


def among(ground: Ground, item: Term, items: Term) -> Truth:
    """Whether a list holds it, or a text has it as a part."""
    if items.items is not None:
        return either(*(equal(ground, item, each, f"{item.key} == {each.key}") for each in items.items))
    known = opposite(items.unknown)
    if items.kind == "text":
        if item.kind == "text":
            return both(known, opposite(item.unknown), z3.Contains(items.value, item.value))
        return both(known, opposite(item.unknown), opaque_truth(ground, f"{item.key} in {items.key}"))
    if items.kind == "none":
        return False
    inside = opaque_truth(ground, f"{item.key} in {items.key}")
    if items.kind == "list":
        ground.hold(z3.Implies(inside, items.value > 0))
        if item.constant is not None and items.key in ground.made:
            _member(ground, items, item, inside)
    return both(known, inside)


def _member(ground: Ground, items: Term, item: Term, inside: Any) -> None:
    """Remembers what an example's list has to hold, and that it is long enough for all of it."""
    assert item.constant is not None
    members = ground.members.setdefault(items.key, [])
    if all(value != item.constant[0] for value, _ in members):
        members.append((item.constant[0], inside))
        one = z3.IntVal(1, ground.context)
        ground.hold(items.value >= z3.Sum([z3.If(held, one, 0) for _, held in members]))
