"""Intervals and p values that stay true however often one looks: asymptotic confidence sequences.

After Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas (2021), "Time-uniform central limit theory and asymptotic
confidence sequences", theorem 2.2 (both sides) and 2.3's one-sided form. `tuning` is the number of units at which the
sequence is tightest. Between counts, `ads.statistics.counting` has a sequence that is exact.
"""

from __future__ import annotations

import math

from ads.statistics.effects import Effect, Interval


def two_sided(seen: Effect, *, alpha: float = 0.05, tuning: float = 5000) -> Interval:
    if not seen.known or not seen.units:
        return Interval(low=-math.inf, high=math.inf, p=1.0)
    n, rho = seen.units, _rho(alpha, tuning)
    grown = n * rho * rho + 1
    half = math.sqrt(seen.variance * n) * math.sqrt(2 * grown * math.log(math.sqrt(grown) / alpha)) / (n * rho)
    return Interval(low=seen.value - half, high=seen.value + half, p=_p(seen, rho, n))


def greater(seen: Effect, *, alpha: float = 0.05, tuning: float = 5000) -> Interval:
    """One side, for guardrails: how low the effect may be at any time. `p` is that of its being none or negative."""
    if not seen.known or not seen.units:
        return Interval(low=-math.inf, high=math.inf, p=1.0)
    n, rho = seen.units, _rho(2 * alpha, tuning)
    grown = n * rho * rho + 1
    scale = math.sqrt(seen.variance * n) / (n * rho)
    half = scale * math.sqrt(2 * grown * math.log1p(math.sqrt(grown) / (2 * alpha)))
    if seen.value <= 0:
        return Interval(low=seen.value - half, high=math.inf, p=1.0)
    surprise = (seen.value / scale) ** 2 / (2 * grown)
    p = math.sqrt(grown) / (2 * math.expm1(surprise)) if surprise < 700 else 0.0
    return Interval(low=seen.value - half, high=math.inf, p=min(1.0, p))


def _rho(alpha: float, tuning: float) -> float:
    surprise = -2 * math.log(alpha)
    return math.sqrt((surprise + math.log(surprise + 1)) / tuning)


def _p(seen: Effect, rho: float, n: float) -> float:
    grown = n * rho * rho + 1
    evidence = (rho * n * seen.value) ** 2 / (2 * seen.variance * n * grown) - 0.5 * math.log(grown)
    return min(1.0, math.exp(-evidence)) if evidence > -700 else 1.0
