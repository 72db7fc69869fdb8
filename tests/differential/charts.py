"""Random flat charts: one neutral form that our YAML and every peer's model are made from, and streams of events.

Guards and values are Python text, so each peer evaluates them with Python itself and not with our compiler. States that
have `next` get no rule without `to`: see `test_charts.py` for the one place where we differ on purpose.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from random import Random

EVENTS = ("e0", "e1", "e2", "e3")
UNHEARD = "e9"  # an event that no chart listens for
NUMBERS = ("a", "b")
FLAGS = ("p", "q")
WRAP = 97  # what a number is cut to, so that it never grows out of bounds
Sets = tuple[tuple[str, str], ...]  # (name, expression), in order


@dataclass(frozen=True)
class Rule:
    """A transition: without `when` it always holds, without `to` the machine stays where it is."""

    when: str | None = None
    set: Sets = ()
    to: str | None = None


@dataclass(frozen=True)
class State:
    name: str
    set: Sets = ()
    on: tuple[tuple[str, tuple[Rule, ...]], ...] = ()
    next: tuple[Rule, ...] = ()
    final: bool = False


@dataclass(frozen=True)
class Chart:
    data: tuple[tuple[str, int | bool], ...]
    states: tuple[State, ...]
    anywhere: tuple[tuple[str, Rule], ...] = ()

    @property
    def start(self) -> str:
        return self.states[0].name

    def rules(self, state: State) -> list[tuple[str, Rule]]:
        """What may happen in a state, in the order of trying: the rules that hold anywhere, then its own."""
        own = [(event, rule) for event, rules in state.on for rule in rules]
        return own if state.final else [*self.anywhere, *own]

    def yaml(self) -> str:
        """The chart in our dialect. JSON is YAML, and leaves nothing to quoting."""
        content: dict[str, object] = {"lifecycle": "chart", "version": 1, "data": {}, "start": self.start}
        content["data"] = {
            name: {"type": "yes_no" if isinstance(value, bool) else "number", "default": value}
            for name, value in self.data
        }
        content["states"] = {state.name: _state(state) for state in self.states}
        if self.anywhere:
            content["anywhere"] = [{"on": event, **_rule(rule)} for event, rule in self.anywhere]
        return json.dumps(content, indent=1)


Stream = tuple[tuple[str, int], ...]  # (event, its field n)


@dataclass
class Trace:
    """Where a machine stood at first and after each event: state, data, and how often each state was entered."""

    stands: list[tuple[str, dict[str, int | bool], dict[str, int]]] = field(default_factory=list)
    endless: bool = False  # the last event set off more transitions than the limit

    def add(self, state: str, data: dict[str, int | bool], entries: dict[str, int]) -> None:
        self.stands.append((state, dict(data), dict(entries)))


def _state(state: State) -> dict[str, object]:
    written: dict[str, object] = {}
    if state.set:
        written["set"] = dict(state.set)
    if state.on:
        written["on"] = {event: [_rule(rule) for rule in rules] for event, rules in state.on}
    if state.next:
        written["next"] = [_rule(rule) for rule in state.next]
    if state.final:
        written["final"] = True
    return written


def _rule(rule: Rule) -> dict[str, object]:
    parts = {"when": rule.when, "set": dict(rule.set) or None, "to": rule.to}
    return {key: value for key, value in parts.items() if value is not None}


def random_chart(random: Random) -> Chart:
    names = [f"s{index}" for index in range(random.randint(2, 7))]
    data: list[tuple[str, int | bool]] = [(name, random.randint(-5, 20)) for name in NUMBERS]
    data += [(name, random.random() < 0.5) for name in FLAGS]
    states = [_random_state(random, name, names, first=name == "s0") for name in names]
    anywhere = [
        (random.choice(EVENTS), _random_rule(random, names, stays=False)) for _ in range(random.choice((0, 0, 1, 2)))
    ]
    return Chart(tuple(data), tuple(states), tuple(anywhere))


def random_stream(random: Random) -> Stream:
    return tuple((random.choice((*EVENTS, *EVENTS, UNHEARD)), random.randint(-3, 12)) for _ in range(12))


def _random_state(random: Random, name: str, names: list[str], *, first: bool) -> State:
    if not first and random.random() < 0.15:
        return State(name, set=_random_sets(random, event=False), final=True)
    next: tuple[Rule, ...] = ()
    if random.random() < 0.3:
        next = tuple(_random_rule(random, names, stays=False, event=False) for _ in range(random.randint(1, 2)))
    listened = random.sample(EVENTS, random.randint(1, 3))
    on = tuple(
        (event, tuple(_random_rule(random, names, stays=not next) for _ in range(random.randint(1, 3))))
        for event in listened
    )
    return State(name, set=_random_sets(random, event=False), on=on, next=next)


def _random_rule(random: Random, names: list[str], *, stays: bool, event: bool = True) -> Rule:
    to = None if stays and random.random() < 0.25 else random.choice(names)
    when = None if random.random() < 0.2 else truth(random, event=event)
    sets = _random_sets(random, event=event)
    if to is None and not sets:
        sets = (("a", f"({number(random, event=event)}) % {WRAP}"),)
    return Rule(when, sets, to)


def _random_sets(random: Random, *, event: bool) -> Sets:
    names = random.sample((*NUMBERS, *FLAGS), random.choice((0, 0, 1, 2)))
    return tuple(
        (name, f"({number(random, event=event)}) % {WRAP}" if name in NUMBERS else truth(random, event=event))
        for name in names
    )


def number(random: Random, *, event: bool, depth: int = 2) -> str:
    """An expression over whole numbers. Divisors are never zero: that is unknown to us, an error to Python."""
    if depth == 0 or random.random() < 0.4:
        return random.choice((*NUMBERS, str(random.randint(-9, 20)), *(("event.n",) if event else ())))
    left, right = (number(random, event=event, depth=depth - 1) for _ in range(2))
    form = random.randrange(7)
    if form < 3:
        return f"({left} {random.choice('+-*')} {right})"
    if form == 3:
        return f"({left} {random.choice(('//', '%'))} {random.choice((-7, -2, 2, 3, 5))})"
    if form == 4:
        return f"abs({left})"
    if form == 5:
        return f"{random.choice(('min', 'max'))}({left}, {right})"
    return f"({left} if {truth(random, event=event, depth=depth - 1)} else {right})"


def truth(random: Random, *, event: bool, depth: int = 2) -> str:
    """An expression that is true or false."""
    if depth == 0 or random.random() < 0.25:
        return random.choice((*FLAGS, "True", "False", f"a < {random.randint(-5, 20)}"))
    form = random.randrange(8)
    if form < 3:
        left, right = (number(random, event=event, depth=depth - 1) for _ in range(2))
        return f"({left} {random.choice(('<', '<=', '>', '>=', '==', '!='))} {right})"
    if form == 3:
        low, high = sorted(random.sample(range(-5, 25), 2))
        return f"({low} <= {number(random, event=event, depth=depth - 1)} < {high})"
    if form == 4:
        items = ", ".join(str(random.randint(-5, 20)) for _ in range(4))
        return f"({number(random, event=event, depth=depth - 1)} {random.choice(('in', 'not in'))} [{items}])"
    one, two = (truth(random, event=event, depth=depth - 1) for _ in range(2))
    if form == 5:
        return f"(not {one})"
    return f"({one} {random.choice(('and', 'or'))} {two})"
