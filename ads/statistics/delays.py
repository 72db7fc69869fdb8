"""How long orders take after their click, learned from those that came, so that young clicks are not judged too early.

The rate of orders at each age is the orders that came at that age over the clicks that have reached it: clicks too
young for an age say nothing about it, which is what makes the estimate right while a campaign is running (Kaplan and
Meier's idea, for rates). A few expected orders after a typical curve keep the first days calm.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

EDGES = np.array([0.0, 1, 3, 6, 12, 18, 24, 30, 36, 48, 60, 72, 96, 120, 144, 168, 240])  # hours since the click
_TYPICAL = np.array([0.40, 0.08, 0.06, 0.06, 0.04, 0.04, 0.10, 0.04, 0.03, 0.04, 0.02, 0.02, 0.03, 0.02, 0.01, 0.01])
_TYPICAL_ORDERS = 5.0


def bin_of(hours: Array | float) -> NDArray[np.intp]:
    """Which bin a delay falls into; what is longer than the last edge counts in the last bin."""
    return np.clip(np.searchsorted(EDGES, hours, side="right") - 1, 0, len(_TYPICAL) - 1)


def curve(counts: Array, clicks: Array) -> Array:
    """The share of all orders that has come by each edge. `counts`: … × bins; `clicks`: … × hours, the newest last."""
    reached = np.cumsum(clicks, axis=-1)  # clicks that are at least so old, looking backwards from the newest
    hours = clicks.shape[-1]
    oldest = hours - np.ceil(EDGES[:-1]).astype(int) - 1
    exposed = np.where(oldest >= 0, reached[..., np.clip(oldest, 0, None)], 0.0)
    total = np.maximum(counts.sum(-1, keepdims=True), 1.0)
    everyone = np.maximum(reached[..., -1:], 1.0)
    rate = (counts + _TYPICAL_ORDERS * _TYPICAL) / (exposed + _TYPICAL_ORDERS * everyone / total)
    grown = np.concatenate([np.zeros((*rate.shape[:-1], 1)), np.cumsum(rate, axis=-1)], axis=-1)
    return np.asarray(grown / grown[..., -1:])


def maturity(shares: Array, hours: int) -> Array:
    """Which share of the orders of each click hour has come by now, for the last `hours` hours, the newest last."""
    ages = np.arange(hours - 1, -1, -1) + 0.5
    upper = np.clip(np.searchsorted(EDGES, ages, side="right"), 1, len(EDGES) - 1)
    width = EDGES[upper] - EDGES[upper - 1]
    part = np.clip((ages - EDGES[upper - 1]) / width, 0.0, 1.0)
    low, high = shares[..., upper - 1], shares[..., upper]
    return np.asarray(low + part * (high - low))
