"""What the business does to a booking by hand: make, move, cancel, mark.

It is what the flows do, without a flow: the same changes, the same claims on time, and the same events for the
booking's lifecycle, in one commit. So a booking made at the desk has its journal and its reminders as any other, and
no two people get one slot.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Any, Literal

import msgspec

from bookings import policy, refs
from bookings.changes import GRACE, Changes
from bookings.paid import paid_for
from bookings.policy import Split
from engine.values import Money
from runtime.by_hand import Ask, Busy, ByHand, For, HandIn
from runtime.verbs import Changed, Context
from storage.store import Document, Op, Store
from storage.vault import Vault

Seen = Callable[[str, Context, dict[str, Any], Changed], Awaitable[Changed]]
PAID = ("confirmed", "confirmed_without_receipt")


class Taken(Exception):
    """The time is not free, or not any more."""


class Refused(Exception):
    """It cannot be done to this booking. `reason` is over, cancelled or too_early."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Made(msgspec.Struct, frozen=True, kw_only=True):
    """A booking to make. `key` is of the request: the same one, repeated, makes the same booking."""

    key: str
    contact: str
    offer: str
    start: datetime
    resource: str
    nights: int = 0
    language: str = "en"
    channel: str = ""


async def unseen(_verb: str, _ctx: Context, _args: dict[str, Any], changed: Changed) -> Changed:
    """Nobody looks."""
    return changed


