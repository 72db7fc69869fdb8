"""The console as an app on a phone: what it is called, the worker that keeps its shell, and what to see when offline.

The worker keeps the shell and nothing else. Its shortcuts lead to `/go/…`, which knows for which business.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
from aiohttp import web

from people import team
from people.roles import may
from storage.store import Store
from web.assets import asset
from web.console import frame
from web.console.caller import PUBLIC, SIGNED_IN, Caller, Way
from web.console.words import LANGUAGES

_WORKER = Path(__file__).parent.parent / "service_worker.js"
_GREEN, _PAPER = "#0b6b43", "#fbfcfa"
GO = {  # what one wants on the way, and who may; in the order of the shortcuts
    "bookings": ("/bookings", "bookings.read"),
    "waiting": ("/conversations?which=needs", "conversations.answer"),
    "approve": ("/proposals", "rules.approve"),
    "money": ("/money", "money.read"),
}
_IMAGES = (
    ("build/icon-192.png", "192x192", "image/png", "any"),
    ("build/icon-512.png", "512x512", "image/png", "any"),
    ("build/icon-maskable.png", "512x512", "image/png", "maskable"),
    ("icon.svg", "any", "image/svg+xml", "any"),
)


class PhoneApp(msgspec.Struct, frozen=True):
    """The views."""

    store: Store

    def ways(self) -> Sequence[Way]:
        return (
            Way(method="GET", path="/manifest.webmanifest", permission=PUBLIC, view=self.manifest),
            Way(method="GET", path="/sw.js", permission=PUBLIC, view=self.worker),
            Way(method="GET", path="/offline", permission=PUBLIC, view=self.offline),
            Way(method="GET", path="/go/{what}", permission=SIGNED_IN, view=self.go),
        )

    async def manifest(self, request: web.Request, caller: Caller) -> web.Response:
        asked = request.query.get("lang", caller.language)
        language = asked if asked in LANGUAGES else "en"
        body = json.dumps(manifest(language), ensure_ascii=False).encode()
        headers = {"Cache-Control": "no-cache"}
        return web.Response(body=body, content_type="application/manifest+json", headers=headers)

    async def worker(self, _request: web.Request, caller: Caller) -> web.Response:
        """Asked for anew each time: a browser that kept an old one would keep an old shell."""
        text = worker(_nobody(caller, "en"))
        return web.Response(text=text, content_type="text/javascript", headers={"Cache-Control": "no-cache"})

    async def offline(self, _request: web.Request, caller: Caller) -> web.Response:
        return _offline(_nobody(caller, caller.language))

    async def go(self, request: web.Request, caller: Caller) -> web.Response:
        """To a page of the business that somebody may see it of; with several, they choose."""
        user, _ = caller.signed_in()
        found = GO.get(request.match_info["what"])
        if found is None:
            return frame.refused(caller, 404, "not-found")
        onward, permission = found
        works = [member for member in await team.of(self.store, user.id) if may(member.role, permission)]
        if not works:
            return frame.see_other("/o")
        if len(works) == 1:
            return frame.see_other(f"/o/{works[0].org}{onward}")
        orgs = [(member, await self.store.get("orgs", member.org) or {}) for member in works]
        return frame.page("businesses.html", caller, orgs=orgs, onward=onward, founds=False)


def manifest(language: str) -> dict[str, Any]:
    """As W3C's Web Application Manifest has it."""
    words = frame.Words(language)
    icon = {"src": asset("build/icon-192.png"), "sizes": "192x192", "type": "image/png"}
    return {
        "id": "/o", "name": words("app.name"), "short_name": "AAIS", "description": words("app.description"),
        "lang": language, "dir": "ltr", "start_url": "/o", "scope": "/", "display": "standalone",
        "theme_color": _GREEN, "background_color": _PAPER, "categories": ["business", "productivity"],
        "icons": [
            {"src": asset(name), "sizes": sizes, "type": kind, "purpose": purpose}
            for name, sizes, kind, purpose in _IMAGES
        ],
        "shortcuts": [{"name": words(f"app.go-{what}"), "url": f"/go/{what}", "icons": [icon]} for what in GO],
    }  # fmt: skip


def worker(nobody: Caller) -> str:
    """With the shell as it is now. Its version is of all that is in it: another style sheet, another version."""
    shell = ["/offline", asset("console.css"), asset("build/console.js"), asset("icon.svg")]
    source = _WORKER.read_text(encoding="utf-8")
    page = _offline(nobody).body
    version = hashlib.sha256(json.dumps([source, shell]).encode() + (page if isinstance(page, bytes) else b""))
    return source.replace("__SHELL__", json.dumps(shell)).replace("__VERSION__", version.hexdigest()[:16])


def _nobody(caller: Caller, language: str) -> Caller:
    """Whoever is asking: what the worker keeps is about nobody."""
    return Caller(now=caller.now, language=language, visitor=caller.visitor)


def _offline(nobody: Caller) -> web.Response:
    return frame.page("offline.html", nobody, both=[(code, frame.Words(code)) for code in LANGUAGES])
