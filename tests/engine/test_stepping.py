"""Steps of a conversation: a golden one, and each thing that a flow can do."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

import engine
from engine import Money
from engine.errors import UnknownState
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
