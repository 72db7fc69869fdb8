"""A way with values, run on the engine itself: only what really happens there is said to break a promise."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from engine.errors import EngineError
from engine.logic.scene import Example
from engine.model import Event
from engine.proving.retracing import Judged, Retrace
from engine.proving.subject import Subject
from engine.proving.worlds import Happened
from engine.testing.machine import Machine, Taken, Unprepared
from engine.testing.walk import walk

NOW = datetime(2026, 11, 20, 7, 0, tzinfo=UTC)  # when the tests of YAML begin, if they do not say: a Friday
TIMERS = 1_000  # an example in which more fire by themselves shows nothing to anybody
_SAMPLES = {
    "business": {"name": "Salon Zuri", "zone": "Africa/Nairobi", "currency": "KES"},
    "contact": {"first_name": "Amina"},
}  # for the texts of an example, where nothing depends on it
_OWN = ("heard", "unclear", "answer", "after", "start", "next", "none", "return", "call")


class Deed(msgspec.Struct, frozen=True, kw_only=True):
    """One event of the example, and what the world answers from then on."""

    event: Event
    happened: Happened
    passed: timedelta  # since the event before
    given: dict[str, Any] = {}
    taps: str = ""  # the choice that is picked


class Conversation(msgspec.Struct, frozen=True, kw_only=True):
    """An example that was played: what was taken, and the deeds that made it so. Between two deeds nothing happened."""

    takes: dict[str, Any]
    deeds: tuple[Deed, ...]
    taken: tuple[Taken, ...]
    after: timedelta = timedelta(0)  # of silence in the end


def confirm(retrace: Retrace, example: Example, silence: timedelta = timedelta(0)) -> Conversation | None:
    """Play it. None where the engine takes another way than the trace, or a guard of the promise says otherwise."""
    try:
        takes, deeds = _script(retrace, example)
        judged = all(_said(judgement, example) is judgement.wanted for judgement in retrace.judgements)
    except (OverflowError, ValueError):
        return None
    if not judged:
        return None
    definition = retrace.subject.definition
    about = {"org": "org-1", "contact": "contact-1", "channel": "whatsapp", "language": definition.languages[0]}
    machine = Machine(definition, NOW, {**about, "links": {}})
    try:
        _play(machine, retrace, takes, deeds)
        if silence:
            machine.pass_until(machine.now + silence, TIMERS)
    except (EngineError, Unprepared, OverflowError, _Otherwise):
        return None
    return Conversation(takes=takes, deeds=deeds, taken=tuple(machine.taken), after=silence)


class _Otherwise(Exception):
    """The engine went another way."""


def _play(machine: Machine, retrace: Retrace, takes: dict[str, Any], deeds: tuple[Deed, ...]) -> None:
    for step, deed in enumerate(deeds):
        machine.answers.update(deed.given)
        if step == 0:
            machine.begin(takes)
        else:
            machine.pass_until(machine.now + deed.passed, TIMERS)
            if deed.happened.kind not in ("after", "at"):
                machine.feed(deed.event)
        if len(machine.taken) != step + 1:
            raise _Otherwise
        taken = machine.taken[-1]
        snapshot = taken.step.snapshot
        stack = (*(frame.state for frame in snapshot.frames), snapshot.state)
        if stack != retrace.stacks[step] or tuple(happenings(retrace.subject, taken)) != retrace.seen[step]:
            raise _Otherwise


def happenings(subject: Subject, taken: Taken) -> Iterator[tuple[str, str]]:
    """What happened in a step of the engine, in order, as promises speak of it."""
    root = subject.definition
    event = taken.step.event.name
    heard = False
    for passed in walk(root, taken):
        microstep = passed.microstep
        if passed.rule is None:
            continue
        if not heard and microstep.trigger == event and event not in ("unclear", "heard", "after", "start"):
            yield "hears", event
        heard = True
        yield from _acts(passed.rule.acts)
        if passed.entered is not None:
            name = passed.entered.name
            yield "enters", name if passed.definition is root else f"{passed.definition.name}.{name}"
            yield from _acts(passed.entered.acts)
    asked = taken.step.asked
    if asked is not None:
        yield "says", asked.text


def _acts(acts: Any) -> Iterator[tuple[str, str]]:
    for act in acts:
        if act.kind in ("do", "tell", "say"):
            yield {"do": "does", "tell": "tells", "say": "says"}[act.kind], act.name


def _said(judged: Judged, example: Example) -> bool:
    """The promise's own guard, run on the values that it reads."""
    values = {path: example.value(term) for path, term in judged.reads.items()}
    try:
        return bool(judged.guard.read(_Facts(values))[0])
    except (TypeError, ValueError, ArithmeticError, AttributeError):
        return False


