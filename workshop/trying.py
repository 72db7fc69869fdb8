"""A conversation tried in the workshop: what is asked for, and what came of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

import msgspec

from engine.testing.transcript import Guard, Line

NOTE = "# Tried by hand in the workshop: this is what came of it."  # above what is kept of it as a test


class CannotPlay(ValueError):
    """There is no conversation to play; the message says why."""


class Done(msgspec.Struct, frozen=True, kw_only=True):
    """One move. `seconds` go with "wait": how long; without it, until the next timer."""

    key: Literal["says", "taps", "event", "wait"]
    value: str = ""
    data: dict[str, Any] = {}  # encoded as in engine.values
    seconds: int = 0


class Playing(msgspec.Struct, frozen=True, kw_only=True):
    """A conversation so far."""

    moves: tuple[Done, ...] = ()
    language: str = ""


class Offered(msgspec.Struct, frozen=True, kw_only=True):
    """Something that could happen next. `kind` groups them: taps, answers of verbs, other events."""

    kind: Literal["tap", "answer", "event"]
    label: str
    move: Done
    verb: str = ""


class Timer(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    due: datetime


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """What one move led to: lines of the chat, where it stands then, and why."""

    lines: tuple[Line, ...]
    guards: tuple[Guard, ...]
    path: tuple[str, ...]  # states entered
    outcome: str = ""


class Played(msgspec.Struct, frozen=True, kw_only=True):
    """The conversation with all that may happen next. `stopped` says why it can't go on, if it can't."""

    steps: tuple[Step, ...]
    state: str
    flow: str
    at: datetime
    done: bool
    data: dict[str, Any]
    timers: tuple[Timer, ...]
    offers: tuple[Offered, ...]
    languages: tuple[str, ...]
    stopped: str = ""
    test: str = ""  # the same as a case of a test file


class Fact(msgspec.Struct, frozen=True, kw_only=True):
    """What a table is asked with, `written` as in a test file; None is not known."""

    name: str
    type: str  # as people write it
    base: str  # of engine.types
    written: str | None
    wrong: str = ""


class RuledRow(msgspec.Struct, frozen=True, kw_only=True):
    """A row that was tried, or would have come after the one that held."""

    id: str
    line: int
    verdict: Literal["held", "not", "after"]
    when: str = ""
    values: dict[str, Any] = {}


class Ruled(msgspec.Struct, frozen=True, kw_only=True):
    """What a table decided. `result` is written as in a test file; `error` says why there is none."""

    facts: tuple[Fact, ...]
    rows: tuple[RuledRow, ...]
    hit: tuple[str, ...] = ()
    result: str = ""
    because: tuple[str, ...] = ()
    error: str = ""
    test: str = ""  # the same as a case of a test file
