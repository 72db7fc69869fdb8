"""What is kept weighs no more than was agreed, and what was asked for last stays longest."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from engine.recent import Recent


def test_what_was_not_asked_for_longest_goes_first() -> None:
    kept: Recent[str] = Recent(2)
    kept.put("a", "A")
    kept.put("b", "B")
    assert kept.get("a") == "A"
    kept.put("c", "C")
    assert [kept.get(key) for key in "abc"] == ["A", None, "C"]


def test_the_newest_stays_however_heavy() -> None:
    kept: Recent[str] = Recent(2)
    kept.put("a", "A")
    kept.put("b", "B", 9)
    assert [kept.get(key) for key in "ab"] == [None, "B"]


@given(st.lists(st.tuples(st.sampled_from("abcd"), st.integers(0, 5), st.booleans())))
def test_the_weight_is_that_of_what_is_kept(steps: list[tuple[str, int, bool]]) -> None:
    kept: Recent[int] = Recent(8)
    weights: dict[str, int] = {}
    for key, weight, put in steps:
        if put:
            kept.put(key, weight, weight)
            weights[key] = weight
        else:
            assert kept.get(key) in (None, weights.get(key))
        held = [weight for each, weight in weights.items() if kept.get(each) is not None]
        assert kept.weight == sum(held)
        assert kept.weight <= 8 or len(kept) == 1
