"""Flows that call others: what is handed over, who hears what, whose timers run."""

from __future__ import annotations

from typing import Any

import pytest

import engine
from engine import Money
from engine.errors import BadStart

CALLER = """
flow: caller
version: 1
data: {ok: yes_no, got: {type: any}, seen: {type: number, default: 0}}
texts: {later: {en: Later}}
start: paying
states:
  paying:
    call: {flow: deposit, with: {amount: "money(5, 'KES')"}, save: got}
    on:
      deposit.paid: {set: {ok: event.sure}, to: over}
      deposit.refused: over
      tick: {set: {seen: seen + 1}, say: later}
      payment.failed: over
    after: {1h: over}
  over: {final: true}
anywhere:
  - {hear: [agent], to: over}
  - {hear: [note], set: {seen: seen + 10}}
"""
DEPOSIT = """
flow: deposit
version: 1
takes: {amount: money}
data: {sure: yes_no}
texts: {sure: {en: "Pay {{ amount | money }}?"}}
start: asking
states:
  asking:
    ask: {text: sure, type: yes_no, save: sure}
    on: {answer: [{when: event.value, to: paid}, {to: refused}]}
    after: {5m: refused}
  paid: {final: true}
  refused: {final: true}
anywhere:
  - {hear: [cancel], to: refused}
"""


def test_a_sub_flow_is_called_and_returns_what_it_remembers(world: Any):
    talk = world.talk(CALLER, DEPOSIT)
    assert (talk.state, talk.said, talk.snapshot.name) == ("asking", ["Pay KSh\u00a05?"], "caller")
    assert [frame.state for frame in talk.snapshot.frames] == ["paying"]
    assert [micro.trigger for micro in talk.last.microsteps] == ["start", "call", "start"]
    assert [arm.name for arm in talk.last.arms] == ["after:1h", "after:5m"]
    talk.hear("answer", value=True)
    assert (talk.state, talk.snapshot.frames, talk.snapshot.done) == ("over", (), True)
    assert talk.snapshot.data["ok"] is True
    assert talk.snapshot.data["got"] == {"amount": Money(500, "KES"), "sure": True}
    assert [(m.trigger, m.rule) for m in talk.last.microsteps] == [
        ("answer", "states.asking.on.answer[0]"), ("return", "states.paying.on.deposit.paid"),
    ]  # fmt: skip


def test_while_a_sub_flow_runs_its_caller_hears_what_it_does_not_take(world: Any):
    talk = world.talk(CALLER, DEPOSIT)
    assert talk.hear("tick").outcome == "stayed"
    assert (talk.state, talk.said, talk.snapshot.frames[0].data["seen"]) == ("asking", ["Later"], 1)
    assert talk.snapshot.asked is not None
    talk.hear("heard", key="caller.anywhere[1]")
    assert talk.snapshot.frames[0].data["seen"] == 11
    assert [key for key, _ in engine.expectation(talk.definition, talk.snapshot).hears] == [
        "anywhere[0]", "caller.anywhere[0]", "caller.anywhere[1]",
    ]  # fmt: skip
    talk.hear("payment.failed", reason="x")
    assert (talk.state, talk.snapshot.frames, talk.snapshot.data["seen"]) == ("over", (), 11)


@pytest.mark.parametrize(("key", "data_ok"), [("anywhere[0]", None), ("caller.anywhere[0]", None)])
def test_interrupts_of_both_levels_end_the_sub_flow(world: Any, key: str, data_ok: Any):
    talk = world.talk(CALLER, DEPOSIT)
    talk.hear("heard", key=key)
    assert (talk.state, talk.snapshot.done, talk.snapshot.data["ok"]) == ("over", True, data_ok)


def test_timers_of_the_caller_and_of_the_called_both_run(world: Any):
    talk = world.talk(CALLER, DEPOSIT)
    assert talk.wait("after:1h", visit=1, hours=1).outcome == "moved"
    assert (talk.state, talk.snapshot.frames) == ("over", ())
    talk = world.talk(CALLER, DEPOSIT)
    talk.wait("after:5m", visit=2, minutes=5)
    assert talk.state == "over"


def test_a_caller_that_stays_when_its_sub_flow_returns_keeps_its_timers(world: Any):
    stays = CALLER.replace("{set: {ok: event.sure}, to: over}", "{set: {ok: event.sure}}").replace(
        "payment.failed: over", "payment.failed: again"
    )
    stays = stays.replace("  over: {final", "  again: {on: {tick: paying}}\n  over: {final")
    talk = world.talk(stays, DEPOSIT)
    talk.hear("answer", value=True)
    assert (talk.state, talk.snapshot.frames, talk.snapshot.visit, talk.snapshot.done) == ("paying", (), 1, False)
    assert talk.wait("after:5m", visit=2, minutes=5).outcome == "stale"
    timed = world.talk(stays, DEPOSIT)
    timed.hear("answer", value=True)
    assert timed.wait("after:1h", visit=1, hours=1).outcome == "moved"
    assert timed.state == "over"
    talk.hear("payment.failed", reason="x")
    assert (talk.state, talk.snapshot.visit) == ("again", 4), "no visit is counted twice: a timer of it may be armed"
    talk.hear("tick")
    assert (talk.snapshot.frames[0].visit, talk.snapshot.visit) == (5, 6)


def test_a_hash_covers_what_is_called_and_asked(world: Any):
    first = world.release(CALLER, DEPOSIT)
    second = world.release(CALLER, DEPOSIT.replace("5m", "6m"))
    assert first.definitions["caller"].hash != second.definitions["caller"].hash
    commented = world.release("# a comment\n" + CALLER, DEPOSIT)
    assert first.definitions["caller"].hash == commented.definitions["caller"].hash
    assert set(first.by_hash) == {definition.hash for definition in first.definitions.values()}


def test_starting_without_what_is_needed_is_refused(world: Any):
    with pytest.raises(BadStart, match="deposit cannot begin without 'amount'"):
        world.talk(DEPOSIT)
    assert world.talk(DEPOSIT.replace("amount: money", "amount: {type: money, optional: true}")).state == "asking"
