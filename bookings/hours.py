"""When a resource is open on a given day: opening hours less breaks, as moments in the business's zone. Pure."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import msgspec

from bookings.resources import WEEKDAYS, Resource, Span


class Interval(msgspec.Struct, frozen=True, order=True):
    """From one moment up to, not including, another; both aware, UTC."""

    start: datetime
    end: datetime

    def overlaps(self, other: Interval) -> bool:
        return self.start < other.end and other.start < self.end


def open_on(resource: Resource, day: date, zone: ZoneInfo) -> list[Interval]:
    """The open intervals of that local day, in order; none on a closed date."""
    hours, breaks = _spans_of(resource, day)
    return _intervals(hours, breaks, day, zone)


def grid(resource: Resource, day: date, zone: ZoneInfo, length: timedelta, every: timedelta) -> tuple[Interval, ...]:
    """All intervals of that length that fit into the day's open hours, one `every` so often, in order."""
    hours, breaks = _spans_of(resource, day)
    return _grid(hours, breaks, day, zone, length, every) if hours else ()


def _spans_of(resource: Resource, day: date) -> tuple[tuple[Span, ...], tuple[Span, ...]]:
    if day in resource.closed:
        return (), ()
    weekday = WEEKDAYS[day.weekday()]
    return resource.hours.get(weekday, ()), resource.breaks.get(weekday, ())


def _intervals(hours: tuple[Span, ...], breaks: tuple[Span, ...], day: date, zone: ZoneInfo) -> list[Interval]:
    spans = less(hours, breaks)
    intervals = [Interval(at_minute(day, span.start, zone), at_minute(day, span.end, zone)) for span in spans]
    return [interval for interval in intervals if interval.start < interval.end]


@lru_cache(maxsize=4096)  # every customer who asks for a day asks for nearly the same ones
def _grid(
    hours: tuple[Span, ...], breaks: tuple[Span, ...], day: date, zone: ZoneInfo, length: timedelta, every: timedelta
) -> tuple[Interval, ...]:
    found: list[Interval] = []
    for interval in _intervals(hours, breaks, day, zone):
        start = interval.start
        while start + length <= interval.end:
            found.append(Interval(start, start + length))
            start += every
    return tuple(found)


def less(spans: tuple[Span, ...], breaks: tuple[Span, ...]) -> list[Span]:
    """The spans without the breaks, in order."""
    left = sorted(spans)
    for pause in breaks:
        left = [piece for span in left for piece in _without(span, pause)]
    return left


def _without(span: Span, pause: Span) -> list[Span]:
    if pause.end <= span.start or span.end <= pause.start:
        return [span]
    pieces = (Span(span.start, pause.start), Span(pause.end, span.end))
    return [piece for piece in pieces if piece.start < piece.end]


def at_minute(day: date, minute: int, zone: ZoneInfo) -> datetime:
    """A local wall-clock minute of a day as a moment. A minute that a clock change skips is the one after it."""
    whole, rest = divmod(minute, 24 * 60)
    local = datetime.combine(day + timedelta(days=whole), time(rest // 60, rest % 60), zone)
    return local.astimezone(UTC)


def at_time(day: date, moment: time, zone: ZoneInfo) -> datetime:
    return at_minute(day, moment.hour * 60 + moment.minute, zone)


def day_of(moment: datetime, zone: ZoneInfo) -> date:
    """The local day that a moment belongs to."""
    return moment.astimezone(zone).date()


@lru_cache(maxsize=4096)
def bounds(day: date, zone: ZoneInfo) -> Interval:
    """The whole local day."""
    return Interval(at_minute(day, 0, zone), at_minute(day, 24 * 60, zone))
