"""A decision table tried with facts: what it decides, which rows were tried, what they read, and why.

Facts are written as test files write them, so that what was tried is a test at once. None is a fact that is not known.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from engine.authoring import sheet
from engine.errors import EngineError
from engine.findings import Findings
from engine.model import Decision
from engine.registry import Registry
from engine.release import Release
from engine.tables import Table, decide
from engine.testing.generating import cases
from engine.testing.generating.samples import Samples
from engine.testing.generating.writing import Writer
from engine.testing.playing import NOW
from engine.testing.preparing import ZONE, prepared
from engine.testing.suite import Suite, load_suite
from engine.testing.values import Values
from engine.types import Shape, Types
from engine.values import encode
from engine.yamltree import parse_tree
from workshop.trying import NOTE, CannotPlay, Fact, Ruled, RuledRow

_PLAIN = ("number", "yes_no", "list", "record", "location", "any")  # written as YAML has them; the rest as a text
_NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,6})?")


def rule(release: Release, registry: Registry, file: str, tests: str, given: Mapping[str, str | None]) -> Ruled:
    """Facts that are not `given` are as the tests beside the table have them, or made up. Raises CannotPlay."""
    found = [each for each in release.definitions.values() if each.file == file]
    if not found or not isinstance(found[0], Table):
        raise CannotPlay("Only a table is tried with facts.")
    return _Asking(found[0], Types({name: record.fields for name, record in registry.records.items()})).ruled(
        registry, tests, given
    )


class _Asking:
    def __init__(self, table: Table, known: Types) -> None:
        self._table = table
        self._known = known
        self._writer = Writer(known, ZONE)

    def ruled(self, registry: Registry, tests: str, given: Mapping[str, str | None]) -> Ruled:
        shared = self._shared(registry, tests)
        samples = Samples(self._known, NOW)
        values: dict[str, Any] = {}
        facts: list[Fact] = []
        for name, shape in self._table.facts.items():
            wrong, written = "", given.get(name)
            if name not in given:
                values[name] = shared[name] if name in shared else samples.of(shape, name)
                written = self._written(values[name], shape)
            else:
                values[name], wrong = self._read(written, shape)
            facts.append(Fact(name=name, type=shape.name, base=shape.base, written=written, wrong=wrong))
        if any(fact.wrong for fact in facts):
            return Ruled(facts=tuple(facts), rows=())
        try:
            decision = decide(self._table, values)
        except EngineError as error:
            return Ruled(facts=tuple(facts), rows=(), error=str(error))
        return Ruled(
            facts=tuple(facts),
            rows=self._rows(decision),
            hit=decision.hit,
            result=self._writer.value(decision.result),
            because=decision.because,
            test=self._test(decision, shared),
        )

    def _test(self, decision: Decision, shared: Mapping[str, Any]) -> str:
        held = " and ".join(decision.hit) or "no row holds"
        return cases.decision(decision, f"tried in the workshop, {held}", self._table, self._writer, shared, NOTE)

    def _shared(self, registry: Registry, tests: str) -> dict[str, Any]:
        """What the test file gives to all of its cases."""
        try:
            suite = load_suite(tests, "tests") if tests else None
            return prepared(suite, self._table, registry, self._known).facts
        except Findings:  # tests in error are the checks' matter
            return {}

    def _written(self, value: Any, shape: Shape) -> str | None:
        if value is None:
            return None
        if isinstance(value, str):
            return value
        text = self._writer.value(value, shape)
        return str(json.loads(text)) if shape.base not in _PLAIN and text.startswith('"') else text

    def _read(self, written: str | None, shape: Shape) -> tuple[Any, str]:
        """The value, and what is wrong with how it is written."""
        if written is None:
            return None, ""
        text = " ".join(written.split()) if shape.base != "text" else written
        if shape.base == "number" and not _NUMBER.fullmatch(text):
            return None, f"This should be {shape.name}, such as 3."
        try:
            node = parse_tree(
                f"value: {text if shape.base in _PLAIN else json.dumps(text, ensure_ascii=False)}\n", "fact"
            )
            suite = Suite(file="fact", kind="rules", name=self._table.name, root=node, cases=())
            return Values(suite, self._known, ZONE).read(node.value["value"], shape), ""
        except Findings as found:
            return None, f"{found.findings[0].reason} {found.findings[0].suggestion}".strip()

    def _rows(self, decision: Decision) -> tuple[RuledRow, ...]:
        lines = {row.id: row.line for row in sheet(self._table.source, self._table.file).rows}
        tried = iter(decision.tried)
        rows: list[RuledRow] = []
        stopped = False
        for row in self._table.rows:
            guard = None if stopped or row.guard is None else next(tried, None)
            verdict = "after" if stopped else "held" if row.id in decision.hit else "not"
            rows.append(
                RuledRow(
                    id=row.id, line=lines.get(row.id, 1), verdict=verdict,
                    when=row.guard.source if row.guard is not None else "",
                    values={name: encode(value) for name, value in guard.values.items()} if guard is not None else {},
                )
            )  # fmt: skip
            stopped = stopped or (self._table.policy == "first" and row.id in decision.hit)
        if self._table.otherwise is not None:
            held = self._table.otherwise.id in decision.hit
            rows.append(RuledRow(id=self._table.otherwise.id, line=0, verdict="held" if held else "after"))
        return tuple(rows)
