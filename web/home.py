"""The front page. In the demo it shows where to go; in production it says no more than that the server runs."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import jinja2
from aiohttp import web

from storage.base import BaseStore
from storage.store import Document
from web.assets import asset

_HERE = Path(__file__).parent
_PAGES = jinja2.Environment(loader=jinja2.FileSystemLoader(_HERE / "templates"), autoescape=True)
_WORDS = {
    "en": {
        "lead": "Customers write, book, pay the deposit and come. All of it as the YAML in flows/ and rules/ says.",
        "simulated": "WhatsApp and M-Pesa are simulated here. Nothing leaves this machine.",
        "chat": "Chat as a customer",
        "chat_note": "Pick a service and a time, pay with the PIN 1234, then move the clock on.",
        "businesses": "The demo businesses",
        "poster": "Poster QR code",
        "talk": "Chat with them",
        "offers": "services",
        "booked": "open bookings",
        "look": "Look inside",
        "look_note": "In a second terminal, in the project's folder, while this runs:",
        "running": "AAIS is running.",
        "other": "Kiswahili",
    },
    "sw": {
        "lead": "Wateja wanaandika, wanabook, wanalipa deposit na wanakuja. Yote kama YAML ya flows/ na rules/.",
        "simulated": "WhatsApp na M-Pesa hapa ni za kuigiza. Hakuna kinachotoka kwenye mashine hii.",
        "chat": "Ongea kama mteja",
        "chat_note": "Chagua huduma na saa, lipa kwa PIN 1234, kisha sogeza saa mbele.",
        "businesses": "Biashara za majaribio",
        "poster": "QR code ya bango",
        "talk": "Ongea nao",
        "offers": "huduma",
        "booked": "miadi iliyo wazi",
        "look": "Tazama ndani",
        "look_note": "Kwenye terminal ya pili, ndani ya folda ya mradi, hii ikiendelea:",
        "running": "AAIS inafanya kazi.",
        "other": "English",
    },
}


def routes(store: BaseStore, phone_url: str) -> list[web.RouteDef]:
    async def home(request: web.Request) -> web.Response:
        asked = request.query.get("lang") or request.headers.get("Accept-Language", "en")[:2]
        language = asked if asked in _WORDS else "en"
        page = _PAGES.get_template("home.html")
        listed = await _businesses(store, phone_url, language) if phone_url else []
        phone = _phone(phone_url, {}, language) if phone_url else ""
        busiest = max(listed, key=lambda one: (one["booked"], one["offers"]), default={"id": "ORG"})
        html = page.render(
            words=_WORDS[language],
            language=language,
            phone_url=phone,
            businesses=listed,
            shown=busiest["id"],
            style=asset("home.css"),
        )
        return web.Response(text=html, content_type="text/html")

    return [web.get("/", home)]


async def _businesses(store: BaseStore, phone_url: str, language: str) -> list[dict[str, Any]]:
    found = await store.find("orgs", {}, sort=[("name", 1)], limit=20, everyone=True)
    return [
        {
            "id": org["_id"],
            "name": org["name"],
            "address": org.get("address", ""),
            "talk": _phone(phone_url, org, language),
            "offers": await store.org(org["_id"]).count("offers", {"active": True}),
            "booked": await store.org(org["_id"]).count("bookings", {"state": {"in": ["held", "confirmed"]}}),
        }
        for org in found
    ]


def _phone(phone_url: str, org: Document, language: str) -> str:
    """The simulated phone, opened at this business."""
    numbers = [channel["address"] for channel in org.get("channels") or () if channel["channel"] == "whatsapp"]
    query = {"lang": language, **({"business": numbers[0]} if numbers else {})}
    return f"{phone_url.rstrip('/')}/phone/?{urlencode(query)}"
