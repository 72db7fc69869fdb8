"""A refund that is due, as a task for a person: money goes back by hand, with the booking's reference at hand."""

from __future__ import annotations

from runtime.verbs import Context
from storage.store import Document, Insert, Op


def refund_task(ctx: Context, booking: Document) -> Op:
    """The task `refund`, one per booking: cancelling twice does not pay twice."""
    return Insert(
        "tasks",
        {
            "_id": f"refund:{booking['_id']}",
            "kind": "refund",
            "state": "open",
            "contact": booking["contact"],
            "booking": booking["_id"],
            "ref": booking["ref"],
            "amount": booking["refund"],
            "currency": booking["currency"],
            "at": ctx.now,
        },
    )
