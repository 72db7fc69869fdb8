"""What was only given another name is told as that, and not as something lost and something new."""

from __future__ import annotations

from engine.comparing import compare
from tests.comparing.samples import (
    CALLBACK,
    KEEP_KILL_SCALE,
    REGISTRY,
    answer,
    between,
    edited,
    only,
    said,
    shipped,
)


def test_a_state_under_another_name_is_one_difference_that_nobody_notices() -> None:
    differences = between("timing", "asking_time")
    change = only(differences)
    assert (str(change), change.weight, change.kind) == ("asking_time: was called timing", "none", "state-renamed")
    assert differences.same_behaviour


def test_two_ends_renamed_at_once_are_told_apart_by_what_leads_to_them() -> None:
    both = edited(CALLBACK, "done", "agreed").replace("left", "gave_up")
    differences = compare({"x": CALLBACK}, {"x": both}, REGISTRY)
    assert sorted(said(differences)) == ["agreed: was called done", "gave_up: was called left"]
    assert differences.same_behaviour


def test_a_text_under_another_name_is_one_difference() -> None:
    differences = between("which_hour", "hour_please")
    assert said(differences) == ["hour_please: was called which_hour"]
    assert differences.same_behaviour


def test_a_datum_under_another_name_is_one_difference_even_in_texts_and_guards() -> None:
    reading = edited(CALLBACK, "We will call you.", "We will call {{ phone | phone }}.")
    guarded = edited(reading, "when: tries.timing >= 3,", "when: known(phone) and tries.timing >= 3,")
    other = guarded.replace("  phone: {", "  number: {").replace("{{ phone |", "{{ number |")
    other = other.replace("save: phone", "save: number").replace("known(phone)", "known(number)")
    other = other.replace("paying_phone: phone", "paying_phone: number")
    differences = compare({"x": guarded}, {"x": other}, REGISTRY)
    assert said(differences) == ["number: was called phone"]
    assert differences.same_behaviour


def test_a_row_and_a_fact_under_other_names_are_told_as_that() -> None:
    differences = between("losing_money", "too_dear", KEEP_KILL_SCALE)
    assert said(differences) == ["too_dear: was called losing_money"]
    assert differences.same_behaviour
    facts = between("chance_to_win", "win_chance", KEEP_KILL_SCALE)
    assert said(facts) == ["win_chance: was called chance_to_win"]
    assert facts.same_behaviour


def test_a_flow_under_another_name_is_one_difference_and_its_callers_are_none() -> None:
    new = {file: text.replace("flow: handoff", "flow: hand_over").replace("handoff.closed", "hand_over.closed")
           for file, text in shipped().items()}  # fmt: skip
    differences = compare(shipped(), new, REGISTRY, behaviour=False)
    assert [(change.definition, str(change)) for change in differences.changes if change.weight != "behaviour"] == [
        ("flow:hand_over", "was called handoff")
    ]


def test_an_end_under_another_name_is_no_change_for_the_callers_that_follow_it() -> None:
    new = dict(shipped())
    new["flows/deposit.yaml"] = (
        new["flows/deposit.yaml"].replace("to: paid}", "to: settled}").replace("paid:       {", "settled: {")
        .replace("{never: paid,", "{never: settled,")
    )  # fmt: skip
    new["flows/booking.yaml"] = new["flows/booking.yaml"].replace("deposit.paid:", "deposit.settled:")
    differences = compare(shipped(), new, REGISTRY)
    assert said(differences) == ["settled: was called paid"]
    assert differences.same_behaviour


def test_what_the_file_declares_as_renamed_is_renamed_however_unlike_it_is() -> None:
    other = edited(CALLBACK, "  timing:", "  asking_time:").replace("tries.timing", "tries.asking_time")
    other = other.replace("to: timing", "to: asking_time").replace("answer: timing", "answer: asking_time")
    other = edited(other, "text: which_hour, type: number, save: hour", "text: too_early, type: text")
    other = edited(other, "event.value < 8", 'event.value == "no"')
    other = edited(other, "start: numb", "on_publish: migrate\nmigrate: {states: {timing: asking_time}}\nstart: numb")
    assert "asking_time: was called timing" in said(compare({"x": CALLBACK}, {"x": other}, REGISTRY, behaviour=False))


def test_what_is_unlike_is_lost_and_new() -> None:
    other = edited(CALLBACK, "    after:\n      24h: left\n\n  done", "  unheard: {say: noted}\n  done")
    assert "unheard: a new state: says noted" in said(compare({"x": CALLBACK}, {"x": other}, REGISTRY, behaviour=False))


def test_a_rename_hides_no_change_of_behaviour() -> None:
    other = edited(CALLBACK, "timing", "asking_time").replace("event.value < 8", "event.value < 9")
    differences = compare({"x": CALLBACK}, {"x": other}, REGISTRY)
    assert answer(differences).answer == "different"
    assert (
        "asking_time: an answer: event.value limit 8 → 9 (says too_early, sets early to True, goes to asking_time)"
        in (said(differences))
        or any("event.value limit 8 → 9" in words for words in said(differences))
    )
