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
    """The best daily budgets at this hour, worlds × ads."""
    shown, clicked, ordered = market.rates(hour)
    worth = market.margin * shown * clicked * ordered  # earned by the first unit of money
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
        limits = np.array([np.inf if world.capacity is None else world.capacity for world in market.worlds])
        earned += market.margin[:, 0] * np.minimum(orders.sum(1), limits) - budgets.sum(1)
    return earned
