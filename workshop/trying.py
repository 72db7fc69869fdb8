"""A conversation tried in the workshop: what is asked for, and what came of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

import msgspec

from engine.testing.transcript import Guard, Line


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
