"""How surprising counts are, as powers of ten: 3 is one in a thousand. For rates that are themselves only estimated."""

from __future__ import annotations

import math

MOST = 12.0  # more than that is not told apart


def few(count: float, expected: float, known: float) -> float:
    """That there are so few or fewer. `known`: how many the expectation was learned from, which is its uncertainty."""
    if expected <= 0:
        return 0.0
    from scipy.special import betainc  # type: ignore[import-untyped]  # here, so that most need no scipy

    return _tens(float(betainc(max(known, 1.0), count + 1, known_share(expected, known))))


def many(count: float, expected: float, known: float) -> float:
    """That there are so many or more."""
    if count <= 0:
        return 0.0
    if expected <= 0:
        return MOST
    from scipy.special import betainc  # here as well

    return _tens(float(betainc(count, max(known, 1.0), 1 - known_share(expected, known))))


def known_share(expected: float, known: float) -> float:
    """The parameter of the negative binomial that a Poisson count with a gamma rate follows."""
    shape = max(known, 1.0)
    return shape / (shape + expected)


def _tens(chance: float) -> float:
    return MOST if chance <= 10**-MOST else round(max(0.0, -math.log10(chance)), 2)
