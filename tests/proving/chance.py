"""Random small flows with a promise, and their brute-force exploration on the engine: every event, to a depth."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from engine import stepping
from engine.definition import Definition
from engine.errors import EngineError
from engine.model import Event, Snapshot, Step
from engine.promises import Happening, Promise
from engine.proving import watching
from engine.proving.confirming import happenings
from engine.proving.subject import Subject
from engine.testing.machine import Taken
from engine.values import Money, canonical
from tests.engine.conftest import ANSWERS, NOW

_GUARDS = [
    "flag", "not flag", "n >= 2", "n == 1", "n < 3", "known(sum)", "sum > money(100)", "tries.s1 >= 2", "tries.s0 > 2",
    "n >= 1 and flag", "not known(sum) or n > 1", "contact.visits > 1", 'mood == "glad"',
]  # fmt: skip
_EVENT_GUARDS = ["event.amount > money(100)", "event.amount <= money(100)", "known(event.amount) and n > 0"]
_SETS = ["flag: true", "flag: false", "n: n + 1", "n: 0", "sum: null", "mood: \"'glad'\"", "mood: \"'sad'\""]
_DOES = ["payments.request: {amount: 'money(5)', purpose: x}", "bookings.mark: {as: came}"]


def flow(chance: random.Random) -> tuple[str, ...]:
    """One flow, and perhaps one that it calls, with a promise."""
    called = chance.random() < 0.5
    texts = [_flow(chance, "main", called=called)]
    if called:
        texts.append(_flow(chance, "sub", called=False, promise=False))
    return tuple(texts)


def _flow(chance: random.Random, name: str, *, called: bool, promise: bool = True) -> str:
    size = chance.choice([3, 4])
    states = [f"s{index}" for index in range(size)]
    lines = [
        f"flow: {name}", "version: 1", "languages: [en]",
        "data:", "  flag: {type: yes_no, default: false}", "  n: {type: number, default: 0}", "  sum: {type: money}",
        "  mood: {type: text}",
        "texts:", "  q: {en: Q}", "  t: {en: T}", "  a: {en: A}", "  b: {en: B}",
        "start: s0", "states:",
    ]  # fmt: skip
    for index, state in enumerate(states):
        lines += _state(chance, state, states, called=called and index == 1)
    lines += ["  end: {final: true}", "  bad: {final: true}"]
    if chance.random() < 0.6:
        lines += ["anywhere:", f"  - {{hear: [help], {_rule(chance, states)}}}"]
    if chance.random() < 0.3:
        lines += ["" if "anywhere:" in lines else "anywhere:", f"  - {{on: tick, {_rule(chance, states)}}}"]
    if promise:
        lines += ["promises:", f"  - {_promise(chance)}"]
    return "\n".join(line for line in lines if line) + "\n"


def _state(chance: random.Random, state: str, states: list[str], *, called: bool) -> list[str]:
    if called:
        return [
            f"  {state}:", "    call: {flow: sub}", "    on:", f"      sub.end: {_target(chance, states)}",
            f"      sub.bad: {{when: event.n > 1, to: {_target(chance, states)}}}",
        ]  # fmt: skip
    lines = [f"  {state}:"]
    if chance.random() < 0.25:
        lines.append(f"    set: {{{chance.choice(_SETS)}}}")
    if chance.random() < 0.3:
        lines.append(f"    do: {{{chance.choice(_DOES)}}}")
    kind = chance.random()
    if kind < 0.25:
        rules = [f"{{when: {chance.choice(_GUARDS)}, to: {_target(chance, states)}}}"]
        rules += [f"{{to: {chance.choice(['end', 'bad', 's0'])}}}"] if chance.random() < 0.4 else []
        lines += ["    next:", *(f"      - {rule}" for rule in rules)]
    elif kind < 0.6:
        lines.append("    ask: {text: q, choices: [{id: a, text: a}, {id: b, text: b}]}")
        if chance.random() < 0.5:
            lines.append(f"    unclear: {{say: t, tries: 1, then: {_target(chance, states)}}}")
        lines += [
            "    on:",
            "      answer:",
            f'        - {{when: event.value == "a", {_rule(chance, states, guarded=True)}}}',
        ]
        lines += [f"        - {{{_rule(chance, states)}}}"] if chance.random() < 0.7 else []
    if not any(line == "    on:" for line in lines):
        lines.append("    on:")
    lines.append("      paid:")
    guard = chance.choice(_EVENT_GUARDS)
    sets = chance.choice(["set: {sum: event.amount}, ", "", "set: {n: n + 1}, "])
    lines += [f"        - {{when: {guard}, {sets}{_rule(chance, states, guarded=True, sets=bool(sets))}}}"]
    if chance.random() < 0.5:
        lines += [f"        - {{{_rule(chance, states)}}}"]
    if chance.random() < 0.5:
        lines += ["      payment.confirmed: " + f"{{{_rule(chance, states)}}}"]
    lines += ["    after:", f"      2h: {{{_rule(chance, states)}}}"] if chance.random() < 0.5 else []
    return lines


def _rule(chance: random.Random, states: list[str], *, guarded: bool = False, sets: bool = False) -> str:
    """The parts of a rule, but those that it has already."""
    parts = []
    if chance.random() < 0.3 and not guarded:
        parts.append(f"when: {chance.choice(_GUARDS)}")
    if chance.random() < 0.35 and not sets:
        parts.append(f"set: {{{chance.choice(_SETS)}}}")
    if chance.random() < 0.2:
        parts.append(f"do: {{{chance.choice(_DOES)}}}")
    if chance.random() < 0.75 or not parts:
        parts.append(f"to: {_target(chance, states)}")
    return ", ".join(parts)


def _target(chance: random.Random, states: list[str]) -> str:
    return chance.choice([*states, *states, "end", "bad"])


def _promise(chance: random.Random) -> str:
    return chance.choice(
        [
            "{never: bad}", "{never: bad, unless: payment.confirmed}", "{never: bad, unless: payments.request}",
            "{never: payments.request, unless: paid}", "{after: paid, never: bad}",
            "{at_most: 2, of: payments.request}", "{never: end, unless: s2 or bookings.mark}", "{at_most: 1, of: s2}",
            "{after: bookings.mark, never: payments.request, unless: tick}", "{reachable: end}",
            "{after: s1, never: s1}",
        ]
    )  # fmt: skip


class Reached:
    """A machine somewhere, with its timers and what the promise has seen."""

    def __init__(self, snapshot: Snapshot, timers: tuple[Any, ...], now: Any, watch: Any, asked: bool = False) -> None:
        self.snapshot = snapshot
        self.timers = timers
        self.now = now
        self.watch = watch
        self.asked = asked  # whether a payment was asked for: until then none is confirmed

    def key(self) -> Any:
        here = self.snapshot
        due = tuple(
            sorted((name, (due - self.now).total_seconds(), here.visit - visit) for due, name, visit in self.timers)
        )
        frames = [(frame.state, frame.data, frame.tries, here.visit - frame.visit) for frame in here.frames]
        plain = [here.definition, here.state, here.data, here.tries, frames, here.asked is not None, here.done]
        return (canonical([*plain[:5], plain[5], plain[6]]), due, self.watch, self.asked)


def brute(definition: Definition, promise: Promise, subject: Subject, depth: int, most: int) -> str:
    """ "broken" if some events break it; "kept" if none of those that were tried does."""
    try:
        step = stepping.begin(definition, "m", {}, {"language": "en"}, NOW, ANSWERS)
    except EngineError:
        return "kept"
    first = _after(subject, promise, Reached(step.snapshot, (), NOW, watching.beginning(promise)), None, step)
    if first is None:
        return "broken"
    layer, seen = [first], {first.key()}
    for _ in range(depth):
        following: list[Reached] = []
        for reached in layer:
            if promise.form == "reachable" and not _reaches(definition, subject, promise, reached):
                return "broken"
            for event, now in _events(definition, reached):
                try:
                    made = stepping.step(definition, reached.snapshot, event, now, ANSWERS)
                except EngineError:
                    continue
                later = Reached(reached.snapshot, _unfired(reached, event), now, reached.watch, reached.asked)
                after = _after(subject, promise, later, reached.snapshot, made)
                if after is None:
                    return "broken"
                key = after.key()
                if key not in seen and len(seen) < most:
                    seen.add(key)
                    following.append(after)
        layer = following
    return "kept"


def _after(subject: Subject, promise: Promise, reached: Reached, before: Snapshot | None, step: Step) -> Reached | None:
    """None: the promise is broken."""
    watch = reached.watch
    for kind, name in happenings(subject, Taken(before, step)):
        (seen,) = watching.see(promise, watch, Happening(kind, name))  # type: ignore[arg-type]
        if seen.broken:
            return None
        watch = seen.watch
    here = step.snapshot
    live = {here.visit, *(frame.visit for frame in here.frames)}
    timers = [*reached.timers, *((arm.due, arm.name, arm.visit) for arm in step.arms)]
    waiting = tuple(timer for timer in timers if timer[2] in live and not here.done)
    asked = reached.asked or any(do.verb == "payments.request" for do in step.dos)
    return Reached(here, waiting, reached.now, watch, asked)


def _unfired(reached: Reached, event: Event) -> tuple[Any, ...]:
    if event.name != "after":
        return reached.timers
    return tuple(t for t in reached.timers if (t[1], t[2]) != (event.data["timer"], event.data["visit"]))


def _events(definition: Definition, reached: Reached) -> Iterator[tuple[Event, Any]]:
    here, now = reached.snapshot, reached.now
    if here.done:
        return
    if here.asked is not None:
        for choice in here.asked.choices:
            yield Event(name="answer", data={"choice": choice.id, "value": choice.id}), now
    yield Event(name="unclear"), now
    yield Event(name="tick"), now
    if reached.asked:
        yield Event(name="payment.confirmed", data={"receipt": "R"}), now
    for amount in (None, Money(5000, "KES"), Money(50000, "KES")):
        yield Event(name="paid", data={"amount": amount}), now
    for key, _ in stepping.expectation(definition, here).hears:
        yield Event(name="heard", data={"key": key}), now
    if reached.timers:
        due, name, visit = min(reached.timers, key=lambda timer: (timer[0], timer[2]))
        yield Event(name="after", data={"timer": name, "visit": visit}), max(now, due + timedelta(0))


def _reaches(definition: Definition, subject: Subject, promise: Promise, reached: Reached) -> bool:
    target, here = promise.what[0].name, reached.snapshot
    if here.done or target == [*(frame.state for frame in here.frames), here.state][0]:
        return True
    for key, _ in stepping.expectation(definition, here).hears:
        try:
            step = stepping.step(definition, here, Event(name="heard", data={"key": key}), reached.now, ANSWERS)
        except EngineError:
            continue
        if ("enters", target) in happenings(subject, Taken(here, step)):
            return True
    return False
