"""Facts that make a row of a decision table hit, and no row before it."""

from __future__ import annotations

from typing import Any

from engine import tables
from engine.errors import EngineError
from engine.logic import Space, possible
from engine.model import Decision
from engine.tables import Table
from engine.testing.coverage import Item
from engine.testing.generating.samples import Samples
from engine.types import Types


def facts_for(
    table: Table, item: Item, given: dict[str, Any], known: Types, samples: Samples
) -> tuple[Decision | None, str]:
    """A decision in which the row hits; or why none was found. `given` are the facts of the test file."""
    name = item.path.removeprefix("rows.")
    rows = [*table.rows, *([table.otherwise] if table.otherwise is not None else [])]
    index = next(i for i, row in enumerate(rows) if row.id == name)
    row = rows[index]
    wanted = [(row.guard, True)] if row.guard is not None else []
    if table.policy == "first" or row is table.otherwise:
        wanted += [(other.guard, False) for other in rows[:index] if other.guard is not None]
        always = [other.id for other in rows[:index] if other.guard is None]
        if always:
            return None, f"the row {always[0]} before it always holds"
    plain = {name: samples.of(shape, name) for name, shape in table.facts.items()}
    for base in ({**plain, **given}, plain, dict.fromkeys(table.facts)):
        decision = _decided(table, base)
        if decision is not None and name in decision.hit:
            return decision, ""
    verdict = possible(Space(table.facts, known), wanted, budget_ms=2000)
    if verdict.answer != "yes":
        return None, "no facts can make it hit" if verdict.answer == "no" else f"no facts were found: {verdict.why}"
    for base in ({**plain, **given}, plain, dict.fromkeys(table.facts)):
        decision = _decided(table, {**base, **{k: v for k, v in verdict.example.items() if k in table.facts}})
        if decision is not None and name in decision.hit:
            return decision, ""
    return None, "the facts that were found stop the decision with an error"


def _decided(table: Table, facts: dict[str, Any]) -> Decision | None:
    try:
        return tables.decide(table, facts)
    except EngineError:
        return None
