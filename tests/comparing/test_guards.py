"""What changed within a guard is said in the guard's own words; what means the same as text is not said at all."""

from __future__ import annotations

import pytest

from engine.comparing.guards import canonical, differing
from engine.comparing.words import clipped, duration, instead, pretty

CHANGED = [
    ("cpa > 1.3 * max_cpa and p < 0.05", "cpa > 1.5 * max_cpa and p < 0.05", ["cpa limit 1.3 → 1.5 × max_cpa"]),
    ("tries.paying >= 4", "tries.paying >= 3", ["tries.paying limit 4 → 3"]),
    ("a < 3", "a <= 3", ["a <= 3 instead of <"]),
    ("code in ['1', '2']", "code in ['1', '3']", ['code: also "3"; no longer "2"']),
    ("a and b", "a and b and c > 2", ["now also needs c > 2"]),
    ("a and b and c", "a and c", ["no longer needs b"]),
    ("a or b", "a or b or c", ["also if c"]),
    ("event.retry == 'none'", 'event.retry == "wait"', ['event.retry: "none" → "wait"']),
    ("x > now - hours(24)", "x > now - hours(12)", ["x limit now - 24 h → 12 h"]),
    ("x > money(500, 'KES')", "x > money(1500, 'KES')", ["x limit KES 500 → KES 1,500"]),
    ("hour < 8 or hour >= 21", "hour < 7 or hour >= 22", ["hour < 8 → 7", "hour >= 21 → 22"]),
    (None, "a > 1", ["only when a > 1"]),
    ("a > 1", None, ["always, no longer only when a > 1"]),
    ("a and b", "b and a", ["terms in another order: b and a"]),
    ("not a", "b", ["not a → b"]),
]
ALIKE = [
    ("a<3", "a  <  3"),
    ("(a < 3)", "a < 3"),
    ("x == 'one'", 'x == "one"'),
    ("3 > a", "a < 3"),
    ("hours(24) <= left", "left >= hours(24)"),
    (None, None),
]


@pytest.mark.parametrize(("old", "new", "words"), CHANGED, ids=[f"{old} to {new}" for old, new, _ in CHANGED])
def test_a_change_is_said_by_the_part_that_changed(old: str | None, new: str | None, words: list[str]) -> None:
    assert differing(old, new) == words


@pytest.mark.parametrize(("old", "new"), ALIKE, ids=[f"{old} and {new}" for old, new in ALIKE])
def test_spaces_quotes_parentheses_and_the_side_of_a_constant_are_no_change(old: str | None, new: str | None) -> None:
    assert differing(old, new) == []


def test_units_are_no_difference_between_lengths() -> None:
    assert canonical("booking.start - hours(24)") == canonical("booking.start - days(1)")
    assert canonical("booking.start - hours(24)") != canonical("booking.start - days(2)")
    assert pretty("start - hours(24) > now + days(2) * n") == "start - 24 h > now + 2 d × n"
    assert pretty('text == "hours(24)"') == 'text == "hours(24)"'


def test_a_number_may_stand_on_either_side_of_a_sum_or_product_and_a_text_may_not() -> None:
    assert canonical("1 + n") == canonical("n + 1")
    assert canonical("1.3 * max_cpa") == canonical("max_cpa * 1.3")
    assert canonical("'a' + name") != canonical("name + 'a'")
    assert canonical("1 - n") != canonical("n - 1")


def test_a_fact_is_called_by_its_title() -> None:
    assert differing("cpa > 1.3 * m", "cpa > 1.5 * m", {"cpa": "cost"}) == ["cost limit 1.3 → 1.5 × m"]


def test_what_is_no_expression_is_shown_whole() -> None:
    assert differing("a >", "a > 1") == ["a > → a > 1"]


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(90, "90 s"), (60, "1 min"), (900, "15 min"), (5400, "90 min"), (7200, "2 h"), (86_400, "24 h"), (172_800, "2 d"),
     (604_800, "1 week")],
)  # fmt: skip
def test_a_duration_is_said_in_the_largest_unit_that_divides_it(seconds: int, words: str) -> None:
    assert duration(seconds) == words


def test_two_durations_share_their_unit() -> None:
    assert instead(600, 900) == "10 min instead of 15"
    assert instead(3600, 5400) == "1 h instead of 90 min"


def test_of_a_long_text_only_what_differs_is_shown() -> None:
    old = "Good morning, your appointment is on Friday at ten, and we look forward to seeing you here."
    new = old.replace("Friday at ten", "Monday at noon")
    assert clipped(old, new) == ("… is on Friday at ten, and we …", "… is on Monday at noon, and we …")
