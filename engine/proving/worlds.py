"""Where a machine may stand, as the prover sees it: the flows on its stack, what is known of their data, what was seen.

A `Place` is what is kept between two events, to be compared and never changed; a `World` is one event being digested,
in one of the ways that it may be. A `Trace` names one way: the events, and how each open question came out.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from engine.logic.scene import Term, Truth
from engine.proving.plan import Plan

Watch = tuple[Any, ...]  # what a promise has seen so far
Note = tuple[Any, ...]  # how an open question came out: ("guard", where, True), ("row", table, 2), ...


class Level(NamedTuple):
    """One flow on the stack, between two events."""

    plan: str  # content hash
    state: str
    values: tuple[tuple[str, str], ...]  # path -> its value as canonical JSON
    facts: tuple[tuple[str, bool], ...]  # condition -> whether it holds
    sure: frozenset[str]  # names that are known, whatever they are
    tries: tuple[tuple[str, int], ...]
    fired: frozenset[str]  # timers of this visit that have fired


class Place(NamedTuple):
    """Where a machine rests. `caused`: verbs done so far whose answers nothing else brings."""

    levels: tuple[Level, ...]
    asked: str
    watch: Watch
    caused: frozenset[str]
    done: bool

    @property
    def stack(self) -> tuple[str, ...]:
        return tuple(level.state for level in self.levels)


def here(plans: Mapping[str, Plan], place: Place, state: str) -> bool:
    """Whether a state is on the stack: the definition's own by its name, that of a called flow with the flow's."""
    if place.levels[0].state == state:
        return True
    return any(f"{plans[level.plan].name}.{level.state}" == state for level in place.levels)


class Happened(NamedTuple):
    """An event: `name` as the machine knows it (answer, unclear, payment.late, after:15m, heard anywhere[0]).

    `level` is whose timer or interrupt it is; -1 for all else.
    """

    kind: str  # start answer unclear heard after at event
    name: str
    level: int = -1


class Stride(NamedTuple):
    """One event and how it was digested. `visits` is how often states were entered."""

    event: Happened
    notes: tuple[Note, ...]


Trace = tuple[Stride, ...]


class Standing:
    """One flow on the stack while an event is digested."""

    __slots__ = (
        "before",
        "env",
        "fired",
        "over",
        "plan",
        "prefix",
        "state",
        "sure",
        "timers",
        "touched",
        "tries",
        "visit",
    )

    def __init__(self, plan: Plan, prefix: str, state: str) -> None:
        self.plan = plan
        self.prefix = prefix  # of the variables that stand for data that nothing is known of
        self.state = state
        self.env: dict[str, Term] = {}  # name -> what it is now
        self.over: dict[str, Term] = {}  # path -> what that field is known to be
        self.sure: frozenset[str] = frozenset()
        self.touched: frozenset[str] = frozenset()  # names given a value in this step
        self.before: tuple[tuple[str, bool], ...] = ()
        self.tries: dict[str, int] = {}
        self.fired: frozenset[str] = frozenset()
        self.timers: dict[str, Any] = {}
        self.visit = 0

    def fork(self) -> Standing:
        other = Standing(self.plan, self.prefix, self.state)
        other.env, other.over, other.tries, other.timers = (
            dict(self.env),
            dict(self.over),
            dict(self.tries),
            dict(self.timers),
        )
        other.sure, other.touched, other.before = self.sure, self.touched, self.before
        other.fired, other.visit = self.fired, self.visit
        return other


class World:
    """One event being digested in one way."""

    __slots__ = (
        "asked", "broken", "caused", "conditions", "done", "event", "micro", "moment", "notes", "now", "put", "seen",
        "stack", "step", "visits", "watch",
    )  # fmt: skip

    def __init__(self, stack: list[Standing], watch: Watch, step: int) -> None:
        self.stack = stack
        self.watch = watch
        self.step = step
        self.asked = ""  # or asked, or bare: with nothing to pick from
        self.put: Any = None  # what was asked, and what may be picked
        self.caused: frozenset[str] = frozenset()
        self.conditions: dict[Any, Truth] = {}
        self.notes: tuple[Note, ...] = ()
        self.event: Any = None  # where `event.…` reads from
        self.now: Term | None = None
        self.moment: Happened | None = None
        self.broken = False
        self.done = False
        self.visits = 0
        self.micro = 0  # transitions that this event has set off
        self.seen: tuple[tuple[str, str], ...] = ()  # happenings of this step, in order

    @property
    def inner(self) -> Standing:
        return self.stack[-1]

    def fork(self) -> World:
        other = World([standing.fork() for standing in self.stack], self.watch, self.step)
        other.asked, other.put, other.caused, other.broken = self.asked, self.put, self.caused, self.broken
        other.conditions, other.notes, other.event = dict(self.conditions), self.notes, self.event
        other.now, other.moment, other.done, other.visits = self.now, self.moment, self.done, self.visits
        other.seen, other.micro = self.seen, self.micro
        return other
