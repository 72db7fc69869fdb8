"""What becomes of money that served nothing: matched to a booking, sent back, or kept; by a person, with a reason.

The payment's machine hears of it, so that it stands in its journal, whatever state that machine is in. A payment that
none ever carried (it was brought along from elsewhere) has the decision in its own record and in the audit trail.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

from engine.model import Event
from engine.values import Money
from payments.intents import CONFIRMED, PAID, amount_of, machine_of
from runtime.verbs import Changed, Post
from storage.store import Document, OrgStore, Update

KINDS = ("payment.extra", "payment.unused")
Outcome = Literal["booking", "refunded", "kept"]


class Unresolved(Exception):
    """It cannot be settled so. `code`: no-task, no-reason, no-receipt; for a receipt as `payments.receipts` says."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Resolution(msgspec.Struct, frozen=True, kw_only=True):
    """A decision about the payment of a task. `booking` is an id, for the outcome "booking"."""

    task: str
    outcome: Outcome
    reason: str
    by: str
    booking: str = ""


class Resolved(msgspec.Struct, frozen=True, kw_only=True):
    """The payment, what it came to, and what is to be committed."""

    payment: str
    amount: Money
    changed: Changed


async def resolved(view: OrgStore, wanted: Resolution, now: datetime) -> Resolved | None:
    """None for a task that was done before. Raises `Unresolved`."""
    task = await view.get("tasks", wanted.task)
    payment = await view.get("payments", str(task.get("payment") or "")) if task is not None else None
    if task is None or task["kind"] not in KINDS or payment is None or payment["state"] not in PAID:
        raise Unresolved("no-task")
    reason = wanted.reason.strip()[:500]
    if not reason:
        raise Unresolved("no-reason")
    if wanted.outcome == "booking" and (payment["state"] != CONFIRMED or not payment.get("receipt")):
        raise Unresolved("no-receipt")
    if task["state"] != "open":
        return None
    decided: Document = {"resolved": wanted.outcome, "resolved_at": now, "resolved_by": wanted.by}
    if wanted.outcome == "booking":
        decided |= {"booking": wanted.booking, "extra": False}
    done = {"state": "done", "done_at": now, "done_by": wanted.by, "note": reason, "outcome": wanted.outcome}
    machine = machine_of(payment["_id"])
    data = {"payment": payment["_id"], "outcome": wanted.outcome, "reason": reason, "by": wanted.by}
    event = Event(name="payment.resolved", id=f"resolved:{task['_id']}", data={**data, "booking": wanted.booking})
    return Resolved(
        payment=payment["_id"],
        amount=amount_of(payment),
        changed=Changed(
            ops=(
                Update("payments", payment["_id"], {"set": decided}, expect=payment["version"]),
                Update("tasks", task["_id"], {"set": done}, expect=task["version"]),
            ),
            posts=(Post(machine=machine, event=event),) if await _heard(view, machine) else (),
        ),
    )


async def _heard(view: OrgStore, machine: str) -> bool:
    """Whether there is a machine to hear of it, or one about to start: an event for nobody would be a dead one."""
    if await view.get("machines", machine) is not None:
        return True
    return bool(await view.find("inbox", {"to": machine, "kind": "start", "state": "new"}, limit=1))
