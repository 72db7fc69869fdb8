"""What following one machine came to: values that the command line prints and the console streams."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Literal

import msgspec

from engine.model import Asked, Snapshot, Step
from engine.values import Money, encode

Outcome = Literal["same", "otherwise", "differs", "undecided", "parks", "gone"]
"""same: every step alike. otherwise: another way to the same end. differs: it ends elsewhere. undecided: the record
does not say how it would have ended. parks: the candidate fails on it, which parks the machine. gone: the candidate has
no definition of that name."""


class Said(msgspec.Struct, frozen=True):
    """A text by its key, and in words: personal, to be shown to those who may read conversations only."""

    key: str
    text: str


class Side(msgspec.Struct, frozen=True, kw_only=True):
    """What one version made of one event."""

    state: str
    outcome: str = ""
    says: tuple[Said, ...] = ()
    asks: tuple[str, ...] = ()  # the key of the question, then the ids of its choices
    does: tuple[str, ...] = ()  # verbs, in order
    tells: tuple[str, ...] = ()
    decides: tuple[str, ...] = ()  # "table: row, row"
    details: str = ""  # arguments and results in canonical form: what must be equal beyond the names


class Parting(msgspec.Struct, frozen=True, kw_only=True):
    """The first event of which the two versions made different things."""

    seq: int
    at: datetime
    event: str
    why: str
    old: Side
    new: Side


class Assumption(msgspec.Struct, frozen=True, kw_only=True):
    """Something that the record does not hold and that was taken to be so."""

    seq: int
    what: str


class Tally(msgspec.Struct, frozen=True, kw_only=True):
    """What it came to: messages, verbs that were asked for, events that came and were taken; money by verb or event.

    Money is in minor units by currency. `begun` counts the messages that answered nobody: those cost money.
    """

    messages: int = 0
    begun: int = 0
    does: dict[str, int] = {}
    events: dict[str, int] = {}
    money: dict[str, dict[str, int]] = {}


class Ended(msgspec.Struct, frozen=True, kw_only=True):
    """Where a machine stands at the end of its record."""

    state: str
    done: bool


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """One machine, followed. `events` is how many entries were read; `reworded` how many texts only read otherwise."""

    machine: str
    definition: str
    outcome: Outcome
    events: int
    old_end: Ended
    new_end: Ended
    parting: Parting | None = None
    why: str = ""  # of undecided and parks
    reworded: int = 0
    assumptions: tuple[Assumption, ...] = ()
    old: Tally = Tally()
    new: Tally = Tally()


def ended(snapshot: Snapshot, parked: bool = False) -> Ended:
    """With the states of the flows that wait, outermost first: "paying > deposit.asking_number"."""
    path = " > ".join([*(frame.state for frame in snapshot.frames), snapshot.state])
    return Ended(state=f"{path} (parked)" if parked else path, done=snapshot.done)


def side(steps: Iterable[Step], standing: Snapshot) -> Side:
    """What the steps that one event set off come to together; `standing` is where the machine is without any."""
    steps = tuple(steps)
    snapshot = steps[-1].snapshot if steps else standing
    asked = next((step.asked for step in reversed(steps) if step.asked is not None), None)
    dos = [do for step in steps for do in step.dos]
    tells = [tell for step in steps for tell in step.tells]
    decisions = [decision for step in steps for decision in step.decisions]
    details = [[do.args for do in dos], [[tell.to, tell.data] for tell in tells], [d.result for d in decisions]]
    return Side(
        state=ended(snapshot).state,
        outcome=steps[-1].outcome if steps else "nothing",
        says=tuple(Said(say.key, say.text) for step in steps for say in step.says),
        asks=_asks(asked),
        does=tuple(do.verb for do in dos),
        tells=tuple(tell.event for tell in tells),
        decides=tuple(f"{d.table}: {', '.join(d.hit) or 'no row'}" for d in decisions),
        details=msgspec.json.encode(encode(details), order="deterministic").decode(),
    )


def _asks(asked: Asked | None) -> tuple[str, ...]:
    return (asked.text, *(choice.id for choice in asked.choices)) if asked is not None else ()


def _replies(step: Step) -> bool:
    """Whether a person's words set it off. What another machine started, the business began."""
    if step.event.name == "start":
        return not step.snapshot.about.get("links")
    return step.event.name in ("answer", "unclear", "heard")


_OWN = frozenset({"answer", "unclear", "heard", "after", "start"})


class Tallying:
    """Counts steps into a `Tally`."""

    def __init__(self) -> None:
        self._messages = self._begun = 0
        self._does: dict[str, int] = {}
        self._events: dict[str, int] = {}
        self._money: dict[str, dict[str, int]] = {}

    def add(self, step: Step) -> None:
        event = step.event
        if step.says:
            self._messages += 1
            self._begun += not _replies(step)
        for do in step.dos:
            self._count(self._does, do.verb, do.args)
        if event.name not in _OWN and step.outcome not in ("ignored", "stale"):
            self._count(self._events, event.name, event.data)

    def _count(self, counts: dict[str, int], name: str, values: dict[str, Any]) -> None:
        counts[name] = counts.get(name, 0) + 1
        for value in values.values():
            if type(value) is Money:
                sums = self._money.setdefault(name, {})
                sums[value.currency] = sums.get(value.currency, 0) + value.amount

    def tally(self) -> Tally:
        return Tally(
            messages=self._messages, begun=self._begun, does=self._does, events=self._events, money=self._money
        )
