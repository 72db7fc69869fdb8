"""What payments write in our own store, each in the commit of the step that asked for it, and each repeatable."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from engine.model import Event
from payments.intents import (
    CONFIRMED,
    DISPUTED,
    FAILED,
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
from runtime.verbs import Changed, Context, Start
from storage.store import Document, Insert, Update

_BOOKING_MACHINE = "booking:"


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
        checkout=str(args["checkout"]),
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
    if not document.get("checkout_id"):
        await ctx.vault.ensure(str(document.get("subject") or ""))
        kept |= checkout_fields(ctx.vault, document, claimed.checkout)
    return Changed(
        ops=(Update("payments", document["_id"], {"set": kept}),),
        event=Event(name="payments.matched", data={"receipt": claimed.receipt}),
    )


async def settle(ctx: Context, args: dict[str, Any]) -> Changed:
    """`payments.settle`: paid. Without a receipt (the callback never came) it is settled on Daraja's own answer."""
    document = await _payment(ctx, args)
    receipt = str(document.get("claimed_receipt") or "")
    if receipt and await _taken(ctx, receipt, document["_id"]):
        return Changed(event=Event(name="payments.receipt_taken", data={"receipt": receipt}))
    changes: dict[str, Any] = {"state": CONFIRMED, "receipt": receipt, "late": document["state"] == FAILED}
    if document["state"] == CONFIRMED:
        changes = {"receipt": receipt or document.get("receipt", "")}
    else:
        changes |= {"paid_at": ctx.now, "extra": await _paid_before(ctx, document)}
    update = Update("payments", document["_id"], {"set": changes}, expect=document["version"])
    data = {"payment": document["_id"], "amount": amount_of(document), "receipt": str(changes["receipt"])}
    return Changed(ops=(update, *await release_prompt(ctx, document)), event=Event(name="payments.settled", data=data))


async def fail(ctx: Context, args: dict[str, Any]) -> Changed:
    """`payments.fail`: not paid as far as we know."""
    document = await _payment(ctx, args)
    released = await release_prompt(ctx, document)
    if document["state"] in (CONFIRMED, DISPUTED):
        return Changed(ops=tuple(released))
    noted = {"state": FAILED, "reason": str(args["reason"]), "code": str(args.get("code") or "")}
    return Changed(ops=(Update("payments", document["_id"], {"set": noted}), *released))


async def dispute(ctx: Context, args: dict[str, Any]) -> Changed:
    """`payments.dispute`: what we were told does not add up."""
    document = await _payment(ctx, args)
    noted = {"state": DISPUTED, "reason": str(args["reason"])}
    released = await release_prompt(ctx, document)
    return Changed(ops=(Update("payments", document["_id"], {"set": noted}), *released))


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
    paid = await ctx.store.find("payments", {"booking": document["booking"], "state": CONFIRMED}, limit=20)
    return any(other["_id"] != document["_id"] and other["purpose"] == document["purpose"] for other in paid)


def _refused(id: str, reason: str, retry: str, *, code: str = "") -> Changed:
    wait = timedelta(minutes=1) if retry == "wait" else timedelta()
    data = {"payment": id, "reason": reason, "retry": retry, "code": code, "wait": wait}
    return Changed(event=Event(name="payment.failed", data=data))


def _id(booking: Any) -> str:
    return str(booking.get("id") or "") if isinstance(booking, dict) else str(booking or "")
