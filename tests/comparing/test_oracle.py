"""Held against brute force: random tables over all of their small facts, random machines over all short lives.

For tables the answer must be the right one, both ways. For machines "the same" must never be said of two that a few
events can tell apart.
"""

from __future__ import annotations

import copy
import itertools
import json
import random
from datetime import UTC, datetime
from typing import Any

import pytest

import engine
from engine import stepping
from engine.comparing import compare
from engine.definition import Definition
from engine.errors import EngineError
from engine.model import Event, Step
from engine.registry import Arg, EventKind, Registry, Verb, Vocabulary
from engine.tables import Table, decide

NOW = datetime(2026, 11, 20, 7, 0, tzinfo=UTC)
EVENTS = ("ping", "pong")
REGISTRY = Registry(
    [
        Vocabulary(
            verbs=(Verb(name="note.it", sort="action", doc="", args={"count": Arg(type="number")}),),
            events=tuple(EventKind(name=name, fields={"v": "number"}) for name in EVENTS),
        )
    ]
)
A, B, C = (None, 0, 1, 2, 3, 4, 5), (None, False, True), (None, "", "x", "y", "z")


def _term(chance: random.Random) -> str:
    return chance.choice(
        [
            f"a {chance.choice(['<', '<=', '>', '>=', '==', '!='])} {chance.randrange(5)}",
            chance.choice(["b", "not b", "known(b)"]),
            chance.choice(['c == "x"', 'c != "y"', 'c in ["x", "y"]', "known(c)", 'lower(c) == "z"']),
        ]
    )


def _guard(chance: random.Random) -> str:
    terms = [_term(chance) for _ in range(chance.choice([1, 1, 2, 2, 3]))]
    joined = f" {chance.choice(['and', 'or'])} ".join(f"({term})" for term in terms)
    return f"not ({joined})" if chance.random() < 0.15 else joined


def _rows(chance: random.Random) -> list[tuple[str, str, int]]:
    rows = [(f"r{n}", _guard(chance), chance.randrange(3)) for n in range(chance.randrange(2, 5))]
    return [*rows, ("last", "", chance.randrange(3))] if chance.random() < 0.5 else rows


def _table(rows: list[tuple[str, str, int]], policy: str) -> str:
    lines = [
        "rules: fuzzed", "version: 1", *policy.split("\n"),
        "facts: {a: {type: count}, b: {type: yes_no}, c: {type: text}}", "rows:",
    ]  # fmt: skip
    for id, guard, then in rows:
        lines += [f"  - id: {id}", *([f"    when: '{guard}'"] if guard else []), f"    then: {then}"]
    return "\n".join(lines) + "\n"


def _changed_rows(rows: list[tuple[str, str, int]], chance: random.Random) -> list[tuple[str, str, int]]:
    """One or two rows changed, moved, taken out; or a guard written otherwise that means the same, or nearly."""
    made = list(rows)
    for _ in range(chance.choice([1, 1, 2])):
        at = chance.randrange(len(made))
        id, guard, then = made[at]
        way = chance.randrange(6)
        if way == 0:
            made[at] = (id, guard, (then + 1) % 3)
        elif way == 1 and guard:
            made[at] = (id, _guard(chance), then)
        elif way == 2 and guard:
            made[at] = (id, f"not (not ({guard}))", then)
        elif way == 3 and guard:
            made[at] = (id, guard.replace("a < ", "not a >= ").replace("a > 1", "a >= 2"), then)
        elif way == 4 and len(made) > 1 and all(row[1] for row in made):
            made.insert(chance.randrange(len(made)), made.pop(at))
        elif len(made) > 2:
            made.pop(at)
    return made


def _compiled(source: str, kind: type[Any]) -> Any:
    found = engine.compile_release([engine.load(source, "x")], REGISTRY).definitions["fuzzed"]
    assert isinstance(found, kind)
    return found


def _result(table: Table, facts: dict[str, Any]) -> Any:
    try:
        return decide(table, facts).result
    except EngineError as error:
        return type(error).__name__


@pytest.mark.parametrize("policy", ["hit: first", "hit: unique", "hit: any", "hit: collect\ncollect: sum"])
@pytest.mark.parametrize("seed", range(30))
def test_a_table_decides_otherwise_exactly_if_some_facts_show_it(seed: int, policy: str) -> None:
    chance = random.Random(f"{seed} {policy}")
    rows = _rows(chance)
    old, new = _table(rows, policy), _table(_changed_rows(rows, chance), policy)
    one, two = _compiled(old, Table), _compiled(new, Table)
    every = [dict(zip("abc", facts, strict=True)) for facts in itertools.product(A, B, C)]
    flips = [facts for facts in every if _result(one, facts) != _result(two, facts)]
    (found,) = compare({"x": old}, {"x": new}, REGISTRY).behaviour
    assert found.answer == ("different" if flips else "same"), (flips[:1], found.undecided)


# Machines


def _machine(chance: random.Random) -> dict[str, Any]:
    states = [f"s{n}" for n in range(chance.randrange(2, 5))]
    return {name: _state(chance, states) for name in states}


