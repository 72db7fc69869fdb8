"""The solver at work on one question, within a budget of its own steps; models come out simplest first."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import z3

from engine.logic.ground import Ground
from engine.logic.truth import Truth

STEPS_PER_MS = 4_000  # z3's own unit of work; about what it does in a millisecond on a small machine
_FUSE_MS = 30_000  # against a step that never ends; what it cuts off is unknown, never a no


class Question:
    """A formula over a ground. `why` is filled in when the solver gives up."""

    def __init__(self, ground: Ground, formula: Truth, budget_ms: int) -> None:
        self.ground = ground
        self.formula = formula
        self.steps = max(1, budget_ms) * STEPS_PER_MS
        self.why = ""


def solve(question: Question) -> Iterator[tuple[Any, Any]]:
    """`(unsat, None)` and no more; or models, from the handsome to the plain; or `(unknown, None)`."""
    if question.formula is False:
        yield z3.unsat, None
        return
    ground = question.ground
    solver = z3.Solver(ctx=ground.context)
    solver.set("rlimit", question.steps)
    solver.set("timeout", _FUSE_MS)
    solver.set("random_seed", 1)
    solver.add(*ground.facts)
    if question.formula is not True:
        solver.add(question.formula)
    wishes = {z3.Bool(f"wish {index}", ground.context): wish for index, wish in enumerate(ground.wishes)}
    for name, wish in wishes.items():
        solver.add(z3.Implies(name, wish))
    while True:
        answer = solver.check(*wishes)
        if answer == z3.sat:
            yield answer, solver.model()
        if answer == z3.unknown:
            question.why = solver.reason_unknown()
        if not wishes:
            if answer != z3.sat:
                yield answer, None
            return
        wishes = _fewer(wishes, solver.unsat_core() if answer == z3.unsat else wishes)


def _fewer(wishes: dict[Any, Any], unmet: Any) -> dict[Any, Any]:
    """Without those that could not be met together; where none of them stood in the way, without any."""
    names = {str(name) for name in unmet}
    return {name: wish for name, wish in wishes.items() if str(name) not in names} if names else {}
