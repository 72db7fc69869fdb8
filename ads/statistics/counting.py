"""Which of several variations sells more for the same exposure, in a form that stays true under any number of looks.

Orders of two variations that are equally good fall to each as their exposure does: with exposures x and y in an hour,
each order is the first one's with chance x / (x + y). The likelihood ratio of "the first is exp(θ) times as good"
against that is a martingale, hour by hour, whatever the budgets were and however demand moved; a mixture over θ is one
too (an e-process: Ville's inequality). So a claim made when it passes 1/α is wrong with at most the chance α, even if
one looks every hour for ever. Exact for counts, no sample is too small. After Lindon and Malek (2022), "Anytime-valid
inference for multinomial count data".
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

LIFTS = np.log1p(np.array([0.15, 0.3, 0.5, 0.8, 1.5]))


def evidence(orders: Array, exposure: Array, leader: NDArray[np.intp]) -> Array:
    """The logarithm of the evidence that the leader is better than each other one; 0 for itself.

    `orders` and `exposure`: … × variations × hours. With money as the exposure the claim is about the cost of an order.
    """
    place = np.asarray(leader)[..., None, None]
    won = np.take_along_axis(orders, place, axis=-2)
    had = np.take_along_axis(exposure, place, axis=-2)
    both = had + exposure
    share = np.divide(had, both, out=np.full(both.shape, 0.5), where=both > 0)
    counted = (exposure > 0) & (had > 0)  # where only one was shown, an order says nothing of the two
    mine, theirs = np.where(counted, won, 0.0), np.where(counted, orders, 0.0)
    both = mine + theirs
    least = mine.sum(-1)
    # an hour without an order says nothing, and most have none: only the others are computed
    ratios = np.stack([least * lift - _weighed(both, share, float(lift)) for lift in LIFTS], axis=-1)
    top = ratios.max(-1, keepdims=True)
    mixed = top[..., 0] + np.log(np.exp(ratios - top).mean(-1))
    is_leader = np.arange(orders.shape[-2]) == np.asarray(leader)[..., None]
    return np.asarray(np.where(is_leader, 0.0, mixed))


def _weighed(both: Array, share: Array, lift: float) -> Array:
    filled = both > 0
    parts = np.zeros(both.shape)
    parts[filled] = both[filled] * np.log1p(share[filled] * np.expm1(lift))
    return np.asarray(parts.sum(-1))


def chance_wrong(evidence: Array, leader: NDArray[np.intp]) -> tuple[Array, Array]:
    """Bounds for the chance of ever being wrong in saying "the leader is the best", and "this one is worse than it".

    Who leads is picked by the same figures, so the bounds are for every variation and every pair at once.
    """
    count = evidence.shape[-1]
    is_leader = np.arange(count) == np.asarray(leader)[..., None]
    least = np.where(is_leader, np.inf, evidence).min(-1)
    best = np.minimum(1.0, count * np.exp(-np.maximum(least, 0.0))) if count > 1 else np.zeros(least.shape)
    worse = np.minimum(1.0, count * max(count - 1, 1) * np.exp(-np.maximum(evidence, 0.0)))
    return np.asarray(best), np.where(is_leader, 1.0, worse)
