"""A day of ads where the business is, also on the days when its clocks change."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from ads.truth import daily
from ads.truth.events import Credit, Happened, kept
from tests.ads.truth.conftest import Clinic

DAY = date(2026, 11, 23)


async def paid(clinic: Clinic, key: str, at: datetime, *, days_after_click: int = 0, currency: str = "KES") -> None:
    clicked = at - timedelta(days=days_after_click)
    credit = Credit(platform="meta", campaign="c1", variation="vA", clicked_at=clicked, by="tag")
    event = Happened(kind="payment", key=key, at=at, value=1000, currency=currency, credit=credit)
    await clinic.store.commit([kept(clinic.store.id, event)])


@pytest.mark.parametrize(
    ("zone", "begins"),
    [("Africa/Nairobi", "2026-11-22T21:00"), ("UTC", "2026-11-23T00:00"), ("America/New_York", "2026-11-23T05:00")],
)
async def test_a_day_begins_at_midnight_where_the_business_is(clinic: Clinic, zone: str, begins: str) -> None:
    start = datetime.fromisoformat(begins).replace(tzinfo=UTC)
    for key, at in (("before", -1), ("first", 0), ("last", 86_399), ("after", 86_400)):
        await paid(clinic, key, start + timedelta(seconds=at))
    found = await daily.report(clinic.store, DAY, zone, "KES")
    assert (found.revenue, found.variations["vA"].count("payment")) == (2000, 2)
    assert [(hour.hour, hour.revenue) for hour in found.hours] == [("2026-11-23T00", 1000), ("2026-11-23T23", 1000)]


@pytest.mark.parametrize(("day", "hours"), [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25), (DAY, 24)])
def test_a_day_on_which_clocks_change_is_as_long_as_it_is(day: date, hours: int) -> None:
    begins, ends = daily.bounds(day, "Europe/London")
    assert ends - begins == timedelta(hours=hours)


async def test_late_money_is_the_tills_today_and_the_clicks_of_last_week(clinic: Clinic) -> None:
    noon = datetime(2026, 11, 23, 9, tzinfo=UTC)
    await paid(clinic, "late", noon, days_after_click=6)
    today = await daily.report(clinic.store, DAY, "Africa/Nairobi", "KES")
    then = await daily.report(clinic.store, DAY - timedelta(days=6), "Africa/Nairobi", "KES")
    assert (today.revenue, then.revenue) == (1000, 0)
    assert then.cohorts["vA"].revenue == 1000


async def test_other_currencies_do_not_come_into_the_hours(clinic: Clinic) -> None:
    noon = datetime(2026, 11, 23, 9, tzinfo=UTC)
    await paid(clinic, "p1", noon)
    await paid(clinic, "p2", noon, currency="USD")
    found = await daily.report(clinic.store, DAY, "Africa/Nairobi", "KES")
    assert (found.revenue, sum(hour.revenue for hour in found.hours)) == (1000, 1000)
    assert found.variations["vA"].others == {"USD": 1000}
