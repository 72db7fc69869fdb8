"""What payments write in our own store, each in the commit of the step that asked for it, and each repeatable."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from engine.model import Event
from payments.intents import (
    CONFIRMED,
    DISPUTED,
    FAILED,
    PAID,
    WITHOUT_RECEIPT,
    Intent,
    amount_of,
    checkout_fields,
    claim_prompt,
    differences,
    id_from,
    machine_of,
    new_document,
    payer_key,
    release_prompt,
)
from payments.mpesa.amounts import BadAmount, shillings
from payments.mpesa.callback import StkCallback
from payments.mpesa.phone import BadNumber, e164
from payments.tasks import receipt_found, task
from runtime.verbs import Changed, Context, Start
from storage.store import Document, Insert, Op, Update

_BOOKING_MACHINE = "booking:"
_SERVED = ("confirmed", "attended", "no_show")  # a booking in these states is what the money was for


async def request(ctx: Context, args: dict[str, Any]) -> Changed:
    """`payments.request`: the intent, its machine, and the payer's phone reserved; or `payment.failed` at once."""
    id = id_from(ctx.org, ctx.key)
    try:
        phone = e164(args["phone"])
        shillings(args["amount"])
    except BadNumber:
        return _refused(id, "bad_number", "customer")
    except BadAmount:
        return _refused(id, "other", "none", code="amount")
    if await ctx.store.get("payments", id) is not None:
        return Changed()
    claim = await claim_prompt(ctx, id, payer_key(ctx.vault, phone))
    if claim is None:
        return _refused(id, "busy", "wait", code="prompt_open")
    booking = _id(args.get("booking"))
    intent = Intent(
        id=id,
        amount=args["amount"],
        phone=phone,
        purpose=str(args["purpose"]),
        booking=booking,
        owner=ctx.machine.machine,
    )
    await ctx.vault.ensure(ctx.contact)
    links = {"owner": ctx.machine.machine} | ({"booking": f"{_BOOKING_MACHINE}{booking}"} if booking else {})
    start = Start(
        definition="lifecycle:payment",
        machine=machine_of(id),
        data={"payment": id},
        contact=ctx.contact,
        channel=str(ctx.machine.about.get("channel", "")),
        owner=ctx.machine.machine,
        links=links,
    )
    return Changed(ops=(Insert("payments", new_document(ctx, intent)), *claim), starts=(start,))


async def match(ctx: Context, args: dict[str, Any]) -> Changed:
    """`payments.match`: keep the receipt of a callback that fits; note one that does not."""
    document = await _payment(ctx, args)
    claimed = StkCallback(
        checkout=str(args.get("checkout") or ""),
        merchant="",
        code="0",
        text="",
        amount=args.get("amount"),
        receipt=str(args.get("receipt") or ""),
        phone=str(args.get("phone") or ""),
    )
    wrong = differences(document, claimed, ctx.vault)
    if wrong:
        noted = Update("payments", document["_id"], {"add_to_set": {"mismatches": ",".join(wrong)}})
        return Changed(ops=(noted,), event=Event(name="payments.mismatched", data={"what": ",".join(wrong)}))
    kept: dict[str, Any] = {"claimed_receipt": claimed.receipt}
    if claimed.checkout and not document.get("checkout_id"):
        await ctx.vault.ensure(str(document.get("subject") or ""))
        kept |= checkout_fields(ctx.vault, document, claimed.checkout)
    return Changed(
        ops=(Update("payments", document["_id"], {"set": kept}),),
        event=Event(name="payments.matched", data={"receipt": claimed.receipt}),
    )


async def settle(ctx: Context, args: dict[str, Any]) -> Changed:
    """`payments.settle`: paid, with a receipt that matched and that pays nothing else."""
    document = await _payment(ctx, args)
    receipt = str(document.get("claimed_receipt") or "")
    if not receipt:
        return Changed(event=Event(name="payments.receipt_missing"))
    if await _taken(ctx, receipt, document["_id"]):
        return Changed(event=Event(name="payments.receipt_taken", data={"receipt": receipt}))
    changes: dict[str, Any] = {"state": CONFIRMED, "receipt": receipt}
    ops = await receipt_found(ctx, document)
    if document["state"] not in PAID:
        changes |= await _first_known(ctx, document)
    return await _paid(ctx, document, changes, ops, "payments.settled")


