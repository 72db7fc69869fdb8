"""Slots and days on offer, matched with the moment that a person named: "saa nne", "the 10 o'clock one".

A limit ("after 3pm") or part of the day ("kesho asubuhi") narrows the offer and is asked back, unless
a part of the day leaves just one.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from typing import Any

from engine.model import Choice
from language.choices import taken
from language.clock import within
from language.moments import Spoken, hear
from language.reading import Read, Reading, Setting, Unclear

_FIELDS = ("start", "date", "day", "at", "when")


def moment_of(value: Any, setting: Setting) -> datetime | date | time | None:
    """The local moment that a choice stands for, if it stands for one."""
    if isinstance(value, Mapping):
        value = next((value[field] for field in _FIELDS if isinstance(value.get(field), date | time)), None)
    if isinstance(value, datetime):
        return value.astimezone(setting.zone) if value.tzinfo else value.replace(tzinfo=setting.zone)
    return value if isinstance(value, date | time) else None


def read_offered(choices: tuple[Choice, ...], text: str, setting: Setting) -> Reading | None:
    """The slot that was named; None when the message names no moment or none of the offered ones fits."""
    moments = [(choice, moment_of(choice.value, setting)) for choice in choices]
    timed = [(choice, moment) for choice, moment in moments if moment is not None]
    spoken = hear(text, setting) if timed else None
    if spoken is None:
        return None
    if spoken.trouble not in ("", "two_dates"):
        return Unclear(spoken.trouble)
    fitting = [choice for choice, moment in timed if _fits(spoken, moment)]
    if not fitting:
        return None
    if len(fitting) == 1 and not spoken.bound and spoken.trouble == "":
        return taken(fitting[0], "time")
    return Unclear("range" if spoken.bound else "ambiguous_choice", candidates=tuple(choice.id for choice in fitting))


def on_offered_day(choices: tuple[Choice, ...], text: str, setting: Setting) -> Reading | None:
    """A clear time without a day, when everything on offer is on one day: it is meant for that day."""
    days = {moment.date() for choice in choices if isinstance(moment := moment_of(choice.value, setting), datetime)}
    spoken = hear(text, setting)
    if len(days) != 1 or spoken is None or spoken.trouble or spoken.bound or len(spoken.times) != 1:
        return None
    local = datetime.combine(days.pop(), spoken.times[0], setting.zone)
    return Read(local.astimezone(UTC), "typed")


def _fits(spoken: Spoken, moment: datetime | date | time) -> bool:
    day = moment.date() if isinstance(moment, datetime) else moment if isinstance(moment, date) else None
    clock = moment.time() if isinstance(moment, datetime) else moment if isinstance(moment, time) else None
    if spoken.moment is not None:
        return isinstance(moment, datetime) and moment == spoken.moment
    if day is not None and spoken.dates and day not in spoken.dates:
        return False
    if (
        day is not None
        and not spoken.dates
        and spoken.spans
        and not any(s.first <= day <= s.last for s in spoken.spans)
    ):
        return False
    if clock is None:
        return bool(spoken.dates or spoken.spans)
    if spoken.times:
        if spoken.bound == "after":
            return clock >= min(spoken.times, key=lambda moment: moment.hour < 6)
        if spoken.bound == "before":
            return clock <= spoken.times[0]
        return spoken.bound == "within" or clock in spoken.times
    if spoken.part:
        return within(clock, spoken.part)
    return bool(spoken.dates or spoken.spans)
