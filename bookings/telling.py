"""What a change of a booking says, and to whom: the answer to who asked, the event for its lifecycle, its beginning."""

from __future__ import annotations

from typing import Any

from bookings.arguments import language_of
from bookings.records import booking_record
from bookings.terms import Terms
from engine.model import Event
from engine.values import Money
from runtime.verbs import Changed, Context, Post, Start
from storage.store import Document, Op


def refused(reason: str) -> Changed:
    return Changed(event=Event(name="bookings.refused", data={"reason": reason}))


def split_data(booking: Document, own: Terms, ctx: Context) -> dict[str, Any]:
    return {
        "booking": booking_record(booking, own.zone, language_of(ctx)),
        "refund": Money(booking.get("refund", 0), booking["currency"]),
        "kept": Money(booking.get("kept", 0), booking["currency"]),
    }


def confirmed(ctx: Context, own: Terms, after: Document, *, ops: tuple[Op, ...]) -> Changed:
    data = {"booking": booking_record(after, own.zone, language_of(ctx))}
    return Changed(
        ops=ops,
        event=Event(name="bookings.confirmed", data=data),
        posts=told(ctx, own, after, "booking.confirmed", data),
    )


def told(
    ctx: Context, own: Terms, booking: Document, event: str, data: dict[str, Any] | None = None
) -> tuple[Post, ...]:
    """The event for the booking's lifecycle, also when it was the lifecycle that asked."""
    said = data or {"booking": booking_record(booking, own.zone, language_of(ctx))}
    return (Post(machine=booking["machine"], event=Event(name=event, data=said)),)


def lifecycle(ctx: Context, own: Terms, booking: Document) -> Start:
    """The machine that sees a booking through: releases, reminds, marks."""
    return Start(
        definition="lifecycle:booking",
        machine=booking["machine"],
        data={"booking": booking_record(booking, own.zone, language_of(ctx))},
        contact=ctx.contact,
        channel=str(ctx.machine.about.get("channel", "")),
        owner=ctx.machine.machine,
        links={"conversation": ctx.machine.machine},
    )
