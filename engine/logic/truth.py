"""Yes and no as the solver sees them, folded where they are known: small formulas are quick formulas.

A truth is a Python bool where it is certain, and a z3 formula where it is not.
"""

from __future__ import annotations

from typing import Any

import z3

Truth = Any  # bool or z3.BoolRef


def both(*parts: Truth) -> Truth:
    left = [part for part in parts if part is not True]
    if any(part is False for part in left):
        return False
    if not left:
        return True
    return left[0] if len(left) == 1 else z3.And(*left)


def either(*parts: Truth) -> Truth:
    left = [part for part in parts if part is not False]
    if any(part is True for part in left):
        return True
    if not left:
        return False
    return left[0] if len(left) == 1 else z3.Or(*left)


def opposite(part: Truth) -> Truth:
    return (not part) if isinstance(part, bool) else z3.Not(part)


def implies(when: Truth, then: Truth) -> Truth:
    return either(opposite(when), then)


def pick(when: Truth, then: Any, other: Any) -> Any:
    """`then if when else other`, of values as of truths."""
    if isinstance(when, bool):
        return then if when else other
    if isinstance(then, bool) and isinstance(other, bool):
        if then == other:
            return then
        return when if then else z3.Not(when)
    if isinstance(then, bool):
        return either(when, other) if then else both(opposite(when), other)
    if isinstance(other, bool):
        return either(opposite(when), then) if other else both(when, then)
    return then if then is other else z3.If(when, then, other)


def differ(one: Truth, two: Truth) -> Truth:
    if isinstance(one, bool):
        return opposite(two) if one else two
    if isinstance(two, bool):
        return opposite(one) if two else one
    return z3.Xor(one, two)
