"""The short texts that bookings make themselves: a name in the customer's language, and how a slot is called.

A WhatsApp list row has 24 characters, which is why labels are this terse.
"""

from __future__ import annotations

from datetime import date, datetime, tzinfo
from functools import lru_cache
from typing import Any

from babel import Locale
from babel.core import UnknownLocaleError
from babel.dates import format_date

_NIGHTS = {"en": ("{n} night", "{n} nights"), "sw": ("usiku {n}", "usiku {n}")}
_TIMES = {"en": ("1 time free", "{n} times free"), "sw": ("nafasi 1", "nafasi {n}")}


def said(value: Any, language: str) -> str:
    """A text that may be given once, or once per language: `"Cleaning"` or `{"en": "Cleaning", "sw": "Kusafisha"}`."""
    if isinstance(value, dict):
        return str(value.get(language) or value.get("en") or next(iter(value.values()), ""))
    return "" if value is None else str(value)


@lru_cache(maxsize=4096)  # Babel takes a while, and the days that people ask for are few
def day_label(day: date, language: str) -> str:
    """ "Fri 27 Nov", "Ijumaa 27 Nov"."""
    return format_date(day, "EEE d MMM", locale=_locale(language))


def time_label(start: datetime, zone: tzinfo, language: str) -> str:
    """ "Fri 27 Nov, 10:00" in the business's own time."""
    local = start.astimezone(zone)
    return f"{day_label(local.date(), language)}, {local:%H:%M}"


def nights_label(start: datetime, nights: int, zone: tzinfo, language: str) -> str:
    """ "Fri 27 Nov, 2 nights", "Ijumaa 27 Nov, usiku 2"."""
    return f"{day_label(start.astimezone(zone).date(), language)}, {_counted(_NIGHTS, nights, language)}"


def times_label(count: int, language: str) -> str:
    """ "5 times free", "nafasi 5"."""
    return _counted(_TIMES, count, language)


def _counted(forms: dict[str, tuple[str, str]], count: int, language: str) -> str:
    one, many = forms.get(language, forms["en"])
    return (one if count == 1 else many).format(n=count)


def _locale(language: str) -> Locale:
    try:
        return Locale.parse(language, sep="-")
    except (UnknownLocaleError, ValueError):
        return Locale("en")
