"""Taking a slot so that nobody else can: the claims behind every booking.

A booking claims each slice of its time on one unit of a resource, as documents whose `_id` is
"<org>/<resource>/<unit>/<slice>". They are inserted in the same commit as the booking, so of two people
who take overlapping slots at once one meets a `Conflict`, is asked again by the runtime, and then sees
what the other took. A slice is five minutes of the clock, or a night of an apartment.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bookings.hours import day_of
from bookings.offers import SLICE, Offer
from bookings.records import nights_between
from bookings.slots import Slot
from storage.store import Delete, Document, Insert, Op, Update

_EPOCH = datetime.fromisoformat("1970-01-01T00:00:00+00:00")


def slices(kind: str, start: datetime, end: datetime, zone: ZoneInfo) -> Iterator[str]:
    """The names of the slices between two moments: minutes since 1970, or "n" and the night's date."""
    if kind == "night":
        for night in range(nights_between(start, end, zone)):
            yield f"n{day_of(start, zone) + timedelta(days=night):%Y%m%d}"
        return
    moment = start - (start - _EPOCH) % SLICE
    while moment < end:
        yield str(int((moment - _EPOCH).total_seconds()) // 60)
        moment += SLICE


def claim_ids(org: str, booking: Document, zone: ZoneInfo) -> list[str]:
    place = f"{org}/{booking['resource']}/{booking['unit']}"
    return [f"{place}/{each}" for each in slices(booking["kind"], booking["start"], booking["end"], zone)]


def claims(org: str, booking: Document, zone: ZoneInfo) -> list[Op]:
    """Inserts that take the booking's slot; any of them taken is a `Conflict`."""
    fields = {"booking": booking["_id"], "resource": booking["resource"], "unit": booking["unit"]}
    return [
        Insert("slots_taken", {"_id": id, **fields, "until": booking["end"]}) for id in claim_ids(org, booking, zone)
    ]


def unclaims(org: str, booking: Document, zone: ZoneInfo) -> list[Op]:
    return [Delete("slots_taken", id) for id in claim_ids(org, booking, zone)]


def release(org: str, booking: Document, zone: ZoneInfo, *, state: str, changes: Document) -> list[Op]:
    """Free the slot and say what became of the booking, if nobody changed it meanwhile."""
    changed = Update(
        "bookings",
        booking["_id"],
        {"set": {"state": state, **changes}, "inc": {"sequence": 1}},
        expect=booking["version"],
    )
    return [changed, *unclaims(org, booking, zone)]


def new_booking(offer: Offer, slot: Slot, resource_name: Any, zone: ZoneInfo) -> Document:
    """The parts of a booking that follow from what is booked."""
    nights = nights_between(slot.start, slot.end, zone) if offer.unit == "night" else 0
    return {
        "offer": offer.id,
        "offer_name": offer.name,
        "resource": slot.resource,
        "resource_name": resource_name,
        "unit": slot.unit,
        "kind": offer.unit,
        "start": slot.start,
        "end": slot.end,
        "price": offer.price * (nights or 1),
        "deposit": offer.deposit,
        "currency": offer.currency,
        "paid": 0,
        "moved": 0,
        "sequence": 0,
        "state": "held",
    }
