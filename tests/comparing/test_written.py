"""What is written differently is said in a reviewer's words, under the right definition, state and line."""

from __future__ import annotations

import pytest

from engine.comparing import compare
from tests.comparing.samples import (
    CALLBACK,
    KEEP_KILL_SCALE,
    REGISTRY,
    between,
    edited,
    only,
    said,
    shipped,
    shipped_with,
)

PAID = "paid:       {final: true}"
EDITS = [
    ("flows/deposit.yaml", "30m:", "20m:", "paying: waits 20 min instead of 30", "money"),
    ("flows/deposit.yaml", "100s:", "2m:", "paying: says still_checking after 2 min instead of 100 s", "money"),
    ("flows/deposit.yaml", "tries.paying >= 4", "tries.paying >= 3", "tries.paying limit 4 → 3", "money"),
    ("flows/deposit.yaml", "{amount: amount,", "{amount: booking.price,", "amount → booking.price", "money"),
    ("flows/deposit.yaml", "payment.prompted: {say: check_phone}", "payment.prompted: {say: how_now}",
     "paying: payment.prompted: says how_now instead of check_phone", "messages"),
    ("flows/deposit.yaml", "tries: 5, then", "tries: 6, then",
     "paying: bears 6 unclear answers instead of 5", "behaviour"),
    ("flows/deposit.yaml", "start: choosing_number", "start: asking_number",
     "begins in asking_number instead of choosing_number", "behaviour"),
    ("flows/deposit.yaml", "or payment.late}", "or payment.prompted}", "promises: promised: never paid", "money"),
    ("flows/deposit.yaml", "agent, human, a person", "agent, a person",
     "anywhere: no longer hears “human”", "behaviour"),
    ("flows/deposit.yaml", "payer:   {type: phone, personal: true}", "payer: phone",
     "payer: is no longer encrypted and masked", "behaviour"),
    ("flows/deposit.yaml", "Weka PIN ya M-Pesa kulipa", "Ingiza PIN ya M-Pesa kulipa", "check_phone: (sw)", "wording"),
    ("flows/deposit.yaml", "- {id: stop, text: not_now}", "- {id: stop, text: no_thanks}",
     "the choice stop", "messages"),
    ("flows/booking.yaml", "languages: [en, sw]", "languages: [sw, en]", "speaks sw first instead of en", "messages"),
    ("flows/booking.yaml", "booking.deposit > money(0)", "booking.deposit > money(500)",
     "holding: bookings.held: event.booking.deposit limit 0 → 500", "money"),
    ("flows/booking.yaml", "call: {flow: handoff}", "call: {flow: review}",
     "with_agent: calls review instead of handoff", "behaviour"),
    ("flows/lifecycles/booking.yaml", "hours(24)", "hours(12)", "timer at booking.start - 24 h → 12 h", "behaviour"),
    ("flows/lifecycles/booking.yaml", "{leads.note: {event: visited}}", "{leads.note: {event: booked}}",
     "attended: on entry leads.note: event visited → booked", "behaviour"),
    ("rules/messaging_guardrails.yaml", "hour >= 21", "hour >= 22", "quiet_hours: local_hour >= 21 → 22", "behaviour"),
    ("rules/lead_scoring.yaml", "-25", "-20", "no_show: gives -20 instead of -25", "behaviour"),
    ("rules/lead_scoring.yaml", "collect: sum", "collect: max", "collects the max of the rows that hold", "behaviour"),
    ("rules/mpesa_results.yaml", "The PIN was wrong", "A wrong PIN",
     "wrong_pin: the reason reads “A wrong PIN”", "wording"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("file", "before", "after", "words", "weight"), EDITS, ids=[f"{edit[0]} {edit[2]}" for edit in EDITS]
)
def test_an_edit_of_what_ships_is_said_in_words(file: str, before: str, after: str, words: str, weight: str) -> None:
    differences = shipped_with(file, before, after)
    hits = [change for change in differences.changes if words in str(change)]
    assert hits, said(differences)
    assert all(change.weight == weight for change in hits), [change.weight for change in hits]
    places = [spot for change in hits for spot in (change.old, change.new) if spot is not None]
    assert {spot.file for spot in places} == {file}


def test_a_change_stands_at_its_line_on_both_sides() -> None:
    change = only(shipped_with("flows/deposit.yaml", "30m:", "20m:"))
    lines = shipped()["flows/deposit.yaml"].splitlines()
    assert change.old is not None
    assert change.new is not None
    assert "30m:" in lines[change.old.line - 1]
    assert (change.old.line, change.where, change.definition) == (
        change.new.line,
        "states.paying.after.20m",
        "flow:deposit",
    )
    assert (change.before, change.after, change.kind) == ("30m", "20m", "timeout-changed")


def test_a_threshold_is_said_in_the_words_of_the_guard_and_weighs_as_money() -> None:
    change = only(between("1.3 *", "1.5 *", KEEP_KILL_SCALE, behaviour=False))
    assert str(change) == "losing_money: cost limit 1.3 → 1.5 × max_cpa"
    assert change.weight == "money"


def test_a_timer_that_is_longer_and_leads_elsewhere_is_one_timer() -> None:
    assert said(between("24h: left\n\n  done", "48h: done\n\n  done", behaviour=False)) == [
        "timing: waits 2 d instead of 24 h",
        "timing: after 2 d leads to done instead of left",
    ]


def test_of_several_timers_the_one_that_changed_is_named() -> None:
    two = edited(CALLBACK, "      2h: {say: still_there}\n", "      2h: timing\n")
    assert said(between("24h: left\n\n  timing", "12h: left\n\n  timing", two, behaviour=False)) == [
        "numbering: waits 12 h instead of 24 before it goes to left"
    ]


def test_the_same_delay_in_another_unit_is_no_change() -> None:
    assert between("2h: {say", "120m: {say", behaviour=False).empty


def test_rows_in_another_order_are_a_change_of_a_table_that_takes_the_first() -> None:
    losing = KEEP_KILL_SCALE[KEEP_KILL_SCALE.index("  - id: losing") : KEEP_KILL_SCALE.index("  - id: winner")]
    moved = edited(edited(KEEP_KILL_SCALE, losing, ""), "  - id: too_early", losing + "  - id: too_early")
    change = only(compare({"x": KEEP_KILL_SCALE}, {"x": moved}, REGISTRY, behaviour=False))
    assert str(change) == "losing_money: is asked before too_early now"
    assert change.weight == "money"


def test_rows_in_another_order_weigh_nothing_where_all_are_summed() -> None:
    lines = shipped()["rules/lead_scoring.yaml"]
    wrote = next(line for line in lines.splitlines(keepends=True) if "id: wrote" in line)
    differences = shipped_with("rules/lead_scoring.yaml", wrote, "", behaviour=False)
    assert "the row is gone" in only(differences).words
    moved = {**shipped(), "rules/lead_scoring.yaml": lines.replace(wrote, "") + wrote}
    assert [
        (change.kind, change.weight) for change in compare(shipped(), moved, REGISTRY, behaviour=False).changes
    ] == [("row-moved", "none")]


def test_rules_in_another_order_are_a_change() -> None:
    first = "        - {when: event.value < 8, say: too_early, set: {early: true}, to: timing}\n"
    second = "        - {when: tries.timing >= 3, to: left}\n"
    change = only(between(first + second, second + first, behaviour=False))
    assert change.kind == "rule-moved"
    assert "is tried before" in change.words


def test_an_added_and_a_removed_rule_are_told_with_what_they_do() -> None:
    rule = "        - {when: tries.timing >= 3, to: left}\n"
    assert said(between(rule, "", behaviour=False)) == [
        "timing: an answer if tries.timing >= 3: no longer goes to left"
    ]
    more = rule + "        - {when: event.value > 18, say: too_early}\n"
    assert said(between(rule, more, behaviour=False)) == ["timing: an answer if event.value > 18: now says too_early"]


def test_a_new_state_is_told_with_what_it_does_and_a_lost_one_is_told_as_gone() -> None:
    more = between("  left: {final: true}", "  left: {final: true}\n  resting: {after: {1h: left}}", behaviour=False)
    assert said(more) == ["resting: a new state: it waits"]
    less = compare({"x": edited(CALLBACK, "  left: {", "  spare: {}\n  left: {")}, {"x": CALLBACK}, REGISTRY)
    assert said(less) == ["spare: the state is gone (no change in behaviour)"]
    gone = compare({"x": CALLBACK + "\n"}, {}, REGISTRY, behaviour=False)
    assert said(gone) == ["the flow is gone"]


PROMISES = [
    ("flows/deposit.yaml", "{at_most: 4, of: payments.request}", "{at_most: 5, of: payments.request}",
     "promises: promised: at most 5 of payments.request; before: at most 4 of payments.request"),
    ("flows/deposit.yaml", "{always: paying, leaves_within: 30m}", "{always: paying, leaves_within: 1h}",
     "promises: promised: always paying, leaves within 1 h; before: always paying, leaves within 30 min"),
    ("flows/deposit.yaml", "  - {at_most: 4, of: payments.request}\n", "",
     "promises: no longer promised: at most 4 of payments.request"),
    ("rules/routing.yaml", 'when: text == "stop"}', 'when: text == "acha"}',
     'promises: promised: always flow == "opt_out", if text == "acha"; before: always flow == "opt_out", '
     'if text == "stop"'),
]  # fmt: skip


@pytest.mark.parametrize(
    ("file", "before", "after", "words"), PROMISES, ids=[f"{edit[0]} {edit[2]}" for edit in PROMISES]
)
def test_a_promise_is_said_with_what_it_was_before(file: str, before: str, after: str, words: str) -> None:
    assert said(shipped_with(file, before, after)) == [words]


def test_a_key_that_nobody_has_words_for_is_shown_as_it_is_written() -> None:
    differences = between("start: numbering", "drain_within: 2h\nstart: numbering", behaviour=False)
    assert said(differences) == ["drain_within is 2h instead of nothing"]
