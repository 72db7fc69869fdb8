"""The simulated market does what it says, the same each time."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from scipy.stats import poisson

from sandbox.ads_market import Live
from sandbox.market.oracle import best_budgets, best_profit
from sandbox.market.simulator import Market
from sandbox.market.single import LiveMarket
from sandbox.market.world import Outage
from sandbox.market.worlds import FAMILIES, alike, stationary


def played(*worlds, budget=20.0, seed=1):
    market = Market(worlds, seed)
    for _ in range(market.hours):
        market.step(np.full(market.shape, budget))
    return market


@pytest.mark.parametrize("family", FAMILIES)
def test_the_same_seed_is_the_same_world_and_the_same_luck(family):
    first, again = (played(FAMILIES[family](5)) for _ in range(2))
    assert FAMILIES[family](5) == FAMILIES[family](5)
    assert (first.clicks == again.clicks).all()
    assert (first.known == again.known).all()
    assert FAMILIES[family](6) != FAMILIES[family](5)


def test_nothing_is_sold_that_was_not_clicked_and_nothing_arrives_that_was_not_sold():
    market = played(stationary(1), stationary(2))
    assert (market.born <= market.clicks).all()
    assert (market.clicks <= market.impressions).all()
    assert (market.known <= market.born).all()
    assert market.arrived.sum() == market.known.sum()


def test_orders_come_as_late_as_the_world_says():
    market = played(stationary(1), stationary(2), stationary(3), budget=40.0)
    at_once = market.delays_seen[:, 0].sum() / market.delays_seen.sum()
    assert at_once == pytest.approx(0.65, abs=0.04)


def test_more_money_brings_less_for_each_unit():
    few, many = played(stationary(1), budget=10.0), played(stationary(1), budget=200.0)
    assert few.clicks.sum() / few.spend.sum() > 1.5 * many.clicks.sum() / many.spend.sum()


def test_a_day_is_spent_as_it_is_budgeted():
    market = played(stationary(1))
    assert market.spend[0, 0].reshape(-1, 24).sum(1) == pytest.approx(20.0, rel=0.1)


def test_an_ad_that_fades_is_clicked_less():
    world = stationary(1)
    fading = replace(world, ads=tuple(replace(ad, fatigue=0.05) for ad in world.ads))
    market = played(fading, budget=60.0)
    rate = market.clicks.sum(1) / market.impressions.sum(1)
    assert rate[0, -72:].mean() / rate[0, :72].mean() == pytest.approx(0.95**25, rel=0.2)


def test_an_outage_of_delivery_spends_nothing_and_one_of_tracking_hides_orders():
    outages = (Outage(kind="delivery", first=100, last=110), Outage(kind="tracking", first=200, last=260))
    market = played(replace(stationary(1), outages=outages), budget=60.0)
    assert market.spend[0, :, 100:110].sum() == 0
    assert market.arrived[0, :, 200:260].sum() == 0
    assert market.known.sum() < market.born.sum()


def test_a_platform_claims_more_than_was_sold_where_the_world_says_so():
    market = played(*(replace(stationary(seed), over_report=0.4) for seed in range(10)), budget=60.0)
    assert market.reported.sum() / market.arrived.sum() == pytest.approx(1.4, abs=0.04)


def test_clicks_are_taken_back_two_days_later():
    honest, shrinking = played(stationary(1)), played(replace(stationary(1), shrink=0.2))
    assert shrinking.clicks[..., :-48].sum() / honest.clicks[..., :-48].sum() == pytest.approx(0.8, abs=0.05)


def test_when_the_currency_falls_everything_costs_more():
    market = played(replace(stationary(1), shock=(336, 1.5)), budget=60.0)
    each = market.impressions.sum(1) / market.spend.sum(1)
    assert each[0, 336:].mean() / each[0, :336].mean() == pytest.approx(1 / 1.5, rel=0.03)


def test_what_cannot_be_served_earns_nothing():
    world = stationary(1)
    free, full = played(world, budget=60.0), played(replace(world, capacity=5), budget=60.0)
    assert full.served().max() == 5
    assert full.profit() < free.profit()
    assert full.expected_profit() == full.profit()


def test_without_luck_profit_is_the_same_on_average_and_spreads_less():
    market = played(*[stationary(3)] * 60, budget=20.0)
    lucky, usual = market.profit(), market.expected_profit()
    assert usual.std() < 0.1 * lucky.std()
    assert usual.mean() == pytest.approx(lucky.mean(), abs=3 * lucky.std() / 60**0.5)


@pytest.mark.parametrize("family", ["fatigue and delays", "drifting", "currency shock", "failing", "hill"])
def test_luck_is_all_that_is_left_out_of_expected_profit(family):
    worlds = [FAMILIES[family](seed) for seed in range(60)]
    market = played(*worlds, budget=20.0)
    spread = np.sqrt(market.margin[:, 0] ** 2 * market.likely.sum((1, 2)))  # of as many orders, by Poisson
    assert np.abs((market.profit() - market.expected_profit()) / spread).mean() == pytest.approx(0.8, abs=0.25)


@pytest.mark.parametrize("curve", ["log", "hill"])
def test_nobody_does_better_than_the_oracle_with_other_budgets(curve):
    market = Market([replace(stationary(seed), curve=curve) for seed in range(5)])
    best = best_budgets(market, 12)
    assert (best.sum(1) <= 120 * (1 + 1e-6)).all()
    random = np.random.default_rng(1)

    def profit(budgets):
        shown, clicked, ordered = market.rates(12)
        return (market.margin * market.reach(budgets) * shown * clicked * ordered - budgets).sum(1)

    for _ in range(200):
        other = np.maximum(best + random.standard_normal(best.shape) * 5, 0)
        other *= np.minimum(1, 120 / other.sum(1, keepdims=True))
        assert (profit(other) <= profit(best) + 1e-6).all()
    assert (best_profit(market) >= 0).all()


def test_an_oracle_that_can_serve_few_buys_few_and_earns_more_by_it():
    """It knows every rate and not the luck of a day: of a Poisson count of orders, what has no place is lost."""
    free, full = (Market([replace(stationary(seed), capacity=places) for seed in range(5)]) for places in (None, 6))
    shown, clicked, ordered = full.rates(12)
    counts = np.arange(200)

    def earned(budgets):
        orders = (full.reach(budgets) * shown * clicked * ordered).sum(1)
        served = (np.minimum(counts, 6)[:, None] * poisson.pmf(counts[:, None], orders)).sum(0)
        return full.margin[:, 0] * served - budgets.sum(1)

    best, careless = best_budgets(full, 12), best_budgets(free, 12)
    assert (best.sum(1) < careless.sum(1)).all()
    assert (earned(best) > earned(careless)).all()
    for factor in (0.8, 0.9, 1.1, 1.25):
        assert (earned(best) >= earned(best * factor) - 0.01).all()
    assert best_profit(full) == pytest.approx(28 * earned(best), rel=0.001)


def test_where_every_ad_loses_the_oracle_spends_nothing():
    market = Market([FAMILIES["losing"](seed) for seed in range(20)])
    assert best_budgets(market, 12).sum() == pytest.approx(0, abs=1e-6)


HOUR = timedelta(hours=1)
NOON = datetime(2026, 11, 23, 9, tzinfo=UTC)


def live(id, budget=5200.0):
    return Live(id=id, platform="meta", account="a", name=id, budget=budget, currency="KES")


def test_a_single_market_stands_behind_a_platform():
    market, again = LiveMarket(alike(1), unit=130.0), LiveMarket(alike(1), unit=130.0)
    sets = [live("s1"), live("s2")]
    days = [market.step(NOON + n * HOUR, sets) for n in range(24)]
    assert days == [again.step(NOON + n * HOUR, sets) for n in range(24)]
    assert sum(day["s1"].spend for day in days) == pytest.approx(5200, rel=0.1)
    assert sum(day["s1"].clicks for day in days) > 100
    orders = market.due()
    assert {order.id for order in orders} <= {"s1", "s2"}
    assert all(NOON <= order.clicked < NOON + 24 * HOUR for order in orders)
    assert market.due() == []


def test_a_single_market_lets_ads_come_and_go_and_hours_pass_without_any():
    market = LiveMarket(stationary(1), unit=130.0)
    market.step(NOON, [live("s1")])
    later = market.step(NOON + 30 * HOUR, [live("s2"), live("s1")])
    assert set(later) == {"s1", "s2"}
    assert market.step(NOON + 31 * HOUR, []) == {}
    with pytest.raises(ValueError, match="passed"):
        market.step(NOON, [live("s1")])


def test_a_market_that_is_full_shows_no_more_ads():
    market = LiveMarket(stationary(1), unit=130.0)
    found = market.step(NOON, [live(f"s{n}") for n in range(26)])
    assert found["s25"].spend == 0
    assert found["s0"].spend > 0
