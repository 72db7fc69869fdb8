"""What passes between the engine and the rooms above it: events in, snapshots and steps out.

Everything here is a frozen value. The runtime stores and carries out what a Step says; the engine
never does. `encode`/`decode` for storing these values stand in `engine.values`.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

import msgspec


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """Something that happened, whatever its origin.

    `name` is what YAML listens for (`answer`, `unclear`, `heard`, `after`, `payment.confirmed`).
    `data` holds dialect values (see `engine.values`). `id` is unique per machine and event, and
    makes a repeated delivery recognisable.
    """

    name: str
    data: dict[str, Any] = {}
    id: str = ""


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that a person may pick. `id` is short and stable within the question."""

    id: str
    label: str
    value: Any = None
    description: str = ""


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """The question that a machine waits on: what sort of answer, and between which choices."""

    text: str  # the key of the text that asked
    type: (
        str  # a dialect type: choice, yes_no, text, name, number, money, date, time, when, phone, email, location, ...
    )
    choices: tuple[Choice, ...] = ()


class Frame(msgspec.Struct, frozen=True, kw_only=True):
    """A caller that waits for a sub-flow: where it stands and what it remembers."""

    definition: str  # content hash
    state: str
    data: dict[str, Any]
    tries: dict[str, int]
    visit: int = 0  # of its state: its timers go on while the sub-flow runs


class Snapshot(msgspec.Struct, frozen=True, kw_only=True):
    """A machine at rest between two events.

    `visit` counts state entries over the machine's life; a timer armed in an earlier visit is stale.
    `about` names what the machine is about and never changes its keys' meaning:
    `org`, `contact`, `channel`, `language`, and `links` (role -> machine id).
    """

    machine: str
    definition: str  # content hash of the definition that runs (the innermost frame's)
    name: str  # the name of the outermost definition, e.g. "booking"
    state: str
    data: dict[str, Any] = {}
    seq: int = 0  # journal entries so far
    visit: int = 0
    tries: dict[str, int] = {}  # state -> entries into it, and "unclear:<state>" -> misunderstandings
    frames: tuple[Frame, ...] = ()  # callers, outermost first
    asked: Asked | None = None
    about: dict[str, Any] = {}
    done: bool = False


class GuardTried(msgspec.Struct, frozen=True, kw_only=True):
    """One guard as it was evaluated: its source, the values it read, and what it said."""

    source: str
    values: dict[str, Any]
    result: bool


class Microstep(msgspec.Struct, frozen=True, kw_only=True):
    """One transition within a step: from, to, why, and what it changed."""

    source: str  # state left (or stayed in)
    target: str  # state entered (the same, when it stayed)
    trigger: str  # event name, "next" for an eventless rule, "call", "return", "start"
    rule: str  # where the rule stands: "states.paying.on.payment.failed[0]"
    guards: tuple[GuardTried, ...] = ()
    changed: dict[str, Any] = {}  # data keys set, with their new values


class Say(msgspec.Struct, frozen=True, kw_only=True):
    """A text for the person, rendered. All of a step's says go out as one message."""

    key: str
    text: str
    language: str


class Do(msgspec.Struct, frozen=True, kw_only=True):
    """A change or an action to carry out: the verb, its evaluated arguments, its place in the step."""

    verb: str
    args: dict[str, Any]
    index: int
    sort: Literal["change", "action"]


class Tell(msgspec.Struct, frozen=True, kw_only=True):
    """An event for a linked machine: `to` is a role in `about.links`, or "owner"."""

    to: str
    event: str
    data: dict[str, Any] = {}


class Arm(msgspec.Struct, frozen=True, kw_only=True):
    """A timer to set. It comes back as Event("after", data={"timer": name, "visit": visit})."""

    name: str  # "after:15m", "at:0"
    due: datetime  # aware, UTC
    visit: int


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """What a decision table answered, and why: the rows that hit, the facts read, the reasons."""

    table: str
    definition: str
    hit: tuple[str, ...]  # row ids, in table order
    result: Any  # dict for first/unique/any; list of dicts or a number for collect
    because: tuple[str, ...]
    facts: dict[str, Any]
    tried: tuple[GuardTried, ...] = ()


Outcome = Literal["moved", "stayed", "ignored", "stale", "unclear", "migrated"]


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One event fully digested (a macrostep): everything that follows from it, nothing carried out yet."""

    event: Event
    at: datetime
    outcome: Outcome
    microsteps: tuple[Microstep, ...]
    snapshot: Snapshot  # after the step; seq is one more than before
    says: tuple[Say, ...] = ()
    asked: Asked | None = None  # set when this step put a question (its choices go with the message)
    dos: tuple[Do, ...] = ()
    tells: tuple[Tell, ...] = ()
    arms: tuple[Arm, ...] = ()
    decisions: tuple[Decision, ...] = ()
    answers: dict[str, Any] = {}  # what questions and ambient facts answered during this step


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """A verb of sort "question" (or an ambient fact) whose answer the step needs to go on.

    `key` is canonical: the verb and its arguments, so that the same question is asked once a step.
    """

    key: str
    verb: str
    args: dict[str, Any]


class Expectation(msgspec.Struct, frozen=True, kw_only=True):
    """What a machine would understand right now; `language.understand` reads a person's words with it."""

    asked: Asked | None
    hears: tuple[tuple[str, tuple[str, ...]], ...] = ()  # (key, phrases) of the interrupts in force
    language: str = "en"
