"""Offers, slots, days and bookings as the records that YAML sees, worded in the customer's language."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bookings.hours import day_of
from bookings.offers import Offer
from bookings.slots import Slot
from bookings.wording import day_label, nights_label, said, time_label, times_label
from engine.values import Money
from storage.store import Document

Record = dict[str, Any]


def offer_record(offer: Offer, language: str) -> Record:
    return {
        "id": offer.id,
        "name": said(offer.name, language),
        "description": said(offer.description, language),
        "price": Money(offer.price, offer.currency),
        "deposit": Money(offer.deposit, offer.currency),
        "duration": timedelta(days=offer.nights) if offer.unit == "night" else offer.duration,
        "resources": list(offer.resources),
        "unit": offer.unit,
    }


def slot_record(slot: Slot, offer: Offer, zone: ZoneInfo, language: str) -> Record:
    return {
        "id": f"{slot.resource}@{slot.start:%Y%m%dT%H%M}",
        "start": slot.start,
        "end": slot.end,
        "resource": slot.resource,
        "label": when_label(slot.start, slot.end, offer.unit, zone, language),
        "offer": offer.id,
    }


def day_record(day: date, slots: list[Slot], language: str) -> Record:
    return {
        "id": day.isoformat(),
        "date": day,
        "label": day_label(day, language),
        "free": len(slots),
        "description": times_label(len(slots), language),
        "first": slots[0].start,
    }


def booking_record(booking: Document, zone: ZoneInfo, language: str) -> Record:
    currency = booking["currency"]
    return {
        "id": booking["_id"],
        "ref": booking["ref"],
        "offer": booking["offer"],
        "offer_name": said(booking["offer_name"], language),
        "start": booking["start"],
        "end": booking["end"],
        "resource_name": said(booking["resource_name"], language),
        "price": Money(booking["price"], currency),
        "deposit": Money(booking["deposit"], currency),
        "state": booking["state"],
        "paid": Money(booking["paid"], currency),
        "held_until": booking["held_until"],
        "label": when_label(booking["start"], booking["end"], booking["kind"], zone, language),
    }


def when_label(start: datetime, end: datetime, kind: str, zone: ZoneInfo, language: str) -> str:
    if kind == "night":
        return nights_label(start, nights_between(start, end, zone), zone, language)
    return time_label(start, zone, language)


def nights_between(start: datetime, end: datetime, zone: ZoneInfo) -> int:
    return (day_of(end, zone) - day_of(start, zone)).days


def stayed(booking: Document, zone: ZoneInfo) -> int:
    """How many nights a booking is for; 0 for one by the hour."""
    return nights_between(booking["start"], booking["end"], zone) if booking["kind"] == "night" else 0
