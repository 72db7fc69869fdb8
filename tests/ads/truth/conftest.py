"""A clinic on a real store: its rooms' own verbs and router, watched as the server watches them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

import bookings.verbs
import crm.verbs
from ads.clicks import of_referral, of_url
from ads.truth.arrivals import Arrivals
from ads.truth.attribution import Adverts, Placed
from ads.truth.watching import Watch
from bookings.policy import Policy, Refund
from crm import capture
from crm.orgs import NewOrg, create
from crm.routing import Router
from engine.model import Event, Snapshot
from engine.values import Money
from payments.changes import settle
from runtime.inbox import Inbound
from runtime.verbs import Bound, Changed, Context, Handlers
from storage.sqlite import SqliteStore, open_sqlite
from storage.store import Document, Insert, OrgStore
from storage.vault import OrgVault, Vault

NOW = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
ORG = "clinic"


class Known(Adverts):
    """Ads of the tests: variations by tag, and by the platform's id."""

    def __init__(self, ads: Mapping[str, tuple[str, str]]) -> None:
        self._ads = ads

    async def placed(self, store: OrgStore, click: Document) -> Placed | None:
        content, ad = (click.get("tags") or {}).get("utm_content", ""), click.get("ad") or ""
        for by, name in (("tag", content), ("ad", ad)):
            if name in self._ads:
                campaign, variation = self._ads[name]
                return Placed(campaign=campaign, variation=variation, by=by)
        return Placed() if click.get("ids") else None


ADS = Known({"vA": ("c1", "vA"), "vB": ("c1", "vB"), "1202": ("c1", "vA"), "1203": ("c1", "vB")})


class Clinic:
    """A store, its vault, a clock, and shorthands for what the runtime does around the rooms."""

    def __init__(self, store: SqliteStore, vault: Vault) -> None:
        self.whole, self.vaults, self.now = store, vault, NOW
        self.store = store.org(ORG)
        self.vault: OrgVault
        self.watch = Watch(ADS)
        self.router = Arrivals(Router(lambda _org, _facts: None, _referral), ADS)
        bound = [*crm.verbs.bound(), *bookings.verbs.bound(store), Bound("payments.settle", settle)]
        self.handlers = Handlers(self.watch.over(bound))

    async def open(self) -> Clinic:
        for id in (ORG, "other"):
            await create(self.whole, NewOrg(id=id, name=id.title()))
        self.vault = await self.vaults.org(ORG)
        return self

    def wait(self, **by: float) -> None:
        self.now += timedelta(**by)

    async def visit(self, url: str) -> str:
        """Somebody comes to the page by this address; the code that their first message will hold."""
        return await capture.remember(self.store, msgspec.structs.asdict(of_url(url)), via="link", now=self.now)

    async def writes(self, text: str = "Hi", *, id: str = "wamid.1", phone: str = "+254712345678", **who: Any) -> str:
        """They write; the contact's id."""
        said = Event(name="message", data={"text": text, "kind": "text", "message_id": id})
        sender = {"channel": "whatsapp", "phone": phone, "user_id": "", "name": "Achieng Odhiambo", **who}
        inbound = Inbound(org=ORG, source="whatsapp", id=id, lane="l", event=said, sender=sender)
        routed = await self.router.route(inbound, self.store, self.vault, self.now)
        await self.store.commit(list(routed.ops))
        return routed.contact

    def context(self, contact: str, verb: str = "") -> Context:
        about = {"org": ORG, "contact": contact, "channel": "whatsapp", "language": "en"}
        snapshot = Snapshot(machine="booking:talk", definition="h", name="booking", state="s", seq=3, about=about)
        return Context(store=self.store, vault=self.vault, now=self.now, machine=snapshot, key=f"booking:talk/3/{verb}")

    async def do(self, verb: str, contact: str, **args: Any) -> Changed:
        ctx = self.context(contact, verb)
        changed: Changed = await self.handlers[verb](ctx, args)
        await self.store.commit(list(changed.ops))
        return changed

    async def books(self, contact: str, id: str = "b1", *, price: int = 300_000, deposit: int = 50_000) -> Changed:
        """A held booking, confirmed."""
        policy = msgspec.to_builtins(Policy(refund=(Refund(24, 100),)))
        start = self.now + timedelta(days=3)
        row = {
            "_id": id, "machine": f"booking:{id}", "ref": f"R{id}", "contact": contact, "offer": "cleaning",
            "offer_name": {"en": "Cleaning"}, "resource": "chair", "resource_name": {"en": "Chair"}, "unit": 0,
            "kind": "time", "start": start, "end": start + timedelta(hours=1), "price": price, "deposit": deposit,
            "currency": "KES", "paid": 0, "moved": 0, "sequence": 0, "state": "held", "policy": policy,
            "held_until": self.now + timedelta(minutes=20), "created_at": self.now,
        }  # fmt: skip
        await self.store.commit([Insert("bookings", row)])
        return await self.do("bookings.confirm", contact, booking=id)

    async def pays(self, contact: str, booking: str = "b1", *, amount: int = 50_000, id: str = "p1") -> Changed:
        """Money whose receipt matched, settled."""
        row = {
            "_id": id, "contact": contact, "subject": contact, "amount": amount, "currency": "KES", "payer": "hash",
            "purpose": "deposit", "booking": booking, "owner": "o", "state": "open", "claimed_receipt": f"SKL{id}",
            "at": self.now,
        }  # fmt: skip
        if await self.store.get("payments", id) is None:
            await self.store.commit([Insert("payments", row)])
        return await self.do("payments.settle", contact, payment=id)

    async def events(self, kind: str = "") -> list[Document]:
        filter = {"kind": kind} if kind else {}
        return await self.store.find("ad_events", filter, sort=[("at", 1)], limit=1000)


def _referral(referral: dict[str, Any]) -> dict[str, Any]:
    return msgspec.structs.asdict(of_referral(referral))


def referral(ad: str = "1202", clid: str = "ARA_clid") -> dict[str, str]:
    return {"source_type": "ad", "source_id": ad, "source_url": "https://fb.me/1", "ctwa_clid": clid}


def kes(amount: int) -> Money:
    return Money(amount, "KES")


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    opened = await open_sqlite(tmp_path / "truth.db")
    yield opened
    await opened.close()


@pytest.fixture
async def clinic(store: SqliteStore) -> Clinic:
    return await Clinic(store, Vault(store, [b"k" * 32])).open()


Reader = Callable[[str], Any]
