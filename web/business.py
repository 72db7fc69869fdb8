"""What a business puts into the world: its WhatsApp link, QR code, web widget and calendar feed."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

import msgspec
from aiohttp import web

from ads.clicks import of_url
from bookings import ics
from crm import capture, qr, widget
from storage.base import BaseStore
from storage.store import Document
from storage.vault import Vault
from web.answers import json_answer, problem

_OPEN = {"Access-Control-Allow-Origin": "*", "Access-Control-Allow-Headers": "content-type"}
_MOST_PER_MINUTE = 600  # codes handed out by one business; a person needs one
_LONGEST = 8192


class Visit(msgspec.Struct, frozen=True):
    """Where a visitor of the business's web page came from."""

    url: str
    referrer: str = ""


class Business:
    """The views. An unknown business and one without a WhatsApp number look the same from outside."""

    def __init__(self, store: BaseStore, vault: Vault, app_url: str, now: Callable[[], datetime]) -> None:
        self._store = store
        self._vault = vault
        self._app_url = app_url
        self._now = now
        self._handed: dict[str, tuple[int, int]] = {}

    async def link(self, request: web.Request) -> web.StreamResponse:
        """`/l/<org>`: to WhatsApp, keeping the click ids of this very address."""
        org, number = await self._org(request)
        if not self._may_hand_out(org["_id"]):
            return _to(capture.wa_link(number, text=_greeting(org, request)))
        origin = msgspec.structs.asdict(of_url(str(request.url), request.headers.get("Referer", "")))
        code = await capture.remember(self._store.org(org["_id"]), origin, via="link", now=self._now())
        return _to(capture.wa_link(number, text=_greeting(org, request), code=code))

    async def capture(self, request: web.Request) -> web.Response:
        """`/widget/<org>/click`: a code for a visitor of the business's own page."""
        org, number = await self._org(request)
        if (request.content_length or 0) > _LONGEST or not self._may_hand_out(org["_id"]):
            return _with(problem(429, "too_many", "Too many visits at once.", "The plain link works."), _OPEN)
        try:
            visit = msgspec.json.decode(await request.read(), type=Visit)
        except msgspec.DecodeError as error:
            return _with(problem(400, "malformed", f"Expected url and referrer as JSON: {error}"), _OPEN)
        origin = msgspec.structs.asdict(of_url(visit.url[:2000], visit.referrer[:2000]))
        code = await capture.remember(self._store.org(org["_id"]), origin, via="widget", now=self._now())
        return _with(json_answer({"link": capture.wa_link(number, text=_greeting(org, request), code=code)}), _OPEN)

    async def preflight(self, _request: web.Request) -> web.Response:
        return web.Response(status=204, headers={**_OPEN, "Access-Control-Allow-Methods": "POST"})

    async def script(self, request: web.Request) -> web.Response:
        """`/widget/<org>.js`."""
        org, number = await self._org(request)
        label = "Chat on WhatsApp" if _language(org, request) == "en" else "Ongea nasi WhatsApp"
        address = f"{self._app_url}/widget/{org['_id']}/click"
        text = widget.script(link=capture.wa_link(number, text=_greeting(org, request)), capture=address, label=label)
        return web.Response(text=text, content_type="text/javascript", headers={"Cache-Control": "max-age=3600"})

    async def qr_code(self, request: web.Request) -> web.Response:
        """`/qr/<org>.svg|png`: the code of `/l/<org>`, for posters."""
        org, _number = await self._org(request)
        address = f"{self._app_url}/l/{org['_id']}?utm_source=qr"
        if request.match_info["kind"] == "png":
            return web.Response(body=qr.png(address), content_type="image/png")
        return web.Response(body=qr.svg(address), content_type="image/svg+xml")

    async def calendar(self, request: web.Request) -> web.Response:
        """`/calendar/<org>/<token>.ics`: the owner's bookings; the token is the permission."""
        org = await self._store.get("orgs", request.match_info["org"])
        if org is None:
            raise web.HTTPNotFound
        vault = await self._vault.org(org["_id"])
        if not ics.feed_allowed(vault, org, request.match_info["token"]):
            raise web.HTTPNotFound
        body = await ics.feed(self._store.org(org["_id"]), org, self._now())
        return web.Response(body=body, content_type="text/calendar", charset="utf-8")

    async def _org(self, request: web.Request) -> tuple[Document, str]:
        org = await self._store.get("orgs", request.match_info["org"])
        number = str(((org or {}).get("settings") or {}).get("whatsapp_number") or "")
        if org is None or not number:
            raise web.HTTPNotFound
        return org, number

    def _may_hand_out(self, org: str) -> bool:
        minute = int(time.monotonic() // 60)
        since, count = self._handed.get(org, (minute, 0))
        count = count + 1 if since == minute else 1
        self._handed[org] = (minute, count)
        return count <= _MOST_PER_MINUTE


def routes(store: BaseStore, vault: Vault, app_url: str, now: Callable[[], datetime]) -> list[web.RouteDef]:
    business = Business(store, vault, app_url, now)
    return [
        web.get("/l/{org}", business.link),
        web.get(r"/widget/{org}.js", business.script),
        web.post("/widget/{org}/click", business.capture),
        web.options("/widget/{org}/click", business.preflight),
        web.get(r"/qr/{org}.{kind:svg|png}", business.qr_code),
        web.get(r"/calendar/{org}/{token}.ics", business.calendar),
    ]


def _language(org: Document, request: web.Request) -> str:
    """The first of the browser's languages that the business speaks."""
    spoken: list[Any] = list(org.get("languages") or ["en"])
    wanted = [part.split(";")[0].strip()[:2].lower() for part in request.headers.get("Accept-Language", "").split(",")]
    return str(next((language for language in wanted if language in spoken), spoken[0]))


def _greeting(org: Document, request: web.Request) -> str:
    language = _language(org, request)
    own = ((org.get("settings") or {}).get("greeting") or {}).get(language)
    return str(own or capture.TEXT.get(language, capture.TEXT["en"]))


def _to(link: str) -> web.Response:
    return web.Response(status=302, headers={"Location": link})


def _with(answer: web.Response, headers: dict[str, str]) -> web.Response:
    answer.headers.update(headers)
    return answer
