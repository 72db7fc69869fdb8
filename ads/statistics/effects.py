"""Two variations compared by a mean, a proportion or a ratio: uplift, chance to win, expected loss, intervals.

A sample is kept as its sums only. The relative uplift of B over A is (mean B − mean A) / mean A, with its variance by
the delta method; ratios of two means (profit per spend, orders per click) by the delta method with their covariance.
The chance to win and the risks follow from a Gaussian posterior. The test values are those of GrowthBook's gbstats.
"""

from __future__ import annotations

import math
from typing import Literal

import msgspec

from ads.statistics.normal import cdf, quantile, risk, student_cdf, student_quantile


class Sample(msgspec.Struct, frozen=True, kw_only=True):
    """`mean` of `n` units and `variance` of one unit. Means and variances of nothing are 0."""

    n: float
    mean: float
    variance: float

    @property
    def error(self) -> float:
        """The variance of the mean."""
        return self.variance / self.n if self.n else 0.0


def mean_of(total: float, squares: float, n: float) -> Sample:
    """From the sum and the sum of squares of `n` values."""
    if n <= 1:
        return Sample(n=n, mean=total / n if n else 0.0, variance=0.0)
    return Sample(n=n, mean=total / n, variance=max(0.0, (squares - total * total / n) / (n - 1)))


def proportion_of(hits: float, n: float) -> Sample:
    share = hits / n if n else 0.0
    return Sample(n=n, mean=share, variance=share * (1 - share))


def ratio_of(over: Sample, under: Sample, covariance: float) -> Sample:
    """The ratio of two means of the same units, by the delta method; `covariance` is of one unit."""
    if not under.mean or not over.n:
        return Sample(n=over.n, mean=0.0, variance=0.0)
    ratio = over.mean / under.mean
    spread = over.variance - 2 * ratio * covariance + ratio * ratio * under.variance
    return Sample(n=over.n, mean=ratio, variance=max(0.0, spread / (under.mean * under.mean)))


class Effect(msgspec.Struct, frozen=True, kw_only=True):
    """A difference, or a relative one, with its estimate's variance; `known` is false where nothing can be said."""

    value: float
    variance: float
    known: bool = True
    freedom: float = math.inf  # degrees, after Welch and Satterthwaite
    units: float = 0.0

    @property
    def sd(self) -> float:
        return math.sqrt(self.variance)


def effect(a: Sample, b: Sample, *, relative: bool = True) -> Effect:
    """Of B over A. A relative one needs a mean of A that is not zero."""
    freedom = _freedom(a, b)
    units = a.n + b.n
    if not a.n or not b.n or not a.error + b.error or (relative and not a.mean):
        return Effect(value=0.0, variance=0.0, known=False, freedom=freedom, units=units)
    difference = b.mean - a.mean
    if not relative:
        return Effect(value=difference, variance=a.error + b.error, freedom=freedom, units=units)
    variance = b.error / a.mean**2 + a.error * b.mean**2 / a.mean**4
    return Effect(value=difference / a.mean, variance=variance, freedom=freedom, units=units)


def _freedom(a: Sample, b: Sample) -> float:
    under = sum(sample.error**2 / (sample.n - 1) for sample in (a, b) if sample.n > 1)
    return (a.error + b.error) ** 2 / under if under else math.inf


class Bayes(msgspec.Struct, frozen=True, kw_only=True):
    """What to believe of an effect. The two risks are what staying, and switching, loses on average if it is wrong."""

    effect: float
    sd: float
    low: float
    high: float
    chance_to_win: float
    risk_of_staying: float
    risk_of_switching: float


def bayes(
    seen: Effect,
    *,
    prior: tuple[float, float] | None = None,
    better: Literal["higher", "lower"] = "higher",
    level: float = 0.95,
) -> Bayes:
    """The Gaussian posterior. `prior` is (mean, variance); without it the prior is flat.

    With `better="lower"` (a cost) B wins where the effect is negative; effect and interval keep their sign.
    """  # fmt: skip
    if not seen.known and prior is None:
        return Bayes(
            effect=0.0, sd=0.0, low=0.0, high=0.0, chance_to_win=0.5, risk_of_staying=0.0, risk_of_switching=0.0
        )
    mean, variance = _posterior(seen, prior)
    sd = math.sqrt(variance)
    half = quantile((1 + level) / 2) * sd
    gain = mean if better == "higher" else -mean
    stay, switch = risk(gain, sd)
    return Bayes(
        effect=mean, sd=sd, low=mean - half, high=mean + half,
        chance_to_win=cdf(gain / sd) if sd else (0.5 if not gain else float(gain > 0)),
        risk_of_staying=stay, risk_of_switching=switch,
    )  # fmt: skip


def _posterior(seen: Effect, prior: tuple[float, float] | None) -> tuple[float, float]:
    if prior is None:
        return seen.value, seen.variance
    if not seen.known:
        return prior
    if not seen.variance:
        return seen.value, 0.0
    precision = 1 / seen.variance + 1 / prior[1]
    return (seen.value / seen.variance + prior[0] / prior[1]) / precision, 1 / precision


class Interval(msgspec.Struct, frozen=True, kw_only=True):
    low: float
    high: float
    p: float


def welch(seen: Effect, *, level: float = 0.95) -> Interval:
    """Student's interval and two-sided p value, for one look at a moment that was fixed before."""
    if not seen.known:
        return Interval(low=-math.inf, high=math.inf, p=1.0)
    half = student_quantile((1 + level) / 2, seen.freedom) * seen.sd
    p = 2 * student_cdf(-abs(seen.value) / seen.sd, seen.freedom)
    return Interval(low=seen.value - half, high=seen.value + half, p=p)


def welch_greater(seen: Effect, *, level: float = 0.95) -> Interval:
    """The same with one side: how low the effect may be, and the p value of its being none or negative."""
    if not seen.known:
        return Interval(low=-math.inf, high=math.inf, p=1.0)
    low = seen.value - student_quantile(level, seen.freedom) * seen.sd
    return Interval(low=low, high=math.inf, p=student_cdf(-seen.value / seen.sd, seen.freedom))
