"""Values that are chosen among others: a sign turned, the least and the most, `a if b else c`."""

from __future__ import annotations

from typing import Any

import z3

from engine import operators, types
from engine.logic import arithmetic
from engine.logic.comparing import ordered
from engine.logic.ground import Ground
from engine.logic.terms import Term
from engine.logic.truth import Truth, both, either, opposite, pick


def negative(ground: Ground, term: Term) -> Term:
    key = f"-{term.key}"
    folded = arithmetic.fold(ground, key, operators.negative, term)
    if folded is not None:
        return folded
    if term.kind == "money":
        value: Any = (-term.value[0], term.value[1])
    elif term.kind in ("number", "duration"):
        value = -term.value
    else:
        return arithmetic.opaque(ground, key, types.ANY, term.unknown, term.fails)
    return Term(key, term.shape, value, unknown=term.unknown, fails=term.fails)


def absolute(ground: Ground, key: str, term: Term) -> Term:
    if term.kind == "money":
        value: Any = (arithmetic.size(term.value[0]), term.value[1])
    elif term.kind in ("number", "duration"):
        value = arithmetic.size(term.value)
    else:
        return arithmetic.opaque(ground, key, term.shape, term.unknown, term.fails)
    return Term(key, types.SIMPLE[term.kind], value, unknown=term.unknown, fails=term.fails)


def extreme(ground: Ground, key: str, name: str, terms: tuple[Term, ...]) -> Term:
    """The least or the most of what is known; unknown where nothing is."""
    best = terms[0]
    for term in terms[1:]:
        if term.kind != best.kind or best.kind in ("any", "list", "none"):
            unknown = both(*(each.unknown for each in terms))
            return arithmetic.opaque(ground, key, terms[0].shape, unknown, either(*(each.fails for each in terms)))
        better, wrong = ordered(ground, name, term, best, key)
        known = both(opposite(term.unknown), opposite(best.unknown))
        replaces = both(opposite(term.unknown), either(best.unknown, better))
        best = Term(
            key, types.SIMPLE.get(best.kind, best.shape), _chosen(replaces, term, best),
            unknown=both(term.unknown, best.unknown),
            fails=either(term.fails, best.fails, both(known, wrong)),
        )  # fmt: skip
    return Term(key, best.shape, best.value, unknown=best.unknown, fails=best.fails)


def _chosen(when: Truth, term: Term, other: Term) -> Any:
    if term.kind == "money":
        return tuple(pick(when, a, b) for a, b in zip(term.value, other.value, strict=True))
    return pick(when, *_alike(term.value, other.value))


def _alike(one: Any, two: Any) -> tuple[Any, Any]:
    """Two numbers as one sort."""
    if isinstance(one, bool) or isinstance(two, bool) or z3.is_int(one) == z3.is_int(two):
        return one, two
    return arithmetic.real(one), arithmetic.real(two)


def choose(ground: Ground, key: str, when: Truth, then: Term, other: Term, fails: Truth) -> Term:
    """`then if when else other`."""
    shape = other.shape if then.kind == "none" else then.shape
    unknown = pick(when, then.unknown, other.unknown)
    fails = either(fails, pick(when, then.fails, other.fails))
    if then.kind == "none":
        return Term(key, shape, other.value, unknown=unknown, fails=fails, fields=other.fields, part=other.part)
    if other.kind == "none":
        return Term(key, shape, then.value, unknown=unknown, fails=fails, fields=then.fields, part=then.part)
    if then.kind != other.kind or then.kind in ("any", "list", "record", "location"):
        shape = shape if then.kind == other.kind else types.ANY
        made = arithmetic.opaque(ground, key, shape)
        return Term(made.key, shape, made.value, unknown=unknown, fails=fails, part=made.part)
    shape = shape if then.shape.name == other.shape.name else types.SIMPLE[then.kind]
    return Term(key, shape, _chosen(when, then, other), unknown=unknown, fails=fails)
