"""Whether the last hours of an ad look like those before: the facts of the table `anomaly`.

The last hours are set against what the same hours of the day were before, scaled by the budget; the counts are
compared as counts, with their own uncertainty and some more, since markets vary in ways that no model has.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from ads.statistics import surprise

Array = NDArray[np.float64]

LEAST_HOURS = 48  # of history before the last ones, or nothing is surprising
_SPEND, _DELIVERY, _PRICE = 3, 4, 6  # the last hours that are looked at
_SILENCE = (12, 24, 48)
_BACK = 14 * 24
_VARIES = 60.0  # as if no expectation were learned from more counts than these: hours differ by an eighth anyway


class Recent(msgspec.Struct, frozen=True, kw_only=True):
    """An ad's hours, the oldest first. `orders` in the hour in which they came; `rate`: the daily budget in force."""

    spend: Sequence[float]
    impressions: Sequence[float]
    clicks: Sequence[float]
    orders: Sequence[float]
    rate: Sequence[float]


def facts(recent: Recent) -> dict[str, Any]:
    """`spend_factor`, `spend_surprise`, `delivery_surprise`, `silence_surprise`, `click_price_surprise`."""
    spend, shown, clicks, orders, rate = (
        np.asarray(series, dtype=float)[-_BACK:]
        for series in (recent.spend, recent.impressions, recent.clicks, recent.orders, recent.rate)
    )
    calm = {
        "spend_factor": 1.0, "spend_surprise": 0.0, "delivery_surprise": 0.0, "silence_surprise": 0.0,
        "click_price_surprise": 0.0,
    }  # fmt: skip
    if len(spend) < LEAST_HOURS + max(_SPEND, _DELIVERY, _PRICE):
        return calm
    planned = _usual(spend, rate, _SPEND)
    spent = float(spend[-_SPEND:].sum())
    per_unit = float(spend[:-_SPEND].mean()) / 100 or 1.0  # money has no count; a hundred an hour make it one
    viewed = _usual(shown, rate, _DELIVERY)
    return {
        "spend_factor": round(spent / planned, 2) if planned else (1.0 if not spent else 99.0),
        "spend_surprise": surprise.many(spent / per_unit, planned / per_unit, _VARIES),
        "delivery_surprise": surprise.few(float(shown[-_DELIVERY:].sum()), viewed, _VARIES),
        "silence_surprise": max(_since_last(clicks, orders), _fewer(clicks, orders)),
        "click_price_surprise": _price(spend, clicks),
    }


def _usual(series: Array, rate: Array, last: int) -> float:
    """What the last hours should have brought: as the same hours of the day before, per unit of budget."""
    before, budgets = series[:-last], rate[:-last]
    clock = np.arange(len(series)) % 24
    of_hour = np.bincount(clock[:-last], weights=before, minlength=24)
    at_hour = np.bincount(clock[:-last], weights=budgets, minlength=24)
    per_budget = np.divide(of_hour, at_hour, out=np.zeros(24), where=at_hour > 0)
    return float((per_budget[clock[-last:]] * rate[-last:]).sum())


def _since_last(clicks: Array, orders: Array) -> float:
    """That nobody has ordered since the last order, though so many clicked."""
    came = np.flatnonzero(orders)
    quiet = len(orders) - 1 - int(came[-1]) if len(came) else 0
    return _silence(clicks, orders, quiet) if quiet else 0.0


def _fewer(clicks: Array, orders: Array) -> float:
    """That far fewer order than did, where not all orders are lost. Many windows overlap, hence a power of ten less."""
    most = max(_silence(clicks, orders, hours) for hours in _SILENCE)
    return round(max(0.0, most - 1.0), 2)


def _silence(clicks: Array, orders: Array, hours: int) -> float:
    """Orders that do not come though people click: against the order rate of the time before."""
    if len(clicks) < hours + LEAST_HOURS:
        return 0.0
    known, clicked = float(orders[:-hours].sum()), float(clicks[:-hours].sum())
    if known < 10 or not clicked:
        return 0.0
    expected = known / clicked * float(clicks[-hours:].sum())
    return surprise.few(float(orders[-hours:].sum()), expected, min(known, 2 * _VARIES))


def _price(spend: Array, clicks: Array) -> float:
    """Clicks for the money, either way."""
    before = slice(-_PRICE - 72, -_PRICE)
    spent, clicked = float(spend[before].sum()), float(clicks[before].sum())
    if not spent or clicked < 20:
        return 0.0
    expected = clicked / spent * float(spend[-_PRICE:].sum())
    now = float(clicks[-_PRICE:].sum())
    known = min(clicked, _VARIES)
    return max(surprise.few(now, expected, known), surprise.many(now, expected, known))
