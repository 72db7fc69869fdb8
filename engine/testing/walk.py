"""A step taken once more, to say whose each transition was: coverage, journals and transcripts read this.

A step's microsteps name states and rules, not flows. Where a flow has called another, the walk follows the calls
and returns, and so knows which flow each rule, each state and each text belongs to.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from engine.acts import Act
from engine.definition import START, Definition, Rule, State
from engine.model import Microstep, Snapshot, Step
from engine.testing.machine import Taken


class Passed(msgspec.Struct, frozen=True, kw_only=True):
    """One microstep, with the definition that it happened in.

    `definition` is the one whose rule fired, or the one that called; `rule` is None for a call, and where guards were
    tried in vain. `entered` is the state that the rule led to.
    """

    definition: Definition
    microstep: Microstep
    rule: Rule | None
    entered: State | None

    @property
    def acts(self) -> tuple[Act, ...]:
        """What the rule does, then what the state does on being entered."""
        rule = self.rule.acts if self.rule is not None else ()
        return (*rule, *(self.entered.acts if self.entered is not None else ()))


class Spoken(msgspec.Struct, frozen=True):
    """A text that a person saw: said, asked, or the label of a choice."""

    definition: Definition
    key: str
    language: str


class _Level(msgspec.Struct):
    """A flow on the stack, where it stands."""

    definition: Definition
    state: str
    visit: int


def walk(definition: Definition, taken: Taken) -> Iterator[Passed]:
    """The microsteps of one step of `definition`, in order."""
    stack = _stack(definition, taken.before)
    first = True
    for microstep in taken.step.microsteps:
        yield _passed(stack, microstep, taken.step if first else None)
        first = False


def spoken(definition: Definition, taken: Taken) -> Iterator[Spoken]:
    """Every text of a step with the definition that it is of, in the order of saying; labels of choices last."""
    step = taken.step
    waiting = list(step.says)
    for passed in walk(definition, taken):
        for act in passed.acts:
            if act.kind == "say" and waiting and waiting[0].key == act.name:
                yield Spoken(passed.definition, act.name, waiting.pop(0).language)
    running = definition.reachable[step.snapshot.definition]
    for say in waiting:  # the question, which comes when nothing moves any more
        yield Spoken(running, say.key, say.language)
    ask = running.states[step.snapshot.state].ask
    if step.asked is not None and ask is not None:
        shown = {choice.id for choice in step.asked.choices}
        wanted = str(step.snapshot.about.get("language", ""))
        language = wanted if wanted in running.languages else running.languages[0]
        for id, _, key in ask.options:
            if id in shown:
                yield Spoken(running, key, language)


def _stack(definition: Definition, before: Snapshot | None) -> list[_Level]:
    if before is None:
        return [_Level(definition, START, 0)]
    stack = [_Level(definition.reachable[f.definition], f.state, f.visit) for f in before.frames]
    return [*stack, _Level(definition.reachable[before.definition], before.state, before.visit)]


def _passed(stack: list[_Level], microstep: Microstep, step: Step | None) -> Passed:
    top = stack[-1]
    if microstep.trigger == "call":
        call = top.definition.states[top.state].call
        assert call is not None
        stack.append(_Level(call.definition, START, 0))
        return Passed(definition=top.definition, microstep=microstep, rule=None, entered=None)
    if microstep.trigger == "return":
        stack.pop()
    if not microstep.rule:
        return Passed(definition=stack[-1].definition, microstep=microstep, rule=None, entered=None)
    index = _whose(stack, microstep, step)
    level = stack[index]
    definition = level.definition
    rule = next(rule for _, _, rule in definition.rules if rule.path == microstep.rule)
    if rule.to is None:
        return Passed(definition=definition, microstep=microstep, rule=rule, entered=None)
    del stack[index + 1 :]
    level.state = microstep.target
    level.visit = -1
    return Passed(definition=definition, microstep=microstep, rule=rule, entered=definition.states[level.state])


def _whose(stack: list[_Level], microstep: Microstep, step: Step | None) -> int:
    """The level at which a rule fired: an event is offered to the innermost flow first."""
    last = len(stack) - 1
    if step is not None and step.event.name == "after":
        visit = step.event.data.get("visit")
        return next((i for i in range(last, -1, -1) if stack[i].visit == visit), last)
    if step is not None and step.event.name == "heard":
        return max(0, last - str(step.event.data.get("key", "")).count("caller."))
    for index in range(last, -1, -1):
        level = stack[index]
        if level.state == microstep.source and any(
            rule.path == microstep.rule for _, _, rule in level.definition.rules
        ):
            return index
    return last
