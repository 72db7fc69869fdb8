"""The changes that YAML makes to bookings: hold, confirm, release, cancel, move, mark.

Each returns writes that join the asking machine's step. A booking is written with the version that was
read, and a slot with its claims, so that what changed meanwhile is a `Conflict`: the runtime then asks
again, and the answer is the one for the world as it is.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec

from bookings import holds, policy, refs, stock, terms
from bookings.arguments import MACHINE, booking_of, held_by, id_of, language_of, moment_of, nights_of, person
from bookings.offers import Offer
from bookings.paid import paid_for
from bookings.records import booking_record, nights_between, stayed
from bookings.refunds import refund_task
from bookings.slots import Shop, Slot, at
from bookings.telling import confirmed, lifecycle, refused, split_data, told
from bookings.terms import Terms
from engine.model import Event
from engine.values import Money
from runtime.verbs import Changed, Context, Post, Start
from storage.store import Document, Insert, Op, Store, Update

GRACE = timedelta(
    minutes=30
)  # choosing takes a while: a slot shown within the notice may still be held this much later
TAKEN = Changed(event=Event(name="bookings.taken"))


class Changes:
    """`store` is the whole store: the business's terms stand in `orgs`, outside any one org's collections.

    At the desk the business itself asks: its own notice and its limits on moving do not bind it, and the resource that
    it named is the one that it gets.
    """

    def __init__(self, store: Store, *, at_desk: bool = False) -> None:
        self._store = store
        self._at_desk = at_desk

    async def hold(self, ctx: Context, args: dict[str, Any]) -> Changed:
        own = await terms.of(self._store, ctx.org)
        offer = await stock.offer(ctx.store, id_of(args["offer"]))
        chosen = moment_of(args)
        if offer is None or not offer.active or chosen is None:
            return TAKEN
        earlier = await self._earlier_hold(ctx)
        nights = nights_of(args) or _nights_of_slot(args, own)
        found = await self._free(ctx, own, offer, chosen, nights=nights, instead_of=earlier)
        if found is None:
            return TAKEN
        shop, slot = found
        booking = await self._new(ctx, own, shop, slot)
        before: list[Op] = []
        posts: tuple[Post, ...] = ()
        if earlier is not None:
            before = holds.release(ctx.org, earlier, own.zone, state="released", changes={"reason": "chose another"})
            posts = told(ctx, own, {**earlier, "state": "released"}, "booking.released")
        record = booking_record(booking, own.zone, language_of(ctx))
        return Changed(
            ops=(*before, *holds.claims(ctx.org, booking, own.zone), Insert("bookings", booking)),
            event=Event(name="bookings.held", data={"booking": record}),
            posts=posts,
            starts=(lifecycle(ctx, own, booking),),
            links={"booking": booking["machine"]},
        )

    async def confirm(self, ctx: Context, args: dict[str, Any]) -> Changed:
        own, booking = await terms.of(self._store, ctx.org), await booking_of(ctx, args)
        paid = args["paid"].amount if isinstance(args.get("paid"), Money) else await paid_for(ctx, booking)
        changes: Document = {"state": "confirmed", "paid": max(paid, booking["paid"]), "confirmed_at": ctx.now}
        claims: list[Op] = []
        starts: tuple[Start, ...] = ()
        if booking["state"] == "released":
            found = await self._again(ctx, own, booking)
            if found is None:
                return TAKEN
            # its lifecycle has ended with the release: another one takes over
            again = f"{MACHINE}{booking['_id']}/{booking['version']}"
            changes |= found | {"machine": again, "held_until": ctx.now + own.hold}
            starts = (lifecycle(ctx, own, {**booking, **changes}),)
            claims = holds.claims(ctx.org, {**booking, **found}, own.zone)
        elif booking["state"] == "cancelled":
            return TAKEN
        elif booking["state"] != "held":
            changes = {"paid": changes["paid"]}
        write = Update("bookings", booking["_id"], {"set": changes}, expect=booking["version"])
        done = confirmed(ctx, own, {**booking, **changes}, ops=(*claims, write))
        return msgspec.structs.replace(done, starts=starts)

    async def release(self, ctx: Context, args: dict[str, Any]) -> Changed:
        own, booking = await terms.of(self._store, ctx.org), await booking_of(ctx, args)
        if booking["state"] != "held":
            return Changed()
        ops = holds.release(ctx.org, booking, own.zone, state="released", changes={"released_at": ctx.now})
        return Changed(ops=tuple(ops), posts=told(ctx, own, {**booking, "state": "released"}, "booking.released"))

    async def cancel(self, ctx: Context, args: dict[str, Any]) -> Changed:
        own, booking = await terms.of(self._store, ctx.org), await booking_of(ctx, args)
        if booking["state"] in ("attended", "no_show"):
            return refused("over")
        if booking["state"] in ("cancelled", "released"):
            return Changed(event=Event(name="bookings.cancelled", data=split_data(booking, own, ctx)))
        paid = max(booking["paid"], await paid_for(ctx, booking, states=("confirmed", "confirmed_without_receipt")))
        by: policy.By = "business" if args.get("by") == "business" else "customer"
        split = policy.on_cancel(
            policy.read(booking["policy"]),
            paid,
            start=booking["start"],
            now=ctx.now,
            by=by,
            currency=booking["currency"],
        )
        changes: Document = {
            "reason": str(args.get("reason") or ""),
            "cancelled_at": ctx.now,
            "refund": split.refund,
            "kept": split.kept,
        }
        ops = holds.release(ctx.org, booking, own.zone, state="cancelled", changes=changes)
        after = {**booking, **changes, "state": "cancelled"}
        if split.refund:
            ops.append(refund_task(ctx, after))
        data = split_data(after, own, ctx)
        return Changed(
            ops=tuple(ops),
            event=Event(name="bookings.cancelled", data=data),
            posts=told(ctx, own, after, "booking.cancelled", {**data, "by": by, "by_hand": self._at_desk}),
        )

    async def move(self, ctx: Context, args: dict[str, Any]) -> Changed:
        own, booking = await terms.of(self._store, ctx.org), await booking_of(ctx, args)
        reason = _why_not_move(booking, ctx, at_desk=self._at_desk)
        if reason:
            return refused(reason)
        offer, chosen = await stock.offer(ctx.store, booking["offer"]), moment_of(args)
        if offer is None or chosen is None:
            return TAKEN
        nights = stayed(booking, own.zone)
        found = await self._free(ctx, own, offer, chosen, nights=nights, instead_of=booking)
        if found is None:
            return TAKEN
        shop, slot = found
        changes = {**_place(shop, slot), "moved": booking["moved"] + 1, "sequence": booking["sequence"] + 1}
        after = {**booking, **changes}
        ops = (
            *holds.unclaims(ctx.org, booking, own.zone),
            *holds.claims(ctx.org, after, own.zone),
            Update("bookings", booking["_id"], {"set": changes}, expect=booking["version"]),
        )
        data = {"booking": booking_record(after, own.zone, language_of(ctx))}
        return Changed(
            ops=ops,
            event=Event(name="bookings.moved", data=data),
            posts=told(ctx, own, after, "booking.moved", {**data, "by_hand": self._at_desk}),
        )

    async def mark(self, ctx: Context, args: dict[str, Any]) -> Changed:
        own, booking = await terms.of(self._store, ctx.org), await booking_of(ctx, args)
        state = str(args["as"])
        if booking["state"] not in ("confirmed", "attended", "no_show") or booking["state"] == state:
            return Changed()
        ops: list[Op] = [
            Update(
                "bookings", booking["_id"], {"set": {"state": state, "marked_at": ctx.now}}, expect=booking["version"]
            )
        ]
        visits = (state == "attended") - (booking["state"] == "attended")
        if visits and await ctx.store.get("contacts", booking["contact"]) is not None:
            ops.append(Update("contacts", booking["contact"], {"inc": {"visits": visits}}))
        if booking["end"] <= ctx.now:
            ops += holds.unclaims(ctx.org, booking, own.zone)  # the past need not be guarded
        return Changed(ops=tuple(ops), posts=told(ctx, own, {**booking, "state": state}, f"booking.{state}"))

    async def _earlier_hold(self, ctx: Context) -> Document | None:
        """What this machine still holds from before: whoever chooses again gives it back."""
        id = held_by(ctx)
        booking = await ctx.store.get("bookings", id) if id else None
        return booking if booking is not None and booking["state"] == "held" else None

    async def _free(
        self,
        ctx: Context,
        own: Terms,
        offer: Offer,
        chosen: tuple[Any, str],
        *,
        nights: int = 0,
        instead_of: Document | None = None,
    ) -> tuple[Shop, Slot] | None:
        """The slot at the chosen moment, on the chosen resource or else on another one of the offer's."""
        start, resource = chosen
        notice = timedelta() if self._at_desk else max(timedelta(), offer.notice - GRACE)
        lenient = msgspec.structs.replace(offer, notice=notice)
        within = stock.around(start, days=4 + max(nights, offer.nights))
        whole = await stock.shop(ctx.store, own, lenient, now=ctx.now, within=within, nights=nights)
        shop = stock.without(whole, instead_of)
        slot = at(shop, start, resource)
        if slot is None and not (self._at_desk and resource):
            slot = at(shop, start)
        return (shop, slot) if slot is not None else None

    async def _again(self, ctx: Context, own: Terms, booking: Document) -> Document | None:
        """A released booking's own time, if it is still free: where it would be now."""
        offer = await stock.offer(ctx.store, booking["offer"])
        if offer is None or booking["start"] <= ctx.now:
            return None
        nights = stayed(booking, own.zone)
        soon = msgspec.structs.replace(offer, notice=timedelta())
        found = await self._free(ctx, own, soon, (booking["start"], booking["resource"]), nights=nights)
        return _place(*found) if found is not None else None

    async def _new(self, ctx: Context, own: Terms, shop: Shop, slot: Slot) -> Document:
        booking = holds.new_booking(shop.offer, slot, _place(shop, slot)["resource_name"], own.zone)
        id = refs.booking_id(ctx.org, ctx.key)
        return {
            "_id": id,
            "machine": f"{MACHINE}{id}",
            "ref": await self._ref(ctx),
            "contact": await person(ctx),
            **booking,
            "policy": shop.offer.policy if shop.offer.policy is not None else own.policy,
            "held_until": ctx.now + own.hold,
            "created_at": ctx.now,
        }

    async def _ref(self, ctx: Context) -> str:
        for ref in refs.candidates(ctx.org, ctx.key):
            if not await ctx.store.find("bookings", {"ref": ref}, limit=1):
                return ref
        raise RuntimeError(f"{refs.ATTEMPTS} booking references in a row are taken")


def _place(shop: Shop, slot: Slot) -> Document:
    name = next(each.name for each in shop.resources if each.id == slot.resource)
    return {
        "resource": slot.resource,
        "resource_name": name,
        "unit": slot.unit,
        "start": slot.start,
        "end": slot.end,
    }


def _nights_of_slot(args: dict[str, Any], own: Terms) -> int:
    slot = args.get("slot")
    return nights_between(slot["start"], slot["end"], own.zone) if isinstance(slot, dict) else 0


def _why_not_move(booking: Document, ctx: Context, *, at_desk: bool) -> str:
    if booking["state"] in ("cancelled", "released"):
        return "cancelled"
    if booking["state"] not in ("held", "confirmed") or booking["end"] <= ctx.now:
        return "over"
    if at_desk:
        return ""
    return policy.on_move(policy.read(booking["policy"]), booking["moved"], start=booking["start"], now=ctx.now)
