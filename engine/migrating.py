"""`migrate`: a machine at rest, moved to another version of its definition. Pure, and journaled as a step.

The machine is put where the new version has its state; nothing is entered, said, asked or done again. Its timers are
set anew: one that both versions have keeps its moment, one that is new counts from when the state was entered, one
that is gone is dropped. What it waits for, it goes on waiting for.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import msgspec

from engine import types
from engine.definition import Definition
from engine.errors import CannotMigrate, EngineError, UnknownDefinition
from engine.model import Arm, Asked, Event, Frame, Microstep, Snapshot, Step
from engine.moves import Moves, Refusal, moves
from engine.run import Run

MIGRATE = "migrate"  # the event that a migration is journaled as
_EMPTY: Mapping[str, Any] = {}


def migration(
    old: Definition, new: Definition, armed: Iterable[Arm], since: datetime, *, id: str = ""
) -> Event:  # fmt: skip
    """The event that `migrate` digests. `armed` are the machine's timers that wait; `since` is when it last moved."""
    timers = [{"name": arm.name, "due": arm.due, "visit": arm.visit} for arm in armed]
    data = {"from": old.hash, "to": new.hash, "armed": timers, "since": since}
    return Event(name=MIGRATE, data=data, id=id)


def migrate(
    old: Definition, new: Definition, snapshot: Snapshot, event: Event, now: datetime,
    answers: Mapping[str, Any] = _EMPTY,
) -> Step:  # fmt: skip
    """`old` and `new` are the outermost definitions. All of the step's arms take the place of the timers before.

    Raises CannotMigrate, changing nothing, where the machine has no place in the new version; what a moment's
    expression raises besides.
    """
    move = _Migration(old, new, snapshot, event, now, answers)
    return move.step()


def refusal(old: Definition, new: Definition, states: Iterable[str]) -> Refusal | None:
    """Why machines that stand in these states (the callers' first, innermost last) cannot be moved, if so."""
    for above, below, state in _pairs(old, new, tuple(states)):
        plan = moves(above, below)
        refused = plan.refusal(state)
        if refused is not None:
            return refused
    return None


def counts_anew(old: Definition, new: Definition, states: Iterable[str]) -> bool:
    """Whether some timer is new, so that a migration has to know since when the machine waits."""
    for above, below, state in _pairs(old, new, tuple(states)):
        target = moves(above, below).states.get(state)
        if target is None:
            return False
        had = dict(above.states[state].delays)
        if any(name not in had for name, _ in below.states[target].delays):
            return True
    return False


def _pairs(old: Definition, new: Definition, states: tuple[str, ...]) -> Iterable[tuple[Definition, Definition, str]]:
    """Level by level: the definition that runs now, the one that would, and the state. Ends where the way parts."""
    for depth, state in enumerate(states):
        yield old, new, state
        if depth + 1 == len(states):
            return
        call = old.states[state].call if state in old.states else None
        target = new.states.get(moves(old, new).states.get(state, ""))
        if call is None or target is None or target.call is None:
            return
        old, new = call.definition, target.call.definition


