"""What only a person can mend about an endpoint, as tasks: one for each endpoint and kind.

webhook.gone     The receiver said that it is gone (410): nothing is sent there until somebody switches it on again.
webhook.failing  Something could not be delivered for a day. It ends by itself when something arrives.
"""

from __future__ import annotations

from datetime import datetime

from hooks.deliveries import Delivery
from runtime.verbs import Context
from storage.store import Document, Op, OrgStore, Update, Upsert

GONE, FAILING = "webhook.gone", "webhook.failing"


def gone(ctx: Context, delivery: Delivery) -> Op:
    return _task(ctx, GONE, delivery)


def failing(ctx: Context, delivery: Delivery) -> Op:
    return _task(ctx, FAILING, delivery)


def _id(kind: str, org: str, endpoint: str) -> str:
    return f"{kind}:{org}/{endpoint}"


async def waiting(store: OrgStore, endpoint: str, *kinds: str) -> list[Document]:
    """Those of an endpoint that nobody has ended yet."""
    found = [await store.get("tasks", _id(kind, store.id, endpoint)) for kind in kinds]
    return [task for task in found if task is not None and task["state"] == "open"]


def done(now: datetime) -> Document:
    """The change by which a task ends."""
    return {"set": {"state": "done", "done_at": now}}


async def well(ctx: Context, endpoint: str) -> tuple[Op, ...]:
    """Something arrived: whoever was to look need not any more."""
    found = await waiting(ctx.store, endpoint, FAILING, GONE)
    return tuple(Update("tasks", task["_id"], done(ctx.now), expect=task["version"]) for task in found)


def _task(ctx: Context, kind: str, delivery: Delivery) -> Op:
    fresh = {
        "kind": kind, "state": "open", "contact": "", "at": ctx.now,
        "ref": f"{delivery.endpoint} · {delivery.event}", "endpoint": delivery.endpoint,
    }  # fmt: skip
    return Upsert("tasks", _id(kind, ctx.org, delivery.endpoint), {"set": fresh})
