"""What a platform claims against what the server measured: by how much it over-reports, and whether either can be
trusted at the moment.

**The factor** is claimed conversions over measured ones (1.3: thirty per cent too many). Both are put into the hour of
the click, as platforms do, and only days that are old enough to be complete are compared. Days are the samples: their
sums give a ratio, whose error is found by the delta method from how the days scatter around it (a platform that counts
each of our conversions 1.3 times scatters little, one that invents its own scatters much). With few days or few
conversions the interval is instead the exact one for two counts (Clopper-Pearson of the claimed among both), which
assumes nothing but counts. Decisions use the server's side; the factor says what a platform's own figures are worth.

**Tracking loss** is when clicks go on being reported and what should follow on our side stops: fewer pages and
conversations than chance allows, given how many followed a click before. Then what the server measured is no ground
for a decision, and `data_ok` is false.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec

from ads import hours
from ads.truth.events import COLLECTION, Kind, tallied
from ads.truth.money import rows
from storage.store import Bucket, Metric, OrgStore

RIPE = timedelta(days=7)  # a click's conversions have come by then, and platforms have told of them
FEWEST, DAYS = 8, 6  # measured conversions and days that a factor takes
LEVEL = 0.95
UNLIKELY = 1e-4  # of what chance would do, from which on tracking counts as broken
EXPECTED = 8.0  # arrivals that must have been expected for their absence to say something
LATELY = timedelta(hours=12)
BEFORE = timedelta(days=14)


class Day(msgspec.Struct, frozen=True):
    """What was claimed and what was measured of one day's clicks."""

    claimed: float
    measured: int


class Factor(msgspec.Struct, frozen=True, kw_only=True):
    """`value` is None while there is too little to compare; `low` and `high` bound it at `LEVEL`."""

    value: float | None
    low: float = 0.0
    high: float = math.inf
    claimed: float = 0.0
    measured: int = 0
    days: int = 0
    why: str = ""  # why there is none: too_few


class Trust(msgspec.Struct, frozen=True, kw_only=True):
    """Whether the measure will do. `why` is loss where what should follow clicks does not come any more."""

    data_ok: bool
    why: str = ""
    expected: float = 0.0
    seen: int = 0
    chance: float = 1.0

    @property
    def surprise(self) -> float:
        """As a power of ten: how rarely so little would come by chance, where that counts as a loss."""
        return 0.0 if self.data_ok else round(min(12.0, -math.log10(max(self.chance, 1e-12))), 2)


def factor(days: Sequence[Day]) -> Factor:
    """Pure. Days without either are nothing to compare."""
    told = [day for day in days if day.claimed or day.measured]
    claimed, measured = sum(day.claimed for day in told), sum(day.measured for day in told)
    sums: dict[str, Any] = {"claimed": claimed, "measured": measured, "days": len(told)}
    if measured < FEWEST:
        return Factor(value=None, why="too_few", **sums)
    value = claimed / measured
    low, high = _by_counts(claimed, measured)
    if len(told) >= DAYS:
        half = _by_days(told, value, measured)
        low, high = max(0.0, value - half), value + half
    return Factor(value=value, low=low, high=high, **sums)


def _by_days(days: Sequence[Day], value: float, measured: int) -> float:
    """Half the interval's width: the residuals of the ratio over days, by Student's t."""
    from scipy.stats import t

    number = len(days)
    residuals = sum((day.claimed - value * day.measured) ** 2 for day in days)
    error = math.sqrt(number / (number - 1) * residuals) / measured
    # what a claim of whole conversions cannot say: it may be half a conversion off on any day
    rounding = math.sqrt(number / 12) / measured
    return float(t.ppf(0.5 + LEVEL / 2, number - 1)) * math.hypot(error, rounding)


