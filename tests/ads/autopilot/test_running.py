"""When an ad ran, and at which budget."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from ads.running import HOUR, rates, switched

NOON = datetime(2030, 3, 4, 12, tzinfo=UTC)
AD: dict[str, Any] = {"status": "active", "budget": 100, "launched_at": NOON, "steps": []}


def test_before_its_launch_it_had_no_budget() -> None:
    assert rates(AD, NOON - 2 * HOUR, 4) == [0, 0, 100, 100]


def test_the_hour_of_the_launch_counts_in_part() -> None:
    assert rates({**AD, "launched_at": NOON + timedelta(minutes=45)}, NOON, 2) == [25, 100]


def test_each_hour_has_the_budget_of_its_time() -> None:
    steps = [{"at": NOON + HOUR, "before": 100, "after": 200}, {"at": NOON + 2 * HOUR, "before": 200, "after": 50}]
    assert rates({**AD, "budget": 50, "steps": steps}, NOON, 4) == [100, 200, 50, 50]


def test_hours_in_which_it_was_paused_have_none() -> None:
    switches = [{"at": NOON + HOUR, "status": "paused"}, {"at": NOON + 2.5 * HOUR, "status": "active"}]
    assert rates({**AD, "switches": switches}, NOON, 4) == [100, 0, 50, 100]
    assert rates({**AD, "status": "paused", "switches": switches[:1]}, NOON, 4) == [100, 0, 0, 0]


def test_only_a_status_that_changed_is_remembered_and_no_draft_has_any() -> None:
    assert switched(AD, "active", NOON) == {}
    assert switched({**AD, "status": "draft"}, "active", NOON) == {}
    assert switched(AD, "paused", NOON) == {"switches": [{"at": NOON, "status": "paused"}]}
