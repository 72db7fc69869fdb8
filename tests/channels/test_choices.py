"""What a business chooses for itself takes away from what its table allows, and never adds to it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.choices import BadChoice, Choices, checked, read, stricter
from channels.policy import Situation, Verdict, judge

NAIROBI = ZoneInfo("Africa/Nairobi")
SEND, REFUSED = Verdict(action="send"), Verdict(action="withhold", reason="guardrails")
OWN = Choices(quiet_from=18, quiet_until=9, most_a_day=1, most_offers_a_week=1)


def at(hour: int, **so: Any) -> Situation:
    now = datetime(2026, 11, 25, hour, 30, tzinfo=NAIROBI).astimezone(UTC)
    return Situation(
        **{"now": now, "zone": NAIROBI, "category": "utility", "replying": False, "window_open": True, **so}
    )


@pytest.mark.parametrize(("hour", "morning"), [(18, 26), (23, 26), (0, 25), (8, 25)])
def test_in_ones_own_quiet_hours_a_message_waits_until_they_end(hour: int, morning: int) -> None:
    verdict = stricter(SEND, at(hour), OWN)
    assert (verdict.action, verdict.until) == ("wait", datetime(2026, 11, morning, 9, tzinfo=NAIROBI))


@pytest.mark.parametrize("hour", [9, 12, 17])
def test_outside_of_them_it_goes(hour: int) -> None:
    assert stricter(SEND, at(hour), OWN) == SEND


def test_limits_of_ones_own_withhold_what_would_be_too_much() -> None:
    assert stricter(SEND, at(12, sent_today=1), OWN).reason == "own_limit_a_day"
    promoting = at(12, category="marketing", marketing_this_week=1)
    assert stricter(SEND, promoting, OWN).reason == "own_limit_a_week"
    assert stricter(SEND, at(12, marketing_this_week=1), OWN) == SEND


def test_a_reply_goes_at_any_hour() -> None:
    assert stricter(SEND, at(2, replying=True, sent_today=9), OWN) == SEND


def test_the_later_of_two_mornings_counts() -> None:
    table = judge(at(22), _Ruling({"decision": "wait", "until": 10}))
    assert stricter(table, at(22), OWN) == table
    early = judge(at(22), _Ruling({"decision": "wait", "until": 6}))
    assert stricter(early, at(22), OWN).until == datetime(2026, 11, 26, 9, tzinfo=NAIROBI)


@given(
    hour=st.integers(0, 23), sent=st.integers(0, 5), offers=st.integers(0, 5), replying=st.booleans(),
    begins=st.integers(16, 24), ends=st.integers(0, 12), day=st.integers(0, 5), week=st.integers(0, 5),
    category=st.sampled_from(["utility", "marketing"]),
)  # fmt: skip
def test_whatever_is_chosen_allows_nothing_that_the_table_forbids(
    hour: int, sent: int, offers: int, replying: bool, begins: int, ends: int, day: int, week: int, category: str
) -> None:
    own = Choices(quiet_from=begins, quiet_until=ends, most_a_day=day, most_offers_a_week=week)
    now = at(hour, sent_today=sent, marketing_this_week=offers, replying=replying, category=category)
    assert stricter(REFUSED, now, own) == REFUSED
    waits = Verdict(action="wait", until=datetime(2026, 11, 27, tzinfo=NAIROBI))
    assert stricter(waits, now, own).action != "send"
    assert stricter(SEND, now, Choices()) == SEND
    if replying:
        assert stricter(SEND, now, own) == SEND


@pytest.mark.parametrize(
    "cannot", [{"quiet_from": 15}, {"quiet_from": 25}, {"quiet_until": 13}, {"quiet_until": -1}, {"most_a_day": -1},
               {"most_offers_a_week": 51}]
)  # fmt: skip
def test_what_would_never_let_a_message_go_is_no_choice(cannot: dict[str, int]) -> None:
    with pytest.raises(BadChoice):
        checked(Choices(**cannot))
    assert read({"settings": {"messaging": cannot}}) == Choices()
    assert read({"settings": {"messaging": {"quiet_from": "late"}}}) == Choices()
    assert read({}) == Choices()


class _Ruling:
    because = ()

    def __init__(self, result: dict[str, Any]) -> None:
        self.result = result