class _Migration:
    """One machine on the move."""

    def __init__(
        self, old: Definition, new: Definition, snapshot: Snapshot, event: Event, now: datetime,
        answers: Mapping[str, Any],
    ) -> None:  # fmt: skip
        self.old, self.new = old, new
        self.snapshot, self.event, self.now, self.answers = snapshot, event, now, answers
        self.armed = {(timer["name"], timer["visit"]): timer["due"] for timer in event.data["armed"]}
        self.since: datetime = event.data["since"]
        self.arms: tuple[Arm, ...] = ()
        self.microsteps: tuple[Microstep, ...] = ()
        self.used: dict[str, Any] = {}

    def step(self) -> Step:
        before = self.snapshot
        if before.done:
            raise CannotMigrate("done", f"{before.machine} has ended")
        inner = Frame(
            definition=before.definition, state=before.state, data=before.data, tries=before.tries, visit=before.visit
        )
        frames: list[Frame] = []
        plan: Moves | None = None
        levels = (*before.frames, inner)
        pairs = list(_pairs(self.old, self.new, tuple(level.state for level in levels)))
        for level, (old, new, _) in zip(levels, pairs, strict=False):
            if old.hash != level.definition:
                raise UnknownDefinition(f"{old.name} ({old.hash[:12]}) is not what runs: {level.definition[:12]}")
            plan = moves(old, new)
            frames.append(self._level(plan, level))
        if plan is None or len(frames) != len(levels):
            raise CannotMigrate("calls-differ", f"{before.machine} is in a flow that is not called any more")
        return self._step(frames, plan)

    def _level(self, plan: Moves, level: Frame) -> Frame:
        refused = plan.refusal(level.state)
        if refused is not None:
            raise CannotMigrate(refused.code, refused.reason)
        target = plan.states[level.state]
        data, changed = self._data(plan, level.data)
        mapped = level.state in (plan.new.migrate.get("states") or {})
        rule = f"migrate.states.{level.state}" if mapped else MIGRATE
        made = Microstep(source=level.state, target=target, trigger=MIGRATE, rule=rule, changed=changed)
        self.microsteps = (*self.microsteps, made)
        moved = Frame(
            definition=plan.new.hash, state=target, data=data, tries=_tries(plan, level.tries), visit=level.visit
        )
        self._rearm(plan, level.state, moved)
        return moved

    @staticmethod
    def _data(plan: Moves, before: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
        """What is remembered, and of that what a reader of the journal has not seen under this name."""
        data, changed = dict(plan.new.defaults), {}
        for name, value in before.items():
            target = plan.data.get(name)
            if target is None:
                continue
            convert = plan.converts.get(name)
            became = convert(value) if convert is not None else value
            if not types.is_a(became, plan.new.shapes[target]):
                raise CannotMigrate("data-differs", f'what is remembered as "{name}" is no {plan.new.shapes[target]}')
            data[target] = became
            if target != name or convert is not None:
                changed[target] = became
        known = set(plan.data.values())
        return data, {**changed, **{name: data[name] for name in data if name not in known}}

    def _rearm(self, plan: Moves, state: str, moved: Frame) -> None:
        old, new = plan.old.states[state], plan.new.states[moved.state]
        had = dict(old.delays)
        entered = self._entered(had, moved.visit)
        for name, delay in new.delays:
            if name not in had:
                self._arm(name, max(entered + delay, self.now), moved.visit)
            elif (due := self.armed.get((name, moved.visit))) is not None:
                self._arm(name, due, moved.visit)
        for moment in new.moments:
            same = [m.name for m in old.moments if m.time.source == moment.time.source and m.past == moment.past]
            if same:
                due = next((d for n in same if (d := self.armed.get((n, moved.visit))) is not None), None)
                if due is not None:
                    self._arm(moment.name, due, moved.visit)
                continue
            run = self._run(plan.new, moved)
            arm = moment.arm(run)
            self.used.update(run.used)
            if arm is not None:
                self.arms = (*self.arms, arm)

    def _entered(self, delays: Mapping[str, Any], visit: int) -> datetime:
        """When the state was entered, as a timer that still waits says; else the machine's last move."""
        for name, delay in delays.items():
            due = self.armed.get((name, visit))
            if due is not None:
                moment: datetime = due - delay
                return moment
        return self.since

    def _arm(self, name: str, due: datetime, visit: int) -> None:
        self.arms = (*self.arms, Arm(name=name, due=due, visit=visit))

    def _run(self, definition: Definition, level: Frame) -> Run:
        run = Run(definition, level.state, level.data, self.snapshot.about, self.now, self.answers)
        run.root = self.new
        run.tries, run.visit = level.tries, level.visit
        return run

    def _step(self, frames: list[Frame], plan: Moves) -> Step:
        before, inner = self.snapshot, frames[-1]
        snapshot = msgspec.structs.replace(
            before,
            definition=inner.definition,
            state=inner.state,
            data=inner.data,
            tries=inner.tries,
            frames=tuple(frames[:-1]),
            seq=before.seq + 1,
            asked=_asked(plan, before.asked, inner.state),
        )
        return Step(
            event=self.event, at=self.now, outcome="migrated", microsteps=self.microsteps, snapshot=snapshot,
            arms=self.arms, answers=self.used,
        )  # fmt: skip


def _tries(plan: Moves, before: dict[str, int]) -> dict[str, int]:
    """How often each state was entered, under its new name; those of states that are gone are dropped."""
    tries: dict[str, int] = {}
    for key, count in before.items():
        prefix, name = ("unclear:", key[8:]) if key.startswith("unclear:") else ("", key)
        target = plan.states.get(name)
        if target is not None:
            tries[prefix + target] = tries.get(prefix + target, 0) + count
    return tries


def _asked(plan: Moves, asked: Asked | None, state: str) -> Asked | None:
    """The question that the person sees, without the choices that the new version no longer offers."""
    ask = plan.new.states[state].ask
    if asked is None or ask is None:
        return None
    options = {option[0] for option in ask.options}
    choices = tuple(choice for choice in asked.choices if not options or choice.id in options)
    text = asked.text if asked.text in plan.new.texts else ask.text
    return Asked(text=text, type=asked.type, choices=choices)


__all__ = ["MIGRATE", "CannotMigrate", "EngineError", "migrate", "migration", "refusal"]
