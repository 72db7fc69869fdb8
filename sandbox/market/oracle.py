"""What somebody who knew every rate of a market would have done: the yardstick of the benchmarks.

Each day the budget is poured where the next unit of it earns most, until that is less than the unit itself; so the
oracle may leave money unspent. Exact for both curves, day by day, in expectation.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammainc, gammaincc  # type: ignore[import-untyped]

from sandbox.market.simulator import Market

Array = NDArray[np.float64]


def best_budgets(market: Market, hour: int) -> Array:
    """The best daily budgets at this hour, worlds × ads.

    Where only so many orders can be served, an order is worth its margin only as often as a place is left for it: the
    oracle knows every rate, and not how many will happen to order on a day.
    """
    shown, clicked, ordered = market.rates(hour)
    rate = shown * clicked * ordered
    worth = market.margin * rate  # earned by the first unit of money
    places = _places(market)
    if np.isinf(places).all():
        return _within_budget(market, worth)
    low, high = np.zeros((len(worth), 1)), np.ones((len(worth), 1))
    for _ in range(30):
        value = (low + high) / 2
        orders = (market.reach(_within_budget(market, worth * value)) * rate).sum(1)
        more = value[:, 0] <= np.where(np.isinf(places), 1.0, gammaincc(np.minimum(places, 1e9), orders))
        low, high = np.where(more[:, None], value, low), np.where(more[:, None], high, value)
    return _within_budget(market, worth * low)


def _served(orders: Array, places: Array) -> Array:
    """How many of a Poisson count of orders find a place, on average: the chances that there are 1, 2, 3… of them."""
    if np.isinf(places).all():
        return orders
    found = orders.copy()
    for row in np.flatnonzero(np.isfinite(places)):
        found[row] = gammainc(np.arange(1, int(places[row]) + 1), orders[row]).sum()
    return found


def _places(market: Market) -> Array:
    return np.array([np.inf if world.capacity is None else float(world.capacity) for world in market.worlds])


def _within_budget(market: Market, worth: Array) -> Array:
    total = np.array([[world.budget] for world in market.worlds])
    low, high = np.ones_like(total), np.maximum(worth.max(1, keepdims=True), 1.0)
    for _ in range(60):
        middle = (low + high) / 2
        over = _poured(market, worth, middle).sum(1, keepdims=True) > total
        low, high = np.where(over, middle, low), np.where(over, high, middle)
    enough = _poured(market, worth, np.ones_like(total)).sum(1, keepdims=True) <= total
    return _poured(market, worth, np.where(enough, 1.0, high))


def _poured(market: Market, worth: Array, price: Array) -> Array:
    """The spend at which the next unit earns `price`."""
    ratio = np.maximum(worth / price, 1.0)
    hill = np.array([[world.curve == "hill"] for world in market.worlds])
    return np.asarray(market.saturation * (np.where(hill, np.sqrt(ratio), ratio) - 1))


def best_profit(market: Market) -> Array:
    """What the oracle earns in each world on average. `market` need not have been stepped."""
    earned = np.zeros(market.shape[0])
    for day in range(market.hours // 24):
        hour = day * 24 + 12
        budgets = best_budgets(market, hour)
        shown, clicked, ordered = market.rates(hour)
        orders = market.reach(budgets) * shown * clicked * ordered
        earned += market.margin[:, 0] * _served(orders.sum(1), _places(market)) - budgets.sum(1)
    return earned
