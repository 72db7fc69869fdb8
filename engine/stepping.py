"""`begin` and `step`: one event fully digested. Pure: the same arguments give the same Step, byte for byte.

An event is offered to the innermost flow first, then to its callers. What fires may lead on: eventless
rules, sub-flows that begin and end, a question with nothing to choose from. The step ends when nothing
more moves.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from engine import types
from engine.definition import NEXT, NONE, START, UNCLEAR, Definition
from engine.errors import BadStart, UnknownDefinition, UnknownState
from engine.model import Event, Expectation, Frame, Outcome, Snapshot, Step
from engine.run import Run

_EMPTY: Mapping[str, Any] = {}
_VISITS = "(visits)"  # among a machine's tries, where its count of visits is ahead of the visit of its state


def outermost(snapshot: Snapshot) -> str:
    """The hash of the definition to hand to `step`: the outermost caller's."""
    return snapshot.frames[0].definition if snapshot.frames else snapshot.definition


def begin(
    definition: Definition, machine: str, data: Mapping[str, Any], about: dict[str, Any], now: datetime,
    answers: Mapping[str, Any] = _EMPTY,
) -> Step:  # fmt: skip
    """Start a machine. Raises BadStart if `data` is not what the definition takes, and what `step` raises."""
    run = Run(definition, START, _taken(definition, data), about, now, answers)
    _fire(run, START, "start")
    _settle(run)
    blank = Snapshot(machine=machine, definition=definition.hash, name=definition.name, state=START, about=about)
    return _step(run, blank, Event(name="start", data=dict(data)), now, "moved")


def step(
    definition: Definition, snapshot: Snapshot, event: Event, now: datetime, answers: Mapping[str, Any] = _EMPTY
) -> Step:
    """Digest one event. `definition` is the outermost one (see `outermost`), or the one that runs.

    Raises Unanswered when it needs an answer that is not among `answers`, else EngineError only.
    """
    run = _resume(definition, snapshot, now, answers)
    visits = run.visits
    if snapshot.done:
        return _step(run, snapshot, event, now, "ignored")
    run.event_data = event.data
    name = event.name
    if name == "after":
        outcome = _timer(run, event)
    elif name == "answer":
        outcome = _answer(run)
    elif name == "heard":
        outcome = _heard(run, str(event.data.get("key", "")))
    elif name == UNCLEAR:
        outcome = _unclear(run)
    else:
        outcome = "stayed" if _offer(run, name, name) else "ignored"
    if outcome != "stale" and run.rule is not None:
        _settle(run)
        if run.visits > visits:
            outcome = "moved"
    elif run.guards:
        run.close(run.state, name, "")
    return _step(run, snapshot, event, now, outcome)


def expectation(definition: Definition, snapshot: Snapshot) -> Expectation:
    """What the machine would understand now: its question, and the interrupts of its flow and its callers."""
    if snapshot.done:
        return Expectation(asked=None, language=str(snapshot.about.get("language", "en")))
    run = _resume(definition, snapshot, datetime.min, _EMPTY)
    hears = list(run.definition.hears)
    for level, frame in enumerate(reversed(snapshot.frames), start=1):
        caller = _find(definition, frame.definition)
        hears.extend(("caller." * level + key, phrases) for key, phrases in caller.hears)
    return Expectation(asked=snapshot.asked, hears=tuple(hears), language=run.language())


def _taken(definition: Definition, data: Mapping[str, Any]) -> dict[str, Any]:
    for name, value in data.items():
        if name not in definition.takes:
            raise BadStart(f"{definition.name} does not take {name!r}; it takes {sorted(definition.takes)}")
        shape = definition.shapes[name]
        if not types.is_a(value, shape):
            raise BadStart(f"{definition.name} takes {name!r} as {shape.name}, not {value!r}")
    missing = sorted(definition.needed - data.keys())
    if missing:
        raise BadStart(f"{definition.name} cannot begin without {', '.join(map(repr, missing))}")
    return {**definition.defaults, **data}


def _find(definition: Definition, hash: str) -> Definition:
    found = definition.reachable.get(hash) or definition.release.get(hash)
    if found is None:
        raise UnknownDefinition(f"{definition.name} ({definition.hash[:12]}) neither is nor calls {hash[:12]}")
    return found


def _resume(definition: Definition, snapshot: Snapshot, now: datetime, answers: Mapping[str, Any]) -> Run:
    running = definition if definition.hash == snapshot.definition else _find(definition, snapshot.definition)
    if snapshot.state not in running.states:
        raise UnknownState(f"{running.name} has no state {snapshot.state!r}")
    run = Run(running, snapshot.state, snapshot.data, snapshot.about, now, answers)
    run.root = definition
    run.tries = snapshot.tries
    run.visit = snapshot.visit
    run.visits = max(snapshot.visit, snapshot.tries.get(_VISITS, 0))
    run.asked = snapshot.asked
    if snapshot.frames:
        run.frames = snapshot.frames
    return run


def _fire(run: Run, trigger: str, label: str) -> bool:
    """Let `transitions` try this trigger in the state where the run stands."""
    event = run.definition.events.get(trigger)
    source = run.state
    if event is None or source not in event.transitions:
        return False
    if not event.trigger(run, run):
        return False
    run.close(source, label, run.rule.path if run.rule is not None else "")
    return True


def _offer(run: Run, trigger: str, label: str) -> bool:
    """Offer an event to the running flow, then to its callers, innermost first."""
    if _fire(run, trigger, label):
        return True
    return any(_fire_at(run, level, trigger, label) for level in range(len(run.frames) - 1, -1, -1))


