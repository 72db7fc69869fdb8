"""A clinic with an owner, an offer, a connected account and a landing page that is really served."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from ads.fetching import Fetcher
from ads.launching.verbs import bind
from ads.report.links import ReportLinks
from composition.launching import permitted
from crm import contacts, orgs
from crm.identity import Identity
from engine.model import Snapshot
from engine.values import Money
from runtime.verbs import Acted, Changed, Context
from storage.collections import COLLECTIONS
from storage.sqlite import SqliteStore, open_sqlite
from storage.store import Insert, Upsert
from storage.vault import OrgVault, Vault

NOW = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
LINKS = ReportLinks(b"secret", "https://x")
OWNER, CUSTOMER = "+254712000001", "+254712345678"
BODY = """<html><head><meta name="viewport" content="width=device-width"><script>fbq('init', '1');</script>
<script async src="https://www.googletagmanager.com/gtag/js?id=AW-1"></script></head>
<body>Cleaning KSh 3,500 <a href="https://wa.me/254709000101">Book</a></body></html>"""


class Clinic:
    """Calls the verbs as the runtime does: the writes and the answer of one in one commit."""

    def __init__(self, store: SqliteStore, vault: Vault, own: OrgVault, site: str) -> None:
        self.store, self.vault, self.own, self.site = store, vault, own, site
        self.org = store.org("clinic")
        self.people: dict[str, str] = {}
        self.bound = {
            each.name: each.handler for each in bind(permitted(store), Fetcher(loopback=True), "https://x/t.js", LINKS)
        }
        self.now = NOW

    async def meet(self, phone: str, **more: Any) -> None:
        met = await contacts.meet(self.org, self.own, Identity(phone=phone), NOW)
        await self.org.commit(met.ops)
        self.people[phone] = met.id
        if more:
            await self.org.commit([Upsert("contacts", met.id, {"set": more})])

    def context(self, who: str = OWNER, language: str = "en") -> Context:
        about = {"org": "clinic", "contact": self.people[who], "channel": "whatsapp", "language": language}
        snapshot = Snapshot(machine="launch:1", definition="h", name="launch", state="s", seq=3, about=about)
        return Context(store=self.org, vault=self.own, now=self.now, machine=snapshot, key="launch:1/3/0")

    async def ask(self, verb: str, who: str = OWNER, language: str = "en", **args: Any) -> tuple[str, dict[str, Any]]:
        given = {"offer": {"id": "clinic.cleaning"}, "platform": "meta", "page": f"{self.site}/c", **args}
        done: Changed | Acted = await self.bound[verb](self.context(who, language), given)
        self.done = done
        await self.org.commit(list(done.ops))
        assert done.event is not None
        return done.event.name, done.event.data

    async def ready(self) -> None:
        """As far as the caps: costs told, the page found fit. Loopback has no https, so what was found is set right."""
        await self.ask("launch.reckon", cost=Money(130_000, "KES"))
        for platform in ("meta", "google", "tiktok"):
            fit = {"ready": True, "at": self.now, "page": "https://clinic.example/c", "checks": []}
            await self.org.commit([Upsert("ad_pages", f"clinic/clinic.cleaning/{platform}", {"set": fit})])

    async def submit(self, **args: Any) -> tuple[str, dict[str, Any]]:
        caps = {"daily_cap": Money(300_000, "KES"), "monthly_cap": Money(4_500_000, "KES"), "approval_pct": 20}
        return await self.ask("launch.submit", **{"page": "https://clinic.example/c", **caps, **args})


async def _served(request: web.Request) -> web.Response:
    return web.Response(text=BODY, content_type="text/html")


@pytest.fixture
async def clinic(tmp_path: Path) -> AsyncIterator[Clinic]:
    store = await open_sqlite(tmp_path / "test.db", catalogue=COLLECTIONS)
    vault = Vault(store, [b"k" * 32])
    settings = {"owner_numbers": ["0712 000 001"], "whatsapp_number": "254709000101"}
    address = "Jabavu Plaza, 2nd floor, Kilimani, Nairobi"
    await orgs.create(store, orgs.NewOrg(id="clinic", name="Tabasamu", address=address, settings=settings))
    app = web.Application()
    app.router.add_get("/{tail:.*}", _served)
    server = TestServer(app, host="127.0.0.1")
    await server.start_server()
    made = Clinic(store, vault, await vault.org("clinic"), f"http://127.0.0.1:{server.port}")
    cleaning = {"name": {"en": "Cleaning", "sw": "Kusafisha meno"}, "price": 350_000, "deposit": 100_000,
                "currency": "KES", "unit": "time", "duration_minutes": 60}  # fmt: skip
    await made.org.commit([Insert("offers", {"_id": "clinic.cleaning", **cleaning})])
    for platform, currency in (("meta", "KES"), ("google", "USD")):
        account = {"_id": f"clinic/{platform}", "platform": platform, "currency": currency, "zone": "Africa/Nairobi"}
        await made.org.commit([Insert("ad_accounts", account)])
    await made.meet(OWNER)
    await made.meet(CUSTOMER)
    yield made
    await server.close()
    await store.close()
