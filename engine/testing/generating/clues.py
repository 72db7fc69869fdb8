"""What guards compare the fields of an event with: the values that are worth trying.

The sources of guards are taken apart once and remembered; a search asks about the same few thousands of times.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from engine.chart import Chart, Edge
from engine.currency import unit
from engine.definition import Definition
from engine.tables import Table
from engine.testing.generating.samples import near
from engine.testing.machine import Machine
from engine.values import Money

Clue = ast.expr | None  # what a path is compared with; None where it is asked whether it is known


def read_fields(edge: Edge) -> frozenset[str]:
    """What a rule's guard reads: event.reason, booking.deposit."""
    if edge.guard is None:
        return frozenset()
    return frozenset(ast.unparse(node) for node in _nodes(edge.guard.source) if isinstance(node, ast.Attribute))


def telling(machine: Machine, edges: list[Edge], trigger: str, paths: tuple[str, ...]) -> list[Any]:
    """The values that guards of this trigger compare these paths with, and those beside them."""
    found: list[Any] = []
    for edge in edges:
        if edge.trigger == trigger and edge.guard is not None:
            for clue in _clues(edge.guard.source, paths):
                found += [None] if clue is None else [one for value in _values(clue, machine) for one in near(value)]
    unique: list[Any] = []
    for value in found:
        if not any(type(value) is type(other) and value == other for other in unique):
            unique.append(value)
    return unique


class HandedOn:
    """Values for fields that are remembered or put to a table first, and only then decide something."""

    def __init__(self, charts: Mapping[str, Chart], tables: Mapping[str, Table]) -> None:
        self._charts = charts  # by hash
        self._tables = tables
        self._found: dict[tuple[str, ...], tuple[tuple[str, Any], ...]] = {}

    def values(self, definition: Definition, edges: list[Edge], trigger: str) -> tuple[tuple[str, Any], ...]:
        """(field, value) for the rules of this trigger."""
        edges = [edge for edge in edges if edge.trigger == trigger]
        key = (definition.hash, trigger, *(f"{edge.source} {edge.rule.path}" for edge in edges))
        if key not in self._found:
            self._found[key] = tuple(dict.fromkeys(one for edge in edges for one in self._of(definition, edge)))
        return self._found[key]

    def _of(self, definition: Definition, edge: Edge) -> Iterator[tuple[str, Any]]:
        for act in edge.acts:
            for name, expression in act.args:
                if not expression.source.startswith("event.") or act.kind not in ("set", "decide"):
                    continue
                asked = [(act.name, name)] if act.kind == "decide" else self._put_to(act.name)
                guards = [source for table, fact in asked for source in self._rows(table, fact)]
                names = {fact for _, fact in asked}
                if act.kind == "set":
                    guards += [rule.source for _, _, rule in definition.rules if rule.guard is not None]
                    names.add(act.name)
                for source in guards:
                    yield from (
                        (expression.source.removeprefix("event."), value) for value in _constants(source, names)
                    )

    def _put_to(self, datum: str) -> list[tuple[str, str]]:
        """The tables, each with its fact, that a datum is put to as it is."""
        nodes = (node for chart in self._charts.values() for node in chart.nodes.values())
        acts = (act for node in nodes for acts in (node.acts, *(edge.acts for edge in node.edges)) for act in acts)
        return list(dict.fromkeys(
            (act.name, fact) for act in acts if act.kind == "decide" for fact, expression in act.args
            if expression.source == datum
        ))  # fmt: skip

    def _rows(self, table: str, fact: str) -> list[str]:
        """The guards of a table that read a fact."""
        found = self._tables.get(table)
        guards = [row.guard.source for row in found.rows if row.guard is not None] if found is not None else []
        return [source for source in guards if fact in source]


@lru_cache(maxsize=1024)
def _nodes(source: str) -> tuple[ast.AST, ...]:
    return tuple(ast.walk(ast.parse(source, mode="eval")))


@lru_cache(maxsize=4096)
def _clues(source: str, paths: tuple[str, ...]) -> tuple[Clue, ...]:
    """What an expression compares one of these paths with."""
    found: list[Clue] = []
    for node in _nodes(source):
        if isinstance(node, ast.Compare):
            sides = [node.left, *node.comparators]
            for index, side in enumerate(sides):
                if _reads(side, paths):
                    found += sides[:index] + sides[index + 1 :]
        elif isinstance(node, ast.Call) and node.args and _reads(node.args[0], paths):
            if len(node.args) > 1:
                found.append(node.args[1])
            elif isinstance(node.func, ast.Name) and node.func.id in ("known", "len"):
                found.append(None)
        elif isinstance(node, ast.Attribute) and ast.unparse(node) in paths and _alone(source, node):
            found.append(ast.Constant(True))
    return tuple(found)


def _reads(node: ast.expr, paths: tuple[str, ...]) -> bool:
    names = (part for part in ast.walk(node) if isinstance(part, ast.Attribute | ast.Name))
    return any(ast.unparse(name) in paths for name in names)


def _alone(source: str, node: ast.Attribute) -> bool:
    """Whether a name stands as a yes or no of its own."""
    tree = ast.parse(source, mode="eval").body
    parts = tree.values if isinstance(tree, ast.BoolOp) else [tree]
    bare = [part.operand if isinstance(part, ast.UnaryOp) else part for part in parts]
    return any(ast.dump(part) == ast.dump(node) for part in bare)


def _constants(source: str, names: set[str]) -> list[Any]:
    """The texts and numbers that an expression compares one of these names with."""
    found: list[Any] = []
    for node in _nodes(source):
        if not isinstance(node, ast.Compare):
            continue
        parts = [part for side in (node.left, *node.comparators) for part in ast.walk(side)]
        if any(isinstance(part, ast.Name) and part.id in names for part in parts):
            found += [part.value for part in parts if isinstance(part, ast.Constant) and part.value is not None]
    return found


def _values(node: ast.expr, machine: Machine) -> list[Any]:
    """What an expression comes to: a literal, a list of them, money, or a name that is known now."""
    if isinstance(node, ast.Constant):
        return [node.value]
    if isinstance(node, ast.List):
        return [value for item in node.elts for value in _values(item, machine)]
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "money":
        arguments = [value for argument in node.args for value in _values(argument, machine)]
        currency = str(arguments[1]) if len(arguments) > 1 else "KES"
        units = arguments[0] if arguments else None
        return [Money(int(units * unit(currency)), currency)] if isinstance(units, int | float) else []
    if isinstance(node, ast.Name | ast.Attribute):
        value = _known(ast.unparse(node).split("."), machine)
        return [] if value is None else [value]
    return []


def _known(path: list[str], machine: Machine) -> Any:
    assert machine.snapshot is not None
    here: Any = {**machine.answers, **machine.snapshot.data}
    for part in path:
        here = here.get(part) if isinstance(here, dict) else None
    return here
