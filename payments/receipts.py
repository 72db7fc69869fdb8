"""The receipt that a person found on the M-Pesa statement, for a payment that was confirmed without one.

The payment's machine matches it and ends the task; here is refused what it could not take, so that nothing is lost.
"""

from __future__ import annotations

from engine.model import Event
from payments.intents import amount_of, machine_of
from payments.mpesa.callback import RECEIPT
from payments.resolving import Unresolved
from runtime.verbs import Changed, Post
from storage.store import Document, OrgStore, Update

KIND = "payment.receipt"


async def matched(view: OrgStore, task_id: str, receipt: str, by: str) -> tuple[Document, Changed]:
    """The payment, and what is to be committed; nothing where it is being matched already.

    Raises `Unresolved`: no-task, bad-receipt, receipt-taken, nothing-waits.
    """
    task = await view.get("tasks", task_id)
    payment = await view.get("payments", str(task.get("payment") or "")) if task is not None else None
    if task is None or task["kind"] != KIND or task["state"] != "open" or payment is None:
        raise Unresolved("no-task")
    written = receipt.strip().upper()
    if not RECEIPT.fullmatch(written):
        raise Unresolved("bad-receipt")
    if any(other["_id"] != payment["_id"] for other in await view.find("payments", {"receipt": written}, limit=2)):
        raise Unresolved("receipt-taken")
    machine = await view.get("machines", machine_of(payment["_id"]))
    if machine is None or machine["status"] != "live":
        raise Unresolved("nothing-waits")
    if task.get("receipt") == written:
        return payment, Changed()
    data = {"amount": amount_of(payment), "receipt": written}
    event = Event(name="payment.receipt_found", id=f"receipt_found:{payment['_id']}:{written}", data=data)
    noted = Update("tasks", task["_id"], {"set": {"receipt": written, "found_by": by}}, expect=task["version"])
    return payment, Changed(ops=(noted,), posts=(Post(machine=machine["_id"], event=event),))
