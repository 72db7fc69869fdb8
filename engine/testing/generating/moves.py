"""What could happen to a machine where it stands: taps, words, events with telling data, time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice, product
from typing import Any, Literal

import msgspec

from engine.chart import Chart, Edge, Node
from engine.currency import unit
from engine.definition import Definition
from engine.registry import Registry
from engine.tables import Table
from engine.testing.generating.clues import HandedOn, read_fields, telling
from engine.testing.generating.samples import FAR, NO, RIDDLE, WORDS, Samples, said
from engine.testing.generating.writing import Writer
from engine.testing.machine import Machine
from engine.values import Money

CHOICES = 12  # of one question that are tried
COMBINATIONS = 24  # of the data of one event that are tried


class Move(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that happens, as a step of a test writes it. `value` is by language where people say it differently;
    of "wait" it is how many seconds, and without it time passes until the next timer."""

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
        self._handed_on = HandedOn(charts, tables)
        self._samples_of: dict[str, dict[str, Any]] = {}

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
        for value in telling(machine, edges, "answer", ("event.value", saved)):
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
            return f"{value.currency} {value.amount / unit(value.currency):g}"
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
            if name not in self._samples_of:
                self._samples_of[name] = {field: self._samples.of(written, field) for field, written in fields.items()}
            base = self._samples_of[name]
            for hint in self._hints.get(name, ()):
                yield Move(key="event", value=name, data={**base, **{k: v for k, v in hint.items() if k in fields}})
            mentioned = {path for edge in edges if edge.trigger == name for path in read_fields(edge)}
            asked = [field for field in fields if f"event.{field}" in mentioned]
            values = {field: telling(machine, edges, name, (f"event.{field}",)) for field in asked}
            options = [[(field, value) for value in [base[field], *values[field]]] for field in asked]
            for combined in islice(product(*options), COMBINATIONS):
                yield Move(key="event", value=name, data={**base, **dict(combined)})
            for field, value in self._handed_on.values(machine.definition, edges, name):
                if field in fields:
                    yield Move(key="event", value=name, data={**base, field: value})

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


def _shared(labels: Iterable[str]) -> list[str]:
    """Words that stand in more than one label: what could mean a few of the choices."""
    counts: dict[str, int] = {}
    for label in labels:
        for word in dict.fromkeys(label.lower().split()):
            counts[word] = counts.get(word, 0) + 1
    return [word for word, count in counts.items() if count > 1 and word.isalpha()][:2]
