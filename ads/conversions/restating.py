"""What remains of payments after a refund, for the one platform that lets a conversion be told anew: Google.

A refund changes what an earlier event was worth, and is no event of its own there. So the payments that it gives back
are told again with what remains of them; telling that twice comes to the same. A payment that Google was never told
must not be told now: it would count as a new one.
"""

from __future__ import annotations

from datetime import timedelta

from ads.conversions.message import Restated, Unsendable
from ads.truth.events import COLLECTION
from engine.values import Money
from runtime.verbs import Context, RetryLater
from storage.store import Document

_AGAIN = timedelta(hours=1)
_MOST = 50


async def restated(ctx: Context, refund: Document) -> tuple[Restated, ...]:
    """Raises Unsendable when none of them was told, RetryLater while one of them is still to be."""
    about = {"payment": refund["payment"]} if refund.get("payment") else {"booking": refund.get("booking") or "-"}
    paid = await _events(ctx, {**about, "kind": "payment", "contact": refund["contact"]})
    back = await _events(ctx, {**about, "kind": "refund", "contact": refund["contact"]})
    if "booking" in about:  # what was paid twice is given back by its payment, and told so
        twice = {each["payment"] for each in back if each.get("payment")}
        paid = [each for each in paid if each.get("payment") not in twice]
        back = [each for each in back if not each.get("payment")]
    left = sum(int(each["value"]) for each in back if each["currency"] == refund["currency"])
    told: list[Restated] = []
    for each in paid:  # the latest first
        if each["currency"] != refund["currency"] or not left:
            continue
        given = min(left, int(each["value"]))
        left -= given
        if each.get("untold"):
            continue
        if not each.get("sent_at"):
            raise RetryLater("ads.conversions.unpaid", after=_AGAIN)  # the payment is still on its way to them
        remains = Money(int(each["value"]) - given, str(each["currency"]))
        told.append(Restated(id=told_as(each), at=each["at"], remains=remains))
    if not told:
        raise Unsendable("untold")
    return tuple(told)


def told_as(event: Document) -> str:
    """The id that platforms know an event by; it never changes."""
    return str(event["_id"]).rpartition("/")[2].replace(":", "-")


async def _events(ctx: Context, wanted: dict[str, object]) -> list[Document]:
    return await ctx.store.find(COLLECTION, wanted, sort=[("at", -1)], limit=_MOST)
