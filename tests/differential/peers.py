"""The same chart and stream run by our engine, by `transitions`, by sismic and by python-statemachine.

Each player gives a `Trace`. The peers follow SCXML (sismic says "close to", python-statemachine passes the W3C suite);
`transitions` has no eventless transitions, so there each entry queues the trigger that tries them, as its documentation
advises.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, datetime
from types import CodeType, SimpleNamespace
from typing import Any

import sismic.model as sm
from sismic.interpreter import Interpreter
from statemachine.io import create_machine_class_from_definition
from transitions import Machine

import engine
from engine import Definition, limits
from engine.errors import TooManyMicrosteps
from engine.model import Event, Step
from engine.registry import EventKind, Registry, Vocabulary
from tests.differential.charts import EVENTS, UNHEARD, Chart, Rule, Sets, State, Stream, Trace

NOW = datetime(2026, 11, 20, 7, 0, tzinfo=UTC)
logging.getLogger("transitions").setLevel(logging.ERROR)  # it warns of each event that a state ignores
REGISTRY = Registry([Vocabulary(events=tuple(EventKind(name=e, fields={"n": "number"}) for e in (*EVENTS, UNHEARD)))])


class Endless(Exception):
    """One event entered more states than our engine's limit allows: the peers have none."""


def ours(chart: Chart, stream: Stream) -> Trace:
    release = engine.compile_release([engine.load(chart.yaml(), "chart.yaml")], REGISTRY)
    definition = next(iter(release.definitions.values()))
    assert isinstance(definition, Definition)
    trace = Trace()
    try:
        step = engine.begin(definition, "m", {}, {}, NOW)
        _stand(trace, step)
        for name, n in stream:
            step = engine.step(definition, step.snapshot, Event(name=name, data={"n": n}), NOW)
            _stand(trace, step)
    except TooManyMicrosteps:
        trace.endless = True
    return trace


def _stand(trace: Trace, step: Step) -> None:
    trace.add(step.snapshot.state, step.snapshot.data, step.snapshot.tries)


class Memory:
    """What a peer's machine remembers: the data, and how often each state was entered, in all and by this event."""

    def __init__(self, chart: Chart) -> None:
        self.data: dict[str, Any] = dict(chart.data)
        self.entries: dict[str, int] = {}
        self.state = ""
        self._now = 0
        self._codes: dict[str, CodeType] = {}

    def fresh(self) -> None:
        self._now = 0

    def enter(self, state: State) -> None:
        self._now += 1
        if self._now > limits.MICROSTEPS:
            raise Endless
        self.state = state.name
        self.entries[state.name] = self.entries.get(state.name, 0) + 1
        self.put(state.set, 0)

    def value(self, expression: str, n: int) -> Any:
        code = self._codes.get(expression)
        if code is None:
            code = self._codes[expression] = compile(expression, "<chart>", "eval")
        return eval(code, {}, {**self.data, "event": SimpleNamespace(n=n)})  # noqa: S307 - our own text

    def put(self, sets: Sets, n: int) -> None:
        for name, expression in sets:
            self.data[name] = self.value(expression, n)

    def stand(self, trace: Trace) -> None:
        trace.add(self.state, self.data, self.entries)


def _played(memory: Memory, stream: Stream, begin: Callable[[], Any], send: Callable[[str, int], Any]) -> Trace:
    trace = Trace()
    try:
        begin()
        memory.stand(trace)
        for name, n in stream:
            memory.fresh()
            send(name, n)
            memory.stand(trace)
    except Endless:
        trace.endless = True
    return trace


