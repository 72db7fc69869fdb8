"""The platforms' hours: numbers that grow, shrink, change, come twice, late, half, in other zones and currencies."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest

from ads import hours
from ads.hours import Absorbed, Named
from ads.platform import Hour
from engine.values import Money
from storage.errors import Conflict
from tests.ads.truth.conftest import NOW, Clinic, kes

HOUR = NOW - timedelta(hours=2)
NAMED = {
    "s1": Named(variation="vA", campaign="c1", currency="KES", machine="variation:vA"),
    "s2": Named(variation="vB", campaign="c1", currency="KES"),
}


def row(external: str = "s1", hour: datetime = HOUR, **fields: Any) -> Hour:
    told = {"spend": kes(12_000), "impressions": 900, "clicks": 30, "conversions": 2.0, "value": kes(100_000)}
    return Hour(external=external, hour=hour, **{**told, **fields})


async def read(clinic: Clinic, *rows: Hour) -> Absorbed:
    absorbed = await hours.absorb(clinic.store, "meta", rows, NAMED, clinic.now)
    await clinic.store.commit(list(absorbed.ops))
    return absorbed


async def told(clinic: Clinic, variation: str = "vA") -> list[hours.Reported]:
    return await hours.of_variation(clinic.store, variation, NOW - timedelta(days=30), NOW + timedelta(days=30))


async def test_an_hour_is_read_back_as_it_was_told(clinic: Clinic) -> None:
    assert (await read(clinic, row())).fresh == 1
    (hour,) = await told(clinic)
    assert (hour.hour, hour.spend, hour.clicks, hour.conversions, hour.value) == (HOUR, 12_000, 30, 2.0, 100_000)


async def test_an_hour_that_comes_twice_counts_once_and_of_two_different_ones_the_later(clinic: Clinic) -> None:
    await read(clinic, row(), row(clicks=31))
    assert (await read(clinic, row(clicks=31))).same == 1
    assert [hour.clicks for hour in await told(clinic)] == [31]


async def test_numbers_of_a_young_hour_grow_and_that_is_no_news(clinic: Clinic) -> None:
    await read(clinic, row())
    clinic.wait(hours=5)
    absorbed = await read(clinic, row(conversions=3.0))
    assert (absorbed.grown, absorbed.corrections, absorbed.posts) == (1, (), ())


async def test_a_number_that_shrinks_is_a_correction_which_keeps_what_was_and_tells_the_journal(clinic: Clinic) -> None:
    await read(clinic, row())
    clinic.wait(hours=1)
    absorbed = await read(clinic, row(conversions=1.0, value=kes(50_000)))
    (correction,) = absorbed.corrections
    assert correction.why == "shrunk"
    assert correction.changes == {"conversions": (2.0, 1.0), "value": (100_000, 50_000)}
    (post,) = absorbed.posts
    assert (post.machine, post.event.name) == ("variation:vA", "ads.hour_corrected")
    assert post.event.data["changes"]["conversions"] == {"was": 2.0, "is": 1.0}
    assert [hour.conversions for hour in await told(clinic)] == [1.0]
    (kept,) = await clinic.store.find("ad_hours", {})
    assert [version["conversions"] for version in kept["versions"]] == [2.0]


async def test_an_hour_that_had_settled_is_corrected_even_when_it_grows(clinic: Clinic) -> None:
    clinic.wait(days=4)
    await read(clinic, row())
    assert [each.why for each in (await read(clinic, row(conversions=5.0))).corrections] == ["settled"]


async def test_two_readings_of_which_the_later_knows_less_do_not_lose_the_versions_between(clinic: Clinic) -> None:
    for conversions in (5.0, 4.0, 3.0, 4.0):
        await read(clinic, row(conversions=conversions))
    (kept,) = await clinic.store.find("ad_hours", {})
    assert [version["conversions"] for version in kept["versions"]] == [5.0, 4.0]
    assert kept["conversions"] == 4.0


async def test_a_changed_currency_is_refused_by_name_and_changes_nothing(clinic: Clinic) -> None:
    await read(clinic, row())
    absorbed = await read(clinic, row(spend=Money(95, "USD"), value=Money(775, "USD")))
    assert [refused.why for refused in absorbed.refused] == ["currency"]
    assert absorbed.ops == ()
    assert [(hour.spend, hour.currency) for hour in await told(clinic)] == [(12_000, "KES")]


async def test_an_account_that_is_set_to_another_currency_does_not_overwrite_its_earlier_hours(clinic: Clinic) -> None:
    await read(clinic, row())
    dollars = {"s1": msgspec.structs.replace(NAMED["s1"], currency="USD")}
    later = row(spend=Money(95, "USD"), value=None)
    absorbed = await hours.absorb(clinic.store, "meta", [later], dollars, clinic.now)
    assert [refused.why for refused in absorbed.refused] == ["currency"]


@pytest.mark.parametrize("zone", ["Africa/Nairobi", "America/New_York", "Europe/London"])
async def test_one_hour_on_the_clocks_of_three_time_zones_is_one_hour(clinic: Clinic, zone: str) -> None:
    await read(clinic, row())
    assert (await read(clinic, row(hour=HOUR.astimezone(ZoneInfo(zone))))).same == 1


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        (row(hour=HOUR.replace(tzinfo=None)), "time"),
        (row(hour=HOUR + timedelta(minutes=30)), "time"),
        (row(hour=HOUR.replace(tzinfo=ZoneInfo("Asia/Kolkata"))), "time"),
        (row(hour=NOW + timedelta(hours=3)), "future"),
        (row(external="s9"), "unknown"),
        (row(clicks=-1), "amount"),
        (row(spend=kes(-5)), "amount"),
        (row(conversions=float("nan")), "amount"),
    ],
    ids=["no zone", "half past", "a zone of half hours", "tomorrow", "stranger", "clicks", "spend", "nan"],
)
async def test_a_row_that_cannot_be_is_refused_and_the_others_are_taken(clinic: Clinic, wrong: Hour, why: str) -> None:
    absorbed = await read(clinic, wrong, row("s2"))
    assert [refused.why for refused in absorbed.refused] == [why]
    assert absorbed.fresh == 1


async def test_half_an_answer_leaves_the_hours_that_did_not_come_as_they_were(clinic: Clinic) -> None:
    await read(clinic, row(), row(hour=HOUR - timedelta(hours=1)))
    await read(clinic, row(clicks=40))
    assert [hour.clicks for hour in await told(clinic)] == [30, 40]


async def test_two_readers_at_once_do_not_overwrite_each_other(clinic: Clinic) -> None:
    await read(clinic, row())
    one, other = await asyncio.gather(*(
        hours.absorb(clinic.store, "meta", [row(clicks=clicks)], NAMED, clinic.now) for clicks in (31, 32)
    ))  # fmt: skip
    await clinic.store.commit(list(one.ops))
    with pytest.raises(Conflict):
        await clinic.store.commit(list(other.ops))


def shuffled(seed: int) -> Sequence[int]:
    return random.Random(seed).sample(range(24), 24)


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_in_whatever_order_hours_come_their_sums_are_the_same(clinic: Clinic, seed: int) -> None:
    since = datetime(2026, 11, 20, tzinfo=UTC)
    for place in shuffled(seed):
        await read(clinic, row(hour=since + timedelta(hours=place), clicks=place))
    total = (await hours.sums(clinic.store, since, since + timedelta(days=1)))["vA"]
    assert (total.clicks, total.hours, total.spend) == (sum(range(24)), 24, 24 * 12_000)
