"""Guards that compare with what cannot be picked, or what no row of a table gives."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from engine.chart import Node
from engine.checks.outside import acts
from engine.checks.subject import Subject
from engine.findings import did_you_mean

_UNKNOWN = object()


def check(subject: Subject) -> None:
    _results(subject)
    for node in subject.chart.nodes.values():
        ask = node.state.ask
        if ask is None or not ask.options:
            continue
        values = {id if value is None else value for id, value, _ in ask.options}
        ids = {id for id, _, _ in ask.options}
        known = {"event.choice": ids, **({"event.value": values} if ask.type == "choice" else {})}
        for edge in node.edges:
            if edge.kind == "answer" and edge.guard is not None and edge.at[0] == "states":
                for path, literal, column in _compared(edge.guard.source):
                    if path in known and literal not in known[path]:
                        _judge(subject, node, (*edge.at, "when"), literal, known[path], column)


def _results(subject: Subject) -> None:
    """Data that only decisions write holds what the rows of their tables give."""
    given = _given(subject)
    for node in subject.chart.nodes.values():
        for edge in node.edges:
            if edge.guard is None or not given:
                continue
            for path, literal, column in _compared(edge.guard.source):
                if path in given and literal not in given[path]:
                    at = (*edge.at, "when")
                    if at not in subject.odd:
                        subject.odd.add(at)
                        hint = did_you_mean(literal, [str(each) for each in given[path]])
                        reason = f'No row gives "{literal}" for {path}.'
                        subject.report("unknown-result", at, reason, hint, offset=column[0], end=column[1])


def _given(subject: Subject) -> dict[str, set[object]]:
    """What the outputs of tables may be, by the path at which a guard reads them; only those that are all literals."""
    writers: dict[str, set[str]] = {}
    for act in acts(subject.chart):
        if act.kind in ("set", "decide"):
            name = act.name if act.kind == "set" else act.to
            writers.setdefault(name, set()).add(act.name if act.kind == "decide" else "")
    saved = {node.state.ask.save for node in subject.chart.nodes.values() if node.state.ask is not None}
    found: dict[str, set[object]] = {}
    for name, tables in writers.items():
        table = subject.tables.get(next(iter(tables))) if len(tables) == 1 and name not in saved else None
        if table is None or table.policy == "collect" or name in subject.definition.takes:
            continue
        for row in (*table.rows, *([table.otherwise] if table.otherwise else [])):
            for output, value in row.then:
                path = name if output == "result" else f"{name}.{output}"
                found.setdefault(path, set()).add(_UNKNOWN if value.reads else value.read(None)[0])
    return {path: values for path, values in found.items() if _UNKNOWN not in values}


def _judge(
    subject: Subject, node: Node, at: tuple[str | int, ...], literal: str, known: set[object], column: tuple[int, int]
) -> None:
    reason = f'"{literal}" is not one of the choices of "{node.name}".'
    hint = did_you_mean(literal, [str(each) for each in known])
    subject.odd.add(at)
    subject.report("unknown-choice", at, reason, hint, offset=column[0], end=column[1])


def _compared(source: str) -> Iterator[tuple[str, str, tuple[int, int]]]:
    """(path, text that it is compared with, its columns in the source)."""
    for node in ast.walk(ast.parse(source.strip(), mode="eval")):
        if not isinstance(node, ast.Compare) or len(node.ops) != 1:
            continue
        left, right = node.left, node.comparators[0]
        for path, other in ((left, right), (right, left)):
            literals = other.elts if isinstance(other, (ast.List, ast.Tuple)) else [other]
            for each in literals:
                if (
                    isinstance(each, ast.Constant)
                    and isinstance(each.value, str)
                    and isinstance(path, (ast.Name, ast.Attribute))
                ):
                    yield ast.unparse(path), each.value, (each.col_offset, each.end_col_offset or 0)
