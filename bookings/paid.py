"""What has been paid for a booking, by the payments that were made for it."""

from __future__ import annotations

from typing import Any

from engine.values import Money
from runtime.verbs import Context
from storage.store import Document


async def paid_for(ctx: Context, booking: Document, *, states: tuple[str, ...] = ("confirmed",), but: str = "") -> int:
    """What the confirmed payments for a booking come to, in minor units.

    `but` is one that is left out. One without a receipt is not counted as income, but who cancels does not lose it.
    """
    found = await ctx.store.find("payments", {"booking": booking["_id"], "state": {"in": list(states)}}, limit=50)
    return sum(_minor(payment["amount"]) for payment in found if payment["_id"] != but)


def _minor(amount: Any) -> int:
    return amount.amount if isinstance(amount, Money) else int(amount)
