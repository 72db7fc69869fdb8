"""What there is to book, read from the store: offers, their resources, and what bookings occupy.

A held booking counts as occupied until it is released, even when its time is up: the lifecycle's timer
releases it, and until then a payment may be on its way. Nobody guesses.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import lru_cache

import msgspec

from bookings import offers, resources
from bookings.hours import Interval
from bookings.offers import Offer
from bookings.resources import Resource
from bookings.slots import Busy, Shop
from bookings.terms import Terms
from storage.store import Document, OrgStore

OCCUPYING = ("held", "confirmed", "attended", "no_show")
PAGE = 100
LONGEST = {"time": timedelta(hours=24), "night": timedelta(days=367)}  # what `offers.checked` allows, and its morning


async def offer(store: OrgStore, id: str) -> Offer | None:
    stored = await store.get("offers", id)
    return offers.read(stored) if stored is not None else None


async def active_offers(store: OrgStore) -> list[Offer]:
    """What can be booked now, in the owner's order."""
    found = [offers.read(stored) for stored in await store.find("offers", {"active": True}, limit=PAGE)]
    return sorted(found, key=lambda each: (each.order, each.id))


async def resources_of(store: OrgStore, offer: Offer) -> list[Resource]:
    if not offer.resources:
        return []
    found = await store.find("resources", {"_id": {"in": list(offer.resources)}}, limit=len(offer.resources))
    return [_read(msgspec.json.encode(stored)) for stored in found]


@lru_cache(maxsize=4096)  # opening hours are read for every question, and hardly ever change
def _read(stored: bytes) -> Resource:
    return resources.read(msgspec.json.decode(stored))


async def shop(
    store: OrgStore, terms: Terms, offer: Offer, *, now: datetime, within: Interval, nights: int = 0
) -> Shop:
    """Everything that decides which of the offer's slots are free between two moments."""
    available = await resources_of(store, offer)
    stored = await bookings_between(store, within, [resource.id for resource in available])
    return Shop(
        offer=offer,
        resources=available,
        busy=[busy(booking) for booking in stored],
        zone=terms.zone,
        now=now,
        nights=nights,
    )


async def bookings_between(store: OrgStore, within: Interval, among: list[str] | None = None) -> list[Document]:
    """The bookings that occupy anything between two moments, in order of their start.

    An index has each kind by its end, and one of it ends at most so long after it begins: neither what a business has
    had since it was founded is read, nor what it has for the year to come.
    """
    found: list[Document] = []
    for kind, longest in LONGEST.items():
        wanted: Document = {
            "state": {"in": list(OCCUPYING)}, "kind": kind, "start": {"lt": within.end},
            "end": {"gt": within.start, "lt": within.end + longest},
        }  # fmt: skip
        if among is not None:
            wanted["resource"] = {"in": among}
        found += await _all(store, wanted)
    return sorted(found, key=lambda booking: (booking["start"], booking["_id"]))


async def _all(store: OrgStore, wanted: Document) -> list[Document]:
    found: list[Document] = []
    after: list[object] | None = None
    while True:
        page = await store.find("bookings", wanted, sort=[("end", 1)], limit=PAGE, after=after)
        found += page
        if len(page) < PAGE:
            return found
        after = [page[-1]["end"], page[-1]["_id"]]


def busy(booking: Document) -> Busy:
    return Busy(booking["resource"], booking["unit"], Interval(booking["start"], booking["end"]))


def without(shop: Shop, booking: Document | None) -> Shop:
    """The shop as if that booking were not there: its own place is free to whoever holds it."""
    if booking is None or booking["state"] not in OCCUPYING:
        return shop
    own = busy(booking)
    return msgspec.structs.replace(shop, busy=[each for each in shop.busy if each != own])


def around(moment: datetime, days: int = 4) -> Interval:
    return Interval(moment - timedelta(days=days), moment + timedelta(days=days))
