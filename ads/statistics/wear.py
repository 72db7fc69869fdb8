"""Whether people have seen an ad too often: its click rate now against all its days before, facts of `fatigue`."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from ads.statistics.normal import cdf

_FIRST, _NOW = 24, 48  # hours: the first day is left out, since platforms learn in it
_VARIES = 0.03  # how far click rates move without a cause (standard deviation of the logarithm), beside their counts


def facts(impressions: Sequence[float], clicks: Sequence[float]) -> dict[str, Any]:
    """`impressions_recent`, `ctr_change`, `chance_fatigued`; the last two None where nothing can be said.

    The chance is that the click rate of the last two days has truly fallen, by however little: how much is for the
    table to weigh.
    """
    end = len(impressions) - _NOW
    early = slice(_FIRST, max(end, _FIRST))
    shown_now, clicked_now = sum(impressions[max(end, 0) :]), sum(clicks[max(end, 0) :])
    if end <= _FIRST or not clicked_now or not sum(clicks[early]):
        return {"impressions_recent": round(shown_now), "ctr_change": None, "chance_fatigued": None}
    shown, clicked = sum(impressions[early]), sum(clicks[early])
    change = math.log(clicked_now / shown_now) - math.log(clicked / shown)
    spread = math.sqrt(1 / clicked_now + 1 / clicked + 2 * _VARIES**2)
    return {
        "impressions_recent": round(shown_now),
        "ctr_change": round(math.exp(change) - 1, 4),
        "chance_fatigued": round(cdf(-change / spread), 4),
    }
