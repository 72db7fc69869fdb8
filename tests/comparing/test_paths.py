"""Paths gained and lost: where two charts part, by the shortest way there, and when it is shown that they do not."""

from __future__ import annotations

import pytest

from engine.comparing import compare
from tests.comparing.samples import CALLBACK, REGISTRY, answer, between, edited, said, shipped, shipped_with

FIRST = "        - {when: event.value < 8, say: too_early, set: {early: true}, to: timing}\n"
SECOND = "        - {when: tries.timing >= 3, to: left}\n"
SAME = [
    ("tries.timing >= 3", "tries.timing > 2"),
    ("tries.timing >= 3", "not tries.timing < 3"),
    ("event.value < 8", "8 > event.value"),
    ("{say: noted, final: true}", "{final: true, say: [noted]}"),
    ("24h: left\n\n  done", "1d: {to: left}\n\n  done"),
    ("on: {answer: timing}", "on: {answer: [{to: timing}]}"),
    ("to: timing}\n" + SECOND, "to: timing}\n        - {when: event.value >= 8 and tries.timing >= 3, to: left}\n"),
    ("  left: {final: true}", "  left: {final: true}\n  unused: {after: {1h: left}}"),
]


@pytest.mark.parametrize(("before", "after"), SAME, ids=[after.strip() for _, after in SAME])
def test_what_means_the_same_is_established_to_be_no_change(before: str, after: str) -> None:
    found = answer(between(before, after))
    assert (found.answer, found.undecided, found.partings) == ("same", (), ())


def test_a_moment_in_another_unit_is_the_same_moment() -> None:
    found = shipped_with("flows/lifecycles/booking.yaml", "hours(24)", "days(1)", behaviour=True)
    assert answer(found, "lifecycle:booking").answer == "same"
    other = answer(
        shipped_with("flows/lifecycles/booking.yaml", "hours(24)", "days(2)", behaviour=True), "lifecycle:booking"
    )
    assert [parting.place for parting in other.partings] == [
        "upcoming, at booking.start - 24 h",
        "upcoming, at booking.start - 2 d",
    ]


def test_a_shorter_wait_is_a_path_lost_and_a_path_gained() -> None:
    found = answer(between("24h: left\n\n  done", "12h: left\n\n  done"))
    told = [(parting.kind, parting.place, parting.events) for parting in found.partings]
    assert told == [
        ("lost", "timing, after 24 h", ("an answer", "after 24 h")),
        ("gained", "timing, after 12 h", ("an answer", "after 12 h")),
    ]


def test_a_changed_limit_parts_at_the_facts_between_the_two() -> None:
    found = answer(between("event.value < 8", "event.value < 9"))
    (parting,) = {each.place: each for each in found.partings}.values()
    assert parting.events == ("an answer", "an answer")
    assert 8 <= parting.facts["event.value"] < 9
    assert (parting.before.state, parting.after.state) == ("done", "timing") or parting.before.state == "left"
    assert "too_early" in parting.after.says


def test_rules_that_can_hold_together_may_not_change_places() -> None:
    found = answer(between(FIRST + SECOND, SECOND + FIRST))
    (parting,) = found.partings
    assert parting.facts["tries.timing"] >= 3
    assert parting.facts["event.value"] < 8
    assert (parting.before.state, parting.after.state) == ("timing", "left")


def test_the_way_to_a_parting_is_the_shortest() -> None:
    shipped_flow = answer(shipped_with("flows/booking.yaml", "12h: left", "11h: left", behaviour=True), "flow:booking")
    ways = {parting.state: parting.events for parting in shipped_flow.partings}
    assert all(len(way) <= 7 for way in ways.values()), ways
    assert ways["expired"][-1] in ("after 12 h", "after 11 h")


def test_what_is_said_by_another_key_parts_and_what_is_worded_otherwise_does_not() -> None:
    assert answer(between("say: noted", "say: still_there")).answer == "different"
    assert answer(between("We will call you.", "We shall call you.")).answer == "same"


def test_one_more_unclear_answer_parts_at_the_one_that_was_too_many() -> None:
    (parting,) = answer(between("tries: 2", "tries: 3")).partings
    assert parting.events == ("an unclear answer",) * 3
    assert "3 times" in parting.after.words


def test_a_word_that_is_no_longer_heard_is_lost_everywhere_and_told_once() -> None:
    (parting,) = answer(between("[stop, acha]", "[stop]")).partings
    assert (parting.kind, parting.place, parting.events) == ("lost", "anywhere, “acha”", ("“acha”",))


