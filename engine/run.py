"""One step under computation: where the machine stands now, and what the step has come to so far.

This is the model object that `transitions` moves; it lives for one step and is never shared. Data is
copied on the first write only.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from engine import limits
from engine.errors import ExpressionFailed, TooManyMicrosteps, Unanswered, ValueTooLarge
from engine.model import Arm, Asked, Decision, Do, Frame, GuardTried, Microstep, Question, Say, Tell
from engine.operators import LARGEST

if TYPE_CHECKING:
    from engine.definition import Definition, Rule, State
    from engine.scope import Expression

_NOTHING: dict[str, Any] = {}


class Run:
    """`state` is what transitions reads and writes; the rest is ours. Dicts from outside are never written to."""

    __slots__ = (
        "about", "answers", "arms", "asked", "candidates", "changed", "data", "decisions",
        "definition", "dos", "entered", "event_data", "frames", "guards", "microsteps", "now", "owned", "reask", "root",
        "rule", "says", "state", "tells", "tries", "used", "visit", "visits",
    )  # fmt: skip

    def __init__(
        self, definition: Definition, state: str, data: dict[str, Any], about: dict[str, Any], now: datetime,
        answers: Mapping[str, Any],
    ) -> None:  # fmt: skip
        self.definition = definition
        self.root = definition  # the outermost, which knows all that it calls
        self.state = state
        self.data = data
        self.about = about
        self.now = now
        self.answers = answers
        self.tries: dict[str, int] = _NOTHING
        self.visit = self.visits = 0
        self.frames: tuple[Frame, ...] = ()
        self.asked: Asked | None = None
        self.event_data: dict[str, Any] = _NOTHING
        self.owned = False  # whether `data` is already our own copy
        self.changed: dict[str, Any] = _NOTHING
        self.guards: tuple[GuardTried, ...] = ()
        self.rule: Rule | None = None
        self.entered: State | None = None  # the state that the last transition entered
        self.reask = False
        self.candidates: Any = None
        self.microsteps: tuple[Microstep, ...] = ()
        self.says: tuple[Say, ...] = ()
        self.dos: tuple[Do, ...] = ()
        self.tells: tuple[Tell, ...] = ()
        self.arms: tuple[Arm, ...] = ()
        self.decisions: tuple[Decision, ...] = ()
        self.used: dict[str, Any] = _NOTHING

    def ambient(self, name: str) -> Any:
        """A fact of the world around. Raises Unanswered if it is not among the answers."""
        return self.answer(name, name, _NOTHING)

    def answer(self, key: str, verb: str, args: dict[str, Any]) -> Any:
        used = self.used
        if key in used:
            return used[key]
        if key not in self.answers:
            raise Unanswered(Question(key=key, verb=verb, args=args))
        if used is _NOTHING:
            self.used = used = {}
        value = used[key] = self.answers[key]
        return value

    def put(self, name: str, value: Any) -> None:
        kind = type(value)
        if kind is str or kind is list:
            if len(value) > limits.VALUE_LENGTH:
                raise ValueTooLarge(f"{name!r} would hold more than {limits.VALUE_LENGTH}")
        elif kind is int and not -LARGEST <= value < LARGEST:
            raise ValueTooLarge(f"{name!r} would be beyond 63 bits")
        if not self.owned:
            self.data = {**self.data, name: value}
            self.owned = True
        else:
            self.data[name] = value
        if self.changed is _NOTHING:
            self.changed = {name: value}
        else:
            self.changed[name] = value

    def value(self, expression: Expression) -> Any:
        """Raises ExpressionFailed."""
        try:
            return expression.read(self)[0]
        except (TypeError, ValueError, ArithmeticError, AttributeError) as error:
            raise ExpressionFailed(expression.source, str(error)) from error

    def language(self) -> str:
        languages = self.definition.languages
        wanted = self.about.get("language")
        return wanted if wanted in languages else languages[0]

    def close(self, source: str, trigger: str, rule: str) -> None:
        """Write down the transition that just happened."""
        if len(self.microsteps) >= limits.MICROSTEPS:
            raise TooManyMicrosteps(
                f"{self.definition.name}: one event set off more than {limits.MICROSTEPS} transitions, "
                f"the last from {source!r} to {self.state!r}"
            )
        step = Microstep(
            source=source, target=self.state, trigger=trigger, rule=rule, guards=self.guards, changed=self.changed
        )
        self.microsteps = (*self.microsteps, step)
        self.guards = ()
        self.changed = _NOTHING
