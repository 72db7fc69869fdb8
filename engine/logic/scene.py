"""A situation under consideration: what is assumed of values, and whether all of it can be so at once.

The prover works through this; it knows terms and truths, but no solver.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import z3

from engine.logic import arithmetic, comparing, examples
from engine.logic.ground import DAY, Ground
from engine.logic.reading import Root, read
from engine.logic.solving import STEPS_PER_MS, Question, solve
from engine.logic.terms import TAGS, Term
from engine.logic.truth import Truth, both, either, implies, opposite
from engine.scope import Expression
from engine.types import Shape, Types

CAREFUL_MS = 300  # of the solver's steps for one question of many
THOROUGH_MS = 4_000  # for the one that decides


def context() -> Any:
    """A place for the formulas of one proof: scenes that share it share nothing else."""
    return z3.Context()


class Scene:
    """Terms made here belong together. `possible` is False only where it was shown to be impossible."""

    def __init__(self, known: Types, shared: Any = None) -> None:
        self.ground = Ground(known, shared)
        self._about: list[frozenset[str]] = []  # for each fact of the ground, the names that it speaks of
        self._spoken: dict[int, tuple[Any, frozenset[str]]] = {}  # formula -> the names that it speaks of

    def variable(self, key: str, shape: Shape, *, certain: bool = False) -> Term:
        return self.ground.variable(key, shape, certain=certain)

    def constant(self, value: Any, key: str, shape: Shape) -> Term:
        made = self.ground.constant(value)
        return made if made is not None else arithmetic.opaque(self.ground, key, shape)

    def field(self, record: Term, name: str, shape: Shape) -> Term:
        return self.ground.field(record, name, shape)

    def record(self, key: str, fields: dict[str, Term], shape: Shape) -> Term:
        return Term(key, shape, fields=fields)

    def read(self, expression: Expression, root: Root) -> Term:
        return read(self.ground, expression, root)

    def holds(self, term: Term, wanted: bool) -> Truth:
        """That it was worked out, and was this."""
        said = comparing.truth(self.ground, term)
        return both(opposite(term.fails), said if wanted else opposite(said))

    def not_holding(self, term: Term) -> Truth:
        """That it was not so, or could not be worked out."""
        return opposite(self.holds(term, True))

    def one_of(self, one: Truth, two: Truth) -> Truth:
        return either(one, two)

    def same(self, one: Term, two: Term) -> Truth:
        return comparing.equal(self.ground, one, two, f"{one.key} == {two.key}")

    def known(self, term: Term) -> Truth:
        return opposite(term.unknown)

    def worked(self, term: Term) -> Truth:
        """That working it out did not fail."""
        return opposite(term.fails)

    def of_kind(self, term: Term, shape: Shape) -> tuple[Term, Truth]:
        """A value of an open type where one of this shape is kept, and what must be so for that."""
        if term.kind != "any" or term.part is None or shape.base not in TAGS or shape.base in ("list", "record"):
            return term, True
        inner = term.part(shape.base)
        fits = implies(opposite(term.unknown), term.value == TAGS[shape.base])
        made = Term(inner.key, shape, inner.value, unknown=term.unknown, fails=term.fails)
        return made, fits

    def at_least(self, term: Term, least: int) -> Truth:
        return term.value >= least

    def first(self, items: Term, shape: Shape) -> Term:
        """The first of a list, which has to have one."""
        made = arithmetic.opaque(self.ground, f"first({items.key})", shape)
        self.ground.hold(opposite(made.unknown))
        return made

    def filled(self, items: Term) -> Truth:
        return both(opposite(items.unknown), items.value > 0) if items.kind == "list" else opposite(items.unknown)

    def later(self, moment: Term, microseconds: int) -> Term:
        return Term(f"({moment.key} + {microseconds})", moment.shape, moment.value + microseconds)

    def latest(self, one: Term, two: Term) -> Term:
        return Term(f"max({one.key}, {two.key})", one.shape, z3.If(one.value >= two.value, one.value, two.value))

    def not_after(self, one: Term, two: Term) -> Truth:
        return one.value <= two.value

    def before(self, one: Term, two: Term) -> Truth:
        return one.value < two.value

    def simultaneous(self, one: Term, two: Term) -> Truth:
        return one.value == two.value

    def wish(self, truth: Truth) -> None:
        self.ground.wish(truth)

    def possible(self, conditions: Iterable[Truth]) -> bool:
        formula = both(*conditions)
        if isinstance(formula, bool):
            return formula
        self.ground.finish()
        solver = z3.SimpleSolver(ctx=self.ground.context)  # many small questions: z3's tactics cost more than they save
        solver.set("rlimit", CAREFUL_MS * STEPS_PER_MS)
        solver.set("random_seed", 1)
        solver.add(*self._concerned(formula), formula)
        return bool(solver.check() != z3.unsat)

    def _concerned(self, formula: Any) -> list[Any]:
        """The facts about what the formula speaks of, and about what those speak of."""
        while len(self._about) < len(self.ground.facts):
            self._about.append(self._names(self.ground.facts[len(self._about)]))
        spoken, left, chosen = set(self._names(formula)), list(range(len(self._about))), []
        grown = True
        while grown:
            grown, waiting = False, []
            for index in left:
                if spoken.isdisjoint(_subject(self._about[index])):
                    waiting.append(index)
                else:
                    spoken |= self._about[index]
                    chosen.append(index)
                    grown = True
            left = waiting
        return [self.ground.facts[index] for index in sorted(chosen)]

    def _names(self, formula: Any) -> frozenset[str]:
        """Worked out once for each part of a formula, which is kept so that its number stays its own."""
        number = formula.get_id()
        known = self._spoken.get(number)
        if known is None:
            children = formula.children()
            if not children:
                variable = z3.is_const(formula) and formula.decl().kind() == z3.Z3_OP_UNINTERPRETED
                names = frozenset([formula.decl().name()] if variable else [])
            else:
                names = frozenset().union(*(self._names(child) for child in children))
            known = self._spoken[number] = (formula, names)
        return known[1]

    def examples(self, conditions: Iterable[Truth]) -> Iterable[Example]:
        """Assignments under which all of it is so, the handsome ones first; none if there are none to be found."""
        self.ground.finish()
        for answer, model in solve(Question(self.ground, both(*conditions), THOROUGH_MS)):
            if answer == z3.sat:
                yield Example(self.ground, model)


def _subject(names: frozenset[str]) -> frozenset[str]:
    """What a fact is about: a rounded result where it says what that is near to, and not what went into it."""
    rounded = [name for name in names if name.startswith("~")]
    return frozenset([max(rounded, key=lambda name: (len(name), name))]) if rounded else names


class Example:
    """Values for the terms of a scene."""

    def __init__(self, ground: Ground, model: Any) -> None:
        self._ground = ground
        self._model = model

    def value(self, term: Term) -> Any:
        """Raises OverflowError or ValueError where no value of the dialect is like that."""
        return examples.value(self._ground, self._model, term)


__all__ = ["DAY", "Example", "Scene", "Term", "Truth", "both", "context", "either", "implies", "opposite"]
