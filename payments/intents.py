"""Payment intents: what we decided to ask for, stored before anybody is asked, and what has been verified since.

States: open (asked or being asked), failed (told to be over, though money may still come), confirmed (verified, with
its receipt), confirmed_without_receipt (paid by Daraja's own answer about our prompt, so the amount and the account
are certain; nobody has seen a receipt), disputed (a person has to look). Amount, account and phone are always taken
from here, never from a callback.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import Any

import msgspec

from engine.values import Money
from payments.mpesa.callback import StkCallback
from payments.mpesa.links import ID_LENGTH
from runtime.verbs import Context
from storage.errors import Unreadable
from storage.store import Delete, Document, Insert, Op, Update

OPEN, FAILED, CONFIRMED, DISPUTED = "open", "failed", "confirmed", "disputed"
WITHOUT_RECEIPT = "confirmed_without_receipt"
PAID = (CONFIRMED, WITHOUT_RECEIPT)
PROMPT_HOLDS = timedelta(minutes=3)  # how long a prompt may occupy a payer's phone


def machine_of(payment: str) -> str:
    return f"payment:{payment}"


def id_from(org: str, key: str) -> str:
    """The same request, repeated, makes the same intent."""
    return hashlib.sha256(f"{org}\x1f{key}".encode()).hexdigest()[:ID_LENGTH]


class Intent(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be paid, by whom, what for."""

    id: str
    amount: Money
    phone: str  # E.164
    purpose: str
    booking: str
    owner: str


def new_document(ctx: Context, intent: Intent) -> Document:
    """The stored form: the number sealed with the payer's contact, and a keyed hash of it to match with."""
    contact = ctx.contact
    return {
        "_id": intent.id,
        "contact": contact,
        "subject": contact,
        "amount": intent.amount.amount,
        "currency": intent.amount.currency,
        "sealed": ctx.vault.seal(contact, intent.phone.encode(), aad=intent.id.encode()),
        "payer": payer_key(ctx.vault, intent.phone),
        "purpose": intent.purpose,
        "booking": intent.booking,
        "owner": intent.owner,
        "state": OPEN,
        "at": ctx.now,
    }


def payer_key(vault: Any, phone: str) -> str:
    return str(vault.lookup("phone", phone))


async def phone_of(vault: Any, document: Document) -> str:
    """Raises `Unreadable` when the person was forgotten."""
    subject = str(document.get("subject") or "")
    await vault.ensure(subject)
    return str(vault.unseal(subject, document["sealed"], aad=document["_id"].encode()).decode())


def checkout_fields(vault: Any, document: Document, checkout: str) -> dict[str, str]:
    """Daraja's id of the prompt: it ends in the payer's number, so it is sealed, with a keyed hash to match by.

    The person's key must be loaded.
    """
    sealed = vault.seal(str(document.get("subject") or ""), checkout.encode(), aad=_checkout_aad(document))
    return {"checkout_id": checkout_key(vault, checkout), "checkout": sealed}


def checkout_key(vault: Any, checkout: str) -> str:
    return str(vault.lookup("checkout", checkout))


async def checkout_of(vault: Any, document: Document) -> str:
    """Daraja's id of the prompt, or "". Raises `Unreadable` when the person was forgotten."""
    if not document.get("checkout"):
        return ""
    subject = str(document.get("subject") or "")
    await vault.ensure(subject)
    return str(vault.unseal(subject, document["checkout"], aad=_checkout_aad(document)).decode())


def _checkout_aad(document: Document) -> bytes:
    return f"{document['_id']}/checkout".encode()


def amount_of(document: Document) -> Money:
    return Money(int(document["amount"]), str(document["currency"]))


async def record_of(vault: Any, document: Document) -> dict[str, Any]:
    """The intent as YAML and pages see it."""
    try:
        phone = await phone_of(vault, document)
    except Unreadable:
        phone = ""
    return {
        "id": document["_id"],
        "amount": amount_of(document),
        "phone": phone,
        "state": document["state"],
        "receipt": document.get("receipt", ""),
        "reason": document.get("reason", ""),
        "purpose": document["purpose"],
    }


def differences(document: Document, callback: StkCallback, vault: Any) -> list[str]:
    """What a callback that says "paid" claims otherwise than our record; nothing when it matches."""
    found = []
    other = callback.checkout and document.get("checkout_id") not in (None, "", checkout_key(vault, callback.checkout))
    if other:
        found.append("checkout")
    if callback.amount != amount_of(document):
        found.append("amount")
    if callback.phone and payer_key(vault, f"+{callback.phone}") != document["payer"]:
        found.append("phone")
    if not callback.receipt:
        found.append("receipt")
    return found


def claim_id(org: str, payer: str) -> str:
    return f"prompt/{org}/{payer}"


async def claim_prompt(ctx: Context, payment: str, payer: str) -> list[Op] | None:
    """The operations that reserve a payer's phone for one prompt; None while another one has it."""
    id, until = claim_id(ctx.org, payer), ctx.now + PROMPT_HOLDS
    standing = await ctx.store.get("idempotency", id)
    if standing is None:
        return [Insert("idempotency", {"_id": id, "payment": payment, "expires_at": until})]
    if standing["payment"] != payment and _utc(standing["expires_at"]) > ctx.now:
        return None
    changes = {"set": {"payment": payment, "expires_at": until}}
    return [Update("idempotency", id, changes, expect=standing["version"])]


async def release_prompt(ctx: Context, document: Document) -> list[Op]:
    """The phone is free again, if it was this payment that had it."""
    standing = await ctx.store.get("idempotency", claim_id(ctx.org, document["payer"]))
    if standing is None or standing["payment"] != document["_id"]:
        return []
    return [Delete("idempotency", standing["_id"], expect=standing["version"])]


def _utc(moment: Any) -> datetime:
    assert isinstance(moment, datetime)
    return moment
