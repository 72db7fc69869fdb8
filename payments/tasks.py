"""What only a person can settle about money, as tasks: one for each payment and kind, however often it is found.

receipt   M-Pesa said that it was paid, and no receipt came: find it on the statement.
disputed  What we were told does not add up: look at the statement before anything is given.
extra     The same thing was paid twice: send one back.
unused    Money that came when nothing waited for it any more: agree with the customer what becomes of it.
"""

from __future__ import annotations

from typing import Literal

from runtime.verbs import Context
from storage.store import Document, Op, Update, Upsert

Kind = Literal["receipt", "disputed", "extra", "unused"]


def task(ctx: Context, document: Document, kind: Kind) -> Op:
    """The task about a payment. One that was done stays done: finding the same thing again is no news."""
    fresh = {
        "kind": f"payment.{kind}",
        "state": "open",
        "contact": document.get("contact") or "",
        "payment": document["_id"],
        "booking": document.get("booking") or "",
        "amount": document["amount"],
        "currency": document["currency"],
        "at": ctx.now,
    }
    return Upsert("tasks", task_id(kind, document["_id"]), {"set_on_insert": fresh})


def task_id(kind: Kind, payment: str) -> str:
    return f"payment.{kind}:{payment}"


async def receipt_found(ctx: Context, document: Document) -> list[Op]:
    """The search for a receipt is over, if there was one."""
    standing = await ctx.store.get("tasks", task_id("receipt", document["_id"]))
    if standing is None or standing["state"] != "open":
        return []
    done = {"state": "done", "done_at": ctx.now}
    return [Update("tasks", standing["_id"], {"set": done}, expect=standing["version"])]
