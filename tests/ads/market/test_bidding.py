"""What a bid holds a day's spend down to in a market, against the curve itself; and nothing changes without one."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from sandbox.ads_market import Live, Steady
from sandbox.market import bidding
from sandbox.market.simulator import Market
from sandbox.market.single import LiveMarket
from sandbox.market.worlds import stationary

HOUR = timedelta(hours=1)
MORNING = datetime(2030, 3, 4, 6, tzinfo=UTC)


def market(curve: str, **more: object) -> Market:
    return Market([replace(stationary(seed), curve=curve, **more) for seed in range(20)], 1)


def cost(of: Market, spend: np.ndarray, clicks: bool) -> np.ndarray:
    """What a result costs on average, as the platform counts them, at a day's spend."""
    shown, clicked, ordered = of.rates(of.hour)
    return spend / (of.reach(spend) * shown * clicked * (1.0 if clicks else ordered * (1 + of.over_report)))


@pytest.mark.parametrize("curve", ["log", "hill"])
@pytest.mark.parametrize("clicks", [True, False], ids=["clicks", "orders"])
def test_a_result_costs_the_bid_on_average_where_it_holds(curve: str, clicks: bool) -> None:
    made = market(curve, over_report=0.4)
    first = cost(made, np.full(made.shape, 1e-6), clicks)
    bids = first * np.linspace(1.01, 30, made.shape[1])
    held = bidding.most(made, bids, np.full(made.shape, clicks))
    assert (held > 0).all()
    assert np.allclose(cost(made, held, clicks), bids, rtol=1e-6)
    assert (cost(made, held * 1.01, clicks) > bids).all(), "a little more, and it would cost more than the bid"


@pytest.mark.parametrize("curve", ["log", "hill"])
def test_below_the_price_of_the_first_result_nothing_is_spent_and_without_a_bid_nothing_is_held(curve: str) -> None:
    made = market(curve)
    first = cost(made, np.full(made.shape, 1e-6), False)
    orders = np.zeros(made.shape, dtype=np.bool_)
    assert not bidding.most(made, first * 0.99, orders).any()
    assert not bidding.most(made, np.zeros(made.shape), orders).any()
    assert np.isinf(bidding.most(made, np.full(made.shape, np.inf), orders)).all()
    many = bidding.most(made, first * 10_000, orders)
    assert (np.isfinite(many) & (many > 1_000)).all()


def test_a_market_without_bids_is_the_one_that_it_was() -> None:
    """The benchmarks' worlds to the last digit: figures of before there were bids."""
    made = Market([stationary(seed) for seed in range(4)], 3)
    for _ in range(made.hours):
        made.step(np.full(made.shape, 20.0))
    assert made.profit().round(6).tolist() == [2032.966982, 13.324336, 491.0827, 355.014716]


def test_a_bid_holds_down_what_an_ad_spends_and_its_orders_cost_less() -> None:
    def lived(bid: float | None) -> tuple[float, float]:
        made, spend, orders = LiveMarket(stationary(7), seed=7, unit=130.0), 0.0, 0.0
        for n in range(24 * 40):
            live = Live(
                id="a", platform="meta", account="1", name="a", budget=20_000.0, currency="KES", bid=bid, result="order"
            )
            row = made.step(MORNING + n * HOUR, [live])["a"]
            spend, orders = spend + row.spend, orders + row.conversions
        return spend, spend / orders

    free, dear = lived(None)
    held, cheaper = lived(dear * 0.8)
    assert 0 < held < free
    assert cheaper == pytest.approx(dear * 0.8, rel=0.15)


@pytest.mark.parametrize("result", ["order", "click"])
def test_the_steady_market_shows_no_ad_whose_results_cost_more_than_its_bid(result: str) -> None:
    def spent(bid: float | None) -> float:
        steady = Steady()
        live = Live(
            id="a", platform="meta", account="1", name="a", budget=500.0, currency="KES", bid=bid, result=result
        )  # type: ignore[arg-type]
        return sum(steady.step(MORNING + n * HOUR, [live])["a"].spend for n in range(24))

    assert spent(1.0) == 0
    assert spent(100_000.0) == spent(None) > 0
    assert (spent(20.0) > 0) == (result == "click")
