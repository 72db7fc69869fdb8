"""A machine under test: steps of the engine, answers out of the test file, timers that fall due as time passes.

It stands in for the runtime. What a verb answers is written in `given`: a question's value, or, for a change
or an action, the event that follows ({bookings.held: {booking: ...}}).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import copy
from datetime import datetime
from heapq import heappop, heappush
from typing import Any

import msgspec

from engine import stepping
from engine.definition import Definition
from engine.errors import EngineError, Unanswered
from engine.model import Event, Snapshot, Step

REPLIES = 32  # events that answers may set off one after another
TIMERS = 20_000  # that may fire while time passes once


class Unprepared(Exception):
    """The definition asks what the test file does not answer."""


class Taken(msgspec.Struct, frozen=True):
    """One step with where it began."""

    before: Snapshot | None
    step: Step


class Machine:
    """`answers` and `replies` may change between steps: the world goes on."""

    def __init__(self, definition: Definition, now: datetime, about: dict[str, Any]) -> None:
        self.definition = definition
        self.now = now
        self.answers: dict[str, Any] = {}  # ambient name or question verb -> value
        self.replies: dict[str, Event] = {}  # change or action verb -> the event that follows
        self.taken: list[Taken] = []
        self.snapshot: Snapshot | None = None
        self._about = about
        self._timers: list[tuple[datetime, int, str, int]] = []  # a heap of due, step, name, visit
        self._replying = 0

    @property
    def running(self) -> Definition:
        """The definition of the innermost flow."""
        assert self.snapshot is not None
        return self.definition.reachable[self.snapshot.definition]

    def fork(self) -> Machine:
        """Another one that stands where this one does; what happens to it does not happen here."""
        other = copy(self)
        other.taken, other._timers = list(self.taken), list(self._timers)
        other.answers, other.replies = dict(self.answers), dict(self.replies)
        return other

    def begin(self, takes: dict[str, Any]) -> None:
        made = self._answered(
            lambda answers: stepping.begin(self.definition, "test", takes, self._about, self.now, answers)
        )
        self._follow(made)

    def feed(self, event: Event) -> None:
        before = self.snapshot
        assert before is not None
        self._follow(self._answered(lambda answers: stepping.step(self.definition, before, event, self.now, answers)))

    def pass_until(self, moment: datetime, most: int = TIMERS) -> None:
        """Let time pass; each timer fires when it is due. Raises EngineError where more than `most` do: two timers
        that set each other off for the same moment would never let it come.
        """
        fired = 0
        while self._timers and self._timers[0][0] <= moment:
            timer = heappop(self._timers)
            self.now = max(self.now, timer[0])
            if self._live(timer[3]):
                fired += 1
                if fired > most:
                    raise EngineError(f"Timers fire over and over: {most} of them by {self.now:%Y-%m-%d %H:%M:%S}.")
                self.feed(Event(name="after", data={"timer": timer[2], "visit": timer[3]}))
        self.now = moment

    def armed(self) -> list[tuple[str, datetime]]:
        """The timers that are running, soonest first: `2h`, `at[0]`; those of a flow that called with its name."""
        here = self.snapshot
        if here is None or here.done:
            return []
        callers = {frame.visit: f"{self.definition.reachable[frame.definition].name}." for frame in here.frames}
        whose = {**callers, here.visit: ""}
        live = sorted(timer for timer in self._timers if timer[3] in whose)
        return [(whose[visit] + _written(name), due) for due, _, name, visit in live]

    def _live(self, visit: int) -> bool:
        """A timer that no longer applies is a recorded no-op in the runtime; here it is nothing."""
        here = self.snapshot
        return here is not None and not here.done and visit in (here.visit, *(frame.visit for frame in here.frames))

    def _answered(self, compute: Callable[[Mapping[str, Any]], Step]) -> Step:
        answers: dict[str, Any] = {}
        while True:
            try:
                return compute(answers)
            except Unanswered as missing:
                question = missing.question
                if question.verb not in self.answers:
                    raise Unprepared(f"{question.verb} is asked here, and nothing in `given` answers it.") from missing
                answers[question.key] = self.answers[question.verb]

    def _follow(self, made: Step) -> None:
        self.taken.append(Taken(self.snapshot, made))
        self.snapshot = made.snapshot
        for arm in made.arms:
            heappush(self._timers, (arm.due, len(self.taken), arm.name, arm.visit))
        for do in made.dos:
            event = self.replies.get(do.verb)
            if event is None:
                continue
            if self._replying >= REPLIES:
                raise EngineError(f"{do.verb} is answered over and over, more than {REPLIES} times.")
            self._replying += 1
            self.feed(event)
            self._replying -= 1


def _written(timer: str) -> str:
    """A timer as the file writes it: `after:2h` is 2h, `at:0` is at[0]."""
    kind, _, rest = timer.partition(":")
    return rest if kind == "after" else f"at[{rest}]"
