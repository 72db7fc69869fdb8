"""Flows with known verdicts: what is broken is found, with the shortest conversation; what holds is proved."""

from __future__ import annotations

import pytest

from tests.proving.conftest import Judge

PAYING = """
flow: paying
version: 1
languages: [en]
data:
  receipt: {type: text}
  paid: {type: yes_no, default: false}
texts: {q: {en: Pay?}, yes: {en: "Yes"}, no: {en: "No"}, thanks: {en: Thanks}, what: {en: What?}}
start: asking
states:
  asking:
    ask: {text: q, choices: [{id: y, text: yes}, {id: n, text: no}]}
    on:
      answer:
        - {when: event.value == "y", to: waiting}
        - {to: left}
    unclear: {say: what, tries: 2, then: left}
    after: {2h: left}
  waiting:
    do: {payments.request: {amount: 'money(500)', purpose: deposit}}
    on:
      payment.confirmed: {set: {receipt: event.receipt}, to: confirmed}
      payment.failed: asking
    after: {15m: left}
  confirmed: {say: thanks, final: true}
  left: {final: true}
"""


def promising(text: str, promise: str) -> str:
    return f"{text}promises:\n  - {promise}\n"


def test_a_promise_that_holds_is_proved_and_says_what_it_takes_for_granted(judge: Judge) -> None:
    verdict = judge(promising(PAYING, "{never: confirmed, unless: payment.confirmed}"))
    assert verdict.answer == "proved"
    assert verdict.places > 3
    assert verdict.line == 28
    timed = judge(promising(PAYING, "{always: waiting, leaves_within: 15m}"))
    assert timed.answer == "proved"
    assert any("timers fire when they are due" in each for each in timed.assumed)


def test_a_broken_promise_comes_with_the_shortest_conversation(judge: Judge) -> None:
    early = PAYING.replace("payment.failed: asking", "payment.failed: confirmed")
    verdict = judge(promising(early, "{never: confirmed, unless: payment.confirmed}"))
    assert verdict.answer == "broken"
    assert len(verdict.conversation) == 3
    assert "payment.failed" in verdict.conversation[2]


def test_a_promise_may_be_broken_only_after_steps_and_a_timer(judge: Judge) -> None:
    slow = PAYING.replace(
        "after: {15m: left}", "after: {10m: {say: what}, 15m: {when: tries.waiting >= 3, to: confirmed}}"
    )
    verdict = judge(promising(slow, "{never: confirmed, unless: payment.confirmed}"))
    assert verdict.answer == "broken"
    # begins, yes, failed, yes, failed, yes, ten minutes, five more
    assert len(verdict.conversation) == 8
    assert "5 minutes pass" in verdict.conversation[-1]


def test_what_a_sub_flow_does_counts(judge: Judge) -> None:
    outer = """
flow: outer
version: 1
languages: [en]
data: {receipt: {type: text}}
start: paying
states:
  paying: {call: {flow: paying}, on: {paying.confirmed: {set: {receipt: event.receipt}, to: done}, paying.left: gone}}
  done: {final: true}
  gone: {final: true}
"""
    held = judge(promising(outer, "{never: done, unless: payment.confirmed}"), PAYING)
    assert held.answer == "proved"
    broken = judge(promising(outer, "{never: gone}"), PAYING)
    assert broken.answer == "broken"
    named = judge(promising(outer, "{never: paying.waiting}"), PAYING)
    assert named.answer == "broken"
    assert len(named.conversation) == 2


def test_what_an_interrupt_does_counts(judge: Judge) -> None:
    rude = PAYING + "anywhere:\n  - {hear: [done], to: confirmed}\n"
    verdict = judge(promising(rude, "{never: confirmed, unless: payment.confirmed}"))
    assert verdict.answer == "broken"
    assert "heard everywhere" in verdict.conversation[1]


def test_an_event_that_nobody_asked_for_may_come(judge: Judge) -> None:
    eager = PAYING.replace("        - {to: left}\n", "        - {to: left}\n      paid: confirmed\n")
    verdict = judge(promising(eager, "{never: confirmed, unless: payments.request}"))
    assert verdict.answer == "broken"
    assert len(verdict.conversation) == 2


def test_after_the_end_of_a_lifecycle_nothing_happens(judge: Judge) -> None:
    ring = """
lifecycle: ring
version: 1
start: open
states:
  open: {on: {tick: shut, paid: {do: {bookings.mark: {as: came}}}}}
  shut: {final: true}
"""
    assert judge(promising(ring, "{after: shut, never: bookings.mark}")).answer == "proved"
    ajar = ring.replace("shut: {final: true}", "shut: {on: {paid: {do: {bookings.mark: {as: came}}}}}")
    assert judge(promising(ajar, "{after: shut, never: bookings.mark}")).answer == "broken"


