"""Rules as transitions of one `transitions.Machine`, shared by every machine that runs the definition."""

from __future__ import annotations

from typing import Any

from transitions import Machine, Transition
from transitions import State as MachineState

from engine.definition import START, Again, Definition


def built(definition: Definition) -> Machine:
    """One `transitions.Machine` that has the definition's states and rules."""
    states = [MachineState(START)]
    for state in definition.states.values():
        states.append(MachineState(state.name, on_enter=[state.enter], on_exit=[state.leave]))
    machine = Machine(model=None, states=states, initial=START, auto_transitions=False)
    events: dict[str, Any] = {}
    for trigger, source, rule in definition.rules:
        event = events.get(trigger)
        if event is None:
            event = events[trigger] = machine.events[trigger] = machine._create_event(trigger, machine)
        holds: Any = [rule.holds] if rule.guard is not None or isinstance(rule, Again) else None
        target: Any = rule.to  # None: an internal transition, which neither leaves nor enters
        event.add_transition(Transition(source, target, conditions=holds, before=[rule.fire]))
    return machine
