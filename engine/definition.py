"""What a flow or lifecycle is once compiled: immutable, shared by every machine that runs it.

Rules are transitions of one `transitions.Machine`; a `Run` is its model. What a rule or state does is
a tuple of effects, each a function of the run.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any

from transitions import Machine

from engine.acts import Act, Effect, Place, effects
from engine.errors import ExpressionFailed
from engine.model import Arm, GuardTried
from engine.run import Run
from engine.scope import Expression
from engine.texts import Template
from engine.types import Shape

if TYPE_CHECKING:
    from engine.asking import Ask
    from engine.promises import Promise

START = "(start)"  # the state before the first one, and the trigger that leaves it
NEXT = "(next)"
NONE = "(none)"  # nothing to choose from
UNCLEAR = "unclear"


class Rule:
    """A guarded transition with its effects, as `transitions` calls it."""

    __slots__ = ("acts", "at", "effects", "guard", "path", "source", "to")

    def __init__(
        self, path: str, guard: Expression | None, acts: tuple[Act, ...], to: str | None, at: Place = ()
    ) -> None:
        self.path = path
        self.at = at
        self.guard = guard
        self.source = guard.source if guard is not None else ""
        self.acts = acts
        self.effects = effects(acts)
        self.to = to

    def holds(self, run: Run) -> bool:
        """The condition: evaluates the guard and writes down what it read."""
        assert self.guard is not None
        try:
            value, values = self.guard.read(run)
        except (TypeError, ValueError, ArithmeticError, AttributeError) as error:
            raise ExpressionFailed(self.source, str(error)) from error
        result = bool(value)
        run.guards = (*run.guards, GuardTried(source=self.source, values=values, result=result))
        return result

    def fire(self, run: Run) -> None:
        run.rule = self
        for effect in self.effects:
            effect(run)


class Again(Rule):
    """The rule of `unclear` that says it once more, as often as the block allows."""

    __slots__ = ("key", "tries")

    def __init__(self, path: str, acts: tuple[Act, ...], state: str, tries: int | None, at: Place = ()) -> None:
        super().__init__(path, None, acts, None, at)
        self.key = f"unclear:{state}"
        self.tries = tries

    def holds(self, run: Run) -> bool:
        if self.tries is None:
            return True
        count = run.tries.get(self.key, 0) + 1
        result = count <= self.tries
        tried = GuardTried(source=f"unclear <= {self.tries}", values={"unclear": count}, result=result)
        run.guards = (*run.guards, tried)
        return result

    def fire(self, run: Run) -> None:
        run.tries = {**run.tries, self.key: run.tries.get(self.key, 0) + 1}
        run.candidates = run.event_data.get("candidates")
        run.reask = True
        super().fire(run)


class Moment:
    """A timer at a moment that an expression gives."""

    __slots__ = ("name", "past", "time")

    def __init__(self, name: str, time: Expression, past: str) -> None:
        self.name = name
        self.time = time
        self.past = past

    def arm(self, run: Run) -> Arm | None:
        due = run.value(self.time)
        if due is None or (due <= run.now and self.past == "skip"):
            return None
        return Arm(name=self.name, due=max(due, run.now), visit=run.visit)


class Call:
    """A sub-flow that a state hands over to."""

    __slots__ = ("args", "definition", "save")

    def __init__(self, definition: Definition, args: tuple[tuple[str, Expression], ...], save: str | None) -> None:
        self.definition = definition
        self.args = args
        self.save = save


class State:
    """A state, compiled; `enter` and `leave` are its callbacks in the machine."""

    __slots__ = ("acts", "ask", "call", "delays", "effects", "final", "moments", "name", "next", "unclear_key")

    def __init__(self, name: str, acts: tuple[Act, ...] = ()) -> None:
        self.name = name
        self.acts = acts
        self.effects: tuple[Effect, ...] = effects(acts)
        self.ask: Ask | None = None
        self.call: Call | None = None
        self.final = False
        self.next = False
        self.delays: tuple[tuple[str, timedelta], ...] = ()
        self.moments: tuple[Moment, ...] = ()
        self.unclear_key = f"unclear:{name}"

    def enter(self, run: Run) -> None:
        run.visits += 1
        run.visit = run.visits
        name = self.name
        run.tries = {**run.tries, name: run.tries.get(name, 0) + 1}
        run.entered = self
        for effect in self.effects:
            effect(run)
        if self.delays:
            run.arms += tuple(Arm(name=timer, due=run.now + delay, visit=run.visit) for timer, delay in self.delays)
        for moment in self.moments:
            arm = moment.arm(run)
            if arm is not None:
                run.arms = (*run.arms, arm)

    def leave(self, run: Run) -> None:
        run.asked = None
        if self.unclear_key in run.tries:
            run.tries = {key: count for key, count in run.tries.items() if key != self.unclear_key}


class Definition:
    """A compiled flow or lifecycle. Nothing of it changes after `compile_release`."""

    def __init__(self, kind: str, name: str, version: int, hash: str) -> None:
        self.kind = kind
        self.name = name
        self.version = version
        self.hash = hash
        self.title = ""
        self.file = ""
        self.source = ""
        self.content: Mapping[str, Any] = {}
        self.languages: tuple[str, ...] = ("en",)
        self.shapes: dict[str, Shape] = {}  # data and takes
        self.takes: frozenset[str] = frozenset()
        self.needed: frozenset[str] = frozenset()  # of what it takes, what a starter may not leave out
        self.personal: frozenset[str] = frozenset()  # data to be encrypted at rest and masked in views
        self.defaults: dict[str, Any] = {}
        self.ambients: frozenset[str] = frozenset()
        self.texts: dict[str, dict[str, Template]] = {}
        self.states: dict[str, State] = {}
        self.hears: tuple[tuple[str, tuple[str, ...]], ...] = ()
        self.callees: dict[str, Definition] = {}
        self.tables: dict[str, str] = {}  # table name -> hash
        self.promised: tuple[Promise, ...] = ()
        self.rules: tuple[tuple[str, str, Rule], ...] = ()  # (trigger, source state, rule), in the order of trying
        self.reachable: dict[str, Definition] = {}  # by hash: itself and all that it calls
        self.release: Mapping[str, Definition] = {}  # by hash: all that was compiled together

    @property
    def category(self) -> str:
        """How the messages that this flow begins count: "utility" or "marketing"."""
        return str(self.content.get("category", "utility"))

    @property
    def on_publish(self) -> str:
        return str(self.content.get("on_publish", "finish"))

    @property
    def promises(self) -> tuple[Mapping[str, Any], ...]:
        return tuple(self.content.get("promises") or ())

    @property
    def migrate(self) -> Mapping[str, Any]:
        return self.content.get("migrate") or {}

    @cached_property
    def machine(self) -> Machine:
        """Built when it first runs: who only checks or compares a definition needs none."""
        from engine.building import built  # which reads this module

        return built(self)

    @cached_property
    def events(self) -> dict[str, Any]:
        """Trigger -> transitions.Event."""
        return dict(self.machine.events)

    def __repr__(self) -> str:
        return f"<{self.kind} {self.name} v{self.version} {self.hash[:8]}>"
