"""What could happen to a machine where it stands: taps, words, events with telling data, time."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice, product
from typing import Any, Literal

import msgspec

from engine.chart import Chart, Edge, Node
from engine.definition import Definition
from engine.functions import precision
from engine.registry import Registry
from engine.tables import Table
from engine.testing.generating.samples import FAR, NO, RIDDLE, WORDS, Samples, near, said
from engine.testing.generating.writing import Writer
from engine.testing.machine import Machine
from engine.values import Money

CHOICES = 12  # of one question that are tried
COMBINATIONS = 24  # of the data of one event that are tried


class Move(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that happens, as a step of a test writes it. `value` is by language where people say it differently."""

    key: Literal["says", "taps", "sends", "event", "wait"]
    value: Any = None
    data: dict[str, Any] = {}


class Moves:
    """The moves that are worth trying. `hints` are values for fields of events, as a solver found them."""

    def __init__(
        self, charts: Mapping[str, Chart], registry: Registry, samples: Samples, writer: Writer,
        languages: tuple[str, ...], hints: Mapping[str, list[dict[str, Any]]], tables: Mapping[str, Table],
    ) -> None:  # fmt: skip
        self._charts = charts  # by hash
        self._registry = registry
        self._samples = samples
        self._writer = writer
        self._languages = languages
        self._hints = hints
        self._tables = tables

    def at(self, machine: Machine) -> Iterator[Move]:
        here = machine.snapshot
        assert here is not None
        if here.done:
            return
        nodes = self._nodes(machine)
        edges = [edge for _, node in nodes for edge in node.edges]
        yield from self._answers(machine, edges)
        yield from self._events(machine, edges)
        yield from self._heard(nodes)
        if machine.armed():
            yield Move(key="wait")

    def _nodes(self, machine: Machine) -> list[tuple[Definition, Node]]:
        """Where the machine stands, the innermost flow first."""
        here = machine.snapshot
        assert here is not None
        levels = [(here.definition, here.state), *((frame.definition, frame.state) for frame in reversed(here.frames))]
        charts = [(self._charts[definition], state) for definition, state in levels]
        return [(chart.definition, chart.nodes[state]) for chart, state in charts]

    def _answers(self, machine: Machine, edges: list[Edge]) -> Iterator[Move]:
        here = machine.snapshot
        assert here is not None
        asked = here.asked
        if asked is None:
            if any(edge.kind == "unclear" for edge in edges):
                yield Move(key="says", value=RIDDLE)
            return
        for choice in asked.choices[:CHOICES]:
            yield Move(key="taps", value=choice.id)
        ask = machine.running.states[here.state].ask
        saved = f"{ask.save}" if ask is not None and ask.save else "event.value"
        for value in self._telling(machine, edges, "answer", ("event.value", saved)):
            word = self._word(value)
            if word:
                yield Move(key="says", value=word)
        if asked.type in WORDS:
            yield Move(key="says", value=said(WORDS[asked.type], self._languages))
        if asked.type in FAR:
            yield Move(key="says", value=said(FAR[asked.type], self._languages))
        if asked.type == "yes_no":
            yield Move(key="says", value=said(NO, self._languages))
        if asked.type == "location":
            yield Move(key="sends", value={"kind": "location", "latitude": -1.2864, "longitude": 36.8172})
        for word in _shared(choice.label for choice in asked.choices):
            yield Move(key="says", value=word)
        yield Move(key="says", value=RIDDLE)
        yield Move(key="sends", value={"kind": "image"})

    def _word(self, value: Any) -> str:
        """A value as a person would type it."""
        if isinstance(value, bool) or value is None:
            return ""
        if isinstance(value, Money):
            return f"{value.currency} {value.amount / 10 ** precision(value.currency):g}"
        if isinstance(value, str | int | float):
            return f"{value:g}" if isinstance(value, float) else str(value)
        return self._writer.value(value, "date") if not isinstance(value, dict | list) else ""

    def _events(self, machine: Machine, edges: list[Edge]) -> Iterator[Move]:
        names = dict.fromkeys(edge.trigger for edge in edges if edge.kind in ("event", "return"))
        for name in names:
            kind = self._registry.events.get(name)
            if kind is None and self._is_return(machine, name):
                continue
            fields = dict(kind.fields) if kind is not None else {}
            base = {field: self._samples.of(written, field) for field, written in fields.items()}
            for hint in self._hints.get(name, ()):
                yield Move(key="event", value=name, data={**base, **{k: v for k, v in hint.items() if k in fields}})
            mentioned = [path for edge in edges if edge.trigger == name for path in _paths(edge)]
            asked = [field for field in fields if f"event.{field}" in mentioned]
            values = {field: self._telling(machine, edges, name, (f"event.{field}",)) for field in asked}
            options = [[(field, value) for value in [base[field], *values[field]]] for field in asked]
            for combined in islice(product(*options), COMBINATIONS):
                yield Move(key="event", value=name, data={**base, **dict(combined)})
            for field, value in self._handed_on(machine.definition, edges, name):
                if field in fields:
                    yield Move(key="event", value=name, data={**base, field: value})

    def _handed_on(self, definition: Definition, edges: list[Edge], trigger: str) -> Iterator[tuple[str, Any]]:
        """Values for fields that are remembered or put to a table first, and only then decide something."""
        for edge in edges:
            if edge.trigger != trigger:
                continue
            for act in edge.acts:
                for name, expression in act.args:
                    if not expression.source.startswith("event.") or act.kind not in ("set", "decide"):
                        continue
                    field = expression.source.removeprefix("event.")
                    asked = [(act.name, name)] if act.kind == "decide" else self._put_to(act.name)
                    guards = [source for table, fact in asked for source in self._rows(table, fact)]
                    names = {fact for _, fact in asked}
                    if act.kind == "set":
                        guards += [rule.source for _, _, rule in definition.rules if rule.guard is not None]
                        names.add(act.name)
                    for value in dict.fromkeys(v for source in guards for v in _constants(source, names)):
                        yield field, value

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

    @staticmethod
    def _is_return(machine: Machine, name: str) -> bool:
        """Whether this comes of a called flow's end, which nobody sends."""
        flow, _, final = name.rpartition(".")
        return any(item.name == flow and final in item.states for item in machine.definition.reachable.values())

    @staticmethod
    def _heard(nodes: list[tuple[Definition, Node]]) -> Iterator[Move]:
        for definition, node in nodes:
            for key, phrases in definition.hears:
                if any(edge.trigger == f"heard {key}" for edge in node.edges):
                    yield Move(key="says", value=phrases[0])

    def _telling(self, machine: Machine, edges: list[Edge], trigger: str, paths: tuple[str, ...]) -> list[Any]:
        """The values that guards of this trigger compare these paths with, and those beside them."""
        found: list[Any] = []
        for edge in edges:
            if edge.trigger == trigger and edge.guard is not None:
                found += _compared(edge.guard.source, paths, machine)
        unique: list[Any] = []
        for value in found:
            if not any(type(value) is type(other) and value == other for other in unique):
                unique.append(value)
        return unique


