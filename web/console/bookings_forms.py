"""What the bookings' forms and addresses send, read strictly: a day, nights, a free time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import msgspec


def day(written: str) -> date | None:
    """A day in an address; none for what is no date or lies beyond any calendar."""
    try:
        found = date.fromisoformat(written)
    except ValueError:
        return None
    return found if 2000 <= found.year <= 2100 else None


def noon(day: date) -> datetime:
    """A moment of that day by which to print it, wherever the business is."""
    return datetime(day.year, day.month, day.day, 12)


def nights(given: Mapping[str, Any]) -> int:
    written = str(given.get("nights", ""))
    return min(int(written), 365) if written.isascii() and written.isdigit() and len(written) < 5 else 0


def slot(form: Mapping[str, Any]) -> tuple[datetime | None, str]:
    """A free time as a form sends it: its start and its resource."""
    written, _, resource = str(form.get("slot", "")).partition("|")
    try:
        start = msgspec.convert(written, datetime)
    except msgspec.ValidationError:
        return None, ""
    return (start, resource) if start.tzinfo is not None and resource else (None, "")
