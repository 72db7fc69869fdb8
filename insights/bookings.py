"""The business's bookings: a day or a week of them, one with its life and its payments, and which times are free."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Literal

import msgspec

from bookings import stock, terms
from bookings.hours import Interval, bounds, day_of, open_on
from bookings.records import nights_between
from bookings.resources import Resource
from bookings.resources import read as read_resource
from bookings.slots import on_day
from bookings.wording import said
from crm import contacts
from engine.values import Money
from storage.errors import Unreadable
from storage.store import Document, OrgStore, Store
from storage.vault import OrgVault

View = Literal["day", "week"]
MOST = 100


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """What can be booked: a chair, a person, a room."""

    id: str
    name: str


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """A booking in the calendar. `name` is empty for whoever may not read what customers wrote."""

    id: str
    ref: str
    start: datetime
    end: datetime
    kind: str  # time or night
    offer: str
    resource: str  # its id
    resource_name: str
    state: str  # held, confirmed, attended, no_show, cancelled, released
    price: Money
    deposit: Money
    paid: Money
    name: str = ""


class Column(msgspec.Struct, frozen=True, kw_only=True):
    """A column of the calendar: a resource in a day, a day in a week. `open` are its hours."""

    day: date
    resource: str
    title: str
    open: tuple[tuple[datetime, datetime], ...]
    bookings: tuple[Entry, ...]


class Calendar(msgspec.Struct, frozen=True, kw_only=True):
    """A day with a column a resource, or a week with a column a day."""

    view: View
    day: date
    today: date
    before: date
    after: date
    zone: str
    resource: str  # "" for all
    resources: tuple[Place, ...]
    columns: tuple[Column, ...]


class Free(msgspec.Struct, frozen=True, kw_only=True):
    """A time that can be booked now."""

    start: datetime
    end: datetime
    resource: str
    resource_name: str


async def calendar(
    whole: Store, org: str, vault: OrgVault, now: datetime, *, view: View, day: date | None, resource: str,
    language: str, names: bool,
) -> Calendar:  # fmt: skip
    """The day, or the week from Monday, that `day` is in; today, if none is named."""
    store, own = whole.org(org), await terms.of(whole, org)
    today = day_of(now, own.zone)
    shown = day or today
    first = shown - timedelta(days=shown.weekday()) if view == "week" else shown
    days = [first + timedelta(days=ahead) for ahead in range(7 if view == "week" else 1)]
    every = await resources(store)
    chosen = [each for each in every if each.id == resource] or every
    within = Interval(bounds(days[0], own.zone).start, bounds(days[-1], own.zone).end)
    among = [each.id for each in chosen] if len(chosen) < len(every) else None
    rows = await stock.bookings_between(store, within, among)
    known = await names_of(store, vault, rows) if names else {}
    entries = [entry_of(row, known, language) for row in rows]
    step = timedelta(days=7 if view == "week" else 1)
    columns = (
        [_of_day(each, chosen, entries, own) for each in days]
        if view == "week"
        else [_of_resource(shown, each, entries, own, language) for each in _worth(chosen, entries)]
    )
    return Calendar(
        view=view, day=shown, today=today, before=shown - step, after=shown + step, zone=str(own.zone),
        resource=resource if among is not None or len(every) == 1 else "",
        resources=tuple(Place(id=each.id, name=said(each.name, language)) for each in every),
        columns=tuple(columns),
    )  # fmt: skip


async def resources(store: OrgStore) -> list[Resource]:
    """All of a business's resources, the active ones first."""
    found = [read_resource(row) for row in await store.find("resources", {}, limit=MOST)]
    return sorted(found, key=lambda each: (not each.active, each.id))


async def free(
    whole: Store,
    org: str,
    now: datetime,
    *,
    offer: str,
    day: date,
    language: str,
    nights: int = 0,
    instead_of: str = "",
) -> list[Free]:
    """The times of a day at which the desk can book an offer; of each resource its own. Raises KeyError."""
    store, own = whole.org(org), await terms.of(whole, org)
    found = await stock.offer(store, offer)
    if found is None:
        raise KeyError(offer)
    booking = await store.get("bookings", instead_of) if instead_of else None
    if booking is not None and booking["kind"] == "night":
        nights = nights_between(booking["start"], booking["end"], own.zone)
    at_desk = msgspec.structs.replace(found, notice=timedelta())
    day_bounds = bounds(day, own.zone)
    within = Interval(
        day_bounds.start - timedelta(days=1), day_bounds.end + timedelta(days=2 + max(nights, found.nights))
    )
    shop = stock.without(
        await stock.shop(store, own, at_desk, now=now, within=within, nights=nights), booking
    )  # fmt: skip
    times = [
        Free(start=slot.start, end=slot.end, resource=each.id, resource_name=said(each.name, language))
        for each in shop.resources
        for slot in on_day(msgspec.structs.replace(shop, resources=[each]), day)
    ]
    return sorted(times, key=lambda each: (each.start, each.resource_name))


async def names_of(store: OrgStore, vault: OrgVault, rows: Sequence[Document]) -> dict[str, str]:
    """Customers' names by their id; somebody forgotten has none."""
    found = await records_of(store, vault, [row["contact"] for row in rows if row.get("contact")])
    return {id: str(record.get("name") or "") for id, record in found.items()}


async def records_of(store: OrgStore, vault: OrgVault, contacts_of: Sequence[str]) -> dict[str, dict[str, Any]]:
    ids, records = sorted(set(contacts_of)), {}
    for page in (ids[at : at + MOST] for at in range(0, len(ids), MOST)):
        for contact in await store.find("contacts", {"_id": {"in": page}}, limit=MOST):
            try:
                await vault.ensure(contact["_id"])
                records[contact["_id"]] = contacts.record(vault, contact)
            except Unreadable:
                records[contact["_id"]] = {}
    return records


def _worth(chosen: Sequence[Resource], entries: Sequence[Entry]) -> list[Resource]:
    """What is out of use is shown only while somebody is booked there."""
    busy = {entry.resource for entry in entries}
    return [each for each in chosen if each.active or each.id in busy]


def _of_resource(
    day: date, resource: Resource, entries: Sequence[Entry], own: terms.Terms, language: str
) -> Column:  # fmt: skip
    return Column(
        day=day, resource=resource.id, title=said(resource.name, language),
        open=tuple((each.start, each.end) for each in open_on(resource, day, own.zone)),
        bookings=tuple(entry for entry in entries if entry.resource == resource.id),
    )  # fmt: skip


def _of_day(day: date, chosen: Sequence[Resource], entries: Sequence[Entry], own: terms.Terms) -> Column:
    whole = bounds(day, own.zone)
    hours = [each for resource in chosen if resource.active for each in open_on(resource, day, own.zone)]
    whole_day = ((min(each.start for each in hours), max(each.end for each in hours)),) if hours else ()
    return Column(
        day=day, resource="", title="", open=whole_day,
        bookings=tuple(each for each in entries if each.start < whole.end and each.end > whole.start),
    )  # fmt: skip


def entry_of(row: Document, known: Mapping[str, str], language: str) -> Entry:
    currency = row["currency"]
    return Entry(
        id=row["_id"], ref=row["ref"], start=row["start"], end=row["end"], kind=row["kind"],
        offer=said(row["offer_name"], language), resource=row["resource"],
        resource_name=said(row["resource_name"], language), state=row["state"],
        price=Money(row["price"], currency), deposit=Money(row["deposit"], currency),
        paid=Money(row["paid"], currency), name=known.get(row["contact"], ""),
    )  # fmt: skip
