"""What a verb was given, made certain: which offer, which moment, whose booking."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from bookings.errors import NoBooking
from runtime.verbs import Context
from storage.store import Document

MACHINE = "booking:"  # a booking's lifecycle machine is "booking:<id>", or "booking:<id>/<n>" once it was taken again


def id_of(given: Any) -> str:
    """A record, or the bare id of one."""
    return str(given["id"]) if isinstance(given, dict) else str(given)


def language_of(ctx: Context) -> str:
    return str(ctx.machine.about.get("language") or "en")


def nights_of(args: dict[str, Any]) -> int:
    nights = args.get("nights")
    return int(nights) if nights and 1 <= nights <= 365 else 0


def moment_of(args: dict[str, Any]) -> tuple[datetime, str] | None:
    """When, and on which resource ("" for any); None when the verb was told neither slot nor time.

    A question that offers slots also takes a typed time, so the slot itself may be a moment.
    """
    slot, at = args.get("slot"), args.get("at")
    if isinstance(slot, dict):
        return slot["start"], str(slot.get("resource") or "")
    if isinstance(slot, datetime):
        return slot, ""
    return (at, "") if isinstance(at, datetime) else None


async def person(ctx: Context) -> str:
    """The contact that the machine talks with, who may since have turned out to be one known before."""
    contact = await ctx.store.get("contacts", ctx.contact)
    return str(contact.get("merged_into") or ctx.contact) if contact is not None else ctx.contact


def held_by(ctx: Context) -> str:
    """The booking that the asking machine has taken or is; "" for none.

    The flow that books is called "booking" as well, and its machines begin like a booking's: what it took comes first.
    """
    links = ctx.machine.about.get("links") or {}
    machine = str(links.get("booking") or ctx.machine.machine)
    return machine.removeprefix(MACHINE).partition("/")[0] if machine.startswith(MACHINE) else ""


async def booking_of(ctx: Context, args: dict[str, Any]) -> Document:
    """The booking that a verb is about. Raises `NoBooking` when there is none, or when it is somebody else's."""
    id = id_of(args["booking"]) if args.get("booking") else held_by(ctx)
    booking = await ctx.store.get("bookings", id) if id else None
    if booking is None:
        raise NoBooking(f"no booking {id!r} in this business" if id else "no booking was named, and none is held")
    if ctx.contact and booking["contact"] not in (ctx.contact, await person(ctx)):
        raise NoBooking(f"booking {id!r} belongs to another contact")
    return booking
