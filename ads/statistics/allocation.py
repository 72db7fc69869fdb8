"""How to share a budget out: Thompson's and top-two's shares, a floor for each, and water filling for profit.

Everything takes draws from what is believed: arrays whose last axis is the variations. "lower" is for costs.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Better = Literal["higher", "lower"]


def thompson(draws: Array, better: Better = "higher") -> Array:
    """The chance of each variation to be the best one. `draws`: draws × variations; ties are shared."""
    return _placed(draws, better)[0]


def top_two(draws: Array, better: Better = "higher") -> Array:
    """Half for the chance to be the best, half for the chance to be the second: so the runner-up is never starved."""
    if draws.shape[-1] == 1:
        return np.ones(1)
    first, second = _placed(draws, better)
    return (first + second) / 2


def _placed(draws: Array, better: Better) -> tuple[Array, Array]:
    """Shares of first and of second places. What is tied shares its places, whatever the order it stands in."""
    goods = draws if better == "higher" else -draws
    best = goods.max(axis=-1, keepdims=True)
    leads = goods == best
    leaders = leads.sum(axis=-1, keepdims=True)
    first = leads / leaders
    follows = np.where(leads, -np.inf, goods)
    behind = follows == follows.max(axis=-1, keepdims=True)
    second = np.where(leaders > 1, first, behind / behind.sum(axis=-1, keepdims=True))
    return first.mean(axis=0), second.mean(axis=0)


def floored(weights: Array, floor: float) -> Array:
    """`floor` for each, the rest by weight: f + (1 − K f) w. A floor that leaves no rest is equal shares."""
    floor = max(0.0, floor)
    count = weights.shape[-1]
    if floor * count >= 1:
        return np.full(weights.shape, 1 / count)
    total = weights.sum(axis=-1, keepdims=True)
    even = np.full(weights.shape, 1 / count)
    shares = np.divide(weights, total, out=even, where=total > 0)
    return np.asarray(floor + (1 - count * floor) * shares)


def pour(worth: Array, width: Array, budget: Array, least: Array | float = 1.0) -> Array:
    """The most profitable spends where x earns worth × width × ln(1 + x / width): water filling, last axis variations.

    `worth` is what the first unit of money earns, `width` the spend at which the next unit costs twice as much.
    Money whose next unit would earn less than `least` is left: the spends may sum to less than `budget`.
    """
    order = np.argsort(-worth, axis=-1, kind="stable")
    best = np.take_along_axis(worth, order, axis=-1)
    wide = np.take_along_axis(width, order, axis=-1)
    # with the n best in, the next unit earns (Σ worth·width) / (budget + Σ width); who is above that level is in
    level = np.cumsum(best * wide, axis=-1) / (budget[..., None] + np.cumsum(wide, axis=-1))
    price = np.maximum(level.max(axis=-1, keepdims=True), least)
    return np.asarray(np.maximum(0.0, width * (worth / price - 1)))
