"""What YAML may have done: the verbs of all rooms, each bound to what it needs."""

from __future__ import annotations

from typing import Any

import httpx

import bookings.verbs
import channels.verbs
import crm.verbs
import engine
import hooks.verbs
import payments.verbs
from ads.assets.blobs import Blobs
from ads.truth.watching import Watch
from channels import console
from channels.channel import Address
from channels.connections import by_name
from channels.dispatcher import Dispatcher
from channels.whatsapp.accounts import Accounts as WhatsAppAccounts
from composition import advertising, assets, conversions, launching
from composition.ground import Ground
from composition.lines import Lines
from crm import contacts
from payments.mpesa.account import Account, allow_host
from payments.mpesa.account import Accounts as MpesaAccounts
from payments.mpesa.client import Clients
from payments.mpesa.links import Links
from runtime.verbs import Context, Handlers
from storage.store import Document

GUARDRAILS = "messaging_guardrails"


def handlers(ground: Ground, lines: Lines, watch: Watch, links: Links, blobs: Blobs) -> Handlers:
    """`watch` sees what is done, for the truth about ads; `links` are where payments are told."""
    settings, store, vault, now = ground.settings, ground.store, ground.vault, ground.clock.now
    return Handlers(
        watch.over(
            [
                *crm.verbs.bound(),
                *bookings.verbs.bound(store),
                *channels.verbs.bound(_dispatcher(ground, lines.whatsapp)),
                *_payments(ground, links, lines.daraja),
                *advertising.bound(
                    store, vault, ground.published, lines.ads, now, launching.met, assets.Contents(blobs)
                ),
                *conversions.bound(settings, lines.ads, now),
                *launching.bound(settings, store),
                *hooks.verbs.bind(lines.hooks),
            ]
        )
    )


def _dispatcher(ground: Ground, whatsapp: WhatsAppAccounts) -> Dispatcher:
    async def guardrails(org: str, facts: dict[str, Any]) -> Any:
        table = ground.published.named(org, GUARDRAILS)
        return engine.decide(table, facts) if table is not None else None

    async def reach(ctx: Context, contact: Document) -> Address:
        await ctx.vault.ensure(contact["_id"])
        phone, user_id = contacts.address(ctx.vault, contact)
        return Address(phone=phone, user_id=user_id)

    connect = by_name({"whatsapp": whatsapp, console.NAME: console.connect})
    rates = ground.settings.whatsapp.rates
    return Dispatcher(reach=reach, connect=connect, guardrails=guardrails, rates=rates, watch=ground.metrics)


def _payments(ground: Ground, links: Links, http: httpx.AsyncClient) -> list[Any]:
    own = ground.settings.mpesa
    default = None
    if own is not None:
        if own.base_url.startswith("https://"):
            allow_host(own.base_url.removeprefix("https://").partition("/")[0])
        default = Account(
            consumer_key=str(own.consumer_key),
            consumer_secret=str(own.consumer_secret),
            shortcode=own.shortcode,
            passkey=str(own.passkey),
            base_url=own.base_url,
        )
    return payments.verbs.bind(MpesaAccounts(ground.store, ground.vault, default), Clients(http), links)
