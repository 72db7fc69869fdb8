"""The questions that YAML asks about bookings, answered from the store."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from bookings import slots, stock, terms
from bookings.arguments import booking_of, id_of, language_of, nights_of, person
from bookings.hours import Interval, bounds
from bookings.records import Record, booking_record, day_record, offer_record, slot_record, stayed
from bookings.slots import Shop, Slot
from runtime.verbs import Context
from storage.store import Store

SHOWN = 9  # a list on WhatsApp has ten rows; the tenth is the flow's own ("another day")


class Questions:
    """`store` is the whole store: the business's terms stand in `orgs`, outside any one org's collections."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def offers(self, ctx: Context, args: dict[str, Any]) -> list[Record]:
        return [offer_record(offer, language_of(ctx)) for offer in await stock.active_offers(ctx.store)]

    async def days(self, ctx: Context, args: dict[str, Any]) -> list[Record]:
        shop = await self._shop(ctx, args)
        if shop is None:
            return []
        return [day_record(day, free, language_of(ctx)) for day, free in slots.days(shop, SHOWN)]

    async def free_slots(self, ctx: Context, args: dict[str, Any]) -> list[Record]:
        shop = await self._shop(ctx, args)
        if shop is None:
            return []
        found = _chosen(shop, args.get("day"), args.get("near"))
        return [slot_record(slot, shop.offer, shop.zone, language_of(ctx)) for slot in found]

    async def upcoming(self, ctx: Context, args: dict[str, Any]) -> list[Record]:
        if not ctx.contact:
            return []
        found = await ctx.store.find(
            "bookings",
            {"contact": await person(ctx), "state": {"in": ["held", "confirmed"]}, "end": {"gt": ctx.now}},
            sort=[("start", 1)],
            limit=SHOWN,
        )
        zone = (await terms.of(self._store, ctx.org)).zone
        return [booking_record(booking, zone, language_of(ctx)) for booking in found]

    async def _shop(self, ctx: Context, args: dict[str, Any]) -> Shop | None:
        own = await terms.of(self._store, ctx.org)
        booking = await booking_of(ctx, args) if args.get("booking") else None
        chosen = booking["offer"] if booking is not None else args.get("offer")
        offer = await stock.offer(ctx.store, id_of(chosen)) if chosen else None
        if offer is None or not (offer.active or booking):
            return None
        nights = nights_of(args) or (stayed(booking, own.zone) if booking is not None else 0)
        within = stock.ahead(offer, ctx.now, nights)
        if (day := args.get("day")) and not args.get("near"):
            whole = bounds(day, own.zone)
            within = Interval(whole.start, whole.end + timedelta(days=max(nights, offer.nights)))
        whole_shop = await stock.shop(ctx.store, own, offer, now=ctx.now, within=within, nights=nights)
        return stock.without(whole_shop, booking)


def _chosen(shop: Shop, day: date | None, near: datetime | None) -> list[Slot]:
    if near is not None:
        return slots.near(shop, near, SHOWN)
    if day is not None:
        return slots.spread(slots.on_day(shop, day), SHOWN)
    return slots.soonest(shop, SHOWN)
