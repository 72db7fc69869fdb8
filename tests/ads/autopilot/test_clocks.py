"""Three clocks: the server's UTC, the business's, and the ad account's. Each day is the day of whom it belongs to."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from ads.ledger import day_of
from ads.serving import orders_today
from storage.store import Insert, Update
from tests.ads.autopilot.fakes import hour
from tests.ads.autopilot.pilot import ORG, Pilot, kes


@pytest.mark.parametrize("zone", ["Africa/Nairobi", "America/New_York", "Asia/Kolkata"])
async def test_a_full_day_is_the_businesss_day(pilot: Pilot, zone: str) -> None:
    await pilot.store.commit([Update("orgs", ORG, {"set": {"zone": zone}})])
    now = datetime(2030, 3, 10, 15, 0, tzinfo=UTC)  # in New York clocks were put forward that night
    midnight = datetime(2030, 3, 10, tzinfo=ZoneInfo(zone)).astimezone(UTC)
    made = {"offer": "braids", "state": "confirmed", "start": now + timedelta(days=2)}
    for place, at in enumerate((midnight - timedelta(minutes=1), midnight, now)):
        await pilot.store.org(ORG).commit([Insert("bookings", {**made, "_id": f"b{place}", "confirmed_at": at})])
    assert await orders_today(pilot.store.org(ORG), "braids", now) == 2


@pytest.mark.parametrize("zone", ["Africa/Nairobi", "America/New_York", "Pacific/Auckland"])
async def test_what_is_spent_counts_for_the_ad_accounts_day(pilot: Pilot, zone: str) -> None:
    id = await pilot.launched(1000, zone=zone, policy={"watch_minutes": 180, "rebalance_hours": 168, "pace_hours": 24})
    here = ZoneInfo(zone)
    midnight = datetime.combine(day_of(pilot.clock.now(), zone) + timedelta(days=1), datetime.min.time(), tzinfo=here)
    await pilot.pass_(seconds=(midnight + timedelta(hours=2) - pilot.clock.now()).total_seconds())
    last, first = (midnight - timedelta(hours=1)).astimezone(UTC), midnight.astimezone(UTC)
    pilot.platform.hour_rows = [hour(pilot.id_of("A"), at, kes(40).amount) for at in (last, first)]
    await pilot.pass_(hours=3.1)
    reported = (await pilot.campaign(id))["ledger"]["reported"]
    assert {day: sum(amounts.values()) for day, amounts in reported.items()} == {
        str(day_of(last, zone)): kes(40).amount,
        str(day_of(first, zone)): kes(40).amount,
    }
    assert day_of(first, zone) - day_of(last, zone) == timedelta(days=1)
