"""What is told from outside: pages by the business's own script, and events by its own programs.

A page tells its address without what may be personal in it, the tags and click ids of the ad, and whether the visitor
agreed to more. Only with that agreement are network address and browser kept, sealed, for the platforms' matching; and
a page that belongs to nobody is forgotten after `KEPT`. Programs may tell pages, leads and bookings, never money: that
counts only where the server verified it itself.
"""

from __future__ import annotations

import json
import re
from datetime import datetime, timedelta
from typing import Any, Literal
from urllib.parse import urlsplit

import msgspec

from ads.clicks import Click, of_url
from ads.truth import attribution
from ads.truth.attribution import Adverts
from ads.truth.events import Credit, Happened, event_id, kept
from storage.store import Op, OrgStore, Upsert
from storage.vault import OrgVault

KEPT = timedelta(days=90)
OLDEST, FASTEST = timedelta(days=28), timedelta(minutes=5)
MOST = 500
_BOT = re.compile(r"bot\b|crawl|spider|slurp|headless|lighthouse|facebookexternalhit|preview|monitor", re.IGNORECASE)
_PERSONAL = re.compile(r"@|%40|\d{7,}")

Consent = Literal["", "granted", "denied"]


class Seen(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the script tells of a page."""

    id: str
    url: str
    referrer: str = ""
    consent: Consent = ""


class Told(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An event that a program of the business tells. `id` is its own name for it: told again, it is the same event.

    Who it was: a contact's id, or a phone number or e-mail address, of which only a keyed hash is kept. `value` is in
    minor units of `currency`; it says what a booking is worth and is no money.
    """

    id: str
    kind: Literal["page", "lead", "booking"]
    at: datetime
    url: str = ""
    contact: str = ""
    phone: str = ""
    email: str = ""
    value: int = 0
    currency: str = ""
    offer: str = ""
    consent: Consent = ""


class Unfit(ValueError):
    """What was told cannot be an event; `code` says why: id, url, future, old, zone, amount."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def origin_of(url: str) -> str:
    """ "https://clinic.co.ke" of any address there; "" for what is none."""
    try:
        parts = urlsplit(url)
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return ""
    return f"{parts.scheme}://{parts.hostname}{port}".lower()


def automatic(agent: str) -> bool:
    """A visitor that is no person, by its own word. An empty one is none either."""
    return not agent.strip() or bool(_BOT.search(agent))


def page_id(org: str, seen: Seen) -> str:
    return event_id(org, "page", f"script/{seen.id}")


def click_of(seen: Seen) -> Click:
    return of_url(seen.url, seen.referrer)


async def page(
    store: OrgStore, vault: OrgVault, adverts: Adverts, seen: Seen, now: datetime, *, visit: str, agent: str,
    address: str,
) -> Op:  # fmt: skip
    """The write that keeps a page. `visit` is the id in `clicks` that a first message's code will lead to, or ""."""
    if not re.fullmatch(r"[A-Za-z0-9-]{8,64}", seen.id):
        raise Unfit("id")
    click = click_of(seen)
    if not click.page:
        raise Unfit("url")
    more: dict[str, Any] = {
        "page": _impersonal(click.page), "referrer": click.referrer, "visit": visit, "consent": seen.consent,
        "expires_at": now + KEPT,
    }  # fmt: skip
    id = page_id(store.id, seen)
    if seen.consent == "granted":
        more["sealed"] = sealed_agent(vault, "", id, agent, address)
        more["subject"] = ""
    credit = await _credit(store, adverts, click, visit, now)
    return kept(
        store.id, Happened(kind="page", key=f"script/{seen.id}", at=now, credit=credit, source="script"), **more
    )


async def told(
    store: OrgStore, vault: OrgVault, adverts: Adverts, event: Told, now: datetime, window: timedelta, *,
    contact: str, who: str,
) -> list[Op]:  # fmt: skip
    """The writes for what a program tells; `contact` is whom the server knows, `who` the keyed hash of whom not."""
    _check(event, now)
    click = of_url(event.url)
    ops: list[Op] = []
    credit = Credit()
    key = f"api/{event.id}"
    if not click.empty:
        visit = f"{store.id}/{event_id(store.id, event.kind, key).rpartition(':')[2]}"
        credit = await _credit(store, adverts, click, visit, event.at)
        if contact:  # what they do next is this click's doing as well
            fresh = {**msgspec.structs.asdict(click), "via": "link", "code": "", "at": event.at, "contact": contact}
            ops.append(Upsert("clicks", visit, {"set_on_insert": {**fresh, "matched_at": now, "poster": False}}))
    if not credit.by:
        credit = await attribution.of_contact(store, adverts, contact, event.at, window)
    happened = Happened(
        kind=event.kind, key=key, at=event.at, credit=credit, contact=contact, offer=event.offer[:80],
        value=event.value, currency=event.currency, source="api",
    )  # fmt: skip
    more: dict[str, Any] = {"consent": event.consent, "page": _impersonal(click.page)}
    if not contact:
        more |= {"who": who} if who else {"expires_at": now + KEPT}
    return [*ops, kept(store.id, happened, **more)]


def _check(event: Told, now: datetime) -> None:
    if not event.id or len(event.id) > 200:
        raise Unfit("id")
    if event.at.tzinfo is None:
        raise Unfit("zone")
    if event.at > now + FASTEST:
        raise Unfit("future")
    if event.at < now - OLDEST:
        raise Unfit("old")
    if event.url and not origin_of(event.url):
        raise Unfit("url")
    worth = event.value != 0
    if not 0 <= event.value < 10**12 or (worth and not re.fullmatch(r"[A-Z]{3}", event.currency)):
        raise Unfit("amount")


async def _credit(store: OrgStore, adverts: Adverts, click: Click, visit: str, at: datetime) -> Credit:
    if click.empty:
        return Credit()
    return await attribution.of_click(store, adverts, {**msgspec.structs.asdict(click), "_id": visit, "at": at})


def sealed_agent(vault: OrgVault, subject: str, id: str, agent: str, address: str) -> str:
    """By what a platform may match a visitor who agreed to it. The subject's key must be loaded."""
    text = json.dumps({"agent": agent[:400], "address": address[:64]}).encode()
    return vault.seal(subject, text, aad=id.encode())


def opened_agent(vault: OrgVault, event: dict[str, Any]) -> tuple[str, str]:
    """Browser and network address. The key of the event's `subject` must be loaded; raises `Unreadable`."""
    opened = json.loads(vault.unseal(event["subject"], event["sealed"], aad=event["_id"].encode()))
    return str(opened["agent"]), str(opened["address"])


def _impersonal(page: str) -> str:
    """An address in which what looks like a number or an e-mail of somebody is left out."""
    return "/".join("…" if _PERSONAL.search(part) else part for part in page.split("/"))
