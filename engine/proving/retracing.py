"""One way walked again with every value kept as a term: which events, facts and moments make a machine take it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from engine import types
from engine.acts import Act
from engine.asking import Ask
from engine.chart import Node
from engine.logic.scene import Example, Scene, Term, Truth, either, implies, opposite
from engine.promises import Promise
from engine.proving import watching
from engine.proving.subject import Subject
from engine.proving.walking import Walk
from engine.proving.worlds import Happened, Note, Standing, Stride, Trace, World
from engine.scope import Expression

_MICRO = timedelta(microseconds=1)
USUAL = timedelta(hours=1)  # of a duration that is given where any will do: nothing would ever rest with one of nothing
SAID: dict[str, tuple[Any, str]] = {  # what people answer where anything will do, and how they write it
    "phone": ("+254712345678", "0712 345 678"),
    "name": ("Amina Otieno", "Amina Otieno"),
    "text": ("As you like", "As you like"),
    "email": ("amina@example.com", "amina@example.com"),
    "number": (2, "2"),
}


class Timer(NamedTuple):
    """A timer that was set: when it is due, whether it was set at all, and what breaks a tie."""

    due: Term
    armed: Truth
    order: tuple[int, str, int]


class Put(NamedTuple):
    """A question that was put: at which step, by which `ask`, and what may be picked (none: nothing)."""

    step: int
    ask: Ask
    item: Term | None


class Judged(NamedTuple):
    """A guard of the promise, what it came to, and the values that it read."""

    guard: Expression
    wanted: bool
    reads: dict[str, Term]


class Retrace(Walk):
    """Walks one trace. `walked` is None where it cannot be walked even in outline."""

    def __init__(self, subject: Subject, promise: Promise, trace: Trace, now: datetime) -> None:
        super().__init__(subject, promise)
        self.scene = Scene(subject.types)
        self.terms = {}
        self.trace = trace
        self.puts: dict[tuple[int, int], Put] = {}
        self.judgements: list[Judged] = []
        self.seen: list[tuple[tuple[str, str], ...]] = []
        self.stacks: list[tuple[str, ...]] = []
        self._begun = now
        self._stride: Stride = trace[0]
        self.walked = self._walk()

    def _walk(self) -> World | None:
        world: World | None = None
        for step, stride in enumerate(self.trace):
            self._stride = stride
            made: list[World] = []
            if world is None:
                made = self.begin(self._first())
            else:
                world.step, world.notes, world.seen, world.micro = step, (), (), 0
                if self._passes(world, stride.event):
                    made = self.take(world, stride.event)
            exact = [each for each in made if each.notes == stride.notes]
            if not exact:
                return None
            world = exact[0]
            self.seen.append(world.seen)
            self.stacks.append(tuple(standing.state for standing in world.stack))
        return world

    def _first(self) -> World:
        plan = self.subject.root
        standing = self.standing(plan, 0, plan.chart.start)
        for name in sorted(plan.definition.takes):
            sure = name in plan.definition.needed
            term = standing.env[name] = self.scene.variable(f"take.{name}", plan.shapes[name], certain=sure)
            if plan.shapes[name] == types.DURATION:
                usual = self.scene.constant(USUAL, "usual", types.DURATION)
                self.scene.wish(self.scene.same(term, usual))
        return World([standing], watching.beginning(self.promise), 0)

    def examples(self, more: list[Truth]) -> Iterator[Example]:
        """What makes a machine walk this way, and more be so."""
        if self.walked is not None:
            yield from self.scene.examples([*self.walked.conditions.values(), *more])

    # time

    def now(self, world: World) -> Term:
        if world.step == 0:
            return self.scene.constant(self._begun, "now0", types.DATETIME)
        return self.scene.variable(f"now{world.step}", types.DATETIME, certain=True)

    def _passes(self, world: World, event: Happened) -> bool:
        """Time passes until the event; no other timer may have been due by then."""
        now = self.now(world)
        world.step -= 1
        before = self.now(world)
        world.step += 1
        if not self.assume(world, ("passes", world.step), self.scene.not_after(before, now)):
            return False
        fires: Timer | None = None
        if event.kind in ("after", "at"):
            fires = world.stack[event.level].timers.pop(event.name, None)
            if fires is None:
                return False
            truth = self.scene.simultaneous(now, fires.due)
            if not self.assume(world, ("due", world.step), truth) or not self.assume(
                world, ("armed", world.step), fires.armed
            ):
                return False
        else:
            self.scene.wish(self.scene.simultaneous(before, now))
        return all(
            self.assume(world, ("later", world.step, *timer.order), self.waits(timer, now, fires))
            for timer in self.live(world)
        )

    @staticmethod
    def live(world: World) -> list[Timer]:
        return [timer for standing in world.stack for timer in standing.timers.values()]

    def waits(self, timer: Timer, now: Term, fires: Timer | None = None) -> Truth:
        """That a timer has not fired by then."""
        if fires is not None and timer.order > fires.order:
            return implies(timer.armed, self.scene.not_after(now, timer.due))
        return implies(timer.armed, self.scene.before(now, timer.due))

    def arm(self, world: World, node: Node) -> World | None:
        now, standing = self.now(world), world.inner
        for name, delay in node.state.delays:
            due = self.scene.later(now, delay // _MICRO)
            standing.timers[name] = Timer(due, True, (world.step, name, standing.visit))
        for moment in node.state.moments:
            term = self.read(world, len(world.stack) - 1, moment.time)
            if not self.fits(world, term):
                return None
            known = self.scene.known(term)
            if known is False:  # nothing is kept there, and so nothing is waited for
                standing.timers[moment.name] = Timer(now, False, (world.step, moment.name, standing.visit))
                continue
            ahead = self.scene.before(now, term)
            armed = known if moment.past == "run" else opposite(either(opposite(known), opposite(ahead)))
            due = self.scene.latest(term, now)
            standing.timers[moment.name] = Timer(due, armed, (world.step, moment.name, standing.visit))
        return world

    # what the way is made of

    def noted(self, world: World, note: Note) -> World | None:
        index = len(world.notes)
        if index >= len(self._stride.notes) or self._stride.notes[index] != note:
            return None
        world.notes = (*world.notes, note)
        return world

    def possible(self, world: World) -> bool:
        return True

    def assume(self, world: World, key: Any, truth: Truth) -> bool:
        return super().assume(world, (world.step, len(world.notes), len(world.conditions), key), truth)

    def works(self, world: World, level: int, act: Act) -> bool:
        return all(self.fits(world, self.read(world, level, expression)) for _, expression in act.args)

    def judged(self, world: World, guard: Expression, wanted: bool) -> World | None:
        made = super().judged(world, guard, wanted)
        if made is not None:
            reads = {path: self.path(made, 0, path) for path in guard.reads}
            self.judgements.append(Judged(guard, wanted, reads))
        return made

    def ambient(self, world: World, name: str) -> str:
        return f"{name}@{world.step}"

    def event(self, world: World) -> str:
        return f"event{world.step}"

    def count(self, standing: Standing, state: str) -> None:
        standing.tries[state] = standing.tries.get(state, 0) + 1

    def _tries(self, standing: Standing, state: str) -> Term:
        return self.scene.constant(standing.tries.get(state, 0), "tries", types.NUMBER)

    def offered(self, world: World, ask: Ask, items: list[Any] | None) -> None:
        if not ask.source:
            return
        key = (world.step, len(world.notes))
        level = len(world.stack) - 1
        item: Term | None = None
        if ask.items is not None:
            listed = self.read(world, level, ask.items)
            filled = self.scene.filled(listed)
            self.assume(world, ("offered", key), filled if items is None else opposite(filled))
            item = self.scene.first(listed, self.subject.item(ask)) if items is None else None
        elif items is None:
            item = self.scene.variable(f"item{key[0]}-{key[1]}", self.subject.item(ask), certain=True)
        self.puts[key] = Put(world.step, ask, item)
        world.put = key

    def picked(self, world: World, ask: Ask, way: str) -> Term | None:
        if way == "(item)":
            put = self.puts.get(world.put)
            return put.item if put is not None else None
        if way == "(typed)":
            value = self.scene.variable(f"{self.event(world)}.value", ask.shape, certain=True)
            usual = SAID.get(ask.type)
            if usual is not None:
                self.scene.wish(self.scene.same(value, self.scene.constant(usual[0], "usual", ask.shape)))
            return value
        return super().picked(world, ask, way)