SUMMING = """
lifecycle: summing
version: 1
data: {sum: {type: money}, n: {type: number, default: 0}}
start: open
states:
  open:
    on:
      paid:
        - {when: event.amount > money(100), set: {sum: event.amount}, to: judging}
  judging:
    next:
      - {when: sum * 2 <= money(200), to: wrong}
      - {to: right}
  right: {final: true}
  wrong: {final: true}
"""


def test_arithmetic_of_guards_is_reckoned_with(judge: Judge) -> None:
    assert judge(promising(SUMMING, "{never: wrong}")).answer == "proved"
    assert judge(promising(SUMMING.replace("<= money(200", "<= money(201"), "{never: wrong}")).answer == "broken"


def test_what_was_found_out_of_data_is_remembered(judge: Judge) -> None:
    later = SUMMING.replace("    next:\n", "    on:\n      tick:\n").replace(
        "      - {when: sum", "        - {when: sum"
    )
    later = later.replace("      - {to: right}", "        - {to: right}")
    assert judge(promising(later, "{never: wrong}")).answer == "proved"
    assert judge(promising(later.replace("<= money(200", "<= money(201"), "{never: wrong}")).answer == "broken"


COUNTING = """
lifecycle: counting
version: 1
data: {n: {type: number, default: 0}}
start: open
states:
  open:
    on:
      tick:
        - {when: n >= 3, to: full}
        - {set: {n: n + 1}, do: {bookings.mark: {as: came}}, to: open}
  full: {final: true}
"""


def test_a_loop_with_a_counter_is_counted(judge: Judge) -> None:
    assert judge(promising(COUNTING, "{at_most: 3, of: bookings.mark}")).answer == "proved"
    broken = judge(promising(COUNTING, "{at_most: 2, of: bookings.mark}"))
    assert broken.answer == "broken"
    assert len(broken.conversation) == 4


def test_the_excuse_of_a_promise_may_be_a_guard(judge: Judge) -> None:
    assert judge(promising(COUNTING, "{never: full, unless: n > 2}")).answer == "proved"
    assert judge(promising(COUNTING, "{never: full, unless: n > 3}")).answer == "broken"


def test_a_case_that_the_promise_is_not_about_does_not_break_it(judge: Judge) -> None:
    assert judge(promising(SUMMING, "{never: right, when: sum <= money(100)}")).answer == "proved"
    assert judge(promising(SUMMING, "{never: right, when: sum <= money(101)}")).answer == "broken"


def test_after_an_event_with_a_guard_over_its_fields(judge: Judge) -> None:
    text = SUMMING.replace("to: judging}\n", "to: judging}\n        - {to: right}\n")
    large = "{after: paid, when: event.amount > money(100), never: wrong}"
    assert judge(promising(text, large)).answer == "proved"
    small = "{after: paid, when: event.amount <= money(100), never: right}"
    assert judge(promising(text, small)).answer == "broken"


@pytest.mark.parametrize(
    ("within", "answer"), [("15m", "proved"), ("14m", "broken"), ("1h", "proved")], ids=["exactly", "less", "more"]
)
def test_a_state_is_left_in_time(judge: Judge, within: str, answer: str) -> None:
    assert judge(promising(PAYING, f"{{always: waiting, leaves_within: {within}}}")).answer == answer


def test_a_timer_that_only_speaks_or_only_sometimes_leads_on_is_no_end(judge: Judge) -> None:
    speaks = PAYING.replace("after: {15m: left}", "after: {15m: {say: what}}")
    found = judge(promising(speaks, "{always: waiting, leaves_within: 15m}"))
    assert found.answer == "broken"
    assert "still waiting" in found.conversation[-1]
    sometimes = PAYING.replace("after: {15m: left}", "after: {15m: {when: tries.waiting > 1, to: left}}")
    assert judge(promising(sometimes, "{always: waiting, leaves_within: 15m}")).answer == "broken"
    second = PAYING.replace("after: {15m: left}", "after: {10m: {when: tries.waiting > 1, to: left}, 15m: left}")
    assert judge(promising(second, "{always: waiting, leaves_within: 15m}")).answer == "proved"


def test_going_round_counts_as_staying(judge: Judge) -> None:
    again = PAYING.replace("payment.failed: asking", "payment.failed: waiting")
    found = judge(promising(again, "{always: waiting, leaves_within: 15m}"))
    assert found.answer == "broken"
    assert any("payment.failed" in line for line in found.conversation)


