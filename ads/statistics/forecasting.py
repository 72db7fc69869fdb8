"""What the next one to three days will bring, with intervals, and only where there is enough to go by.

A series of hours is taken apart into a level, the hours of the day and the days of the week (both shrunk towards
"no difference" by how much was seen), and carried on with a damped drift. The intervals are not assumed but measured:
the same forecast is made at earlier moments of the series, and how far those were off gives the width.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from ads.statistics.normal import student_quantile

Array = NDArray[np.float64]

LEAST_DAYS = 10  # fewer than this, and nothing is forecast
LEAST_COUNT = 50.0  # of what is counted, over all hours
LONGEST = 72
_LEVEL, _DRIFT, _DAMPING = 0.35, 0.1, 0.8  # per day
_DAY_BELIEF = 40.0  # counts that are believed to fall evenly on the hours of the day
_WEEK_BELIEF = 3.0  # days that are believed to be like any other
_ORIGINS = 14  # earlier moments, half a day apart, that the intervals are measured at: a week of them


class Forecast(msgspec.Struct, frozen=True, kw_only=True):
    """Hour by hour from now, and the totals. Without `enough` all are empty and `sentence` says why."""

    enough: bool
    sentence: str
    expected: tuple[float, ...] = ()
    low: tuple[float, ...] = ()
    high: tuple[float, ...] = ()
    total: tuple[float, float, float] = (0.0, 0.0, 0.0)  # expected, low, high


def forecast(hours: Sequence[float], ahead: int, *, first_hour: int = 0, level: float = 0.8) -> Forecast:
    """`hours`: the oldest first, the first of them `first_hour` hours after a Monday's midnight (of the business)."""
    if not 1 <= ahead <= LONGEST:
        raise ValueError(f"a forecast is for 1 to {LONGEST} hours, not {ahead}")
    series = np.asarray(hours, dtype=float)
    days, count = len(series) // 24, float(series.sum()) if len(series) else 0.0
    if days < LEAST_DAYS or count < LEAST_COUNT or not np.isfinite(series).all():
        said = (
            f"There are {days} days with {count:.0f} in all; a forecast needs {LEAST_DAYS} days with {LEAST_COUNT:.0f}."
        )
        return Forecast(enough=False, sentence=said)
    expected = predicted(series, ahead, first_hour)
    reach, total_reach = _reaches(series, ahead, first_hour, level)
    half = reach * np.sqrt(np.maximum(expected, 0.05))
    total = float(expected.sum())
    wide = total_reach * float(np.sqrt(max(total, 1.0)))
    low, high = max(0.0, total - wide), total + wide
    said = (
        f"Expected in the next {ahead} hours: {total:.0f}, "
        f"with a chance of {level:.0%} between {low:.0f} and {high:.0f}."
    )
    return Forecast(
        enough=True, sentence=said, expected=tuple(expected.tolist()),
        low=tuple(np.maximum(expected - half, 0.0).tolist()), high=tuple((expected + half).tolist()),
        total=(total, low, high),
    )  # fmt: skip


def predicted(series: Array, ahead: int, first_hour: int) -> Array:
    """The point forecast, hour by hour."""
    short = len(series) % 24
    whole = series[short:]  # whole days, the newest complete
    start = first_hour + short
    table = whole.reshape(-1, 24)
    daily = table.sum(1)
    of_day = (table.sum(0) + _DAY_BELIEF / 24) / (daily.sum() + _DAY_BELIEF)
    weekdays = (start // 24 + np.arange(len(table))) % 7
    of_week = _of_week(daily, weekdays)
    plain = daily / of_week[weekdays]
    level, drift = _smoothed(plain)
    steps = np.arange(ahead)
    day = steps // 24
    damped = np.cumsum(_DAMPING ** np.arange(1, ahead // 24 + 2))
    height = np.maximum(level + drift * damped[day], 0.1 * level)
    return np.asarray(height * of_week[(start // 24 + len(table) + day) % 7] * of_day[steps % 24])


def _of_week(daily: Array, weekdays: NDArray[np.intp]) -> Array:
    """How each weekday stands to its neighbourhood, so that a trend is not taken for a weekday."""
    around = np.convolve(np.pad(daily, 3, mode="edge"), np.ones(7) / 7, mode="valid")
    ratio = daily / np.maximum(around, 1e-9)
    sums = np.bincount(weekdays, weights=ratio, minlength=7)
    seen = np.bincount(weekdays, minlength=7)
    factors = (sums + _WEEK_BELIEF) / (seen + _WEEK_BELIEF)
    return np.asarray(factors / factors.mean())


def _smoothed(plain: Array) -> tuple[float, float]:
    level, drift = float(plain[:3].mean()), 0.0
    for value in plain[1:]:
        before = level
        level = _LEVEL * float(value) + (1 - _LEVEL) * (level + _DAMPING * drift)
        drift = _DRIFT * (level - before) + (1 - _DRIFT) * _DAMPING * drift
    return level, drift


def _reaches(series: Array, ahead: int, first_hour: int, level: float) -> tuple[float, float]:
    """How far an hour, and the total, may be off, in roots of what is expected: as far as it was at earlier moments."""
    hours, totals = [], []
    for back in range(_ORIGINS):
        end = len(series) - ahead - back * 12
        if end < 5 * 24:
            break
        before, after = predicted(series[:end], ahead, first_hour), series[end : end + ahead]
        hours.append(np.abs(after - before) / np.sqrt(np.maximum(before, 0.05)))
        totals.append(float((after.sum() - before.sum()) ** 2 / max(before.sum(), 1.0)))
    if not hours:
        return 1.5, 2.5
    freedom = max(2.0, len(totals) / 2)  # the moments overlap, so they are fewer than they seem
    spread = float(np.sqrt(np.mean(totals)))
    least = student_quantile((1 + level) / 2, math.inf) * 0.8
    return float(np.quantile(np.concatenate(hours), level)), max(
        student_quantile((1 + level) / 2, freedom) * spread, least
    )
