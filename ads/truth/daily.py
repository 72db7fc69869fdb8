"""A day of ads as the server measured it, in the business's own day: what the daily report is made of.

The day goes from midnight to midnight where the business is, also when its clocks change on that day. Money is by
arrival, as in the till; beside it stands what all clicks of the last days have earned so far by the hour of the
click, since a day's spend is not judged by that day's income. The sums are read from indexes that carry them, so that
a million events take seconds.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from ads import hours
from ads.hours import Reported
from ads.truth import money
from ads.truth.events import MONEY
from ads.truth.money import Margin, Measured, whole
from storage.store import OrgStore

COHORTS = 90  # days, the reported one with them


class Hour(msgspec.Struct, frozen=True, kw_only=True):
    """One hour of the business's clock, "2026-11-23T09": how many came, and what money."""

    hour: str
    pages: int = 0
    conversations: int = 0
    bookings: int = 0
    revenue: int = 0


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """`variations` by arrival on that day, `cohorts` by click over the last days; "" is what no ad brought. `told` is
    what the platforms report of that day, `told_since` of all days of the cohorts.
    """

    day: date
    zone: str
    currency: str
    begins: datetime
    ends: datetime
    variations: dict[str, Measured]
    cohorts: dict[str, Measured]
    told: dict[str, Reported]
    told_since: dict[str, Reported]
    hours: tuple[Hour, ...]

    @property
    def revenue(self) -> int:
        return sum(each.revenue for each in self.variations.values())

    @property
    def spend(self) -> int:
        return sum(each.spend for each in self.variations.values())


def bounds(day: date, zone: str) -> tuple[datetime, datetime]:
    """Midnight to midnight there, in UTC; 23 or 25 hours where clocks change."""
    here = ZoneInfo(zone)
    first = datetime.combine(day, time(), here)
    return first.astimezone(UTC), datetime.combine(day + timedelta(days=1), time(), here).astimezone(UTC)


async def report(
    store: OrgStore, day: date, zone: str, currency: str, margin: Margin = whole, *, back: int = COHORTS
) -> Report:  # fmt: skip
    """The passes over what there is, side by side. `back`: over how many days, with this one, clicks are followed."""
    begins, ends = bounds(day, zone)
    since, _ = bounds(day - timedelta(days=back - 1), zone)
    came, clicked, told, told_since = await asyncio.gather(
        money.rows(store, begins, ends, by="arrival", hours_of=zone),
        money.rows(store, since, ends, by="cohort"),
        hours.sums(store, begins, ends),
        hours.sums(store, since, ends),
    )
    return Report(
        day=day, zone=zone, currency=currency, begins=begins, ends=ends, told=told, told_since=told_since,
        variations=_together([row | {"hour": None} for row in came], told, currency, margin),
        cohorts=_together(clicked, told_since, currency, margin), hours=_by_hour(came, currency),
    )  # fmt: skip


def _together(
    rows: Sequence[Mapping[str, Any]], told: Mapping[str, Reported], currency: str, margin: Margin
) -> dict[str, Measured]:
    found = money.folded(rows, currency, margin)
    return money.with_spend({id: each for (id, _), each in found.items()}, told, currency)


def _by_hour(rows: Sequence[Mapping[str, Any]], currency: str) -> tuple[Hour, ...]:
    found: dict[str, Hour] = {}
    for row in rows:
        hour = found.setdefault(row["hour"], Hour(hour=row["hour"]))
        name = f"{row['kind']}s"
        if row["kind"] in MONEY and row["currency"] == currency:
            found[hour.hour] = msgspec.structs.replace(hour, revenue=hour.revenue + int(row["sum"]))
        elif name in ("pages", "conversations", "bookings"):
            found[hour.hour] = msgspec.structs.replace(hour, **{name: getattr(hour, name) + int(row["events"])})
    return tuple(each for _, each in sorted(found.items()))