async def settle_without_receipt(ctx: Context, args: dict[str, Any]) -> Changed:
    """`payments.settle_without_receipt`: Daraja says paid, its callback never came. A person looks for the receipt."""
    document = await _payment(ctx, args)
    if document["state"] in PAID:
        return await _paid(ctx, document, {}, [], "payments.settled_without_receipt")
    changes = {"state": WITHOUT_RECEIPT, "receipt": "", **await _first_known(ctx, document)}
    return await _paid(ctx, document, changes, [task(ctx, document, "receipt")], "payments.settled_without_receipt")


async def review(ctx: Context, args: dict[str, Any]) -> Changed:
    """`payments.review`: has paid money served what it was for? If not, a person is told."""
    document = await _payment(ctx, args)
    if document["state"] not in PAID or document.get("extra"):
        return Changed()  # what was paid twice has its own task
    if not document["booking"]:
        return Changed(ops=(task(ctx, document, "unused"),) if document.get("late") else ())
    booking = await ctx.store.get("bookings", document["booking"])
    if booking is not None and (booking["state"] in _SERVED or booking.get("paid")):
        return Changed()  # also one that was cancelled with the money counted: its refund was decided then
    return Changed(ops=(task(ctx, document, "unused"),))


async def fail(ctx: Context, args: dict[str, Any]) -> Changed:
    """`payments.fail`: not paid as far as we know."""
    document = await _payment(ctx, args)
    released = await release_prompt(ctx, document)
    if document["state"] in (*PAID, DISPUTED):
        return Changed(ops=tuple(released))
    noted = {"state": FAILED, "reason": str(args["reason"]), "code": str(args.get("code") or "")}
    return Changed(ops=(Update("payments", document["_id"], {"set": noted}), *released))


async def dispute(ctx: Context, args: dict[str, Any]) -> Changed:
    """`payments.dispute`: what we were told does not add up."""
    document = await _payment(ctx, args)
    noted = {"state": DISPUTED, "reason": str(args["reason"])}
    released = await release_prompt(ctx, document)
    told = task(ctx, document, "disputed")
    return Changed(ops=(Update("payments", document["_id"], {"set": noted}), told, *released))


async def _paid(ctx: Context, document: Document, changes: dict[str, Any], ops: list[Op], event: str) -> Changed:
    after = {**document, **changes}
    data = {"payment": document["_id"], "amount": amount_of(document), "receipt": str(after.get("receipt") or "")}
    if changes:
        ops = [Update("payments", document["_id"], {"set": changes}, expect=document["version"]), *ops]
    if changes.get("extra"):
        ops.append(task(ctx, document, "extra"))
    return Changed(ops=(*ops, *await release_prompt(ctx, document)), event=Event(name=event, data=data))


async def _first_known(ctx: Context, document: Document) -> dict[str, Any]:
    """What is noted when it is first known that money came."""
    late = document["state"] == FAILED
    return {"late": late, "paid_at": ctx.now, "extra": await _paid_before(ctx, document)}


async def _payment(ctx: Context, args: dict[str, Any]) -> Document:
    document = await ctx.store.get("payments", str(args["payment"]))
    if document is None:
        raise LookupError(f"no payment {args['payment']!r} in this business")
    return document


async def _taken(ctx: Context, receipt: str, payment: str) -> bool:
    found = await ctx.store.find("payments", {"receipt": receipt}, limit=1)
    return any(other["_id"] != payment for other in found)


async def _paid_before(ctx: Context, document: Document) -> bool:
    """Whether the same thing was paid already: this money has to be given back."""
    if not document["booking"]:
        return False
    same = {"booking": document["booking"], "state": {"in": list(PAID)}}
    paid = await ctx.store.find("payments", same, limit=20)
    return any(other["_id"] != document["_id"] and other["purpose"] == document["purpose"] for other in paid)


def _refused(id: str, reason: str, retry: str, *, code: str = "") -> Changed:
    wait = timedelta(minutes=1) if retry == "wait" else timedelta()
    data = {"payment": id, "reason": reason, "retry": retry, "code": code, "wait": wait}
    return Changed(event=Event(name="payment.failed", data=data))


def _id(booking: Any) -> str:
    return str(booking.get("id") or "") if isinstance(booking, dict) else str(booking or "")
