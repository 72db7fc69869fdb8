"""Exceptions: where they hold, what they cannot lift, and what is wrong with one."""

from __future__ import annotations

from tests.checks.test_catalogue import found

RING = "lifecycle: ring\nversion: 1\nstart: a\nstates:\n  a: {after: {1d: b}}\n  b: {final: true}\n"
LOOSE = RING + "  c: {final: true}"
WHY = "# check: allow unreachable-state because operators move machines there"


def codes(text: str) -> list[str]:
    return [finding.code for finding in found(text)]


def test_at_the_end_of_the_line_or_above_it() -> None:
    assert codes(LOOSE + "\n") == ["unreachable-state"]
    assert codes(f"{LOOSE}  {WHY}\n") == []
    assert codes(LOOSE.replace("  c:", f"  {WHY}\n  c:") + "\n") == []
    assert codes(LOOSE.replace("  c:", f"  {WHY}\n  # where it ends\n  c:") + "\n") == []


def test_it_holds_for_its_line_only() -> None:
    assert codes(LOOSE.replace("  b:", f"  {WHY}\n  b:") + "\n") == ["unused-allowance", "unreachable-state"]


def test_several_codes_in_one_comment() -> None:
    both = "# check: allow unreachable-state, stuck because it is a stub"
    assert codes(RING + f"  c: {{}}  {both}\n") == ["unused-allowance"]  # what nobody reaches cannot be stuck
    assert codes(LOOSE + f"  {both}\n") == ["unused-allowance"]


def test_an_error_stays() -> None:
    text = RING.replace("{1d: b}", "{1d: bb}").replace(
        "bb}}\n", "bb}}  # check: allow unknown-state because I say so\n"
    )
    assert codes(text) == ["unknown-state", "unused-allowance"]


def test_without_a_reason_it_works_but_is_found() -> None:
    assert codes(LOOSE + "  # check: allow unreachable-state\n") == ["allowance-without-reason"]
    assert codes(LOOSE + "  # check: allow unreachable-state because\n") == ["allowance-without-reason"]


def test_other_comments_are_left_alone() -> None:
    assert codes(RING + "# check: this again\n# allow stuck\n") == []
