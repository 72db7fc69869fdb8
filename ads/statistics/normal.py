"""The normal and Student's distributions, and the expected losses that follow from a Gaussian belief."""

from __future__ import annotations

import math
from statistics import NormalDist

_STANDARD = NormalDist()
_ROOT = math.sqrt(2 * math.pi)


def cdf(z: float) -> float:
    """By erfc, which keeps its digits far out in the tails."""
    return 0.5 * math.erfc(-z / math.sqrt(2))


def density(z: float) -> float:
    return math.exp(-0.5 * z * z) / _ROOT


def quantile(share: float) -> float:
    return _STANDARD.inv_cdf(share)


def risk(mean: float, sd: float) -> tuple[float, float]:
    """E[max(x, 0)] and E[max(−x, 0)] of a normal x: what staying, and what switching, loses on average."""
    if sd <= 0 or abs(mean) > 38 * sd:  # further out nothing is left of the tail, and the quotient may overflow
        return max(mean, 0.0), max(-mean, 0.0)
    z = mean / sd
    tail = max(0.0, sd * density(z) - abs(mean) * cdf(-abs(z)))
    return (mean + tail, tail) if mean >= 0 else (tail, tail - mean)


def student_cdf(t: float, freedom: float) -> float:
    if math.isinf(freedom):
        return cdf(t)
    from scipy.special import stdtr

    return float(stdtr(freedom, t))


def student_quantile(share: float, freedom: float) -> float:
    if math.isinf(freedom):
        return quantile(share)
    from scipy.special import stdtrit

    return float(stdtrit(freedom, share))