def test_what_is_due_after_something_comes_in_time(judge: Judge) -> None:
    done = "{after: payments.request, always: [confirmed, left], within: %s}"
    direct = PAYING.replace("payment.failed: asking", "payment.failed: left")
    assert judge(promising(direct, done % "15m")).answer == "proved"
    assert judge(promising(direct, done % "10m")).answer == "broken"
    round_again = judge(promising(PAYING, done % "1d"))  # a refused payment may be asked for again and again
    assert round_again.answer in ("broken", "undecided")
    never = judge(promising(direct, "{after: payments.request, always: bookings.mark, within: 3d}"))
    assert never.answer == "broken"


HOLDING = """
lifecycle: holding
version: 1
takes: {offer: {type: offer}}
data: {until: {type: datetime}}
start: open
states:
  open:
    on:
      paid: {set: {until: event.at}, to: held}
  held:
    at: [{time: until, past: run, to: over}]
    on: {tick: over}
  over: {final: true}
"""


def test_a_state_is_left_by_a_moment(judge: Judge) -> None:
    assert judge(promising(HOLDING, "{always: held, leaves_by: until, when: known(until)}")).answer == "proved"
    forgotten = judge(promising(HOLDING, "{always: held, leaves_by: until}"))
    assert forgotten.answer == "broken"  # nobody said until when
    skips = HOLDING.replace("past: run", "past: skip")
    assert judge(promising(skips, "{always: held, leaves_by: until, when: known(until)}")).answer == "broken"


@pytest.mark.parametrize("past", ["run", "skip"])
def test_a_moment_that_nothing_is_kept_for_never_comes(judge: Judge, past: str) -> None:
    at_once = HOLDING.replace("start: open", "start: held").replace("past: run", f"past: {past}")
    assert judge(promising(at_once, "{never: over, unless: tick}")).answer != "broken"
    assert judge(promising(at_once, "{always: held, leaves_by: until}")).answer == "broken"


HELPING = PAYING + "anywhere:\n  - {hear: [help, agent], to: helped}\n"
HELPING = HELPING.replace("  left: {final: true}\n", "  left: {final: true}\n  helped: {final: true}\n")


def test_a_word_leads_to_a_person_from_everywhere(judge: Judge) -> None:
    assert judge(promising(HELPING, "{reachable: helped}")).answer == "proved"
    gone = judge(promising(PAYING.replace("  left: {f", "  helped: {final: true}\n  left: {f"), "{reachable: helped}"))
    assert gone.answer == "broken"
    assert "no word leads to helped" in gone.conversation[-1]


def test_a_word_that_helps_only_sometimes_is_not_enough(judge: Judge) -> None:
    picky = HELPING.replace("to: helped}", "when: tries.waiting < 2, to: helped}")
    verdict = judge(promising(picky, "{reachable: helped}"))
    assert verdict.answer == "broken"
    assert len(verdict.conversation) == 5  # and the last says that no word leads there


def test_a_word_taken_by_an_inner_flow_does_not_reach_the_outer_one(judge: Judge) -> None:
    inner = """
flow: inner
version: 1
languages: [en]
texts: {q: {en: Q}}
start: a
states: {a: {ask: {text: q}, on: {answer: b}, after: {1h: b}}, b: {final: true}}
anywhere: [{hear: [help], say: q}]
"""
    outer = """
flow: outer
version: 1
languages: [en]
start: calling
states: {calling: {call: {flow: inner}, on: {inner.b: done}}, helped: {final: true}, done: {final: true}}
anywhere: [{hear: [help], to: helped}]
"""
    assert judge(promising(outer, "{reachable: helped}"), inner).answer != "proved"
    assert judge(promising(outer.replace("[help]", "[help, agent]"), "{reachable: helped}"), inner).answer == "proved"


def test_nothing_is_said_after_goodbye_but_goodbye(judge: Judge) -> None:
    bye = """
flow: bye
version: 1
languages: [en]
texts: {goodbye: {en: Bye}, offer: {en: Offer}}
start: ending
states:
  ending: {do: {bookings.mark: {as: missed}}, say: goodbye, final: true}
"""
    promise = "{after: bookings.mark, never: {says: any}, except: {says: goodbye}}"
    assert judge(promising(bye, promise)).answer == "proved"
    assert "dispatcher" in judge(promising(bye, promise)).assumed[-1]
    assert judge(promising(bye.replace("say: goodbye", "say: [goodbye, offer]"), promise)).answer == "broken"
