"""Steps: a golden conversation, and each thing that a flow can do."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

import engine
from engine import Money
from engine.errors import BadStart, ExpressionFailed, TooManyChoices, TooManyMicrosteps, UnknownState, ValueTooLarge
from engine.model import Event

BOOKING = """
flow: booking
version: 1
languages: [en, sw]
data: {offer: {type: offer}, name: {type: name, personal: true}, receipt: text}
texts:
  which: {en: "Hi {{ contact.first_name }}! Which?", sw: "Habari {{ contact.first_name }}! Ipi?"}
  pardon: {en: "Pardon?", sw: "Samahani?"}
  one_of: {en: "One of these?", sw: "Moja kati ya hizi?"}
  there: {en: "Still there?", sw: "Bado upo?"}
  name: {en: "Your name?", sw: "Jina lako?"}
  pay: {en: "Paying {{ offer.deposit | money }}", sw: "Unalipa {{ offer.deposit | money }}"}
  failed: {en: "Not paid: {{ event.reason }}", sw: "Haikulipwa: {{ event.reason }}"}
  thanks: {en: "Thanks {{ name | first }}, {{ receipt }}", sw: "Asante {{ name | first }}, {{ receipt }}"}
  bye: {en: "Bye", sw: "Kwaheri"}
start: choosing
states:
  choosing:
    ask: {text: which, choices: {from: offers.active}, save: offer}
    on: {answer: naming}
    unclear: {say: pardon, between: one_of, tries: 2, then: gone}
    after: {2h: {say: there}, 1d: gone}
  naming:
    ask: {text: name, type: name, save: name}
    on:
      answer:
        - {when: offer.deposit > money(0), to: paying}
        - {to: booked}
  paying:
    do: {payments.request: {amount: offer.deposit, purpose: deposit}}
    say: pay
    on:
      payment.confirmed: {set: {receipt: event.receipt}, say: thanks, to: booked}
      payment.failed:
        - {when: tries.paying < 2, say: failed, to: paying}
        - {to: gone}
    after: {15m: choosing}
  booked: {final: true}
  gone: {say: bye, final: true}
anywhere:
  - {hear: [stop, acha], to: gone}
  - {hear: [help], say: there}
