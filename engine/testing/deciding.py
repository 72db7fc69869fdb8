"""One set of facts put to a decision table, and what is expected of the answer."""

from __future__ import annotations

from engine import tables, types
from engine.errors import EngineError
from engine.model import Decision
from engine.tables import Table
from engine.testing.differing import differs
from engine.testing.expecting import Failure, failure
from engine.testing.suite import Case
from engine.testing.values import Values
from engine.yamltree import Node


def decided(case: Case, table: Table, values: Values) -> tuple[list[Failure], Decision | None]:
    """Facts of the file are those of every case, unless the case says otherwise."""
    facts: dict[str, object] = dict.fromkeys(table.facts)
    for node in (values.suite.root, case.node):
        written = node.value.get("facts")
        if written is not None:
            facts |= values.record(written, dict(table.facts), f"The table {table.name}")
    expect = case.node.value.get("expect")
    wanted: dict[str, Node] = expect.value if expect is not None else {}
    try:
        decision = tables.decide(table, facts)
    except EngineError as error:
        return _raised(case, wanted.get("error"), error, values), None
    found = [finding for key, node in wanted.items() for finding in _compared(key, node, decision, table, values)]
    return found, decision


def _raised(case: Case, wanted: Node | None, error: EngineError, values: Values) -> list[Failure]:
    kind = type(error).__name__
    if wanted is not None and wanted.value == kind:
        return []
    place = wanted.place if wanted is not None else case.node.place
    expected = f"Expected the error {wanted.value}" if wanted is not None else "Expected a decision"
    finding = values.suite.finding("other-error", place, f"{expected}; came {kind}: {error}.")
    return [Failure(finding=finding, expected=expected, came=kind)]


def _compared(key: str, node: Node, decision: Decision, table: Table, values: Values) -> list[Failure]:
    came: object = list(decision.hit)
    wanted: object
    if key == "error":
        wanted, came = node.value, f"rows {came}"
    elif key in ("row", "rows"):
        wanted = values.read(node)
        wanted = wanted if isinstance(wanted, list) else [wanted] if wanted is not None else []
        known = {row.id for row in table.rows} | ({"otherwise"} if table.otherwise is not None else set())
        for row in wanted:
            if row not in known:
                values.suite.refuse("unknown-row", node.place, f'{table.name} has no row "{row}".')
    elif key == "result":
        wanted, came = values.read(node, table.result if table.result.base != "record" else types.ANY), decision.result
    else:
        came = " ".join(decision.because)
        wanted = values.read(node)
        if isinstance(wanted, str) and wanted in came:
            return []
    if not differs(wanted, came):
        return []
    return [failure(values.suite, f"other-{key}", key, node, wanted, came)]
