"""By how much a platform over-reports, how sure that is, and when the server's own measure is broken."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest

from ads import hours
from ads.hours import Named
from ads.platform import Hour
from ads.truth import reconciling
from ads.truth.events import Credit, Happened, kept
from ads.truth.reconciling import Day, factor, trust
from storage.store import Op
from tests.ads.truth.conftest import NOW, Clinic, kes


def claimed(measured: int, over: float, chance: random.Random) -> float:
    """A platform that counts some conversions twice."""
    return float(measured + sum(chance.random() < over for _ in range(measured)))


def world(seed: int, over: float, days: int = 40, mean: int = 12) -> list[Day]:
    chance = random.Random(seed)
    found = []
    for _ in range(days):
        measured = sum(chance.random() < 0.1 for _ in range(10 * mean))
        found.append(Day(claimed(measured, over, chance), measured))
    return found


@pytest.mark.parametrize("over", [0.0, 0.2, 0.4, 0.6])
def test_a_known_over_report_is_recovered_within_five_points(over: float) -> None:
    for seed in range(10):
        found = factor(world(seed, over, days=60, mean=20))
        assert found.value == pytest.approx(1 + over, abs=0.05)


def test_the_interval_covers_the_truth_as_often_as_it_says() -> None:
    covered = sum(found.low <= 1.3 <= found.high for seed in range(200) if (found := factor(world(seed, 0.3))))
    assert covered >= 0.9 * 200


def test_few_conversions_give_no_factor_and_somewhat_more_a_wide_one() -> None:
    assert factor([Day(3, 2), Day(2, 2)]).value is None
    assert factor([]).why == "too_few"
    few = factor([Day(13, 10)])
    assert few.low < 1 < few.high
    assert few.high - few.low > 1


def test_a_platform_that_claims_nothing_has_the_factor_nought() -> None:
    found = factor([Day(0, 10)])
    assert (found.value, found.low) == (0.0, 0.0)
    assert found.high < 0.6


def test_an_outage_of_our_own_measure_is_noticed_and_a_quiet_night_is_not() -> None:
    before = (2000, 1000)
    assert trust(before, (200, 0)).why == "loss"
    assert not trust(before, (200, 30)).data_ok
    assert trust(before, (200, 85)).data_ok
    assert trust(before, (6, 0)).data_ok, "three expected arrivals that do not come say nothing"
    assert trust((0, 0), (100, 0)).data_ok, "what never was cannot have been lost"


def test_chance_alone_seldom_cries_loss() -> None:
    chance = random.Random(5)
    cries = 0
    for _ in range(2000):
        before, lately = (sum(chance.random() < 0.4 for _ in range(clicks)) for clicks in (500, 60))
        cries += not trust((500, before), (60, lately)).data_ok
    assert cries == 0


async def told(clinic: Clinic, days: int, over: float) -> None:
    """Days of clicks, of which the server measured ten payments each."""
    ops: list[Op] = []
    rows = []
    for day in range(days):
        hour = NOW - timedelta(days=day + 8)
        for number in range(10):
            credit = Credit(platform="meta", campaign="c1", variation="vA", clicked_at=hour, by="tag")
            late = hour + timedelta(days=number % 5)
            paid = Happened(kind="payment", key=f"{day}/{number}", at=late, value=100, currency="KES", credit=credit)
            ops.append(kept(clinic.store.id, paid))
        told = 10 + round(10 * over)
        rows.append(Hour(external="s1", hour=hour, spend=kes(1000), impressions=100, clicks=50, conversions=told))
    named = {"s1": Named(variation="vA", campaign="c1", currency="KES")}
    absorbed = await hours.absorb(clinic.store, "meta", rows, named, NOW)
    await clinic.store.commit([*ops, *absorbed.ops])


async def test_the_factor_of_a_campaign_compares_the_hours_of_the_clicks_though_the_money_came_later(
    clinic: Clinic,
) -> None:
    await told(clinic, 14, 0.3)
    found = await reconciling.reconciled(clinic.store, NOW, campaign="c1")
    assert (found.value, found.days, found.measured) == (pytest.approx(1.3), 14, 140)
    assert found.low < 1.3 < found.high


async def test_days_that_are_not_ripe_are_left_out(clinic: Clinic) -> None:
    await told(clinic, 14, 0.3)
    young = Hour(external="s1", hour=NOW - timedelta(days=2), spend=kes(9), impressions=1, clicks=1, conversions=500.0)
    named = {"s1": Named(variation="vA", campaign="c1", currency="KES")}
    await clinic.store.commit(list((await hours.absorb(clinic.store, "meta", [young], named, NOW)).ops))
    assert (await reconciling.reconciled(clinic.store, NOW, campaign="c1")).value == pytest.approx(1.3)


async def test_numbers_that_a_platform_takes_back_change_the_factor(clinic: Clinic) -> None:
    await told(clinic, 14, 0.5)
    await told(clinic, 14, 0.1)
    assert (await reconciling.reconciled(clinic.store, NOW, campaign="c1")).value == pytest.approx(1.1)


async def test_a_broken_measure_of_a_campaign_shows(clinic: Clinic) -> None:
    ops: list[Op] = []
    rows = []
    credit = Credit(platform="meta", campaign="c1", variation="vA", clicked_at=NOW, by="tag")
    for back in range(1, 24 * 10):
        hour = NOW - timedelta(hours=back)
        rows.append(Hour(external="s1", hour=hour, spend=kes(100), impressions=90, clicks=10))
        for number in range(5 if back > 12 else 0):
            seen = Happened(kind="page", key=f"{back}/{number}", at=hour, credit=credit)
            ops.append(kept(clinic.store.id, seen))
    named = {"s1": Named(variation="vA", campaign="c1", currency="KES")}
    await clinic.store.commit([*ops, *(await hours.absorb(clinic.store, "meta", rows, named, NOW)).ops])
    found = await reconciling.trusted(clinic.store, NOW, campaign="c1")
    assert (found.data_ok, found.why, found.seen) == (False, "loss", 0)
    earlier = await reconciling.trusted(clinic.store, NOW - timedelta(days=2), campaign="c1")
    assert earlier.data_ok
