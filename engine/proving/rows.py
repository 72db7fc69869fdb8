"""Promises of a decision table: for all facts there can be, what the table gives keeps them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from engine import tables, types
from engine.errors import EngineError
from engine.logic.arithmetic import arithmetic
from engine.logic.choosing import choose
from engine.logic.scene import Scene, Term, Truth
from engine.logic.terms import NOTHING
from engine.model import Decision
from engine.promises import Promise
from engine.proving import assuming
from engine.proving.verdict import Verdict
from engine.proving.writing import written
from engine.scope import Expression
from engine.tables import PLAIN, Row, Table
from engine.types import Types

RESULT = "result"
_ASSUMED = "counts are not negative, probabilities lie between 0 and 1"


class _Case:
    """One row that hits, or all that are collected: the terms that the promise reads, and when it is so."""

    def __init__(self, name: str, terms: dict[str, Term], so: list[Truth]) -> None:
        self.name = name
        self.terms = terms
        self.so = so


def judge(table: Table, promise: Promise, known: Types) -> Verdict:
    """Row by row: is there a set of facts that hits it and breaks the promise?"""
    blank = Verdict(
        definition=f"rules:{table.name}", file=table.file, line=assuming.line(table, promise),
        promise=promise.text, answer="undecided", assumed=(_ASSUMED,),
        places=len(table.rows) + (table.otherwise is not None),
    )  # fmt: skip
    undecided = ""
    scene = Scene(known)
    facts = {name: scene.variable(name, shape) for name, shape in table.facts.items()}
    facts |= {name: scene.variable(name, types.ANY) for name in ("business", "contact")}
    for case in _cases(scene, table, facts):
        conditions = [*case.so, *_against(scene, promise, {**facts, **case.terms})]
        if not scene.possible(conditions):
            continue
        for example in scene.examples(conditions):
            try:
                given = {name: example.value(facts[name]) for name in table.facts}
            except (OverflowError, ValueError):
                continue
            if (found := _breaks(table, promise, given)) is not None:
                return _broken(blank, table, promise, given, found)
        undecided = undecided or f"row {case.name} may break it, but no facts were found that show it"
    answer: Any = "undecided" if undecided else "proved"
    return msgspec.structs.replace(blank, answer=answer, why=undecided)


def _cases(scene: Scene, table: Table, facts: dict[str, Term]) -> Iterator[_Case]:
    held: list[Truth] = []
    rows = []
    for row in table.rows:
        holds: Truth = True if row.guard is None else scene.holds(_read(scene, row.guard, facts), True)
        against: Truth = False if row.guard is None else scene.holds(_read(scene, row.guard, facts), False)
        rows.append((row, holds, against))
        if table.policy == "first":
            yield _case(scene, table, row, facts, [*held, holds])
            held.append(against)
        elif table.policy == "any" or (table.policy == "collect" and table.collect == "list"):
            yield _case(scene, table, row, facts, [holds])
    if table.policy == "unique":
        for row, holds, _ in rows:
            yield _case(scene, table, row, facts, [holds, *(against for other, _, against in rows if other is not row)])
    if table.policy == "collect":
        if table.collect != "list":
            yield _collected(scene, table, rows, facts)
        return
    none: list[Truth] = [against for _, _, against in rows]
    if table.otherwise is not None:
        yield _case(scene, table, table.otherwise, facts, none)
    else:
        yield _Case("none", {**dict.fromkeys(table.outputs, NOTHING), RESULT: NOTHING}, none)


def _case(scene: Scene, table: Table, row: Row, facts: dict[str, Term], so: list[Truth]) -> _Case:
    terms = {name: _read(scene, expression, facts) for name, expression in row.then}
    bare = terms.get(PLAIN) if list(terms) == [PLAIN] else scene.record(f"result of {row.id}", terms, table.result)
    missing = {name: NOTHING for name in table.outputs if name not in terms}
    worked = [scene.worked(term) for term in terms.values()]
    return _Case(row.id, {**missing, **terms, RESULT: bare or NOTHING}, [*so, *worked])


def _collected(scene: Scene, table: Table, rows: list[tuple[Row, Truth, Truth]], facts: dict[str, Term]) -> _Case:
    """The sum or the number of the rows that hold; of least and most only that it is some value."""
    if table.collect in ("min", "max"):
        return _Case("collected", {RESULT: scene.variable("`collected`", table.result)}, [])
    zero = scene.constant(0, "0", types.NUMBER)
    made = zero
    settled: list[Truth] = []
    for row, holds, against in rows:
        settled.append(scene.one_of(holds, against))
        for _, expression in row.then:
            value = (
                scene.constant(1, "1", types.NUMBER) if table.collect == "count" else _read(scene, expression, facts)
            )
            adds = choose(scene.ground, f"({row.id})", holds, value, zero, False)
            made = arithmetic(scene.ground, "Add", adds, made)
            if table.collect == "count":
                break
    return _Case("collected", {RESULT: made}, [*settled, scene.worked(made)])


def _read(scene: Scene, expression: Expression, terms: Mapping[str, Term]) -> Term:
    return scene.read(expression, lambda parts: (terms.get(parts[0], NOTHING), parts[1:]))


def _against(scene: Scene, promise: Promise, terms: Mapping[str, Term]) -> list[Truth]:
    conditions: list[Truth] = []
    if promise.when is not None:
        conditions.append(scene.holds(_read(scene, promise.when, terms), True))
    if promise.never is not None:
        conditions.append(scene.holds(_read(scene, promise.never, terms), True))
    if promise.must is not None:
        conditions.append(scene.not_holding(_read(scene, promise.must, terms)))
    return conditions


class _Facts:
    """Where the promise's own guards read from."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        self.data = data

    def ambient(self, name: str) -> Any:
        return self.data.get(name)


def _breaks(table: Table, promise: Promise, given: dict[str, Any]) -> Decision | None:
    """The decision on these facts, if it really breaks the promise."""
    try:
        decision = tables.decide(table, given)
    except EngineError:
        return None
    result = decision.result
    each = result if table.policy == "collect" and table.collect == "list" else [result]
    for one in each:
        outputs = one if isinstance(one, dict) else {PLAIN: one}
        read = _Facts({**dict.fromkeys(table.outputs), **given, **outputs, RESULT: one})
        if (
            _true(promise.when, read, True)
            and _true(promise.never, read, True)
            and not _true(promise.must, read, False)
        ):
            return decision
    return None


def _true(guard: Expression | None, facts: _Facts, without: bool) -> bool:
    if guard is None:
        return without
    try:
        return bool(guard.read(facts)[0])
    except (TypeError, ValueError, ArithmeticError, AttributeError):
        return False


def _broken(blank: Verdict, table: Table, promise: Promise, given: dict[str, Any], decision: Decision) -> Verdict:
    facts = ", ".join(f"{name}: {written(value, table.facts[name])}" for name, value in given.items())
    rows = ", ".join(decision.hit) or "no row"
    result = written(decision.result, table.result if table.result.base != "record" else None)
    test = (
        f"tests: rules:{table.name}\n\ncases:\n  - name: {written(f'This breaks the promise {promise.text}')}\n"
        f"    facts: {{{facts}}}\n    expect: {{rows: [{', '.join(decision.hit)}], result: {result}}}\n"
    )
    story = (f"facts: {facts}", f"{rows} → {result}")
    return msgspec.structs.replace(blank, answer="broken", conversation=story, test=test)
