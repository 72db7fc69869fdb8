"""The law by which simulated ads reach people holds whatever is asked of it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sandbox.ads_reach import audience, people

IDS = st.text(max_size=20)
SHOWN = st.integers(min_value=0, max_value=10**9)


@given(IDS, SHOWN, SHOWN)
def test_more_impressions_reach_no_fewer_people_and_never_more_than_there_are(id: str, some: int, more: int) -> None:
    """Two spans have at most the people of both (and one more, by rounding)."""
    assert people(id, some) <= people(id, some + more) <= people(id, some) + people(id, more) + 1
    assert people(id, some) <= min(some, audience(id))


@given(IDS)
def test_the_first_impression_reaches_somebody(id: str) -> None:
    assert (people(id, 0), people(id, 1)) == (0, 1)