def _shared(labels: Iterable[str]) -> list[str]:
    """Words that stand in more than one label: what could mean a few of the choices."""
    counts: dict[str, int] = {}
    for label in labels:
        for word in dict.fromkeys(label.lower().split()):
            counts[word] = counts.get(word, 0) + 1
    return [word for word, count in counts.items() if count > 1 and word.isalpha()][:2]


def _paths(edge: Edge) -> list[str]:
    """What a rule's guard reads of the event."""
    if edge.guard is None:
        return []
    tree = ast.parse(edge.guard.source, mode="eval")
    return [ast.unparse(node) for node in ast.walk(tree) if isinstance(node, ast.Attribute)]


def _compared(source: str, paths: tuple[str, ...], machine: Machine) -> list[Any]:
    """What an expression compares one of these paths with."""
    found: list[Any] = []
    for node in ast.walk(ast.parse(source, mode="eval")):
        if isinstance(node, ast.Compare):
            sides = [node.left, *node.comparators]
            for index, side in enumerate(sides):
                if any(
                    ast.unparse(part) in paths for part in ast.walk(side) if isinstance(part, ast.Attribute | ast.Name)
                ):
                    for other in sides[:index] + sides[index + 1 :]:
                        found += [near_one for value in _values(other, machine) for near_one in near(value)]
        elif (
            isinstance(node, ast.Call)
            and node.args
            and any(ast.unparse(part) in paths for part in ast.walk(node.args[0]))
        ):
            if len(node.args) > 1:
                found += _values(node.args[1], machine)
            else:
                found += [None] if isinstance(node.func, ast.Name) and node.func.id in ("known", "len") else []
        elif isinstance(node, ast.Attribute) and ast.unparse(node) in paths:
            found += [True, False] if _alone(source, node) else []
    return found


def _constants(source: str, names: set[str]) -> list[Any]:
    """The texts and numbers that an expression compares one of these names with."""
    found: list[Any] = []
    for node in ast.walk(ast.parse(source, mode="eval")):
        if not isinstance(node, ast.Compare):
            continue
        parts = [part for side in (node.left, *node.comparators) for part in ast.walk(side)]
        if any(isinstance(part, ast.Name) and part.id in names for part in parts):
            found += [part.value for part in parts if isinstance(part, ast.Constant) and part.value is not None]
    return found


def _alone(source: str, node: ast.Attribute) -> bool:
    """Whether a name stands as a yes or no of its own."""
    tree = ast.parse(source, mode="eval").body
    parts = tree.values if isinstance(tree, ast.BoolOp) else [tree]
    bare = [part.operand if isinstance(part, ast.UnaryOp) else part for part in parts]
    return any(ast.dump(part) == ast.dump(node) for part in bare)


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
        return [Money(int(units * 10 ** precision(currency)), currency)] if isinstance(units, int | float) else []
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
