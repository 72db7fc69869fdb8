"""A resource: the chair, person, room or apartment that a booking occupies, and when it is open.

`capacity` is how many alike units there are (three identical studios): a booking keeps one unit for
all of its time. Stored in the collection `resources`.
"""

from __future__ import annotations

from datetime import date, time
from itertools import pairwise
from typing import Any

import msgspec

from bookings.errors import BadSetting

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MIDNIGHT = 24 * 60


class Span(msgspec.Struct, frozen=True, order=True):
    """From one minute of a local day to another; 24:00 is 1440."""

    start: int
    end: int


Week = dict[str, tuple[Span, ...]]


class Resource(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    name: Any  # a text, or a text per language
    capacity: int = 1
    hours: Week = {}  # weekday -> open spans; a weekday that is not there is closed
    breaks: Week = {}  # weekday -> spans within the hours when nothing is booked
    closed: frozenset[date] = frozenset()
    check_in: time = time(14)  # of apartments
    check_out: time = time(10)
    active: bool = True


def read(stored: dict[str, Any]) -> Resource:
    """The resource of a stored document: hours and breaks as `{"mon": [["08:00", "17:00"]]}`."""
    where = f"resource {stored['_id']}"
    resource = Resource(
        id=stored["_id"],
        name=stored["name"],
        capacity=stored.get("capacity", 1),
        hours=_week(stored.get("hours", {}), f"{where}, hours"),
        breaks=_week(stored.get("breaks", {}), f"{where}, breaks"),
        closed=frozenset(_day(text, f"{where}, closed") for text in stored.get("closed", ())),
        check_in=_time(stored.get("check_in", "14:00"), f"{where}, check_in"),
        check_out=_time(stored.get("check_out", "10:00"), f"{where}, check_out"),
        active=stored.get("active", True),
    )
    if not 1 <= resource.capacity <= 500:
        raise BadSetting(where, "the capacity must be between 1 and 500", "capacity")
    if resource.check_out > resource.check_in:
        raise BadSetting(where, "guests must leave before the next ones come: check_out is after check_in", "check-out")
    return resource


def document(resource: Resource) -> dict[str, Any]:
    """The document to store."""
    stored = {
        "_id": resource.id,
        "name": resource.name,
        "capacity": resource.capacity,
        "hours": _written(resource.hours),
        "breaks": _written(resource.breaks),
        "closed": sorted(day.isoformat() for day in resource.closed),
        "check_in": f"{resource.check_in:%H:%M}",
        "check_out": f"{resource.check_out:%H:%M}",
        "active": resource.active,
    }
    read(stored)
    return stored


def week(spans: dict[str, list[list[str]]]) -> Week:
    """Opening hours or breaks as an owner writes them: `{"mon": [["08:00", "13:00"]]}`."""
    return _week(spans, "hours")


def _week(stored: Any, where: str) -> Week:
    if not isinstance(stored, dict):
        raise BadSetting(where, "expected weekdays with their times")
    unknown = sorted(set(stored) - set(WEEKDAYS))
    if unknown:
        raise BadSetting(where, f"{unknown[0]!r} is no weekday; they are {', '.join(WEEKDAYS)}")
    return {day: _spans(spans, f"{where}, {day}") for day, spans in stored.items()}


def _spans(stored: Any, where: str) -> tuple[Span, ...]:
    try:
        spans = sorted(Span(_minute(start, where), _minute(end, where)) for start, end in stored)
    except (TypeError, ValueError) as error:
        if isinstance(error, BadSetting):
            raise
        raise BadSetting(where, 'expected pairs like ["08:00", "17:00"]', "span-pair") from error
    for span in spans:
        if span.start >= span.end:
            raise BadSetting(where, "a span must end after it begins (24:00 is the end of the day)", "span-order")
    for before, after in pairwise(spans):
        if after.start < before.end:
            raise BadSetting(where, "two spans overlap", "span-overlap")
    return tuple(spans)


def _minute(text: str, where: str) -> int:
    if text == "24:00":
        return MIDNIGHT
    moment = _time(text, where)
    return moment.hour * 60 + moment.minute


def _time(text: str, where: str) -> time:
    try:
        moment = time.fromisoformat(text)
    except (TypeError, ValueError) as error:
        raise BadSetting(where, f"{text!r} is no time of day like 08:30", "no-time", text) from error
    if moment.second or moment.microsecond or moment.tzinfo or moment.minute % 5:
        raise BadSetting(where, f"{text!r}: times are in steps of 5 minutes", "time-step", text)
    return moment


def _day(text: str, where: str) -> date:
    try:
        return date.fromisoformat(text)
    except (TypeError, ValueError) as error:
        raise BadSetting(where, f"{text!r} is no date like 2026-12-25", "no-date", text) from error


def _written(spans: Week) -> dict[str, list[list[str]]]:
    return {day: [[_clock(span.start), _clock(span.end)] for span in found] for day, found in spans.items()}


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"