def _fire_at(run: Run, level: int, trigger: str, label: str) -> bool:
    """Offer an event to a caller. If it moves, what it called is left; if it stays, that goes on."""
    frame, frames = run.frames[level], run.frames
    inner = (run.definition, run.state, run.data, run.tries, run.visit, run.owned, run.asked)
    run.definition, run.state, run.data = _find(run.root, frame.definition), frame.state, frame.data
    run.tries, run.visit, run.owned, run.frames = frame.tries, frame.visit, False, frames[:level]
    before = run.visits
    fired = _fire(run, trigger, label)
    if fired and run.visits > before:
        return True
    if fired:
        kept = Frame(definition=frame.definition, state=frame.state, data=run.data, tries=run.tries, visit=frame.visit)
        frames = (*frames[:level], kept, *frames[level + 1 :])
    run.definition, run.state, run.data, run.tries, run.visit, run.owned, run.asked = inner
    run.frames = frames
    return fired


def _timer(run: Run, event: Event) -> Outcome:
    name, visit = str(event.data.get("timer", "")), event.data.get("visit")
    if visit == run.visit:
        return "stayed" if _fire(run, name, "after") else "stale"
    for level in range(len(run.frames) - 1, -1, -1):
        if visit == run.frames[level].visit:
            return "stayed" if _fire_at(run, level, name, "after") else "stale"
    return "stale"


def _answer(run: Run) -> Outcome:
    ask = run.definition.states[run.state].ask
    if ask is None or run.asked is None:
        return "ignored"
    data = ask.read(run.asked, run.event_data)
    if data is None:
        return _unclear(run)
    given, before = run.event_data, (run.data, run.owned, run.changed)
    run.event_data = data
    if ask.save is not None:
        run.put(ask.save, data["value"])
    if _offer(run, "answer", "answer"):
        return "stayed"
    run.data, run.owned, run.changed = before
    run.event_data = given
    return _unclear(run)


def _heard(run: Run, key: str) -> Outcome:
    level = len(run.frames)
    while key.startswith("caller.") and level > 0:
        key = key.removeprefix("caller.")
        level -= 1
    trigger = f"heard {key}"
    fired = _fire(run, trigger, "heard") if level == len(run.frames) else _fire_at(run, level, trigger, "heard")
    return "stayed" if fired else "ignored"


def _unclear(run: Run) -> Outcome:
    return "unclear" if _fire(run, UNCLEAR, UNCLEAR) else "ignored"


def _settle(run: Run) -> None:
    """Go on until nothing more moves."""
    while True:
        entered = run.entered
        run.entered = None
        if entered is None:
            if not run.reask:
                return
            entered = run.definition.states[run.state]
        elif entered.call is not None:
            _enter_call(run)
            continue
        elif entered.final:
            if not run.frames:
                return
            _return(run, entered.name)
            continue
        elif entered.next and _follow(run) and run.entered is not None:
            continue
        again, run.reask = run.reask, False
        if entered.ask is None or entered.ask.put(run, again=again) or not _fire(run, NONE, "none"):
            return


def _follow(run: Run) -> bool:
    run.event_data = {}
    if _fire(run, NEXT, "next"):
        return True
    if run.guards:
        run.close(run.state, "next", "")
    return False


def _enter_call(run: Run) -> None:
    call = run.definition.states[run.state].call
    assert call is not None
    given = {name: run.value(expression) for name, expression in call.args}
    frame = Frame(definition=run.definition.hash, state=run.state, data=run.data, tries=run.tries, visit=run.visit)
    run.close(run.state, "call", f"states.{run.state}.call")
    run.frames = (*run.frames, frame)
    run.definition, run.state, run.tries, run.asked = call.definition, START, {}, None
    run.data, run.owned = {**call.definition.defaults, **given}, True
    run.event_data = {}
    _fire(run, START, "start")


def _return(run: Run, state: str) -> None:
    """A sub-flow has ended: its caller hears of it, with what the sub-flow remembered."""
    frame, name, data = run.frames[-1], run.definition.name, run.data
    run.definition = _find(run.root, frame.definition)
    run.frames = run.frames[:-1]
    run.state, run.data, run.owned = frame.state, frame.data, False
    run.tries, run.visit, run.asked = frame.tries, frame.visit, None
    run.event_data = data
    call = run.definition.states[run.state].call
    if call is not None and call.save is not None:
        run.put(call.save, data)
    _fire(run, f"{name}.{state}", "return")


def _step(run: Run, before: Snapshot, event: Event, now: datetime, outcome: Outcome) -> Step:
    tries = run.tries if run.visits == run.visit else {**run.tries, _VISITS: run.visits}
    done = before.done or (not run.frames and run.definition.states[run.state].final)
    snapshot = Snapshot(
        machine=before.machine,
        definition=run.definition.hash,
        name=before.name,
        state=run.state,
        data=run.data,
        seq=before.seq + 1,
        visit=run.visit,
        tries=tries,
        frames=run.frames,
        asked=run.asked,
        about=before.about,
        done=done,
    )
    arms = run.arms
    if arms:
        live = {run.visit, *(frame.visit for frame in run.frames)}
        arms = () if done else tuple(arm for arm in arms if arm.visit in live)
    return Step(
        event=event,
        at=now,
        outcome=outcome,
        microsteps=run.microsteps,
        snapshot=snapshot,
        says=run.says,
        asked=run.asked if run.asked is not before.asked else None,
        dos=run.dos,
        tells=run.tells,
        arms=arms,
        decisions=run.decisions,
        answers=run.used,
    )
