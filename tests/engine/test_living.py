"""Steps of a lifecycle: effects, moments, guards; and what is refused."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from engine.errors import BadStart, ExpressionFailed, TooManyChoices, TooManyMicrosteps, ValueTooLarge
from tests.engine.test_calling import DEPOSIT

LIFE = """
lifecycle: life
version: 1
takes: {due: {type: when, optional: true}, from: {type: text, optional: true}}
data: {n: {type: number, default: 0}, points: {type: number}, fee: {type: any}}
start: waiting
states:
  waiting:
    at:
      - {time: due - hours(1), set: {n: 1}}
      - {time: due, past: run, to: scoring}
    on:
      tick: {set: {n: n + 1}, decide: {table: points, facts: {n: n}, save: points}, do: {bookings.mark: {as: came}},
             tell: {to: owner, event: noted, with: {points: points}}}
      paid: {set: {fee: event.amount}}
      noted: [{when: event.points > 3, to: scoring}, {when: event.points < 0, to: over}]
  scoring:
    next:
      - {when: n > 5, to: over}
      - {set: {n: n + 1}, to: scoring}
  over: {final: true}
"""
POINTS = """
rules: points
version: 1
hit: collect
collect: sum
facts: {n: number}
rows: [{id: r, when: n > 0, then: {p: 5}}]
"""


def life(world: Any, **due: float) -> Any:
    return world.talk(LIFE, POINTS, due=world.now + timedelta(**due))


def test_effects_happen_in_their_order_and_see_each_other(world: Any):
    talk = life(world, days=1)
    talk.hear("tick")
    assert talk.last.outcome == "stayed"
    assert talk.snapshot.data["points"] == 5
    (decision,) = talk.last.decisions
    assert (decision.facts, decision.hit) == ({"n": 1}, ("r",))
    assert [(tell.to, tell.event, tell.data) for tell in talk.last.tells] == [("owner", "noted", {"points": 5})]
    assert [(do.verb, do.args, do.sort) for do in talk.last.dos] == [("bookings.mark", {"as": "came"}, "change")]
    assert talk.last.microsteps[0].changed == {"n": 1, "points": 5}


def test_moments_are_armed_and_past_ones_skipped_or_run(world: Any):
    arms = life(world, days=1).last.arms
    assert [(arm.name, arm.due - world.now) for arm in arms] == [
        ("at:0", timedelta(hours=23)), ("at:1", timedelta(days=1)),
    ]  # fmt: skip
    late = life(world, hours=-5)
    assert [(arm.name, arm.due - world.now) for arm in late.last.arms] == [("at:1", timedelta(0))]
    late.wait("at:1")
    assert (late.state, late.snapshot.data["n"]) == ("over", 6)
    assert [micro.trigger for micro in late.last.microsteps] == ["after"] + ["next"] * 7
    assert world.talk(LIFE, POINTS).last.arms == ()


def test_guards_that_all_fail_leave_a_trace(world: Any):
    talk = life(world, days=1)
    assert talk.hear("noted", points=2).outcome == "ignored"
    (micro,) = talk.last.microsteps
    assert [(tried.source, tried.result) for tried in micro.guards] == [
        ("event.points > 3", False),
        ("event.points < 0", False),
    ]
    assert (micro.rule, micro.source, micro.target) == ("", "waiting", "waiting")


def test_eventless_rules_in_a_circle_are_cut_off(world: Any):
    states = "  a: {on: {tick: b}}\n  b: {next: [{to: c}]}\n  c: {next: [{to: b}]}\n"
    talk = world.talk(f"lifecycle: l\nversion: 1\nstart: a\nstates:\n{states}")
    with pytest.raises(TooManyMicrosteps, match="more than 64"):
        talk.hear("tick")
    assert talk.state == "a"


def test_too_many_choices_and_too_large_values_have_their_errors(world: Any):
    text = (
        "flow: f\nversion: 1\ntakes: {all: {type: list of offer}}\ndata: {n: {type: number, default: 2}}\n"
        "texts: {q: {en: Q}}\nstart: a\nstates:\n"
        "  a: {ask: {text: q, choices: {from: all}, none: empty}, on: {answer: a, tick: {set: {n: n * n}}}}\n"
        "  empty: {final: true}\n"
    )
    offers = [{"id": str(i), "name": str(i)} for i in range(101)]
    with pytest.raises(TooManyChoices, match="101 of 100"):
        world.talk(text, all=offers)
    assert world.talk(text, all=[]).state == "empty"
    talk = world.talk(text, all=offers[:3])
    for _ in range(5):
        talk.hear("tick")
    with pytest.raises(ExpressionFailed, match="too large"):
        talk.hear("tick")
    assert talk.snapshot.data["n"] == 2**32
    with pytest.raises(ValueTooLarge):
        world.talk(LIFE, POINTS).hear("paid", amount="x" * 70_000)


def test_a_value_of_another_type_is_refused_when_it_comes(world: Any):
    talk = life(world, days=1)
    with pytest.raises(ExpressionFailed):
        talk.hear("noted", points="many")


def test_starting_with_what_is_not_taken_is_refused(world: Any):
    with pytest.raises(BadStart, match="does not take 'other'"):
        world.talk(LIFE, POINTS, other=1)
    with pytest.raises(BadStart, match="as when"):
        world.talk(LIFE, POINTS, due="tomorrow")


def test_a_flow_and_a_lifecycle_may_share_a_name(world: Any):
    definitions = world.release(DEPOSIT, LIFE.replace("lifecycle: life", "lifecycle: deposit"), POINTS).definitions
    assert sorted(definitions) == ["flow:deposit", "lifecycle:deposit", "points", "rules:points"]
