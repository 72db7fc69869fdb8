"""Rules about the answer to a question that lists its choices: comparing with what cannot be picked."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from engine.chart import Node
from engine.checks.subject import Subject
from engine.findings import did_you_mean


def check(subject: Subject) -> None:
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


def _judge(
    subject: Subject, node: Node, at: tuple[str | int, ...], literal: str, known: set[object], column: tuple[int, int]
) -> None:
    reason = f'"{literal}" is not one of the choices of "{node.name}".'
    hint = did_you_mean(literal, [str(each) for each in known])
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
                if isinstance(each, ast.Constant) and isinstance(each.value, str) and isinstance(path, ast.Attribute):
                    yield ast.unparse(path), each.value, (each.col_offset, each.end_col_offset or 0)
