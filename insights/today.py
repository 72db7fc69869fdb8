"""A business's day: what needs a person, who comes, what money came in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import msgspec

from bookings.wording import said
from crm import contacts
from engine.values import Money
from payments.intents import CONFIRMED
from storage.errors import Unreadable
from storage.store import Document, Metric, OrgStore
from storage.vault import OrgVault

MOST = 100
_COMING = ("held", "confirmed", "attended", "no_show")


class Coming(msgspec.Struct, frozen=True, kw_only=True):
    """A booking of today. `name` is empty for whoever may not read what customers wrote."""

    id: str
    ref: str
    start: datetime
    end: datetime
    offer: str
    resource: str
    state: str  # held, confirmed, attended, no_show
    paid: Money
    name: str = ""


class Task(msgspec.Struct, frozen=True, kw_only=True):
    """Something that a person has to do."""

    id: str
    kind: str  # handoff, refund, …
    at: datetime
    ref: str = ""
    name: str = ""


class Day(msgspec.Struct, frozen=True, kw_only=True):
    """From midnight to midnight where the business is. `received` is None for whoever may not see money."""

    begins: datetime
    zone: str
    business: str
    waiting: int  # conversations that a person has, or should
    tasks: tuple[Task, ...]
    bookings: tuple[Coming, ...]
    received: Money | None


async def day(
    store: OrgStore, vault: OrgVault, org: Document, now: datetime, language: str, *, names: bool, money: bool
) -> Day:
    """Today as `now` has it; `names` and `money` say what the reader may see."""
    zone, currency = ZoneInfo(org.get("zone") or "Africa/Nairobi"), str(org.get("currency") or "KES")
    begins, ends = day_of(now, zone)
    within = {"gte": begins, "lt": ends}
    bookings = await store.find(
        "bookings", {"start": within, "state": {"in": list(_COMING)}}, sort=[("start", 1)], limit=MOST
    )
    tasks = await store.find("tasks", {"state": "open"}, sort=[("at", -1)], limit=MOST)
    known = await names_of(store, vault, [*bookings, *tasks]) if names else {}
    return Day(
        begins=begins,
        zone=str(zone),
        business=str(org.get("name") or store.id),
        waiting=await store.count("conversations", {"handler": "agent"}),
        tasks=tuple(_task(task, known) for task in tasks),
        bookings=tuple(_coming(booking, known, language) for booking in bookings),
        received=await _received(store, within, currency) if money else None,
    )


def day_of(now: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """A day with a clock change is as long as it is."""
    date = now.astimezone(zone).date()
    return datetime.combine(date, time(), zone), datetime.combine(date + timedelta(days=1), time(), zone)


async def names_of(store: OrgStore, vault: OrgVault, rows: Sequence[Document]) -> dict[str, str]:
    """Customers' names; somebody forgotten has none."""
    ids = sorted({row["contact"] for row in rows if row.get("contact")})
    names: dict[str, str] = {}
    for contact in await store.find("contacts", {"_id": {"in": ids}}, limit=2 * MOST) if ids else []:
        try:
            await vault.ensure(contact["_id"])
            names[contact["_id"]] = str(contacts.record(vault, contact)["name"] or "")
        except Unreadable:
            names[contact["_id"]] = ""
    return names


def _task(task: Document, names: dict[str, str]) -> Task:
    return Task(
        id=task["_id"], kind=task["kind"], at=task["at"], ref=str(task.get("ref") or ""),
        name=names.get(task.get("contact") or "", ""),
    )  # fmt: skip


def _coming(booking: Document, names: dict[str, str], language: str) -> Coming:
    return Coming(
        id=booking["_id"],
        ref=booking["ref"],
        start=booking["start"],
        end=booking["end"],
        offer=said(booking["offer_name"], language),
        resource=said(booking["resource_name"], language),
        state=booking["state"],
        paid=Money(booking["paid"], booking["currency"]),
        name=names.get(booking["contact"], ""),
    )


async def _received(store: OrgStore, within: dict[str, datetime], currency: str) -> Money:
    """What was asked for today and has been verified as paid."""
    rows = await store.aggregate(
        "payments", {"at": within, "state": CONFIRMED, "currency": currency}, group=[],
        metrics={"sum": Metric(kind="sum", field="amount")},
    )  # fmt: skip
    return Money(int(rows[0]["sum"] or 0) if rows else 0, currency)
