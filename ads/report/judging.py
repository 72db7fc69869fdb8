"""Whether a variation worked, as far as so few bookings can say.

Bookings are counted, so a week's count is one throw of a die: `bounds` gives what the same ad could have brought in
another such week (Garwood's exact interval for a Poisson count, 90 %, its chi-square quantiles by Wilson and Hilferty,
within 0.04 of a booking). It "worked" when even the low end pays for the ads, "did not" when even the high end does
not; all between is too early to say, and is called so.
"""

from __future__ import annotations

import math
from statistics import NormalDist

from ads.report.model import Verdict

CONFIDENCE = 0.90
_Z = NormalDist().inv_cdf(0.5 + CONFIDENCE / 2)


def bounds(count: int) -> tuple[float, float]:
    """Low and high for a count."""
    low = _quantile(2 * count, -_Z) / 2 if count else 0.0
    return low, _quantile(2 * count + 2, _Z) / 2


def verdict(*, spend: int, margin: int, bookings: int, gap: str) -> Verdict:
    """`margin` is what the bookings left after costs, before ads; minor units. Money that came without a booking
    counts, money that has not come yet does not: it may still turn "did not" into "worked"."""
    if gap in ("none", "currency"):
        return "unknown"
    if spend <= 0:
        return "worked" if margin > 0 else "too_early"
    low, high = bounds(bookings)
    if not bookings or margin <= 0:
        # nothing to tell what a booking leaves: only that nothing came, which three expected ones would not explain
        return "too_early" if bookings == 0 or margin == 0 else "did_not"
    each = margin / bookings
    if low * each > spend:
        return "worked"
    return "did_not" if high * each < spend else "too_early"


def hopeless(*, spend: int, bookings: int, most: int | None) -> bool:
    """Whether nothing came although the money was enough for several at the most that one may cost."""
    return bookings == 0 and most is not None and most > 0 and spend >= bounds(0)[1] * most


def _quantile(degrees: int, z: float) -> float:
    """Of the chi-square distribution."""
    part = 2 / (9 * degrees)
    return float(degrees * max(0.0, 1 - part + z * math.sqrt(part)) ** 3)
