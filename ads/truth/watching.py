"""Sees what the rooms do and notes what matters to ads, in the very commit that does it.

The server binds each verb once; a watched verb is that verb, with the event added to the writes that it answers with.
So an event stands if and only if the booking, the payment or the refund does, whichever flow asked for it and however
often the step was tried. The rooms know nothing of it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from typing import Any

import msgspec

from ads.truth import attribution, terms
from ads.truth.attribution import Adverts
from ads.truth.events import Credit, Happened, kept
from engine.values import Money
from runtime.verbs import Bound, Change, Changed, Context, Start
from storage.store import Document, Update

INTENT = frozenset({"asked", "asked_time", "from_ad", "held", "booked", "won_back"})
Follow = Callable[[Context, Happened], Awaitable[tuple[Start, ...]]]
Note = Callable[[Context, dict[str, Any], Changed], Awaitable[tuple[Happened, ...]]]


async def _nothing(_ctx: Context, _event: Happened) -> tuple[Start, ...]:
    return ()


class Watch:
    """`follow` says what begins because of an event (sending it on to the platform that brought it)."""

    def __init__(self, adverts: Adverts, follow: Follow = _nothing) -> None:
        self._adverts = adverts
        self._follow = follow
        self._notes: dict[str, Note] = {
            "leads.note": self._lead,
            "bookings.confirm": self._booking,
            "bookings.cancel": self._refund,
            "payments.settle": self._payment,
        }

    def over(self, bound: Iterable[Bound]) -> list[Bound]:
        """The same verbs, watched where there is something to see."""
        return [Bound(each.name, self._watched(each)) if each.name in self._notes else each for each in bound]

    def _watched(self, bound: Bound) -> Change:
        async def watched(ctx: Context, args: dict[str, Any]) -> Changed:
            return await self.seen(bound.name, ctx, args, await bound.handler(ctx, args))

        return watched

    async def seen(self, verb: str, ctx: Context, args: dict[str, Any], changed: Changed) -> Changed:
        """What a verb did, with the events that it comes to."""
        note = self._notes.get(verb)
        events = await note(ctx, args, changed) if note is not None and changed.ops else ()
        events += await self._resolved(ctx, changed)
        if not events:
            return changed
        starts = [start for event in events for start in await self._follow(ctx, event)]
        ops = tuple(kept(ctx.org, event) for event in events)
        return msgspec.structs.replace(changed, ops=(*changed.ops, *ops), starts=(*changed.starts, *starts))

    async def _lead(self, ctx: Context, args: dict[str, Any], _changed: Changed) -> tuple[Happened, ...]:
        if str(args["event"]) not in INTENT or not ctx.contact:
            return ()
        credit = await self._credit(ctx, ctx.contact)
        return (
            Happened(kind="lead", key=f"{ctx.contact}/{credit.click}", at=ctx.now, contact=ctx.contact, credit=credit),
        )

    async def _booking(self, ctx: Context, args: dict[str, Any], changed: Changed) -> tuple[Happened, ...]:
        booking = await _booking_of(ctx, changed, "bookings.confirmed")
        if booking is None:
            return ()
        credit = await self._credit(ctx, str(booking["contact"]))
        return (
            Happened(
                kind="booking", key=booking["_id"], at=ctx.now, contact=booking["contact"], booking=booking["_id"],
                offer=str(booking.get("offer") or ""), value=int(booking["price"]), currency=booking["currency"],
                credit=credit,
            ),
        )  # fmt: skip

    async def _refund(self, ctx: Context, args: dict[str, Any], changed: Changed) -> tuple[Happened, ...]:
        booking = await _booking_of(ctx, changed, "bookings.cancelled")
        refund = changed.event.data.get("refund") if changed.event is not None else None
        if booking is None or not isinstance(refund, Money) or not refund.amount:
            return ()
        credit = await attribution.of_earlier(ctx.store, "booking", booking["_id"])
        return (
            Happened(
                kind="refund", key=f"booking/{booking['_id']}", at=ctx.now, contact=booking["contact"],
                booking=booking["_id"], offer=str(booking.get("offer") or ""), value=refund.amount,
                currency=refund.currency, credit=credit or await self._credit(ctx, booking["contact"]),
            ),
        )  # fmt: skip

    async def _payment(self, ctx: Context, args: dict[str, Any], changed: Changed) -> tuple[Happened, ...]:
        """Verified money, once its receipt is here. What was paid twice has to go back, and is no revenue."""
        payment = await ctx.store.get("payments", str(args["payment"]))
        if payment is None or changed.event is None or changed.event.name != "payments.settled":
            return ()
        id = str(payment.get("booking") or "")
        booking = await ctx.store.get("bookings", id) if id else None
        contact = str(payment.get("contact") or "")
        credit = await attribution.of_earlier(ctx.store, "booking", id) or await self._credit(ctx, contact)
        paid = Happened(
            kind="payment", key=payment["_id"], at=ctx.now, contact=contact, booking=id, payment=payment["_id"],
            offer=str((booking or {}).get("offer") or ""), value=int(payment["amount"]),
            currency=str(payment["currency"]), credit=credit,
        )  # fmt: skip
        if not _twice(payment, changed):
            return (paid,)
        back = msgspec.structs.replace(paid, kind="refund", key=f"payment/{payment['_id']}")
        return (paid, back)

    async def _resolved(self, ctx: Context, changed: Changed) -> tuple[Happened, ...]:
        """A person decided what becomes of money that served nothing; what was paid twice counts as owed until then."""
        for op in changed.ops:
            sets = op.changes.get("set", {}) if isinstance(op, Update) and op.collection == "payments" else {}
            payment = await ctx.store.get("payments", op.id) if isinstance(op, Update) and "resolved" in sets else None
            if payment is not None:
                credit = await attribution.of_earlier(ctx.store, "payment", payment["_id"])
                back = Happened(
                    kind="refund", key=f"payment/{payment['_id']}", at=ctx.now, contact=str(payment["contact"]),
                    payment=payment["_id"], value=int(payment["amount"]), currency=str(payment["currency"]),
                    credit=credit or await self._credit(ctx, str(payment["contact"])),
                )  # fmt: skip
                if sets["resolved"] == "refunded":
                    return (back,)
                if payment.get("extra"):  # it is kept after all, and was taken off when it came
                    return (msgspec.structs.replace(back, kind="payment", key=f"{payment['_id']}/kept"),)
        return ()

    async def _credit(self, ctx: Context, contact: str) -> Credit:
        own = await terms.of(ctx.store)
        return await attribution.of_contact(ctx.store, self._adverts, contact, ctx.now, own.window)


async def _booking_of(ctx: Context, changed: Changed, event: str) -> Document | None:
    if changed.event is None or changed.event.name != event:
        return None
    said = changed.event.data.get("booking")
    id = str(said.get("id") or "") if isinstance(said, dict) else ""
    return await ctx.store.get("bookings", id) if id else None


def _twice(payment: Document, changed: Changed) -> bool:
    """Whether this settling, or an earlier one, found that the same thing was paid already."""
    sets = (op.changes.get("set", {}) for op in changed.ops if getattr(op, "collection", "") == "payments")  # type: ignore[union-attr]
    return bool(payment.get("extra")) or any(fields.get("extra") for fields in sets)
