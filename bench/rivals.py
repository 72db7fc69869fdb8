"""What the autopilot is measured against: how ads are commonly steered, each as well as its kind can be done.

All of them know the margin and the verified orders that have come so far, look as often as they are meant to, and may
move budgets at once and without limits; ours has to keep its largest step and its cooldown.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from bench.markets import Array, Policy, even, total
from sandbox.market.oracle import best_budgets
from sandbox.market.simulator import Market

DRAWS = 400


def equal_split(market: Market, budgets: Array) -> Array | None:
    return None


def epsilon_greedy(market: Market, budgets: Array) -> Array | None:
    """Nine tenths of the budget for what has been best so far, a tenth for all, every six hours."""
    if market.hour % 6 or market.hour < 24:
        return None
    spend, orders = _so_far(market)
    best = ((orders + 1) / (spend + market.margin)).argmax(1)
    shares = np.full(market.shape, 0.1 / market.shape[1])
    shares[np.arange(market.shape[0]), best] += 0.9
    return np.asarray(shares * total(market))


class TestThenShip:
    """Equal shares until one has a chance of more than 95 % to be the best, looked at daily; then all of it to that."""

    __test__ = False  # no test of pytest's

    def __init__(self) -> None:
        self._shipped: NDArray[np.intp] | None = None
        self._random = np.random.Generator(np.random.PCG64(7))

    def __call__(self, market: Market, budgets: Array) -> Array | None:
        if self._shipped is None:
            self._shipped = np.full(market.shape[0], -1)
        if market.hour % 24 or market.hour < 72:
            return None
        chances, _ = _places(market, self._random)
        new = (self._shipped < 0) & (chances.max(1) > 0.95)
        self._shipped = np.where(new, chances.argmax(1), self._shipped)
        alone = np.arange(market.shape[1]) == self._shipped[:, None]
        return np.where(self._shipped[:, None] >= 0, alone * total(market), even(market))


def rule_bot(market: Market, budgets: Array) -> Array | None:
    """Meta-style rules over the last 7 days, daily: pause above twice the Max CPA, a fifth more below .7 of it."""
    if market.hour % 24 or not market.hour:
        return None
    last = slice(max(0, market.hour - 168), market.hour)
    spend, orders = market.spend[:, :, last].sum(2), market.reported[:, :, last].sum(2)
    cpa = spend / np.maximum(orders, 1e-9)
    judged = spend >= 2 * market.margin
    changed = np.where(judged & (cpa < 0.7 * market.margin), budgets * 1.2, budgets)
    changed = np.where(judged & (cpa > 2 * market.margin), 0.0, changed)
    return np.asarray(changed * np.minimum(1.0, total(market) / np.maximum(changed.sum(1, keepdims=True), 1e-9)))


class Bandit:
    """Thompson's shares or top-two's, on orders per unit of money, with a floor of 1 %, every six hours."""

    def __init__(self, way: str) -> None:
        self._way = way
        self._random = np.random.Generator(np.random.PCG64(8))

    def __call__(self, market: Market, budgets: Array) -> Array | None:
        if market.hour % 6 or market.hour < 24:
            return None
        first, second = _places(market, self._random)
        weights = first if self._way == "thompson" else (first + second) / 2
        shares = 0.01 + (1 - 0.01 * market.shape[1]) * weights
        return np.asarray(shares * total(market))


def _so_far(market: Market) -> tuple[Array, Array]:
    return market.spend[:, :, : market.hour].sum(2), market.arrived[:, :, : market.hour].sum(2)


def _places(market: Market, random: np.random.Generator) -> tuple[Array, Array]:
    """The chances to be the best and to be the second, by a gamma posterior of orders per unit of money."""
    spend, orders = _so_far(market)
    draws = random.standard_gamma((orders + 1)[:, None], (market.shape[0], DRAWS, market.shape[1]))
    draws /= (spend + market.margin)[:, None]
    order = draws.argsort(axis=2)
    places = np.arange(market.shape[1])
    return (places == order[:, :, -1:]).mean(1), (places == order[:, :, -2:-1]).mean(1)


class Told:
    """No rival but a yardstick: equal shares for some hours, and from then on what the oracle does, by every rate."""

    def __init__(self, hours: int) -> None:
        self._hours = hours

    def __call__(self, market: Market, budgets: Array) -> Array | None:
        if market.hour < self._hours or (market.hour % 24 and market.hour != self._hours):
            return None
        return best_budgets(market, market.hour // 24 * 24 + 12)


TOLD = (12, 24, 48)  # hours
RIVALS: dict[str, Callable[[], Policy]] = {
    "equal split": lambda: equal_split,
    "epsilon-greedy": lambda: epsilon_greedy,
    "A/B then ship": TestThenShip,
    "rule bot": lambda: rule_bot,
    "top-two": lambda: Bandit("top_two"),
    "Thompson": lambda: Bandit("thompson"),
}
