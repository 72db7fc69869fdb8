"""The search: every place that a machine may come to, nearest first, and the ways that lead where a promise breaks.

What is kept of a place is less than what is true of it, so every real way is among those that are searched: where
none of them breaks the promise, none does.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from typing import NamedTuple

import msgspec

from engine.chart import Node
from engine.logic.scene import Term, opposite
from engine.promises import Promise
from engine.proving import watching
from engine.proving.subject import Subject
from engine.proving.walking import TooWide, Walk
from engine.proving.worlds import Happened, Level, Place, Standing, Stride, Trace, Watch, World
from engine.values import decode

CONSTANTS = 12  # different values of one datum that are told apart


class Bounds(msgspec.Struct, frozen=True):
    """How far a search goes before it gives up. `late` says that time is up; without it time does not matter."""

    places: int = 30_000
    broken: int = 24  # ways that seem to break the promise, tried in turn
    late: Callable[[], bool] | None = None


class Edge(NamedTuple):
    """One event from one place to another."""

    target: Place
    stride: Stride
    visits: int  # how many states were entered on the way


class Search:
    """Explores the places of one subject under one promise. `why` says why it stopped early."""

    def __init__(
        self, subject: Subject, promise: Promise, bounds: Bounds, *, causal: bool = False, coarse: bool = False
    ) -> None:
        self.subject = subject
        self.promise = promise
        self.bounds = bounds
        self.walk = Walk(subject, promise, causal=causal, coarse=coarse)
        self.came: dict[Place, tuple[Place | None, Stride]] = {}
        self.edges: dict[Place, list[Edge]] = {}
        self.why = ""
        self._queue: deque[Place] = deque()

    def run(self) -> Iterator[Trace]:
        """The ways that seem to break the promise, shortest first. When it ends and `why` is empty, that were all."""
        found = 0
        try:
            for trace in self._run():
                yield trace
                found += 1
                if found >= self.bounds.broken:
                    self.why = f"{found} ways seem to break it, and none of them could be shown"
                    return
        except TooWide as wide:
            self.why = str(wide)

    def _run(self) -> Iterator[Trace]:
        start = Happened("start", "start")
        for world in self.walk.begin(self.first(watching.beginning(self.promise))):
            if world.broken:
                yield (Stride(start, world.notes),)
            else:
                self._reach(None, Stride(start, world.notes), self.place(world))
        while self._queue:
            if len(self.came) > self.bounds.places:
                self.why = f"more than {self.bounds.places} places to look at"
                return
            if self.bounds.late is not None and self.bounds.late():
                self.why = "the time was up"
                return
            yield from self._explore(self._queue.popleft())

    def _explore(self, place: Place) -> Iterator[Trace]:
        edges = self.edges.setdefault(place, [])
        base = self.world(place)
        for event in self.events(place):
            for world in self.walk.take(base.fork(), event):
                stride = Stride(event, world.notes)
                if world.broken:
                    yield (*self.trace(place), stride)
                    continue
                target = self.place(world)
                edges.append(Edge(target, stride, world.visits))
                self._reach(place, stride, target)

    def _reach(self, before: Place | None, stride: Stride, place: Place) -> None:
        if place not in self.came:
            self.came[place] = (before, stride)
            self._queue.append(place)

    def trace(self, place: Place) -> Trace:
        """The way by which a place was first reached."""
        strides: list[Stride] = []
        at: Place | None = place
        while at is not None:
            before, stride = self.came[at]
            strides.append(stride)
            at = before
        return tuple(reversed(strides))

    # places and worlds

    def first(self, watch: Watch) -> World:
        """Before the first event: the definition's data at their defaults, what it takes not known but there."""
        plan = self.subject.root
        standing = self.walk.standing(plan, 0, plan.chart.start)
        for name in plan.definition.takes:
            key = f"0.{name}{'!' if name in plan.definition.needed else ''}"
            sure = name in plan.definition.needed
            standing.env[name] = self.walk.scene.variable(key, plan.shapes[name], certain=sure)
        return World([standing], watch, 0)

    def world(self, place: Place) -> World:
        stack: list[Standing] = []
        for depth, level in enumerate(place.levels):
            standing = Standing(self.subject.plans[level.plan], f"{depth}.", level.state)
            standing.sure, standing.fired, standing.before = level.sure, level.fired, level.facts
            standing.tries = dict(level.tries)
            for path, value in level.values:
                shape = standing.plan.shapes[path.partition(".")[0]]
                term = self.walk.scene.constant(decode(msgspec.json.decode(value)), path, shape)
                if "." in path:
                    standing.over[path] = term
                else:
                    standing.env[path] = term
            stack.append(standing)
        world = World(stack, place.watch, 0)
        world.asked, world.caused = place.asked, place.caused
        for depth, standing in enumerate(stack):
            for source, holds in standing.before:
                term = self.walk.read(world, depth, standing.plan.atoms[source])
                truth = self.walk.scene.holds(term, True)
                world.conditions[("fact", term.key, holds)] = truth if holds else opposite(truth)
        world.conditions = {key: truth for key, truth in world.conditions.items() if truth is not True}
        return world

    def place(self, world: World) -> Place:
        levels = tuple(self._level(world, depth) for depth in range(len(world.stack)))
        return Place(levels, world.asked, world.watch, world.caused, world.done)

    def _level(self, world: World, depth: int) -> Level:
        standing = world.stack[depth]
        plan = standing.plan
        if self.walk.coarse:
            return Level(plan.definition.hash, standing.state, (), (), frozenset(), (), frozenset())
        values: list[tuple[str, str]] = []
        sure: set[str] = set()
        for name in sorted(plan.paths):
            values += self._values(world, depth, name)
            if self.walk.named(standing, name).unknown is False and not any(path == name for path, _ in values):
                sure.add(name)
        unclear = f"unclear:{standing.state}"
        tries = {key: count for key, count in standing.tries.items() if key in plan.caps or key == unclear}
        return Level(
            plan.definition.hash, standing.state, tuple(values), tuple(self._facts(world, depth)), frozenset(sure),
            tuple(sorted(tries.items())), standing.fired,
        )  # fmt: skip

    def _values(self, world: World, depth: int, name: str) -> list[tuple[str, str]]:
        standing = world.stack[depth]
        term = self.walk.named(standing, name)
        found: list[tuple[str, Term]] = []
        if term.constant is not None:
            found = [(name, term)]
        else:
            for path in sorted(standing.plan.paths[name]):
                inner = self.walk.path(world, depth, path) if path != name else term
                if inner.constant is not None:
                    found.append((path, inner))
        kept = []
        for path, inner in found:
            assert inner.constant is not None
            value = self.walk.plain(inner.constant[0])
            seen = self.subject.values.setdefault((standing.plan.name, path), set())
            if value in seen or len(seen) < CONSTANTS:
                seen.add(value)
                kept.append((path, value))
        return kept

    def _facts(self, world: World, depth: int) -> Iterator[tuple[str, bool]]:
        """The conditions about data that are settled now: those from before, and those that this step settled."""
        standing = world.stack[depth]
        before = dict(standing.before)
        for source, atom in standing.plan.atoms.items():
            names = {path.partition(".")[0] for path in atom.reads}
            changed = bool(names & standing.touched)
            term = self.walk.read(world, depth, atom)
            truth = self.walk.scene.holds(term, True)
            if isinstance(truth, bool):
                if changed or source not in before:
                    values = all(self.walk.path(world, depth, path).constant is not None for path in atom.reads)
                    if not values:
                        yield source, truth
                continue
            if not changed and source in before:
                yield source, before[source]
                continue
            if not changed and not any(key[0] == term.key for key in world.conditions):
                continue
            settled = self._settled(world, term, truth)
            if settled is not None:
                yield source, settled

    def _settled(self, world: World, term: Term, truth: object) -> bool | None:
        for holds, against in ((True, opposite(truth)), (False, truth)):
            memo = frozenset([*world.conditions, (term.key, "against", holds)])
            found = self.subject.answered.get(memo)
            if found is None:
                found = self.walk.scene.possible([*world.conditions.values(), against])
                self.subject.answered[memo] = found
            if not found:
                return holds
        return None

    # events

    def events(self, place: Place) -> Iterator[Happened]:
        """What may happen next: an answer, a word, a timer, an event from anywhere, also one that nobody asked for."""
        if place.done:
            return
        inner = self.node(place.levels[-1]).state
        if inner.ask is not None and place.asked:
            yield Happened("answer", "answer")
        if self.node(place.levels[-1]).on("unclear"):
            yield Happened("unclear", "unclear")
        names: set[str] = set()
        for index in range(len(place.levels) - 1, -1, -1):
            level = place.levels[index]
            for edge in self.node(level).edges:
                name = edge.trigger
                if edge.kind == "heard":
                    yield Happened("heard", name, index)
                elif edge.kind in ("after", "at"):
                    if self._due(level, name):
                        yield Happened(edge.kind, name, index)
                elif name not in names and self.subject.external(name):
                    names.add(name)
                    causes = self.walk.causes.get(name)
                    if causes is None or causes & place.caused:
                        yield Happened("event", name)

    def node(self, level: Level) -> Node:
        return self.subject.plans[level.plan].chart.nodes[level.state]

    def _due(self, level: Level, name: str) -> bool:
        """A timer fires once in a visit, after those that are shorter."""
        if name in level.fired or self.walk.coarse:
            return self.walk.coarse
        delays = dict(self.node(level).state.delays)
        if name not in delays:
            return True
        return all(other in level.fired for other, delay in delays.items() if delay < delays[name])