def _by_counts(claimed: float, measured: int) -> tuple[float, float]:
    """Exact for two counts: bounds of the claimed one's share among both, as a ratio."""
    from scipy.stats import beta

    tail, count = (1 - LEVEL) / 2, round(claimed)
    low = float(beta.ppf(tail, count, measured + 1)) if count else 0.0
    high = float(beta.ppf(1 - tail, count + 1, measured))
    return low / (1 - low), high / (1 - high) if high < 1 else math.inf


def trust(before: tuple[int, int], lately: tuple[int, int]) -> Trust:
    """Pure. (clicks reported, arrivals measured) in a good while before, and lately."""
    clicks, arrivals = before
    fresh, seen = lately
    if not clicks or not arrivals:
        return Trust(data_ok=True, why="unknown", seen=seen)
    expected = fresh * arrivals / clicks
    if expected < EXPECTED:
        return Trust(data_ok=True, expected=expected, seen=seen)
    from scipy.stats import binom

    # both are counts: given their sum, how many would fall into the later time by its clicks alone?
    share = fresh / (clicks + fresh)
    chance = float(binom.cdf(seen, arrivals + seen, share))
    broken = chance < UNLIKELY and seen < expected / 2
    return Trust(data_ok=not broken, why="loss" if broken else "", expected=expected, seen=seen, chance=chance)


async def reconciled(
    store: OrgStore, now: datetime, *, campaign: str = "", variation: str = "", kinds: Sequence[Kind] = ("payment",),
    zone: str = "UTC", back: timedelta = timedelta(days=60),
) -> Factor:  # fmt: skip
    """The factor of a campaign or a variation over the days that are ripe. `kinds` are what the platform counts."""
    since, until = now - back, now - RIPE
    whose = {**({"campaign": campaign} if campaign else {}), **({"variation": variation} if variation else {})}
    claimed = await store.aggregate(
        hours.COLLECTION, {**whose, "hour": {"gte": since, "lt": until}},
        group=[Bucket(field="hour", by="day", zone=zone)],
        metrics={"claimed": Metric(kind="sum", field="conversions")},
    )  # fmt: skip
    by_day = [Bucket(field="cohort", by="day", zone=zone)]
    measured = await store.aggregate(
        COLLECTION, {**whose, "cohort": {"gte": since, "lt": until}}, group=["tally", *by_day],
        metrics={"measured": Metric(kind="count")},
    )  # fmt: skip
    days: dict[str, list[float]] = {}
    for row in claimed:
        days.setdefault(str(row["hour"]), [0.0, 0])[0] = float(row["claimed"])
    for row in measured:
        what = tallied(row["tally"])
        if what["kind"] in kinds and what["variation"]:  # only what an ad brought can have been claimed
            days.setdefault(str(row["cohort"]), [0.0, 0])[1] += int(row["measured"])
    return factor([Day(claimed, int(count)) for _, (claimed, count) in sorted(days.items())])


async def trusted(store: OrgStore, now: datetime, *, campaign: str) -> Trust:
    """Whether what follows a campaign's clicks still arrives."""
    whole = now.replace(minute=0, second=0, microsecond=0)
    spans = ((whole - BEFORE, whole - LATELY), (whole - LATELY, whole))
    counted = [(await _clicks(store, campaign, *span), await _arrivals(store, campaign, *span)) for span in spans]
    return trust(counted[0], counted[1])


async def _clicks(store: OrgStore, campaign: str, since: datetime, until: datetime) -> int:
    sums = await hours.sums(store, since, until, campaign=campaign)
    return sum(each.clicks for each in sums.values())


async def _arrivals(store: OrgStore, campaign: str, since: datetime, until: datetime) -> int:
    told = await rows(store, since, until, by="arrival", campaign=campaign)
    return sum(int(row["events"]) for row in told if row["kind"] in ("page", "conversation"))


async def of_campaign(store: OrgStore, now: datetime, campaign: str) -> Factor:
    """By payments; where nothing is paid ahead, by bookings."""
    paid = await reconciled(store, now, campaign=campaign)
    return paid if paid.value is not None else await reconciled(store, now, campaign=campaign, kinds=("booking",))