"""


def test_a_conversation_from_hello_to_thanks(world: Any):
    talk = world.talk(BOOKING, language="sw")
    assert talk.said == ["Habari Achieng! Ipi?"]
    assert [(c.id, c.label, c.description) for c in talk.last.asked.choices] == [
        ("o1", "Braids", "KSh\u00a03,000"), ("o2", "Nails", "KSh\u00a0800"),
    ]  # fmt: skip
    assert [(arm.name, arm.due - world.now, arm.visit) for arm in talk.last.arms] == [
        ("after:2h", timedelta(hours=2), 1), ("after:1d", timedelta(days=1), 1),
    ]  # fmt: skip

    talk.hear("answer", value="o1")
    assert (talk.last.outcome, talk.state, talk.said) == ("moved", "naming", ["Jina lako?"])
    assert talk.last.microsteps[0].changed == {"offer": world.answers["offers.active{}"][0]}

    talk.hear("answer", value="Achieng Otieno")
    assert (talk.state, talk.said) == ("paying", ["Unalipa KSh\u00a0500"])
    (do,) = talk.last.dos
    assert (do.verb, do.args, do.sort) == (
        "payments.request", {"amount": Money(50000, "KES"), "purpose": "deposit"}, "action",
    )  # fmt: skip
    (micro,) = talk.last.microsteps
    assert micro.rule == "states.naming.on.answer[0]"
    (tried,) = micro.guards
    assert (tried.source, tried.result) == ("offer.deposit > money(0)", True)
    assert tried.values["offer.deposit"] == Money(50000, "KES")

    talk.hear("payment.confirmed", receipt="R1", amount=Money(50000, "KES"))
    assert (talk.state, talk.said, talk.snapshot.done) == ("booked", ["Asante Achieng, R1"], True)
    assert talk.hear("answer", value="x").outcome == "ignored"
    assert [step.snapshot.seq for step in talk.steps] == [1, 2, 3, 4, 5]


def test_the_same_arguments_give_the_same_bytes(world: Any):
    one, two = world.talk(BOOKING), world.talk(BOOKING)
    for talk in (one, two):
        talk.hear("unclear", text="?")
        talk.hear("answer", choice="o1")
        talk.hear("answer", value="A")
        talk.hear("payment.failed", reason="pin")
    assert [engine.dump_step(step) for step in one.steps] == [engine.dump_step(step) for step in two.steps]
    assert one.definition.hash == two.definition.hash


def test_steps_leave_what_they_were_given_alone(world: Any):
    talk = world.talk(BOOKING)
    before = engine.dump_snapshot(talk.snapshot)
    snapshot = talk.snapshot
    for event in (
        Event(name="answer", data={"value": "o1"}),
        Event(name="unclear"),
        Event(name="heard", data={"key": "anywhere[0]"}),
    ):
        engine.step(talk.definition, snapshot, event, talk.now, world.answers)
        assert engine.dump_snapshot(snapshot) == before


def test_a_question_is_raised_until_it_is_answered(world: Any):
    definition, answers, asked = world.machine(BOOKING), {}, []
    for _ in range(9):
        try:
            step = engine.begin(definition, "m", {}, {"language": "en"}, world.now, answers)
            break
        except engine.Unanswered as unanswered:
            question = unanswered.question
            asked.append((question.key, question.verb, question.args))
            answers[question.key] = world.answers[question.key]
    assert sorted(asked) == [
        ("business", "business", {}), ("contact", "contact", {}), ("offers.active{}", "offers.active", {}),
    ]  # fmt: skip
    assert step.answers == answers
    assert definition.ambients == {"business", "contact"}


def test_unclear_asks_again_until_its_tries_are_used_up(world: Any):
    talk = world.talk(BOOKING)
    for _ in range(2):
        assert talk.hear("unclear", text="?").outcome == "unclear"
        assert talk.said == ["Pardon?", "Hi Achieng! Which?"]
        assert talk.last.asked is not None
        assert talk.last.arms == ()
    assert talk.hear("unclear", text="?").outcome == "moved"
    assert (talk.state, talk.said) == ("gone", ["Bye"])
    assert [tried.result for tried in talk.last.microsteps[0].guards] == [False]


def test_misunderstandings_are_forgotten_on_leaving(world: Any):
    talk = world.talk(BOOKING)
    talk.hear("unclear")
    assert talk.snapshot.tries["unclear:choosing"] == 1
    talk.hear("answer", value="o1")
    assert talk.snapshot.tries == {"choosing": 1, "naming": 1}


def test_what_is_ambiguous_is_asked_between_the_candidates(world: Any):
    talk = world.talk(BOOKING)
    talk.hear("unclear", candidates=["o2"])
    assert talk.said == ["One of these?"]
    assert [choice.id for choice in talk.snapshot.asked.choices] == ["o2"]
    talk.hear("unclear")
    assert [choice.id for choice in talk.snapshot.asked.choices] == ["o1", "o2"]


def test_an_answer_that_is_none_of_the_choices_is_unclear(world: Any):
    talk = world.talk(BOOKING)
    assert talk.hear("answer", value="o9").outcome == "unclear"
    assert talk.snapshot.data["offer"] is None
    talk.hear("answer", value="o2")
    assert talk.hear("answer", value=7).outcome == "unclear"
    assert talk.state == "naming"


def test_an_answer_that_no_rule_takes_is_unclear_and_not_kept(world: Any):
    talk = world.talk(
        BOOKING.replace("on: {answer: naming}", 'on: {answer: {when: offer.name == "Nails", to: naming}}')
    )
    assert talk.hear("answer", value="o1").outcome == "unclear"
    assert talk.snapshot.data["offer"] is None
    assert talk.last.microsteps[0].guards[0].values == {"offer.name": "Braids"}
    assert talk.hear("answer", value="o2").outcome == "moved"


def test_tries_count_entries_and_bring_retries_to_an_end(world: Any):
    talk = world.talk(BOOKING)
    talk.hear("answer", value="o1")
    talk.hear("answer", value="A")
    talk.hear("payment.failed", reason="wrong pin")
    assert (talk.state, talk.said) == ("paying", ["Not paid: wrong pin", "Paying KSh\u00a0500"])
    assert len(talk.last.dos) == 1
    talk.hear("payment.failed", reason="wrong pin")
    assert talk.state == "gone"
    assert [tried.values for tried in talk.last.microsteps[0].guards] == [{"tries.paying": 2}]


def test_a_timer_of_an_earlier_visit_is_stale(world: Any):
    talk = world.talk(BOOKING)
    assert talk.wait("after:2h", hours=2).outcome == "stayed"
    assert talk.said == ["Still there?"]
    talk.hear("answer", value="o1")
    assert talk.wait("after:1d", visit=1, days=1).outcome == "stale"
    assert talk.state == "naming"
    assert talk.wait("after:9h").outcome == "stale"


def test_an_interrupt_is_understood_in_every_state(world: Any):
    talk = world.talk(BOOKING)
    assert engine.expectation(talk.definition, talk.snapshot).hears == (
        ("anywhere[0]", ("stop", "acha")), ("anywhere[1]", ("help",)),
    )  # fmt: skip
    assert talk.hear("heard", key="anywhere[1]").outcome == "stayed"
    assert (talk.state, talk.said) == ("choosing", ["Still there?"])
    talk.hear("heard", key="anywhere[0]")
    assert (talk.state, talk.snapshot.done) == ("gone", True)
    assert engine.expectation(talk.definition, talk.snapshot).asked is None


def test_an_event_that_nobody_handles_is_a_step_that_changes_nothing(world: Any):
    talk = world.talk(BOOKING)
    before = talk.snapshot
    assert talk.hear("payment.confirmed", receipt="R").outcome == "ignored"
    assert (talk.last.microsteps, talk.snapshot.data, talk.snapshot.asked) == ((), before.data, before.asked)


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


def test_starting_without_what_is_needed_is_refused(world: Any):
    with pytest.raises(BadStart, match="deposit cannot begin without 'amount'"):
        world.talk(DEPOSIT)
    assert world.talk(DEPOSIT.replace("amount: money", "amount: {type: money, optional: true}")).state == "asking"


def test_an_unclear_answer_may_be_asked_about_in_fewer_words(world: Any):
    texts = "texts: {q: {en: Long question}, short: {en: Which?}, one_of: {en: One of}, sorry: {en: Sorry}}"
    unclear = "unclear: {say: sorry, ask: short, between: one_of, tries: 5, then: over}"
    text = (
        f"flow: f\nversion: 1\n{texts}\nstart: a\nstates:\n"
        f"  a: {{ask: {{text: q, choices: {{from: offers.active}}}}, on: {{answer: over, tick: a}}, {unclear}}}\n"
        "  over: {final: true}\n"
    )
    talk = world.talk(text)
    assert talk.said == ["Long question"]
    talk.hear("unclear", text="?")
    assert talk.said == ["Sorry", "Which?"]
    assert talk.last.asked is not None
    assert (talk.last.asked.text, len(talk.last.asked.choices)) == ("short", 2)
    talk.hear("unclear", text="?", candidates=["o1", "o2"])
    assert talk.said == ["One of"]
    talk.hear("tick")
    assert talk.said == ["Long question"], "entered anew, it is the whole question"


def test_a_snapshot_of_an_unknown_state_is_refused(world: Any):
    import msgspec

    talk = world.talk(BOOKING)
    with pytest.raises(UnknownState):
        engine.step(
            talk.definition, msgspec.structs.replace(talk.snapshot, state="nowhere"), Event(name="tick"), talk.now
        )


def test_a_flow_and_a_lifecycle_may_share_a_name(world: Any):
    definitions = world.release(DEPOSIT, LIFE.replace("lifecycle: life", "lifecycle: deposit"), POINTS).definitions
    assert sorted(definitions) == ["flow:deposit", "lifecycle:deposit", "points", "rules:points"]
