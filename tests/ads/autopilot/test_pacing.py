"""What was spent against what should have been: slower, no more today, or nothing."""

from __future__ import annotations

from ads.campaigns import machine_of
from ads.policy import Policy
from tests.ads.autopilot.past import At, decided, lived
from tests.ads.autopilot.pilot import ORG, Pilot, kes

SLOWLY = Policy(pace_hours=1, rebalance_hours=168, watch_minutes=240)


async def _paced(pilot: Pilot, id: str) -> list[str]:
    return [each.hit[0] for each in await decided(pilot, machine_of(id), "pacing")]


async def _asked_hourly(pilot: Pilot, id: str) -> None:
    await pilot.desk.pace(ORG, id, SLOWLY)
    await pilot.idle()


async def test_spending_as_on_other_days_is_left_alone(pilot: Pilot) -> None:
    id = await pilot.launched(1000)
    await lived(pilot, "A", 153, lambda ago: At(spend=40))  # from midnight on: it is nine in the morning
    await _asked_hourly(pilot, id)
    await pilot.pass_(minutes=65)
    (decision,) = await decided(pilot, machine_of(id), "pacing")
    assert decision.hit == ("otherwise",)
    assert (decision.facts["spent_today"], decision.facts["expected_today"]) == (kes(360), kes(375))
    assert decision.facts["spent_month"] == kes(40 * 81)  # the fourth of March; the month began with the first
    assert await pilot.intents(kind="budget") == []


async def test_spending_faster_than_the_day_allows_slows_the_budgets_once_a_day(pilot: Pilot) -> None:
    id = await pilot.launched(1000, daily=2000)
    await lived(pilot, "A", 153, lambda ago: At(spend=40 if ago > 9 else 52))
    await _asked_hourly(pilot, id)
    await pilot.pass_(hours=3)
    assert await _paced(pilot, id) == ["too_fast"] * 3
    (change,) = await pilot.intents(kind="budget")
    assert (change["state"], change["wanted"]["budget"]) == ("done", kes(800).amount)
    assert (change["decision"]["decision"], change["reason"]) == ("slow", "it spends faster than planned")
    assert pilot.platform.live == kes(800).amount


async def test_a_month_that_is_spent_stops_until_there_is_a_new_one(pilot: Pilot) -> None:
    id = await pilot.launched(1000, monthly=3000)
    await lived(pilot, "A", 153, lambda ago: At(spend=40))
    await _asked_hourly(pilot, id)
    await pilot.pass_(hours=2)
    assert (await _paced(pilot, id))[0] == "month_spent"
    assert pilot.platform.live == 0
    await pilot.pass_(hours=30)  # on the next day there is no room either
    assert pilot.platform.live == 0


async def test_a_campaign_without_any_report_for_hours_is_stopped(pilot: Pilot) -> None:
    id = await pilot.launched(1000)
    pilot.platform.luck = lambda: "busy"
    await pilot.pass_(hours=7)
    pilot.platform.luck = None
    await pilot.pass_(minutes=30)
    assert await _paced(pilot, id) == ["not_known"]
    assert pilot.platform.live == 0


async def test_the_cadence_is_the_campaigns_own(pilot: Pilot) -> None:
    id = await pilot.launched(1000, policy={"pace_hours": 2, "rebalance_hours": 24})
    await pilot.pass_(hours=5)
    assert len(await decided(pilot, machine_of(id), "pacing")) == 2
    assert await decided(pilot, machine_of(id), "rebalance") == []
