"""Which times are free: opening hours less what is taken, on the grid of possible starts. Pure.

A slot is free when one and the same unit of a resource is free for all of it: a guest does not change
rooms half-way. Slots of several resources at the same moment count as one, on the resource least busy
that day, so that the work spreads and a customer sees each time once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec

from bookings.hours import Interval, at_time, bounds, day_of, grid
from bookings.offers import SLICE, Offer
from bookings.resources import Resource

NEAR = 3  # so many days before and after a moment are looked through for what is near it


class Busy(msgspec.Struct, frozen=True):
    """What a booking occupies: one unit of one resource for a time."""

    resource: str
    unit: int
    interval: Interval


class Slot(msgspec.Struct, frozen=True):
    """A time that can be held, with the unit that would be."""

    resource: str
    unit: int
    start: datetime
    end: datetime


class Shop(msgspec.Struct, frozen=True, kw_only=True):
    """All that decides whether a time is free: an offer, its resources, what is taken, where and when we are."""

    offer: Offer
    resources: Sequence[Resource]
    busy: Sequence[Busy]
    zone: ZoneInfo
    now: datetime
    nights: int = 0  # the stay that was asked for; 0: the offer's shortest

    @property
    def stay(self) -> int:
        return max(self.nights, self.offer.nights)


def on_day(shop: Shop, day: date) -> list[Slot]:
    """The free slots that start on that local day, in order, one per start."""
    if not 0 <= (day - day_of(shop.now, shop.zone)).days <= shop.offer.horizon_days:
        return []
    soonest = shop.now + shop.offer.notice
    found: dict[datetime, Slot] = {}
    for resource in _least_busy_first(shop, day):
        candidates = _candidates(shop, resource, day)
        if not candidates:
            continue
        whole = Interval(candidates[0].start, candidates[-1].end)
        taken = [each for each in shop.busy if each.resource == resource.id and each.interval.overlaps(whole)]
        for interval in candidates:
            start = interval.start
            if start < soonest or start in found:
                continue
            unit = free_unit(resource, interval, taken)
            if unit is not None:
                found[start] = Slot(resource.id, unit, start, interval.end)
    return [found[start] for start in sorted(found)]


def days(shop: Shop, limit: int, ahead: range | None = None) -> list[tuple[date, list[Slot]]]:
    """The next days with room, at most `limit`, each with its free slots. `ahead`: only so many days from today."""
    today = day_of(shop.now, shop.zone)
    found: list[tuple[date, list[Slot]]] = []
    for place in ahead if ahead is not None else range(shop.offer.horizon_days + 1):
        day = today + timedelta(days=place)
        slots = on_day(shop, day)
        if slots:
            found.append((day, slots))
            if len(found) == limit:
                break
    return found


def near(shop: Shop, moment: datetime, limit: int) -> list[Slot]:
    """The slot at that very moment alone if it is free; otherwise the nearest of those days, in order of time."""
    day = day_of(moment, shop.zone)
    found: list[Slot] = []
    for ahead in range(-NEAR, NEAR + 1):
        found += on_day(shop, day + timedelta(days=ahead))
    exact = [slot for slot in found if slot.start == moment]
    if exact:
        return exact
    found.sort(key=lambda slot: (abs(slot.start - moment), slot.start))
    return sorted(found[:limit], key=lambda slot: slot.start)


def spread(slots: Sequence[Slot], limit: int) -> list[Slot]:
    """At most `limit` of a day's slots, evenly over the day, so that the afternoon is seen too."""
    if len(slots) <= limit or limit < 2:
        return list(slots[:limit])
    return [slots[round(index * (len(slots) - 1) / (limit - 1))] for index in range(limit)]


def at(shop: Shop, start: datetime, resource: str = "") -> Slot | None:
    """The free slot that starts exactly then, on `resource` if it is named."""
    chosen = [each for each in shop.resources if not resource or each.id == resource]
    narrowed = msgspec.structs.replace(shop, resources=chosen)
    return next((slot for slot in on_day(narrowed, day_of(start, shop.zone)) if slot.start == start), None)


def free_unit(resource: Resource, interval: Interval, busy: Iterable[Busy]) -> int | None:
    """The first unit of the resource that is free for the whole interval."""
    taken = {each.unit for each in busy if each.resource == resource.id and each.interval.overlaps(interval)}
    return next((unit for unit in range(resource.capacity) if unit not in taken), None)


def _candidates(shop: Shop, resource: Resource, day: date) -> Sequence[Interval]:
    """In order of their starts."""
    offer = shop.offer
    if offer.unit == "night":
        return _stay(shop, resource, day)
    return grid(resource, day, shop.zone, offer.duration, max(offer.every, SLICE))


def _stay(shop: Shop, resource: Resource, day: date) -> list[Interval]:
    """A stay needs every one of its nights open; the morning of departure may be a closed date."""
    if any(day + timedelta(days=night) in resource.closed for night in range(shop.stay)):
        return []
    leaving = day + timedelta(days=shop.stay)
    return [Interval(at_time(day, resource.check_in, shop.zone), at_time(leaving, resource.check_out, shop.zone))]


def _least_busy_first(shop: Shop, day: date) -> list[Resource]:
    whole, taken = bounds(day, shop.zone), Counter[str]()
    for each in shop.busy:
        if each.interval.overlaps(whole):
            taken[each.resource] += 1
    active = (each for each in shop.resources if each.active)
    return sorted(active, key=lambda each: (taken[each.id] / each.capacity, each.id))
