"""A side that cannot be read or compiled gives findings, and the rest is compared all the same."""

from __future__ import annotations

from engine.comparing import Version, compare, is_definition, people
from tests.comparing.samples import CALLBACK, KEEP_KILL_SCALE, REGISTRY, answer, between, edited, said, shipped


def test_broken_yaml_is_a_finding_of_its_side_and_its_definition_is_not_called_gone() -> None:
    differences = compare({"a.yaml": CALLBACK, "b.yaml": KEEP_KILL_SCALE},
                          {"a.yaml": edited(CALLBACK, "[stop, acha]", "[stop, acha"),
                           "b.yaml": edited(KEEP_KILL_SCALE, "1.3", "1.5")}, REGISTRY)  # fmt: skip
    assert [finding.code for finding in differences.new_findings] == ["yaml-syntax"]
    assert differences.old_findings == ()
    assert said(differences) == ["losing_money: cost limit 1.3 → 1.5 × max_cpa"]
    assert not differences.empty
    assert not differences.same_behaviour


def test_both_sides_may_be_broken() -> None:
    differences = compare({"a.yaml": "flow: ["}, {"a.yaml": "flow: {"}, REGISTRY)
    assert (len(differences.old_findings), len(differences.new_findings)) == (1, 1)
    assert "What could be read is written alike." in people(differences)


def test_what_does_not_compile_is_compared_as_it_is_written_and_its_behaviour_is_open() -> None:
    differences = between("answer: timing", "answer: tming")
    assert said(differences) == ["numbering: an answer leads to tming instead of timing"]
    assert [finding.code for finding in differences.new_findings] == ["unknown-state"]
    assert answer(differences).answer == "undecided"


def test_a_file_around_that_is_broken_stands_in_nobodys_way() -> None:
    around = {"y.yaml": "flow: [", "z.yaml": edited(CALLBACK, "callback", "other")}
    shorter = edited(CALLBACK, "24h: left\n\n  done", "9h: left\n\n  done")
    sides = [Version(label, {"x.yaml": text}, around) for label, text in (("old", CALLBACK), ("new", shorter))]
    differences = compare(*sides, REGISTRY)
    assert differences.new_findings == ()
    assert answer(differences).answer == "different"


def test_what_a_file_calls_is_taken_from_around_it() -> None:
    booking = shipped()["flows/booking.yaml"]
    alone = compare({"b": booking}, {"b": edited(booking, "12h: left", "11h: left")}, REGISTRY)
    assert {finding.code for finding in alone.old_findings} >= {"unknown-flow"}
    sides = [Version(label, {"flows/booking.yaml": text}, shipped())
             for label, text in (("old", booking), ("new", edited(booking, "12h: left", "11h: left")))]  # fmt: skip
    together = compare(*sides, REGISTRY)
    assert together.old_findings == ()
    assert answer(together).answer == "different"


def test_what_is_called_and_differs_around_the_two_is_told() -> None:
    around = {**shipped(), "flows/deposit.yaml": edited(shipped()["flows/deposit.yaml"], "30m:", "29m:")}
    booking = shipped()["flows/booking.yaml"]
    differences = compare(Version("old", {"flows/booking.yaml": booking}, shipped()),
                          Version("new", {"flows/booking.yaml": booking}, around), REGISTRY)  # fmt: skip
    assert (answer(differences).answer, answer(differences).through) == ("through", ("flow:deposit",))


def test_two_files_with_the_same_definition_are_a_finding() -> None:
    differences = compare({"a": CALLBACK}, {"a": CALLBACK, "b": CALLBACK}, REGISTRY)
    assert [finding.code for finding in differences.new_findings] == ["duplicate-definition"]


def test_other_yaml_is_no_definition_and_a_broken_one_is() -> None:
    assert is_definition("# a note\nflow: x\n")
    assert is_definition('"rules": [')
    assert not is_definition("tests: flow:x\n")
    assert not is_definition("services:\n  web:\n    flow: x\n")