class _Facts:
    """Where a guard of a promise reads from: the paths that it names, put together again."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self.data: dict[str, Any] = {}
        self.event_data: dict[str, Any] = {}
        self.tries: dict[str, int] = {}
        self.now = values.get("now")
        for path, value in values.items():
            parts = path.split(".")
            if parts[0] == "tries":
                self.tries[parts[1]] = value
                continue
            _put(
                self.event_data if parts[0] == "event" else self.data,
                parts[1:] if parts[0] == "event" else parts,
                value,
            )

    def ambient(self, name: str) -> Any:
        return self.data.get(name)


def _put(into: dict[str, Any], parts: list[str], value: Any) -> None:
    for part in parts[:-1]:
        inner = into.setdefault(part, {})
        if not isinstance(inner, dict):
            return
        into = inner
    if not isinstance(into.get(parts[-1]), dict):
        into[parts[-1]] = value


def _script(retrace: Retrace, example: Example) -> tuple[dict[str, Any], tuple[Deed, ...]]:
    """The example as events. Raises OverflowError or ValueError for what no value of the dialect can be."""
    made = retrace.scene.ground.made
    takes = {
        name: example.value(made[f"take.{name}"])
        for name in sorted(retrace.subject.definition.takes)
        if f"take.{name}" in made and example.value(made[f"take.{name}"]) is not None
    }
    deeds: list[Deed] = []
    before = NOW
    items: dict[tuple[int, int], Any] = {}
    for step, stride in enumerate(retrace.trace):
        moment = made.get(f"now{step}")
        now = example.value(moment) if moment is not None else before
        event, taps = _event(retrace, example, step, items)
        given = _given(retrace, example, step, items)
        deeds.append(Deed(event=event, happened=stride.event, passed=now - before, given=given, taps=taps))
        before = now
    return takes, tuple(deeds)


def _given(retrace: Retrace, example: Example, step: int, items: dict[tuple[int, int], Any]) -> dict[str, Any]:
    """The facts of the world at a step, and what its questions answer."""
    given: dict[str, Any] = {}
    made = retrace.scene.ground.made
    for name in sorted({name for plan in retrace.subject.plans.values() for name in plan.definition.ambients}):
        sample: dict[str, Any] = dict(_SAMPLES.get(name, {}))
        term = made.get(f"{name}@{step}")
        found = example.value(term) if term is not None else {}
        fixed = {key.partition(".")[2]: example.value(each) for key, each in made.items() if key.startswith(f"{name}.")}
        given[name] = {**sample, **fixed, **found} if isinstance(found, dict) else found
    for key, put in retrace.puts.items():
        if key[0] != step or put.ask.items is not None:
            continue
        items[key] = _item(retrace, put.ask, example.value(put.item)) if put.item is not None else None
        given[put.ask.source] = [items[key]] if put.item is not None else []
    for key, put in retrace.puts.items():
        if key[0] == step and put.ask.items is not None and put.item is not None:
            items[key] = example.value(put.item)
    return given


def _item(retrace: Retrace, ask: Any, value: Any) -> Any:
    """Something to pick, with an id and a name to show."""
    if not isinstance(value, dict):
        return value
    shape = retrace.subject.item(ask)
    record = retrace.subject.registry.records.get(shape.name)
    label = record.label if record is not None else "label"
    fields = shape.fields or {}
    plain = {name: text for name, text in (("id", "one"), (label, "The first")) if name in fields}
    return {**plain, **{name: inner for name, inner in value.items() if inner is not None}}


def _event(retrace: Retrace, example: Example, step: int, items: dict[tuple[int, int], Any]) -> tuple[Event, str]:
    """The event of a step, with the fields that anything depends on; and the choice, if one is picked."""
    stride = retrace.trace[step]
    prefix = f"event{step}."
    data = {
        key.removeprefix(prefix): example.value(term)
        for key, term in list(retrace.scene.ground.made.items())
        if key.startswith(prefix) and key.count(".") == 1 and ":" not in key
    }
    data = {name: value for name, value in data.items() if value is not None}
    kind, name = stride.event.kind, stride.event.name
    if kind == "heard":
        depth = len(retrace.stacks[step - 1]) - 1 - stride.event.level
        return Event(name="heard", data={**data, "key": "caller." * depth + name.removeprefix("heard ")}), ""
    if kind != "answer":
        return Event(name=name, data=data), ""
    way = next(note[1] for note in stride.notes if note[0] == "pick")
    if way == "(typed)":
        return Event(name="answer", data=data), ""
    if way == "(item)":
        way = _id(items[_last_put(retrace, step)])
    return Event(name="answer", data={**data, "choice": way, "value": way}), way


def _last_put(retrace: Retrace, step: int) -> tuple[int, int]:
    return max(key for key in retrace.puts if key[0] < step)


def _id(item: Any) -> str:
    return str(item.get("id") or 1) if isinstance(item, dict) else "1"
