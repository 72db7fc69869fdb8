"""When a variation ran, and at which daily budget: what its hours of spend have to be compared with.

An hour in which it was paused says nothing of how it spends, so it counts with no budget; an hour in which it was
switched on counts in part. `switches` of a variation are the moments at which it was found on or off.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from ads.campaigns import ACTIVE, DRAFT

HOUR = timedelta(hours=1)
_KEPT = timedelta(days=90)


def switched(variation: Mapping[str, Any], status: str, now: datetime) -> dict[str, Any]:
    """What a variation remembers of a status that has just changed; nothing if it has not."""
    if variation["status"] in (DRAFT, status):
        return {}
    kept = [each for each in variation.get("switches") or [] if each["at"] > now - _KEPT]
    return {"switches": [*kept, {"at": now, "status": status}]}


def rates(variation: Mapping[str, Any], first: datetime, count: int) -> list[float]:
    """The daily budget in force in each hour from `first` on, in minor units; 0 where it did not run."""
    found = [0.0] * count
    for begins, ends in _runs(variation, first, first + count * HOUR):
        place = int((begins - first) / HOUR)
        at = first + place * HOUR
        while at < ends and place < count:
            share = (min(ends, at + HOUR) - max(begins, at)) / HOUR
            found[place] += share * budget_at(variation, max(begins, at))
            place, at = place + 1, at + HOUR
    return found


def since(variation: Mapping[str, Any]) -> datetime | None:
    """Since when it runs, or does not."""
    switches = variation.get("switches") or []
    moment: datetime | None = switches[-1]["at"] if switches else variation.get("launched_at")
    return moment


def budget_at(variation: Mapping[str, Any], moment: datetime) -> int:
    """By the steps that its budget took."""
    budget = int(variation["budget"])
    for step in reversed(variation.get("steps") or []):
        if step["at"] <= moment:
            return budget
        budget = int(step["before"])
    return budget


def _runs(variation: Mapping[str, Any], first: datetime, until: datetime) -> Iterator[tuple[datetime, datetime]]:
    """The stretches in which it ran, cut to the time that is asked for."""
    switches = variation.get("switches") or []
    begins = variation.get("launched_at") or first
    # before the switches that are remembered it was the other way
    status = _other(switches[0]["status"]) if switches else variation["status"]
    for switch in [*switches, {"at": until, "status": ""}]:
        if status == ACTIVE and max(begins, first) < min(switch["at"], until):
            yield max(begins, first), min(switch["at"], until)
        begins, status = max(begins, switch["at"]), switch["status"]


def _other(status: str) -> str:
    return "" if status == ACTIVE else ACTIVE
