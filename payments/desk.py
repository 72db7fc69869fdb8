"""A payment that the business asks for at its desk: the same intent, prompt and verification as any other.

The lifecycle of what it is for hears of it, as a flow would that had asked.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Any

import msgspec

from engine.values import Money
from payments import changes
from payments.intents import OPEN, PAID
from payments.mpesa.amounts import BadAmount, shillings
from payments.receipts import matched
from payments.resolving import Resolution, Resolved, Unresolved, resolved
from runtime.by_hand import Busy, ByHand, For, HandIn
from runtime.verbs import Changed, Context
from storage.store import Document, Op, Store
from storage.vault import Vault

PURPOSE = "deposit"
Count = Callable[[Resolved], Awaitable[None]]
Seen = Callable[[str, Context, dict[str, Any], Changed], Awaitable[Changed]]


class Refused(Exception):
    """It cannot be asked for. `reason`: not_confirmed, over, paid, prompt_open, bad_number or bad_amount."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What to ask for. `key` is of the request: the same one, repeated, asks once."""

    key: str
    booking: str
    amount: Money
    phone: str


class Desk:
    """`hand_in` passes on what was stored for the runtime; `clock` is the business's time."""

    def __init__(
        self, store: Store, vault: Vault, clock: Callable[[], datetime], hand_in: HandIn, seen: Seen | None = None
    ) -> None:
        self._store = store
        self._clock = clock
        self._seen = seen  # may add to what a decision comes to
        self._hands = ByHand(store, vault, clock, hand_in)

    async def ask(self, org: str, asked: Asked, note: Sequence[Op] = ()) -> None:
        """Have M-Pesa prompt the customer for a booking's deposit. Raises KeyError or `Refused`."""
        booking = await self._store.org(org).get("bookings", asked.booking)
        if booking is None:
            raise KeyError(asked.booking)
        whom = For(contact=booking["contact"], channel="whatsapp", machine=booking["machine"])

        async def answered(ctx: Context) -> Changed:
            args: dict[str, Any] = {
                "amount": asked.amount, "phone": asked.phone, "purpose": PURPOSE, "booking": asked.booking
            }  # fmt: skip
            if not await _asked_before(ctx):
                await _may_ask(ctx, asked)
            changed = await changes.request(ctx, args)
            if changed.event is not None:
                data = changed.event.data
                raise Refused("bad_amount" if data["code"] == "amount" else str(data["code"] or data["reason"]))
            return changed

        try:
            await self._hands.do(org, whom, f"desk/{asked.key}", answered, note)
        except Busy as busy:
            raise Refused("prompt_open") from busy

    async def settle(self, org: str, resolution: Resolution, count: Count | None, note: Sequence[Op] = ()) -> None:
        """Say what becomes of money that served nothing. `count` counts it for a booking. Raises `Unresolved`."""
        view = self._store.org(org)
        found = await resolved(view, resolution, self._clock())
        if found is None:
            return
        if count is not None:
            await count(found)
            return
        payment = await view.get("payments", found.payment) or {}

        async def decided(ctx: Context) -> Changed:
            return await self._seen("payments.resolve", ctx, {}, found.changed) if self._seen else found.changed

        try:
            whom = For(contact=str(payment.get("contact") or ""))
            await self._hands.do(org, whom, f"desk/settle/{resolution.task}", decided, note)
        except Busy as busy:
            raise Unresolved("busy") from busy

    async def match(self, org: str, task: str, receipt: str, by: str, note: Sequence[Op] = ()) -> None:
        """Say which receipt on the statement is that of a task's payment. Raises `Unresolved`."""
        view = self._store.org(org)
        payment, _ = await matched(view, task, receipt, by)

        async def found(_ctx: Context) -> Changed:
            return (await matched(view, task, receipt, by))[1]

        try:
            whom = For(contact=str(payment.get("contact") or ""))
            await self._hands.do(org, whom, f"desk/receipt/{task}", found, note)
        except Busy as busy:
            raise Unresolved("busy") from busy


async def _asked_before(ctx: Context) -> bool:
    return await ctx.store.get("payments", changes.id_from(ctx.org, ctx.key)) is not None


async def _may_ask(ctx: Context, asked: Asked) -> None:
    """Nothing is asked for twice: what was paid is settled at the desk, what is being asked for is waited for."""
    booking = await ctx.store.get("bookings", asked.booking)
    if booking is None:
        raise KeyError(asked.booking)
    if booking["state"] != "confirmed":
        raise Refused("not_confirmed")
    if booking["end"] <= ctx.now:
        raise Refused("over")
    found = await ctx.store.find("payments", {"booking": asked.booking}, limit=50)
    if booking["paid"] or any(payment["state"] in PAID for payment in found):
        raise Refused("paid")
    if any(_waits(payment) for payment in found):
        raise Refused("prompt_open")
    try:
        shillings(asked.amount)
    except BadAmount as error:
        raise Refused("bad_amount") from error
    if asked.amount.amount > booking["price"] or asked.amount.currency != booking["currency"]:
        raise Refused("bad_amount")


def _waits(payment: Document) -> bool:
    return bool(payment["state"] == OPEN)
