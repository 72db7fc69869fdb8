"""What a bid holds a day's spend down to: where a result costs the bid on average, as the platform counts results.

The cheapest people are reached first, so the average rises with the spend. With v for the results that the first unit
of money brings at the bid's worth (v = bid × results per unit), a saturation of s and the spend x = s × u:

log curve:  u = v × ln(1 + u), which is u = -v × W(-exp(-1 / v) / v) - 1 on the lower branch of Lambert's W;
hill curve: 1 + u = v.

Where not even the first result is worth its price (v is at most 1) nothing is spent.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sandbox.market.simulator import Market

Array = NDArray[np.float64]


def most(market: Market, bids: Array, clicks: NDArray[np.bool_]) -> Array:
    """The most that a day's spend may be in the coming hour, worlds × ads; infinite where the bid is.

    `clicks` says which of them buy clicks; the others buy orders, of which the platform claims more than there are.
    """
    from scipy.special import lambertw  # type: ignore[import-untyped]  # here: only bids need scipy

    shown, clicked, ordered = market.rates(market.hour)
    results = shown * clicked * np.where(clicks, 1.0, ordered * (1 + np.minimum(market.over_report, 1.0)))
    worth = bids * results
    over = np.where(np.isfinite(worth), np.maximum(worth, 1.0), 2.0)
    log = -over * np.real(lambertw(-np.exp(-1 / over) / over, k=-1)) - 1
    held = market.saturation * np.maximum(np.where(market.hill, over - 1, log), 0.0)
    return np.asarray(np.where(np.isfinite(worth), np.where(worth > 1, held, 0.0), np.inf))
