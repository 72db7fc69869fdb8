"""The first page of a business: what needs a person, who comes today, what money came in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from aiohttp import web

from bookings.wording import said
from crm import contacts
from engine.values import Money
from payments.intents import CONFIRMED
from storage.errors import Unreadable
from storage.store import Document, Metric, OrgStore, Store
from storage.vault import Vault
from web.console import frame
from web.console.caller import Caller, Way

_COMING = ("held", "confirmed", "done", "missed")
MOST = 100


class Today:
    """The view. `clock` is the business's time, which the demo can move; sessions have their own."""

    def __init__(self, store: Store, vault: Vault, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._vault = vault
        self._clock = clock

    def ways(self) -> Sequence[Way]:
        return (Way(method="GET", path="/o/{org}", permission="today.read", view=self.view),)

    async def view(self, _request: web.Request, caller: Caller) -> web.Response:
        org = await self._store.get("orgs", caller.org) or {}
        store, zone = self._store.org(caller.org), ZoneInfo(org.get("zone") or "Africa/Nairobi")
        begins, ends = _day(self._clock(), zone)
        day = {"gte": begins, "lt": ends}
        bookings = await store.find(
            "bookings", {"start": day, "state": {"in": list(_COMING)}}, sort=[("start", 1)], limit=MOST
        )
        tasks = await store.find("tasks", {"state": "open"}, sort=[("at", -1)], limit=MOST)
        names = await self._names(caller, [*bookings, *tasks])
        return frame.page(
            "today.html", caller, business=str(org.get("name", caller.org)), zone=str(zone), today=begins,
            bookings=[_shown(booking, names, caller.language) for booking in bookings],
            tasks=[{**task, "name": names.get(task.get("contact", ""), "")} for task in tasks],
            waiting=await store.count("conversations", {"handler": "agent"}),
            money=await _received(store, day, str(org.get("currency", "KES"))) if caller.may("money.read") else None,
        )  # fmt: skip

    async def _names(self, caller: Caller, rows: Sequence[Document]) -> dict[str, str]:
        """Customers' names, for those who may read what customers wrote; somebody forgotten has none."""
        ids = {row["contact"] for row in rows if row.get("contact")} if caller.may("conversations.read") else set()
        vault = await self._vault.org(caller.org)
        names: dict[str, str] = {}
        for contact in await self._store.org(caller.org).find("contacts", {"_id": {"in": sorted(ids)}}, limit=2 * MOST):
            try:
                await vault.ensure(contact["_id"])
                names[contact["_id"]] = str(contacts.record(vault, contact)["name"] or "")
            except Unreadable:
                names[contact["_id"]] = ""
        return names


def _day(now: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """From midnight to midnight where the business is; a day with a clock change is as long as it is."""
    date = now.astimezone(zone).date()
    first = datetime.combine(date, time(), zone)
    return first, datetime.combine(date + timedelta(days=1), time(), zone)


def _shown(booking: Document, names: dict[str, str], language: str) -> dict[str, Any]:
    return {
        "start": booking["start"],
        "end": booking["end"],
        "ref": booking["ref"],
        "offer": said(booking["offer_name"], language),
        "resource": said(booking["resource_name"], language),
        "state": booking["state"],
        "paid": frame.money(Money(booking["paid"], booking["currency"])) if booking["paid"] else "",
        "name": names.get(booking["contact"], ""),
    }


async def _received(store: OrgStore, day: dict[str, datetime], currency: str) -> str:
    """What was asked for today and has been verified as paid."""
    rows = await store.aggregate(
        "payments", {"at": day, "state": CONFIRMED, "currency": currency}, group=[],
        metrics={"sum": Metric(kind="sum", field="amount")},
    )  # fmt: skip
    return frame.money(Money(int(rows[0]["sum"]) if rows else 0, currency))
