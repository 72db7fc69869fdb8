"""The day's report says what worked, what did not, and what nobody can say yet."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from ads.launching.telling import latest
from ads.report.judging import bounds, hopeless, verdict
from engine.values import Money
from tests.ads.report.conftest import NOW, Market


def kes(minor: int) -> Money:
    return Money(minor, "KES")


async def test_each_variation_is_judged_by_its_week_and_shown_with_its_day(busy: Market) -> None:
    found = await busy.read(most={"o1": 60_000})
    assert {line.angle: line.verdict for line in found.lines} == {"A": "worked", "B": "did_not", "C": "too_early"}
    best = found.lines[0]
    assert (best.day.spend, best.week.spend) == (kes(48_000), kes(336_000))
    assert (best.day.bookings, best.day.conversations, best.day.revenue) == (20, 30, kes(2_000_000))
    assert best.week.earned == kes(2_000_000 - 336_000)
    assert best.week.cost == kes(16_800)
    assert found.total.spend == kes(3 * 48_000)
    assert found.complete


async def test_who_is_paid_by_a_link_and_books_nothing_is_judged_by_payments(market: Market) -> None:
    await market.campaign()
    await market.variation("v1")
    await market.hours("v1", 2_000, claimed=0.25)
    await market.happened("payment", "v1", count=20, value=100_000)
    found = await market.read(most={"o1": 60_000})
    (line,) = found.lines
    assert (line.verdict, line.week.bookings, line.week.cost) == ("worked", 20, kes(16_800))
    assert found.total.bookings == 20


async def test_an_ad_that_brought_money_is_never_called_hopeless(market: Market) -> None:
    await market.campaign()
    await market.variation("v1")
    await market.hours("v1", 2_000)
    await market.happened("payment", "v1", value=400_000)
    (line,) = (await market.read(most={"o1": 10_000})).lines
    assert line.verdict == "too_early"


async def test_money_that_no_ad_brought_is_told_apart(busy: Market) -> None:
    found = await busy.read()
    assert found.unattributed == kes(350_000)
    assert found.total.revenue == kes(2_400_000)


async def test_without_what_a_booking_may_cost_nothing_is_called_hopeless(busy: Market) -> None:
    assert {line.angle: line.verdict for line in (await busy.read()).lines}["B"] == "too_early"


async def test_costs_turn_revenue_into_what_is_left(busy: Market) -> None:
    found = await busy.read(margin=lambda offer, revenue: revenue // 10)
    assert found.costs_known
    best = next(line for line in found.lines if line.angle == "A")
    assert best.week.earned == kes(200_000 - 336_000)
    assert best.verdict == "did_not", "even 29 bookings of 100 shillings do not pay for 3,360"


async def test_what_was_done_and_what_is_proposed_have_their_reasons(busy: Market) -> None:
    found = await busy.read()
    ((made,), (wish,)) = found.done, found.proposed
    assert (made.kind, made.before, made.after, made.reason) == (
        "budget", kes(50_000), kes(60_000), "profit is certain enough",
    )  # fmt: skip
    assert (wish.kind, wish.angle, wish.state) == ("pause", "B", "asking")


async def test_a_bids_change_has_its_own_amounts(market: Market) -> None:
    await market.campaign()
    await market.intent(
        "i1", "bid", "done", reason="dear", wanted={"bid": 25_000}, budget_before=90_000, bid_before=30_000
    )
    (made,) = (await market.read()).done
    assert (made.kind, made.before, made.after) == ("bid", kes(30_000), kes(25_000))


async def test_what_did_not_happen_says_why_not(market: Market) -> None:
    await market.campaign()
    await market.intent("i1", "budget", "held_back", reason="it earns", outcome="over the daily cap")
    await market.intent("i2", "budget", "done", reason="it earns", outcome="read back")
    assert [deed.reason for deed in (await market.read()).done] == ["over the daily cap", "it earns"]


async def test_only_what_was_decided_that_day_was_done_that_day(market: Market) -> None:
    await market.campaign()
    await market.intent("i1", "pause", "done", at=datetime(2026, 11, 19, 20, 59, tzinfo=UTC))
    await market.intent("i2", "pause", "done", at=datetime(2026, 11, 19, 21, 0, tzinfo=UTC))
    await market.intent("i3", "pause", "done", at=datetime(2026, 11, 20, 21, 0, tzinfo=UTC))
    await market.intent("i4", "pause", "executing")
    assert [deed.id for deed in (await market.read()).done] == ["i2"], "the day is from midnight in Nairobi"


@pytest.mark.parametrize(
    ("told", "gap"),
    [
        ({"each": range(0)}, "none"),
        ({"read_at": NOW - timedelta(hours=9)}, "late"),
        ({"each": range(12)}, "hours"),
        ({"each": range(22)}, ""),
        ({"currency": "USD"}, "currency"),
    ],
    ids=["nothing told", "told long ago", "half a day", "nearly all", "another currency"],
)
async def test_what_is_missing_is_named_and_never_a_nought(market: Market, told: dict, gap: str) -> None:  # type: ignore[type-arg]
    await market.campaign()
    await market.variation("v1")
    await market.hours("v1", 2_000, **told)
    (line,) = (await market.read()).lines
    assert line.gap == gap
    assert (line.verdict == "unknown") == (gap in ("none", "currency"))
    assert bool(line.hours_missing) == (gap in ("none", "late", "hours")) or gap == "late"


async def test_an_ad_owes_hours_from_its_launch_on(market: Market) -> None:
    await market.campaign()
    await market.variation("v1", launched_at=datetime(2026, 11, 20, 18, 30, tzinfo=UTC))
    (line,) = (await market.read()).lines
    assert line.gap == "", "two hours are nothing to worry about yet"


async def test_a_paused_ad_owes_no_hours(market: Market) -> None:
    await market.campaign()
    await market.variation("v1", status="paused")
    await market.hours("v1", 2_000, days=3, each=range(5))
    (line,) = (await market.read()).lines
    assert line.gap == ""


async def test_an_ad_that_neither_runs_nor_has_anything_is_left_out(market: Market) -> None:
    await market.campaign()
    await market.variation("v1", status="draft")
    found = await market.read()
    assert found.lines == ()
    assert found.total.spend == kes(0)


async def test_refunds_are_taken_off_and_other_currencies_stay_apart(busy: Market) -> None:
    await busy.happened("refund", "v1", value=100_000)
    await busy.happened("payment", "v1", value=5_000, currency="USD")
    found = await busy.read()
    assert found.total.revenue == kes(2_300_000)
    assert found.others == (Money(5_000, "USD"),)


async def test_a_day_that_is_not_over_is_said_to_be_so(busy: Market) -> None:
    found = await busy.read(now=datetime(2026, 11, 20, 15, tzinfo=UTC))
    assert not found.complete


async def test_a_late_deposit_counts_for_the_week_of_its_click(market: Market) -> None:
    await market.campaign()
    await market.variation("v1")
    await market.hours("v1", 2_000)
    await market.happened("payment", "v1", value=100_000, at=datetime(2026, 11, 10, 9, tzinfo=UTC))
    (line,) = (await market.read()).lines
    assert (line.day.revenue, line.week.revenue) == (kes(0), kes(0))


@pytest.mark.parametrize(
    ("count", "low", "high"), [(0, 0.0, 2.996), (1, 0.051, 4.744), (5, 1.970, 10.513), (20, 13.255, 29.062)]
)  # fmt: skip
def test_the_bounds_of_a_count_are_those_of_the_poisson_tables(count: int, low: float, high: float) -> None:
    assert bounds(count) == pytest.approx((low, high), abs=0.04)


@pytest.mark.parametrize(
    ("spend", "margin", "bookings", "found"),
    [
        (100, 1_000, 10, "worked"),
        (600, 1_000, 10, "too_early"),
        (3_000, 1_000, 10, "did_not"),
        (3_000, -200, 4, "did_not"),
        (3_000, 0, 0, "too_early"),
        (0, 500, 1, "worked"),
        (0, 0, 0, "too_early"),
    ],
)
def test_a_verdict_needs_the_whole_interval_on_one_side(spend: int, margin: int, bookings: int, found: str) -> None:
    assert verdict(spend=spend, margin=margin, bookings=bookings, gap="") == found
    assert verdict(spend=spend, margin=margin, bookings=bookings, gap="none") == "unknown"


def test_nothing_came_is_only_hopeless_when_three_were_paid_for() -> None:
    assert hopeless(spend=3_000, bookings=0, most=1_000)
    assert not hopeless(spend=2_900, bookings=0, most=1_000)
    assert not hopeless(spend=9_000, bookings=1, most=1_000)
    assert not hopeless(spend=9_000, bookings=0, most=None)


@pytest.mark.parametrize(
    ("began", "day"), [(NOW - timedelta(days=20), 20), (datetime(2026, 11, 20, 21, 30, tzinfo=UTC), 21)]
)
async def test_soon_after_midnight_a_day_of_which_nothing_was_told_is_shown_before_the_one_that_begins(
    market: Market, began: datetime, day: int
) -> None:
    await market.campaign()
    await market.variation("v1", launched_at=began)
    found = await latest(market.org, datetime(2026, 11, 20, 22, tzinfo=UTC))  # 01:00 in Nairobi
    assert found.day == date(2026, 11, day)
    assert [line.gap for line in found.lines] == (["none"] if day == 20 else [""])
