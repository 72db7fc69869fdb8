"""Budgets for a business that can serve only so many customers a day: leads that cannot be served are not bought.

An order is worth its margin only if there is a place for it. So each is valued at the margin times the chance that a
place is left, and money is poured by that: the nearer a campaign comes to its places, the less it pays for the next
order. How many will order is not known, so it is done for all possible truths at once, by what is believed of them.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ads.statistics.allocation import pour

Array = NDArray[np.float64]
_HALVINGS = 12  # the value of an order is found to a four-thousandth


def poured(worth: Array, width: Array, budget: Array, margin: Array, places: Array) -> Array:
    """Campaigns × variations. `worth` and `width`: campaigns × draws × variations; the others: campaigns.

    `places` are the orders a day that can be served. The value at which the money is poured is the chance that a
    place is left (orders are a Poisson count in each draw) when it is poured at that value.
    """
    from scipy.special import gammaincc  # type: ignore[import-untyped]  # here, so that most need no scipy

    def spends(value: Array) -> Array:
        daily = np.repeat(budget[:, None], worth.shape[1], 1)
        return np.asarray(pour(worth * value[:, None, None], width, daily).mean(1))

    low, high = np.zeros(len(worth)), np.ones(len(worth))
    for _ in range(_HALVINGS):
        value = (low + high) / 2
        reached = width * np.log1p(spends(value)[:, None] / width)
        orders = (worth / margin[:, None, None] * reached).sum(-1)
        left = gammaincc(np.maximum(places, 1.0)[:, None], orders).mean(-1)
        more = value <= left
        low, high = np.where(more, value, low), np.where(more, high, value)
    return np.where(places[:, None] > 0, spends(low), 0.0)
