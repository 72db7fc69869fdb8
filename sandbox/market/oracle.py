"""What somebody who knew every rate of a market would have done: the yardstick of the benchmarks.

Each day the budget is poured where the next unit of it earns most, until that is less than the unit itself; so the
oracle may leave money unspent. Exact for both curves, day by day, in expectation.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sandbox.market.simulator import Market

Array = NDArray[np.float64]


def best_budgets(market: Market, hour: int) -> Array:
    """The best daily budgets at this hour, worlds × ads.

    Where only so many orders can be served, an order is worth less to the oracle by what the place for it would else
    bring, and so much less that the places just suffice.
    """
    shown, clicked, ordered = market.rates(hour)
    rate = shown * clicked * ordered
    worth = market.margin * rate  # earned by the first unit of money
    places = _places(market)[:, None]
    free = _within_budget(market, worth)
    if np.isinf(places).all():
        return free
    low, high = np.zeros_like(places), np.ones_like(places)
    for _ in range(50):
        middle = (low + high) / 2
        sold = (market.reach(_within_budget(market, worth * middle)) * rate).sum(1, keepdims=True)
        low, high = np.where(sold > places, low, middle), np.where(sold > places, middle, high)
    fits = (market.reach(free) * rate).sum(1, keepdims=True) <= places
    return np.asarray(np.where(fits, free, _within_budget(market, worth * low)))


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
        earned += market.margin[:, 0] * np.minimum(orders.sum(1), _places(market)) - budgets.sum(1)
    return earned
