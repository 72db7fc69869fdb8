"""Which states, transitions and rows were reached, out of what the steps themselves say.

A step's microsteps name states and rules, not flows; where a flow has called another, the walk below
follows the calls and returns to know whose they are.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from engine.definition import START, Definition, Rule
from engine.document import Document
from engine.model import Decision, Microstep, Snapshot, Step
from engine.release import Release
from engine.tables import Table
from engine.testing.machine import Taken
from engine.testing.playing import Played

Item = tuple[str, str, str]  # "flow:booking", "state" | "transition" | "row", its name


class Share(msgspec.Struct, frozen=True):
    """How much of a definition was reached. `missing` are paths as rules name them: states.paying.on.answer[0]."""

    definition: str
    total: int
    missing: tuple[str, ...]

    @property
    def reached(self) -> float:
        return 1 - len(self.missing) / self.total if self.total else 1.0


class _Level(msgspec.Struct):
    """A flow on the stack, where it stands."""

    definition: Definition
    state: str
    visit: int


class Coverage:
    """Counts over any number of steps and decisions of one release."""

    def __init__(self, release: Release) -> None:
        self._release = release
        self._all = {key: item for key, item in release.definitions.items() if ":" in key}
        self.hits: set[Item] = set()

    def add(self, definition: Definition, taken: Iterable[Taken]) -> None:
        for each in taken:
            self._walk(definition, each.before, each.step)
            for decision in each.step.decisions:
                self.add_decision(decision)

    def add_played(self, played: Played) -> None:
        if played.definition is not None:
            self.add(played.definition, played.taken)
        for decision in played.decisions:
            self.add_decision(decision)

    def add_decision(self, decision: Decision) -> None:
        self.hits.update((f"rules:{decision.table}", "row", row) for row in decision.hit)

    def shares(self) -> list[Share]:
        shares: list[Share] = []
        for key, item in sorted(self._all.items()):
            everything = list(_items(key, item))
            missing = tuple(name for name in everything if name not in self.hits)
            shares.append(Share(key, len(everything), tuple(_path(item) for item in missing)))
        return shares

    def _walk(self, definition: Definition, before: Snapshot | None, step: Step) -> None:
        stack = [_Level(definition, START, 0)]
        if before is not None:
            stack = [_Level(definition.reachable[f.definition], f.state, f.visit) for f in before.frames]
            stack.append(_Level(definition.reachable[before.definition], before.state, before.visit))
        first = True
        for microstep in step.microsteps:
            if microstep.trigger == "call":
                called = self._called(stack[-1])
                stack.append(_Level(called, START, 0))
            else:
                self._fired(stack, microstep, step if first else None)
            first = False

    @staticmethod
    def _called(level: _Level) -> Definition:
        call = level.definition.states[level.state].call
        assert call is not None
        return call.definition

    def _fired(self, stack: list[_Level], microstep: Microstep, step: Step | None) -> None:
        if microstep.trigger == "return":
            stack.pop()
        if not microstep.rule:
            return
        index = self._whose(stack, microstep, step)
        level = stack[index]
        rule = next(rule for rule in _rules(level.definition) if rule.path == microstep.rule)
        key = f"{level.definition.kind}:{level.definition.name}"
        self.hits.add((key, "transition", microstep.rule))
        if rule.to is None:
            return
        del stack[index + 1 :]
        level.state = microstep.target
        level.visit = -1
        self.hits.add((key, "state", microstep.target))

    @staticmethod
    def _whose(stack: list[_Level], microstep: Microstep, step: Step | None) -> int:
        """The level at which a rule fired: an event is offered to the innermost flow first."""
        last = len(stack) - 1
        if step is not None and step.event.name == "after":
            visit = step.event.data.get("visit")
            return next((i for i in range(last, -1, -1) if stack[i].visit == visit), last)
        if step is not None and step.event.name == "heard":
            return max(0, last - str(step.event.data.get("key", "")).count("caller."))
        for index in range(last, -1, -1):
            level = stack[index]
            if level.state == microstep.source and any(r.path == microstep.rule for r in _rules(level.definition)):
                return index
        return last


def _rules(definition: Definition) -> Iterator[Rule]:
    return (rule for _, _, rule in definition.rules)


def _items(key: str, item: Definition | Table) -> Iterator[Item]:
    if isinstance(item, Table):
        for row in (*item.rows, *([item.otherwise] if item.otherwise else [])):
            yield key, "row", row.id
        return
    for name in item.states:
        yield key, "state", name
    for path in dict.fromkeys(rule.path for rule in _rules(item)):
        yield key, "transition", path


def _path(item: Item) -> str:
    _, kind, name = item
    return name if kind == "transition" else f"states.{name}" if kind == "state" else f"rows.{name}"


def line_of(document: Document, missing: str) -> int:
    """The line of a path that `Share.missing` names. Keys may hold dots themselves: the longest that fits is meant."""
    here: object = document.content
    path: list[str | int] = []
    rest = missing.replace("[", ".[")
    while rest:
        if isinstance(here, list):
            head, _, rest = rest.partition(".")
            index = int(head.strip("[]")) if head.startswith("[") else _row(here, head)
            here = here[index]
            path.append(index)
            continue
        keys = [key for key in here if rest == key or rest.startswith(f"{key}.")] if isinstance(here, dict) else []
        if not keys or not isinstance(here, dict):
            break
        key = max(keys, key=len)
        here = here[key]
        path.append(key)
        rest = rest[len(key) + 1 :]
    return document.place(path, key=isinstance(path[-1], str) if path else False).line


def _row(rows: list[object], id: str) -> int:
    return next((i for i, row in enumerate(rows) if isinstance(row, dict) and row.get("id") == id), 0)
