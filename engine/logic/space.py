"""What may be: questions about guards over typed facts, answered by the solver and checked by the guards themselves.

The checks ask whether a guard can ever hold, the difference of two versions where they part. A "no" is sound: what
the solver cannot express is left open, and even then there is no way. A "yes" carries an example, and the compiled
guards were run on it. Anything else is "unknown". The solver is given steps, not time, so that the same question has
the same answer on every machine.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Literal

import msgspec
import z3

from engine import types
from engine.expressions import compile_expression
from engine.logic.comparing import truth
from engine.logic.examples import Facts, example, ordinary
from engine.logic.ground import Ground
from engine.logic.reading import read
from engine.logic.solving import Question, solve
from engine.logic.terms import Term
from engine.logic.truth import both, opposite
from engine.scope import Expression, Scope
from engine.types import Shape, Types

BUDGET_MS = 500
LARGEST_QUESTION = 400  # expressions in one question
Given = Sequence[tuple[Expression | str, bool]]


class Verdict(msgspec.Struct, frozen=True):
    """`example`: dialect values by name, as the space names them. `why`: what stood in the way of an answer."""

    answer: Literal["yes", "no", "unknown"]
    example: dict[str, Any] = {}
    why: str = ""


class Space:
    """Typed names, and all values that they may have.

    A name is a datum, a fact or an ambient ("offer", "spend", "contact"); a field of the event ("event.value"), a
    counter ("tries.paying") or "now". Any may be unknown but counters, `now`, and what is in `certain`.
    Counts are not negative, probabilities lie between 0 and 1, numbers are finite and below 2**63.
    """

    def __init__(self, shapes: Mapping[str, Shape], known: Types, certain: Collection[str] = ()) -> None:
        self.shapes = dict(shapes)
        self.types = known
        self.certain = frozenset(certain)
        self._answered: dict[Any, Verdict] = {}

    def scope(self) -> Scope:
        """What expressions that come as text may read."""
        events = {name[6:]: shape for name, shape in self.shapes.items() if name.startswith("event.")}
        states = frozenset(name[6:] for name in self.shapes if name.startswith("tries."))
        names = {name: shape for name, shape in self.shapes.items() if "." not in name and name != "now"}
        return Scope(
            types=self.types, names=names, event=events or None, states=states or None, clock="now" in self.shapes
        )

    def expression(self, written: Expression | str) -> Expression:
        """Raises ExpressionError."""
        return compile_expression(written, self.scope()) if isinstance(written, str) else written

    def sure(self, name: str) -> bool:
        return name == "now" or name.startswith("tries.") or name in self.certain

    def root(self, ground: Ground, parts: list[str]) -> tuple[Term, list[str]]:
        """The variable that a path begins with."""
        for length in (2, 1):
            name = ".".join(parts[:length])
            if len(parts) >= length and name in self.shapes:
                return ground.variable(name, self.shapes[name], certain=self.sure(name)), parts[length:]
        if parts[0] == "tries":
            return ground.variable(".".join(parts), types.SIMPLE["count"], certain=True), []
        if parts[0] == "now":
            return ground.variable("now", types.DATETIME, certain=True), parts[1:]
        length = 2 if parts[0] == "event" else 1
        return ground.variable(".".join(parts[:length]), types.ANY), parts[length:]

    def ask(self, given: Given, budget_ms: int) -> Verdict:
        key = (tuple((self._key(written), wanted) for written, wanted in given), budget_ms)
        found = self._answered.get(key)
        if found is None:
            found = self._answered[key] = self._asked([(self.expression(e), wanted) for e, wanted in given], budget_ms)
        return found

    @staticmethod
    def _key(written: Expression | str) -> Any:
        return written if isinstance(written, str) else (written.source, written.reads, str(written.shape))

    def _asked(self, given: list[tuple[Expression, bool]], budget_ms: int) -> Verdict:
        if len(given) > LARGEST_QUESTION:
            return Verdict("unknown", why=f"more than {LARGEST_QUESTION} guards at once")
        usual = ordinary(self.shapes, self.sure)
        if _confirmed(given, usual):
            return Verdict("yes", usual)
        ground = Ground(self.types)
        wanted = []
        for expression, holds in given:
            term = read(ground, expression, lambda parts: self.root(ground, parts))
            said = truth(ground, term)
            wanted.append(both(opposite(term.fails), said if holds else opposite(said)))
        ground.finish()
        return self._solved(given, Question(ground, both(*wanted), budget_ms))

    def _solved(self, given: list[tuple[Expression, bool]], question: Question) -> Verdict:
        tried = 0
        for answer, model in solve(question):
            if answer == z3.unsat:
                return Verdict("no")
            if model is None:
                return Verdict("unknown", why=f"the solver gave up: {question.why}")
            found = example(question.ground, model, self.shapes, self.sure)
            if found is not None and _confirmed(given, found):
                return Verdict("yes", found)
            tried += 1
        opaque = sorted(name.strip("`") for name in question.ground.opaque if name.startswith("`"))
        because = f"; not expressed: {', '.join(opaque[:3])}" if opaque else ""
        return Verdict("unknown", why=f"{tried} examples of the solver did not hold when they were tried{because}")


def _confirmed(given: Sequence[tuple[Expression, bool]], example: Mapping[str, Any]) -> bool:
    facts = Facts(example)
    for expression, wanted in given:
        try:
            if bool(expression.read(facts)[0]) is not wanted:
                return False
        except (TypeError, ValueError, ArithmeticError, AttributeError):
            return False
    return True


def possible(space: Space, given: Given, budget_ms: int = BUDGET_MS) -> Verdict:
    """Is there an assignment under which each expression has this truth value? Raises ExpressionError for text."""
    return space.ask(tuple(given), budget_ms)


def certain(space: Space, given: Given, expression: Expression | str, budget_ms: int = BUDGET_MS) -> Verdict:
    """Does the expression hold wherever the given ones have their values? A "no" comes with where it does not.

    Where computing it would raise, it is not said to be false.
    """
    found = possible(space, [*given, (expression, False)], budget_ms)
    turned: dict[str, Literal["yes", "no", "unknown"]] = {"yes": "no", "no": "yes", "unknown": "unknown"}
    return Verdict(turned[found.answer], found.example, found.why)
