"""The questions that YAML asks about bookings, answered from the store."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date, datetime, timedelta
from typing import Any

import msgspec

from bookings import slots, stock, terms
from bookings.arguments import booking_of, id_of, language_of, nights_of, person
from bookings.hours import Interval, bounds, day_of
from bookings.offers import Offer
from bookings.records import Record, booking_record, day_record, offer_record, slot_record, stayed
from bookings.slots import Shop, Slot
from bookings.terms import Terms
from runtime.verbs import Context
from storage.store import Document, Store

SHOWN = 9  # a list on WhatsApp has ten rows; the tenth is the flow's own ("another day")
STRETCH = 14  # days whose bookings are read at once


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What free times are wanted for. `booking` is the one that is to move: its own place counts as free."""

    own: Terms
    offer: Offer
    booking: Document | None
    nights: int


class Questions:
    """`store` is the whole store: the business's terms stand in `orgs`, outside any one org's collections."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def offers(self, ctx: Context, args: dict[str, Any]) -> list[Record]:
        return [offer_record(offer, language_of(ctx)) for offer in await stock.active_offers(ctx.store)]

    async def days(self, ctx: Context, args: dict[str, Any]) -> list[Record]:
        asked = await self._asked(ctx, args)
        found: list[tuple[date, list[Slot]]] = []
        async for shop, ahead in self._stretches(ctx, asked):
            found += slots.days(shop, SHOWN - len(found), ahead)
            if len(found) == SHOWN:
                break
        return [day_record(day, free, language_of(ctx)) for day, free in found]

    async def free_slots(self, ctx: Context, args: dict[str, Any]) -> list[Record]:
        asked = await self._asked(ctx, args)
        if asked is None:
            return []
        found = await self._chosen(ctx, asked, args.get("day"), args.get("near"))
        return [slot_record(slot, asked.offer, asked.own.zone, language_of(ctx)) for slot in found]

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

    async def _asked(self, ctx: Context, args: dict[str, Any]) -> Asked | None:
        own = await terms.of(self._store, ctx.org)
        booking = await booking_of(ctx, args) if args.get("booking") else None
        chosen = booking["offer"] if booking is not None else args.get("offer")
        offer = await stock.offer(ctx.store, id_of(chosen)) if chosen else None
        if offer is None or not (offer.active or booking):
            return None
        nights = nights_of(args) or (stayed(booking, own.zone) if booking is not None else 0)
        return Asked(own=own, offer=offer, booking=booking, nights=nights)

    async def _chosen(self, ctx: Context, asked: Asked, day: date | None, near: datetime | None) -> list[Slot]:
        if near is not None:
            middle = day_of(near, asked.own.zone)
            around = (middle - timedelta(days=slots.NEAR), middle + timedelta(days=slots.NEAR))
            found = slots.near(await self._shop(ctx, asked, *around), near, SHOWN)
            return found or await self._soonest(ctx, asked)
        if day is not None:
            return slots.spread(slots.on_day(await self._shop(ctx, asked, day, day), day), SHOWN)
        return await self._soonest(ctx, asked)

    async def _soonest(self, ctx: Context, asked: Asked) -> list[Slot]:
        found: list[Slot] = []
        async for shop, ahead in self._stretches(ctx, asked):
            found += [slot for _, free in slots.days(shop, SHOWN, ahead) for slot in free]
            if len(found) >= SHOWN:
                break
        return found[:SHOWN]

    async def _stretches(self, ctx: Context, asked: Asked | None) -> AsyncIterator[tuple[Shop, range]]:
        """The days up to the offer's horizon, a stretch at a time: most find enough in the first.

        A business that takes bookings for two years ahead has thousands of them, which nobody reads for nine days.
        """
        if asked is None:
            return
        today, days = day_of(ctx.now, asked.own.zone), asked.offer.horizon_days + 1
        for first in range(0, days, STRETCH):
            ahead = range(first, min(first + STRETCH, days))
            ends = today + timedelta(days=ahead[-1])
            yield await self._shop(ctx, asked, today + timedelta(days=first), ends), ahead

    async def _shop(self, ctx: Context, asked: Asked, first: date, last: date) -> Shop:
        """With what is taken on those days, and on as many more as a stay that begins on the last could last."""
        longest = timedelta(days=max(asked.nights, asked.offer.nights))
        within = Interval(bounds(first, asked.own.zone).start, bounds(last, asked.own.zone).end + longest)
        whole = await stock.shop(
            ctx.store, asked.own, asked.offer, now=ctx.now, within=within, nights=asked.nights
        )  # fmt: skip
        return stock.without(whole, asked.booking)
