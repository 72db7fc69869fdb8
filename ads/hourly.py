"""Hours of an ad account's own clock, as hours of ours."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_DAY = timedelta(days=1)


def zone_of(name: str) -> ZoneInfo:
    """Raises ValueError for what is no zone."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"{name!r} is no time zone") from None


def utc_hour(day: date, hour: int, zone: ZoneInfo) -> datetime:
    """The full UTC hour in which the account's hour begins.

    Where the clock is put back, both hours of that name are reported as one: it counts as the first. In zones of half
    hours an account's hour begins in the middle of ours and counts there.
    """
    local = datetime(day.year, day.month, day.day, hour, tzinfo=zone)
    return local.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def days(since: datetime, until: datetime, zone: ZoneInfo) -> tuple[date, date]:
    """The first and last local day that a span (without its end) touches; a day more at each edge for half hours."""
    first = (since - timedelta(hours=1)).astimezone(zone).date()
    last = (until - timedelta(microseconds=1)).astimezone(zone).date()
    return first, max(first, last)
