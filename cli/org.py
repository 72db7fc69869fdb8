"""`aais org …`: the businesses on this server."""

from __future__ import annotations

import argparse
import getpass
import sys
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from channels import spending
from channels.cost import BadRates, load_rates
from cli.errors import CommandError
from composition import stores
from composition.settings import read
from crm import orgs
from payments.mpesa.account import Account, sealed_account
from storage.errors import Conflict
from storage.store import Update

_ASKED = {
    "whatsapp_token": "WhatsApp access token",
    "mpesa": "M-Pesa (Daraja) credentials",
}


def add(subparsers: Any) -> None:
    command = subparsers.add_parser("org", help="list, create and set up businesses")
    command.add_argument("--demo", action="store_true", help="the demo's store")
    actions = command.add_subparsers(dest="action", required=True)
    actions.add_parser("list", help="the businesses on this server").set_defaults(run=_list)
    create = actions.add_parser("create", help="a new business")
    create.add_argument("id", help="letters, digits and dashes, such as mama-njeri-salon")
    create.add_argument("name")
    create.add_argument("--zone", default="Africa/Nairobi")
    create.add_argument("--currency", default="KES")
    create.add_argument("--languages", default="en,sw")
    create.set_defaults(run=_create)
    number = actions.add_parser("add-number", help="let a WhatsApp number belong to a business")
    number.add_argument("org")
    number.add_argument("phone_number_id", help="Meta's id of the number")
    number.add_argument("display_number", help="the number that customers see, with country code")
    number.set_defaults(run=_add_number)
    costs = actions.add_parser("costs", help="what a month's WhatsApp messages come to, by category and country")
    costs.add_argument("org")
    costs.add_argument("--month", default="", help="such as 2026-11; this month, if not said")
    costs.add_argument(
        "--rates", default="", help="a file of prices like channels/rates.yaml, in place of the server's"
    )
    costs.set_defaults(run=_costs)
    secret = actions.add_parser("set-secret", help="store a credential, encrypted; it is asked for, not passed")
    secret.add_argument("org")
    secret.add_argument("secret", choices=sorted(_ASKED), help="; ".join(f"{k}: {v}" for k, v in _ASKED.items()))
    secret.set_defaults(run=_set_secret)


async def _list(options: argparse.Namespace) -> int:
    async with stores.opened_store(read(demo=options.demo), read_only=True) as store:
        found = await store.find("orgs", {}, sort=[("_id", 1)], limit=1000, everyone=True)
    for org in found:
        print(
            f"{org['_id']:24} {org['name']:32} {org['zone']:18} {', '.join(org.get('addresses') or ['no number yet'])}"
        )
    return 0


async def _create(options: argparse.Namespace) -> int:
    languages = tuple(part.strip() for part in options.languages.split(",") if part.strip())
    new = orgs.NewOrg(
        id=options.id, name=options.name, zone=options.zone, currency=options.currency, languages=languages
    )
    settings = read(demo=options.demo)
    async with stores.opened_store(settings) as store:
        try:
            await orgs.create(store, new)
        except orgs.BadOrg as error:
            raise CommandError(str(error)) from error
        except Conflict as error:
            raise CommandError(f"there is a business {options.id!r} already") from error
        await stores.vault(store, settings).org(options.id)
    print(f"Created {options.id}. Next: aais org add-number {options.id} PHONE_NUMBER_ID DISPLAY_NUMBER")
    return 0


async def _add_number(options: argparse.Namespace) -> int:
    async with stores.opened_store(read(demo=options.demo)) as store:
        org = await stores.org_or_refuse(store, options.org)
        try:
            await orgs.add_number(store, org, options.phone_number_id, options.display_number)
        except orgs.BadOrg as error:
            raise CommandError(str(error)) from error
    print(f"{options.org} answers on {options.display_number}. Next: aais org set-secret {options.org} whatsapp_token")
    return 0


async def _set_secret(options: argparse.Namespace) -> int:
    settings = read(demo=options.demo)
    async with stores.opened_store(settings) as store:
        org = await stores.org_or_refuse(store, options.org)
        vault = stores.vault(store, settings)
        if options.secret == "whatsapp_token":  # noqa: S105 - the name of a secret
            await orgs.set_secrets(store, vault, org, {"whatsapp_token": _ask("Access token")})
        else:
            change = sealed_account(_asked_account(), await vault.org(org))
            await store.commit([Update("orgs", org, change)])
    print("Stored, encrypted.")
    return 0


async def _costs(options: argparse.Namespace) -> int:
    settings = read(demo=options.demo)
    try:
        rates = load_rates(Path(options.rates)) if options.rates else settings.whatsapp.rates
    except BadRates as error:
        raise CommandError(str(error)) from error
    async with stores.opened_store(settings, read_only=True) as store:
        org = await stores.org_or_refuse(store, options.org)
        zone = ZoneInfo(str((await store.get("orgs", org) or {}).get("zone") or "Africa/Nairobi"))
        first = _month(options.month) or datetime.now(zone).date()
        found = await spending.month(store.org(org), first, zone, rates)
    print(f"{first:%B %Y} ({zone.key}), prices of {rates.as_of}")
    print("\n".join(spending.table(found, rates)))
    return 0


def _month(written: str) -> date | None:
    if not written:
        return None
    try:
        return datetime.strptime(written, "%Y-%m").date()
    except ValueError as error:
        raise CommandError(f"{written!r} is no month; write it like 2026-11") from error


def _asked_account() -> Account:
    try:
        return Account(
            consumer_key=_ask("Consumer key"),
            consumer_secret=_ask("Consumer secret"),
            shortcode=_ask("Shortcode (paybill)"),
            passkey=_ask("Passkey"),
        )
    except ValueError as error:
        raise CommandError(str(error)) from error


def _ask(what: str) -> str:
    """From the terminal without showing it, or a line of standard input."""
    value = getpass.getpass(f"{what}: ") if sys.stdin.isatty() else sys.stdin.readline()
    if not value.strip():
        raise CommandError(f"{what} is empty")
    return value.strip()
