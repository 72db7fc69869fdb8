"""What goes back and what stays, by the notice that was given."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookings import policy
from bookings.errors import BadSetting

START = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)
STORED = {"refund": [{"notice_hours": 4, "percent": 50}, {"notice_hours": 24, "percent": 100}]}


@pytest.mark.parametrize(
    ("hours", "refund"), [(48, 100000), (24, 100000), (23.9, 50000), (4, 50000), (3.9, 0), (-1, 0)]
)
def test_the_refund_follows_the_longest_notice_that_was_met(hours: float, refund: int) -> None:
    now = START - timedelta(hours=hours)
    split = policy.on_cancel(policy.read(STORED), 100000, start=START, now=now, by="customer")
    assert (split.refund, split.kept) == (refund, 100000 - refund)


def test_a_business_that_cancels_gives_everything_back() -> None:
    split = policy.on_cancel(policy.read(STORED), 100000, start=START, now=START, by="business")
    assert split == policy.Split(100000, 0)


@given(st.integers(0, 10**7).map(lambda n: n * 100), st.integers(0, 100), st.floats(-10, 100))
def test_a_split_adds_up_and_is_in_whole_shillings(paid: int, percent: int, hours: float) -> None:
    own = policy.read({"refund": [{"notice_hours": 10, "percent": percent}]})
    split = policy.on_cancel(own, paid, start=START, now=START - timedelta(hours=hours), by="customer")
    assert split.refund + split.kept == paid
    assert 0 <= split.refund <= paid
    assert split.refund % 100 == 0


@pytest.mark.parametrize(
    "stored",
    [{"refund": [{"notice_hours": 1, "percent": 120}]}, {"refund": "all"}, {"moves": 3}, {"move": {"times": -1}}],
)
def test_a_policy_that_makes_no_sense_is_refused(stored: dict[str, object]) -> None:
    with pytest.raises(BadSetting):
        policy.read(stored, "org x, deposit_policy")
