"""How a business is set up: itself, what it offers, when it is open, where it is reached, who is paid. No secrets."""

from __future__ import annotations

from typing import Any

import msgspec

from bookings import ics, offers, resources
from bookings.policy import Policy
from bookings.policy import read as read_policy
from channels.choices import Choices
from channels.choices import read as read_choices
from crm import capture, orgs
from payments.mpesa.account import Accounts
from storage.store import Document, Store
from storage.vault import Vault

MOST = 100


class Business(msgspec.Struct, frozen=True, kw_only=True):
    """How the business describes itself, and its terms."""

    name: str
    zone: str
    currency: str
    languages: tuple[str, ...]
    phone: str
    address: str
    map_url: str
    review_url: str
    agent_phone: str
    greeting: dict[str, str]
    hold_minutes: int
    policy: Policy


class Number(msgspec.Struct, frozen=True, kw_only=True):
    """A number that customers write to; `id` is the provider's."""

    channel: str
    id: str


class Paid(msgspec.Struct, frozen=True, kw_only=True):
    """Where deposits go. The keys themselves are never shown."""

    shortcode: str
    kind: str
    till: str
    production: bool


class Links(msgspec.Struct, frozen=True, kw_only=True):
    """What a business puts into the world. `calendar` is empty for whoever may not change the settings."""

    chat: str
    wa_me: str
    qr: str
    widget: str
    calendar: str


class Setup(msgspec.Struct, frozen=True, kw_only=True):
    """All settings. `paid` is None without keys of its own, and for whoever may not see money."""

    business: Business
    offers: tuple[dict[str, Any], ...]
    resources: tuple[dict[str, Any], ...]
    numbers: tuple[Number, ...]
    links: Links | None
    paid: Paid | None
    messaging: Choices
    two_people: bool  # whether a second person approves what is published
    own_token: bool  # whether the business has a WhatsApp access token of its own


async def setup(store: Store, vault: Vault, org: str, app_url: str, *, money: bool, change: bool) -> Setup:
    """As it is now."""
    document, view = await store.get("orgs", org) or {}, store.org(org)
    own = await view.find("offers", {}, limit=MOST)
    known = await view.find("resources", {}, limit=MOST)
    return Setup(
        business=_business(document),
        offers=tuple(sorted((_plain(offers.document(offers.read(each))) for each in own), key=_ordered)),
        resources=tuple(
            sorted((_plain(resources.document(resources.read(each))) for each in known), key=lambda each: each["id"])
        ),
        numbers=tuple(
            Number(channel=str(each["channel"]), id=str(each["address"])) for each in document.get("channels") or ()
        ),
        links=await _links(vault, document, app_url, change=change),
        paid=await _paid(store, vault, org) if money and document.get("mpesa") else None,
        messaging=read_choices(document),
        two_people=bool((document.get("settings") or {}).get("two_person_rule")),
        own_token="whatsapp_token" in await orgs.get_secrets(store, vault, org),
    )


def _business(org: Document) -> Business:
    settings = org.get("settings") or {}
    return Business(
        name=str(org.get("name") or ""), zone=str(org.get("zone") or "Africa/Nairobi"),
        currency=str(org.get("currency") or "KES"), languages=tuple(org.get("languages") or ("en",)),
        phone=str(org.get("phone") or ""), address=str(org.get("address") or ""),
        map_url=str(org.get("map_url") or ""), review_url=str(org.get("review_url") or ""),
        agent_phone=str(org.get("agent_phone") or ""), greeting=dict(settings.get("greeting") or {}),
        hold_minutes=int(settings.get("hold_minutes") or 20), policy=read_policy(settings.get("deposit_policy")),
    )  # fmt: skip


async def _links(vault: Vault, org: Document, app_url: str, *, change: bool) -> Links | None:
    """None without a number to lead to."""
    number = str((org.get("settings") or {}).get("whatsapp_number") or "")
    if not number:
        return None
    id = org["_id"]
    token = ics.feed_token(await vault.org(id), org) if change else ""
    return Links(
        chat=f"{app_url}/l/{id}", wa_me=capture.wa_link(number), qr=f"{app_url}/qr/{id}",
        widget=f'<script src="{app_url}/widget/{id}.js" async></script>',
        calendar=f"{app_url}/calendar/{id}/{token}.ics" if token else "",
    )  # fmt: skip


async def _paid(store: Store, vault: Vault, org: str) -> Paid | None:
    account = await Accounts(store, vault).of(org)
    if account is None:
        return None
    production = account.base_url.startswith("https://api.")
    return Paid(shortcode=account.shortcode, kind=account.kind, till=account.till, production=production)


def _plain(document: Document) -> Document:
    return {"id" if name == "_id" else name: value for name, value in document.items()}


def _ordered(offer: Document) -> tuple[int, str]:
    return offer["order"], offer["id"]