def _state(chance: random.Random, states: list[str]) -> dict[str, Any]:
    made: dict[str, Any] = {"on": {}}
    for event in EVENTS:
        if chance.random() < 0.8:
            made["on"][event] = [_rule(chance, states) for _ in range(chance.choice([1, 2, 2, 3]))]
    if chance.random() < 0.4:
        made["after"] = {chance.choice(["5m", "1h"]): chance.choice([*states, "end"])}
    if chance.random() < 0.3:
        made["do"] = {"note.it": {"count": chance.choice(["n", "n + 1", "0"])}}
    return made


def _rule(chance: random.Random, states: list[str]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    if chance.random() < 0.7:
        made["when"] = chance.choice(
            [f"event.v < {chance.randrange(4)}", f"n >= {chance.randrange(3)}", f"tries.{chance.choice(states)} > 1",
             f"event.v == {chance.randrange(3)} or n > 1", "not (n < 1 and event.v > 1)"]
        )  # fmt: skip
    if chance.random() < 0.5:
        made["set"] = {"n": chance.choice(["n + 1", "0", "event.v"])}
    if chance.random() < 0.3:
        made["do"] = {"note.it": {"count": chance.choice(["n", "event.v"])}}
    if chance.random() < 0.8 or not made:
        made["to"] = chance.choice([*states, "end"])
    return made if set(made) - {"when"} else {**made, "to": chance.choice(states)}


def _written(states: dict[str, Any]) -> str:
    content = {
        "lifecycle": "fuzzed", "version": 1, "data": {"n": {"type": "number", "default": 0}}, "start": "s0",
        "states": {**states, "end": {"final": True}},
    }  # fmt: skip
    return json.dumps(content)


def _changed_machine(states: dict[str, Any], chance: random.Random) -> dict[str, Any]:

    made = copy.deepcopy(states)
    rules = [rule for state in made.values() for listed in state["on"].values() for rule in listed]
    way = chance.randrange(6)
    rule = chance.choice(rules) if rules else {}
    if way == 0 and "when" in rule:
        rule["when"] = f"not (not ({rule['when']}))"
    elif way == 1 and "when" in rule:
        rule["when"] = rule["when"].replace("< 1", "< 2").replace("> 1", "> 2")
    elif way == 2 and "to" in rule:
        rule["to"] = chance.choice([*made, "end"])
    elif way == 3:  # a state split in two that do the same
        name = chance.choice(sorted(made))
        made[f"{name}_too"] = copy.deepcopy(made[name])
        rule["to"] = f"{name}_too"
    elif way == 4:
        state = chance.choice(list(made.values()))
        for listed in state["on"].values():
            listed.reverse()
    else:
        state = chance.choice(list(made.values()))
        state["after"] = {"60m": next(iter(state["after"].values()))} if "after" in state else {"2h": "end"}
    return made


def _told(step: Step) -> Any:
    dos = [(do.verb, do.args) for do in step.dos]
    return (dos, sorted((arm.due - step.at) for arm in step.arms), step.snapshot.done, step.outcome == "ignored")


def _life(definition: Definition, steps: tuple[tuple[str, int], ...]) -> list[Any]:
    """What is seen of a machine from outside, event by event; a timer is the next that is due."""
    step = stepping.begin(definition, "m", {}, {"org": "o"}, NOW)
    seen = [_told(step)]
    timers = list(step.arms)
    for name, value in steps:
        if name == "after":
            live = [arm for arm in timers if arm.visit == step.snapshot.visit]
            if not live:
                seen.append("no timer")
                continue
            arm = min(live, key=lambda one: one.due)
            timers.remove(arm)
            event = Event(name="after", data={"timer": arm.name, "visit": arm.visit})
        else:
            event = Event(name=name, data={"v": value})
        step = stepping.step(definition, step.snapshot, event, NOW)
        timers += step.arms
        seen.append(_told(step))
    return seen


LIVES = tuple(
    itertools.chain.from_iterable(
        itertools.product((("ping", 0), ("ping", 2), ("pong", 1), ("after", 0)), repeat=length)
        for length in (1, 2, 3, 4)
    )
)


@pytest.mark.parametrize("seed", range(60))
def test_machines_that_short_lives_tell_apart_are_never_said_to_be_the_same(seed: int) -> None:
    chance = random.Random(seed)
    states = _machine(chance)
    old, new = _written(states), _written(_changed_machine(states, chance))
    (found,) = compare({"x": old}, {"x": new}, REGISTRY).behaviour
    if found.answer != "same":
        assert found.partings or found.undecided
        return
    one, two = _compiled(old, Definition), _compiled(new, Definition)
    for life in LIVES:
        assert _life(one, life) == _life(two, life), life


def test_the_machines_of_the_oracle_are_of_both_sorts() -> None:
    answers = []
    for seed in range(60):
        chance = random.Random(seed)
        states = _machine(chance)
        old, new = _written(states), _written(_changed_machine(states, chance))
        answers.append(compare({"x": old}, {"x": new}, REGISTRY).behaviour[0].answer)
    assert answers.count("same") >= 10
    assert answers.count("different") >= 10
