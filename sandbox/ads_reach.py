"""How many people the simulated ads reach: by one law, so that spans of days agree with each other.

Each ad set has an audience. Whoever is shown it is any of them, whether they have seen it or not: of `audience` people,
`audience × (1 - exp(-impressions / audience))` have after so many impressions. So a longer span has no fewer people
than one within it, none has more people than impressions, and two spans share most of theirs.
"""

from __future__ import annotations

import hashlib
import math

_SMALLEST, _LARGEST = 5_000, 25_000


def audience(id: str) -> int:
    """How many people an ad set may reach at all; always the same for one id."""
    drawn = int.from_bytes(hashlib.sha256(id.encode()).digest()[:4], "big")
    return _SMALLEST + drawn % (_LARGEST - _SMALLEST)


def people(id: str, impressions: int) -> int:
    """Whom so many impressions of an ad set reach."""
    there = audience(id)
    return round(-there * math.expm1(-impressions / there))