def test_a_verb_with_another_value_is_told_with_its_values() -> None:
    (parting,) = answer(between("{paying_phone: phone}", "{name: phone}")).partings
    assert "paying_phone: phone" in parting.before.words
    assert "(name: phone)" in parting.after.words


def test_a_state_split_in_two_that_do_the_same_is_no_change() -> None:
    split = edited(CALLBACK, "      24h: left\n\n  done", "      24h: gone\n\n  gone: {after: {1h: left}}\n  done")
    twice = edited(
        split, "      2h: {say: still_there}\n      24h: left", "      2h: {say: still_there}\n      24h: away"
    )
    twice = edited(twice, "  gone: {", "  away: {after: {1h: left}}\n  gone: {")
    once = edited(
        split, "      2h: {say: still_there}\n      24h: left", "      2h: {say: still_there}\n      24h: gone"
    )
    differences = compare({"x": once}, {"x": twice}, REGISTRY)
    assert any("away" in words for words in said(differences))
    assert answer(differences).answer == "same"


def test_a_state_whose_visits_are_counted_cannot_stand_for_another() -> None:
    timing = CALLBACK[CALLBACK.index("  timing:") : CALLBACK.index("  done: {say")]
    twice = edited(CALLBACK, "  done: {say", timing.replace("  timing:", "  again:") + "  done: {say")
    other = edited(twice, timing, timing.replace("to: timing}", "to: again}"))
    assert answer(compare({"x": twice}, {"x": other}, REGISTRY)).answer == "different"


def test_values_that_come_out_the_same_are_the_same() -> None:
    counting = edited(CALLBACK, "set: {early: true}", "set: {hour: hour + 1}")
    assert answer(compare({"x": counting}, {"x": edited(counting, "hour + 1", "1 + hour")}, REGISTRY)).answer == "same"
    assert (
        answer(compare({"x": counting}, {"x": edited(counting, "hour + 1", "hour + 2")}, REGISTRY)).answer
        == "different"
    )


def test_what_is_called_or_asked_counts_as_part_of_it() -> None:
    differences = shipped_with("rules/lead_scoring.yaml", "-25", "-20", behaviour=True)
    found = answer(differences, "lifecycle:lead")
    assert (found.answer, found.through) == ("through", ("rules:lead_scoring",))
    assert not differences.same_behaviour


def test_what_data_begins_as_and_how_messages_count_is_behaviour() -> None:
    assert answer(between("default: false", "default: true")).partings[0].after.words == "early begins as yes"
    assert answer(between("start: numb", "category: marketing\nstart: numb")).answer == "different"


def test_a_datum_of_another_type_leaves_it_open() -> None:
    found = answer(between("hour: {type: number}", "hour: {type: any}"))
    assert found.answer == "undecided"
    assert "hour has another type now" in found.undecided


def test_every_flow_that_ships_is_shown_to_be_itself_when_a_comment_is_added() -> None:
    new = {file: f"# For reviewers\n{text}" for file, text in shipped().items()}
    differences = compare(shipped(), new, REGISTRY)
    assert differences.empty
    assert differences.same_behaviour


def test_the_order_of_what_is_set_counts_only_where_one_value_reads_another() -> None:
    entangled = edited(CALLBACK, "set: {early: true}", "set: {early: hour > 8, hour: event.value}")
    turned = edited(entangled, "{early: hour > 8, hour: event.value}", "{hour: event.value, early: hour > 8}")
    differences = compare({"x": entangled}, {"x": turned}, REGISTRY)
    assert answer(differences).answer == "different"
    assert any("in another order" in words for words in said(differences))
    apart = edited(CALLBACK, "set: {early: true}", "set: {early: true, hour: event.value}")
    other = edited(apart, "early: true, hour: event.value", "hour: event.value, early: true")
    same = compare({"x": apart}, {"x": other}, REGISTRY)
    assert same.empty
    assert same.same_behaviour


def test_verbs_in_another_order_are_another_way() -> None:
    two = edited(CALLBACK, "do: {contacts.update: {paying_phone: phone}}",
                 "do: [{contacts.update: {paying_phone: phone}}, {leads.note: {event: wrote}}]")  # fmt: skip
    turned = edited(two, "[{contacts.update: {paying_phone: phone}}, {leads.note: {event: wrote}}]",
                    "[{leads.note: {event: wrote}}, {contacts.update: {paying_phone: phone}}]")  # fmt: skip
    differences = compare({"x": two}, {"x": turned}, REGISTRY)
    assert answer(differences).answer == "different"
    assert any("in another order: does leads.note, then does contacts.update" in words for words in said(differences))