def by_transitions(chart: Chart, stream: Stream) -> Trace:
    memory = Memory(chart)
    model = SimpleNamespace()
    machine = Machine(
        model, states=["(start)"], initial="(start)", auto_transitions=False, send_event=True, queued=True,
        ignore_invalid_triggers=True,
    )  # fmt: skip

    def entering(state: State) -> Callable[[Any], None]:
        def enter(_: Any) -> None:
            memory.enter(state)
            if state.next:
                model.trigger("proceed")

        return enter

    for state in chart.states:
        machine.add_states([{"name": state.name, "on_enter": [entering(state)]}])
    machine.add_transition("begin", "(start)", chart.start)
    for event in (*EVENTS, UNHEARD):
        machine.add_transition(event, "(start)", chart.start, conditions=[lambda _: False])
    for state in chart.states:
        rules = chart.rules(state) + [("proceed", rule) for rule in state.next]
        for trigger, rule in rules:
            machine.add_transition(
                trigger, state.name, rule.to,
                conditions=[_transitions_guard(memory, rule)] if rule.when is not None else None,
                before=[_transitions_sets(memory, rule)],
            )  # fmt: skip
    return _played(memory, stream, lambda: model.trigger("begin"), lambda name, n: model.trigger(name, n=n))


def _transitions_guard(memory: Memory, rule: Rule) -> Callable[[Any], bool]:
    return lambda data: bool(memory.value(str(rule.when), data.kwargs.get("n", 0)))


def _transitions_sets(memory: Memory, rule: Rule) -> Callable[[Any], None]:
    return lambda data: memory.put(rule.set, data.kwargs.get("n", 0))


def by_statemachine(chart: Chart, stream: Stream) -> Trace:
    memory = Memory(chart)
    states: dict[str, Any] = {}
    for state in chart.states:
        on: dict[str | None, list[Any]] = {}
        for trigger, rule in [*chart.rules(state), *((None, rule) for rule in state.next)]:
            on.setdefault(trigger, []).append(_statemachine_rule(memory, rule))
        states[state.name] = {
            "initial": state.name == chart.start, "final": state.final, "on": on, "enter": _entering(memory, state),
        }  # fmt: skip
    made = create_machine_class_from_definition(
        "Chart", states, catch_errors_as_events=False, validate_disconnected_states=False,
        validate_trap_states=False, validate_final_reachability=False,
    )  # fmt: skip
    running: list[Any] = []
    return _played(memory, stream, lambda: running.append(made()), lambda name, n: running[0].send(name, n=n))


def _entering(memory: Memory, state: State) -> Callable[[], None]:
    return lambda: memory.enter(state)


def _statemachine_rule(memory: Memory, rule: Rule) -> dict[str, Any]:
    def holds(n: int = 0) -> bool:
        return rule.when is None or bool(memory.value(rule.when, n))

    def fires(n: int = 0) -> None:
        memory.put(rule.set, n)

    return {"target": rule.to, "cond": holds, "on": fires}


def by_sismic(chart: Chart, stream: Stream) -> Trace:
    """sismic evaluates guards and actions itself; a higher priority stands for "earlier in the file"."""
    preamble = "\n".join(f"{name} = {value!r}" for name, value in chart.data)
    statechart = sm.Statechart("chart", preamble=preamble)
    statechart.add_state(sm.CompoundState("root", initial=chart.start), None)
    for state in chart.states:
        kind = sm.FinalState if state.final else sm.BasicState
        statechart.add_state(kind(state.name, on_entry=_code(state.set)), "root")
    for state in chart.states:
        rules = [*chart.rules(state), *((None, rule) for rule in state.next)]
        for place, (trigger, rule) in enumerate(rules):
            statechart.add_transition(
                sm.Transition(
                    state.name, rule.to, event=trigger, guard=rule.when, action=_code(rule.set), priority=-place
                )
            )
    memory = Memory(chart)
    interpreter = Interpreter(statechart)
    by_name = {state.name: State(state.name) for state in chart.states}  # it does the sets itself

    def settle() -> None:
        while (step := interpreter.execute_once()) is not None:
            for name in step.entered_states:
                if name in by_name:
                    memory.enter(by_name[name])
        memory.data = {name: interpreter.context[name] for name, _ in chart.data}

    def send(name: str, n: int) -> None:
        if not interpreter.final:
            interpreter.queue(name, n=n)
            settle()

    return _played(memory, stream, settle, send)


def _code(sets: Sets) -> str | None:
    return "\n".join(f"{name} = {expression}" for name, expression in sets) or None


PEERS: dict[str, Callable[[Chart, Stream], Trace]] = {
    "transitions": by_transitions,
    "sismic": by_sismic,
    "python-statemachine": by_statemachine,
}
