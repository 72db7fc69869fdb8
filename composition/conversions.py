"""Telling the platforms what their ads brought, connected: where they are, and who a contact is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import httpx
import phonenumbers

from ads.conversions.connecting import Destinations
from ads.conversions.delivery import Delivery
from ads.conversions.destinations import Bases
from ads.conversions.message import Person
from ads.conversions.sending import Sender
from composition.advertising import hosts_of
from composition.settings import Settings
from crm import contacts
from crm.sealed import opened
from runtime.verbs import Bound, Context
from storage.base import BaseStore
from storage.vault import Vault


def bound(settings: Settings, http: httpx.AsyncClient, now: Callable[[], datetime]) -> list[Bound]:
    """The verbs of `ads.conversions.vocabulary`."""
    return [Bound("conversions.send", Sender(Delivery(http, bases(settings), now), reach).send)]


def connecting(settings: Settings, store: BaseStore, vault: Vault, http: httpx.AsyncClient) -> Destinations:
    """What tries places to tell at the platforms, for the console and the command line alike."""
    return Destinations(store, vault, http, bases(settings), lambda: datetime.now(UTC))


def bases(settings: Settings) -> Bases:
    """In the demo nothing leaves the machine."""
    hosts = hosts_of(settings)
    return Bases(
        meta=hosts.meta, google=hosts.google_data, google_legacy=hosts.google, tiktok=hosts.tiktok,
        google_token=hosts.google_token,
    )  # fmt: skip


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
