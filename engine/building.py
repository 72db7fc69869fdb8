"""Rules as transitions of one `transitions.Machine`, shared by every machine that runs the definition.

`transitions` keeps what there is: the states, the events, which transitions an event has where, in which order. What
it would call for each of them (preparations, conditions and callbacks by name, of the machine, of the state) is here
at most a guard, the rule's effects, and the two states' own callbacks; `_Transition` calls those itself.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from transitions import Event, Machine, Transition
from transitions import State as MachineState

from engine.definition import START, Again, Definition, Rule, State
from engine.run import Run


class _Transition(Transition):
    """One rule in one state. A `target` of None is an internal transition, which neither leaves nor enters."""

    def __init__(self, source: str, target: str | None, rule: Rule, left: State | None, entered: State | None) -> None:
        holds = rule.holds if rule.guard is not None or isinstance(rule, Again) else None
        named: Any = {"dest": target, "conditions": [holds] if holds is not None else None, "before": [rule.fire]}
        super().__init__(source, **named)
        self._holds: Callable[[Run], bool] | None = holds
        self._rule = rule
        self._left = left
        self._entered = entered

    def taken(self, run: Run) -> bool:
        if self._holds is not None and not self._holds(run):
            return False
        self._rule.fire(run)
        if self.dest is not None:
            if self._left is not None:
                self._left.leave(run)
            run.state = self.dest
            if self._entered is not None:
                self._entered.enter(run)
        return True


class _Event(Event):
    def trigger(self, model: Any, *_args: Any, **_kwargs: Any) -> bool:
        """Whether one of the transitions from where the run stands was taken: the first that holds."""
        rules: Any = self.transitions[model.state]
        return any(transition.taken(model) for transition in rules)


class _Machine(Machine):
    event_cls = _Event


def built(definition: Definition) -> Machine:
    """One `transitions.Machine` that has the definition's states and rules."""
    known = definition.states
    states = [MachineState(START)]
    for state in known.values():
        states.append(MachineState(state.name, on_enter=[state.enter], on_exit=[state.leave]))
    machine = _Machine(model=None, states=states, initial=START, auto_transitions=False)
    events: dict[str, Any] = {}
    for trigger, source, rule in definition.rules:
        event = events.get(trigger)
        if event is None:
            event = events[trigger] = machine.events[trigger] = machine._create_event(trigger, machine)
        event.add_transition(_Transition(source, rule.to, rule, known.get(source), known.get(rule.to or "")))
    return machine