class Desk:
    """`hand_in` passes on what was stored for the runtime; `clock` is the business's time.

    `seen` may add to what a verb comes to, as it does where a flow asks for it.
    """

    def __init__(
        self, store: Store, vault: Vault, clock: Callable[[], datetime], hand_in: HandIn, seen: Seen = unseen
    ) -> None:
        self._store = store
        self._clock = clock
        self._seen = seen
        self._hands = ByHand(store, vault, clock, hand_in)
        self._changes = Changes(store, at_desk=True)

    async def make(self, org: str, wanted: Made, note: Sequence[Op] = ()) -> Document:
        """A confirmed booking. Raises `Taken`. A crash between holding and confirming leaves a hold that runs out."""
        id = self.id_of(org, wanted)
        whom = For(contact=wanted.contact, language=wanted.language, channel=wanted.channel)
        if await self._store.org(org).get("bookings", id) is None:
            slot = {"start": wanted.start, "end": wanted.start, "resource": wanted.resource}
            args = {"offer": wanted.offer, "slot": slot, "nights": wanted.nights}
            await self._do(org, whom, _key(wanted), "hold", lambda ctx: self._changes.hold(ctx, args), note)
        booking = await self._booking(org, id)
        if booking["state"] == "held":
            await self._change(org, booking, "confirm", lambda ctx: self._changes.confirm(ctx, {"booking": id}), ())
        return await self._booking(org, id)

    @staticmethod
    def id_of(org: str, wanted: Made) -> str:
        """The id that the booking will have."""
        return refs.booking_id(org, _key(wanted))

    async def move(
        self, org: str, id: str, start: datetime, resource: str, note: Sequence[Op] = ()
    ) -> Document:  # fmt: skip
        """Raises KeyError, `Taken` or `Refused`. To where it is already is nothing."""
        booking = await self._booking(org, id)
        if booking["state"] in ("held", "confirmed") and (start, resource) == (booking["start"], booking["resource"]):
            return booking
        args = {"booking": id, "slot": {"start": start, "end": start, "resource": resource}}
        await self._change(org, booking, "move", lambda ctx: self._changes.move(ctx, args), note)
        return await self._booking(org, id)

    async def cancel(
        self, org: str, id: str, by: Literal["business", "customer"], reason: str, note: Sequence[Op] = ()
    ) -> Document:
        """Raises KeyError or `Refused`. What has been paid goes back by the policy, as a task for a person."""
        booking = await self._booking(org, id)
        args = {"booking": id, "by": by, "reason": reason}
        await self._change(org, booking, "cancel", lambda ctx: self._changes.cancel(ctx, args), note)
        return await self._booking(org, id)

    async def mark(
        self, org: str, id: str, state: Literal["attended", "no_show"], note: Sequence[Op] = ()
    ) -> Document:  # fmt: skip
        """Say who came. Raises KeyError or `Refused`; what is said twice is said once."""
        booking = await self._booking(org, id)
        if booking["state"] not in ("confirmed", "attended", "no_show"):
            raise Refused("cancelled" if booking["state"] in ("cancelled", "released") else "over")
        if booking["start"] > self._clock() + GRACE:
            raise Refused("too_early")
        args = {"booking": id, "as": state}
        await self._change(org, booking, "mark", lambda ctx: self._changes.mark(ctx, args), note)
        return await self._booking(org, id)

    async def count(self, org: str, id: str, payment: str, amount: Money, settled: Changed, note: Sequence[Op]) -> None:
        """Count money that had served nothing for a booking; one whose hold ran out is taken again if it is free.

        `settled` is what becomes of the payment, in the same commit. Raises KeyError, `Taken` or `Refused`.
        """
        booking = await self._booking(org, id)
        if booking["state"] == "cancelled":
            raise Refused("cancelled")

        async def counted(ctx: Context) -> Changed:
            paid = await paid_for(ctx, await self._booking(org, id), but=payment) + amount.amount
            changed = await self._changes.confirm(ctx, {"booking": id, "paid": Money(paid, amount.currency)})
            return msgspec.structs.replace(
                changed, ops=(*changed.ops, *settled.ops), posts=(*changed.posts, *settled.posts)
            )

        await self._do(org, await self._whom(org, booking), f"desk/count/{id}/{payment}", "confirm", counted, note)

    async def splits(self, org: str, booking: Document) -> dict[str, Split]:
        """What would go back and what would stay, by who cancels now."""
        ctx = await self._hands.context(org, await self._whom(org, booking), "")
        paid = max(booking["paid"], await paid_for(ctx, booking, states=PAID))
        terms = policy.read(booking["policy"])
        start, of = booking["start"], booking["currency"]
        return {
            "customer": policy.on_cancel(terms, paid, start=start, now=ctx.now, by="customer", currency=of),
            "business": policy.on_cancel(terms, paid, start=start, now=ctx.now, by="business", currency=of),
        }

    async def _whom(self, org: str, booking: Document) -> For:
        """The customer, in whose language the booking is named."""
        contact = await self._store.org(org).get("contacts", booking["contact"]) or {}
        return For(contact=booking["contact"], language=str(contact.get("language") or "en"))

    async def _booking(self, org: str, id: str) -> Document:
        booking = await self._store.org(org).get("bookings", id)
        if booking is None:
            raise KeyError(id)
        return booking

    async def _change(self, org: str, booking: Document, what: str, ask: Ask, note: Sequence[Op]) -> Changed:
        """The key names the version, so that a later change of the same kind is another one."""
        key = f"desk/{what}/{booking['_id']}/{booking['version']}"
        return await self._do(org, await self._whom(org, booking), key, what, ask, note)

    async def _do(self, org: str, whom: For, key: str, what: str, ask: Ask, note: Sequence[Op]) -> Changed:
        async def answered(ctx: Context) -> Changed:
            changed = await self._seen(f"bookings.{what}", ctx, {}, await ask(ctx))
            if changed.event is not None and changed.event.name == "bookings.taken":
                raise Taken
            if changed.event is not None and changed.event.name == "bookings.refused":
                raise Refused(str(changed.event.data["reason"]))
            return changed

        try:
            return await self._hands.do(org, whom, key, answered, note)
        except Busy as busy:
            raise Taken from busy


def _key(wanted: Made) -> str:
    return f"desk/{wanted.key}"
