"""A decision table asked along the way: one way for each row that may hit, with what the row gives."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from engine import types
from engine.acts import Act
from engine.logic.scene import Term
from engine.logic.terms import NOTHING
from engine.proving.worlds import World
from engine.scope import Expression
from engine.tables import PLAIN, Row, Table

if TYPE_CHECKING:
    from engine.proving.reading import Reading


def decided(reading: Reading, world: World, level: int, act: Act) -> Iterator[World]:
    """The worlds after `decide`."""
    table = reading.subject.table(world.stack[level].plan, act.name)
    facts = {name: reading.read(world, level, expression) for name, expression in act.args}
    if table is None or table.policy == "collect":
        reading.keep(world, level, act.to, _anything(reading, world, act, table))
        yield world
        return
    pending: World | None = world
    for index, row in enumerate((*table.rows, *_last(table))):
        if pending is None:
            return
        hit, pending = _row(reading, pending, table, facts, row, index)
        if hit is not None and reading.keep(hit, level, act.to, _gives(reading, table, facts, row)):
            yield hit
    if pending is not None:
        noted = reading.noted(pending, ("row", table.name, "none"))
        if noted is not None:
            reading.keep(noted, level, act.to, NOTHING)
            yield noted


def _last(table: Table) -> tuple[Row, ...]:
    return (table.otherwise,) if table.otherwise is not None else ()


def _anything(reading: Reading, world: World, act: Act, table: Table | None) -> Term:
    shape = table.result if table is not None else types.ANY
    key = f"{reading.event(world)}:{act.name}:{'.'.join(map(str, act.at))}"
    return reading.scene.variable(key, shape, certain=shape.base == "number")


def _row(
    reading: Reading, world: World, table: Table, facts: dict[str, Term], row: Row, index: int
) -> tuple[World | None, World | None]:
    if row.guard is None:
        return reading.noted(world, ("row", table.name, index, True)), None
    term = _read(reading, row.guard, facts)
    if reading.coarse and term.constant is None:  # any row may hit: a rough look does not ask
        return reading.noted(world.fork(), ("row", table.name, index, True)), world
    made: list[World | None] = []
    for wanted in (True, False):
        each = reading.noted(world.fork(), ("row", table.name, index, wanted))
        if each is not None and not reading.assume(each, (term.key, wanted), reading.scene.holds(term, wanted)):
            each = None
        made.append(each)
    return made[0], made[1]


def _read(reading: Reading, expression: Expression, facts: dict[str, Term]) -> Term:
    memo = ("row", expression.source, tuple(facts[path.partition(".")[0]].key for path in expression.reads))
    found = reading.terms.get(memo)
    if found is None:
        found = reading.scene.read(expression, lambda parts: (facts.get(parts[0], NOTHING), parts[1:]))
        reading.terms[memo] = found
    return found


def _gives(reading: Reading, table: Table, facts: dict[str, Term], row: Row) -> Term:
    fields = {name: _read(reading, expression, facts) for name, expression in row.then}
    if list(fields) == [PLAIN]:
        return fields[PLAIN]
    return reading.scene.record(
        f"{table.name}[{row.id}]{tuple(term.key for term in fields.values())}", fields, table.result
    )
