"""Telling the platforms what their ads brought, connected: where they are, and who a contact is."""

from __future__ import annotations

import httpx
import phonenumbers

from ads.conversions.destinations import Bases
from ads.conversions.message import Person
from ads.conversions.sending import Sender
from composition.settings import Settings
from crm import contacts
from crm.sealed import opened
from runtime.verbs import Bound, Context


def bound(settings: Settings, http: httpx.AsyncClient) -> list[Bound]:
    """The verbs of `ads.conversions.vocabulary`."""
    return [Bound("conversions.send", Sender(http, bases(settings), reach).send)]


def bases(settings: Settings) -> Bases:
    """In the demo nothing leaves the machine."""
    if not settings.demo:
        return Bases()
    simulator = settings.sandbox_url or f"http://{settings.host}:{settings.sandbox_port}"
    google = f"{simulator}/google"
    return Bases(meta=f"{simulator}/meta", google=google, google_legacy=google, tiktok=f"{simulator}/tiktok")


async def reach(ctx: Context, contact: str) -> Person | None:
    """None for somebody who is not there; raises `Unreadable` for somebody who was erased."""
    known = await contacts.find(ctx.store, contact)
    if known is None:
        return None
    refuses = bool(known.get("opted_out") or known.get("marketing_stopped"))
    await ctx.vault.ensure(known["_id"])
    personal = opened(ctx.vault, known)
    first, _, last = personal.get("name", "").partition(" ")
    phone = personal.get("phone", "")
    return Person(
        phone=phone, email=personal.get("email", ""), first_name=first, last_name=last, country=_country(phone),
        refuses=refuses,
    )  # fmt: skip


def _country(phone: str) -> str:
    try:
        return phonenumbers.region_code_for_number(phonenumbers.parse(phone, None)) or ""
    except phonenumbers.NumberParseException:
        return ""
