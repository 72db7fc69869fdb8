"""Whom somebody means who looks for a customer, and those customers' names and numbers, opened."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from crm import contacts, identity, names
from storage.errors import Unreadable
from storage.store import Document, Filter, OrgStore
from storage.vault import OrgVault

_LATEST = 500  # among so many customers any part of a name is looked for: further back only words are known, by hash


async def sought_by(view: OrgStore, vault: OrgVault, sought: str) -> Filter:
    """By phone, e-mail or WhatsApp id exactly (by their keyed hashes), by a booking's number, or by name: a part of it
    among the latest customers, the beginnings of its words among all."""
    text = sought.strip()
    who = identity.Identity(phone=identity.phone(text), user_id=identity.user_id(text), email=identity.email(text))
    found: set[str] = set()
    for field, value in identity.keys(vault, who).items():
        found |= {contact["_id"] for contact in await view.find("contacts", {field: value}, limit=5)}
    for booking in await view.find("bookings", {"ref": text.upper()}, limit=5):
        found.add(booking["contact"])
    if not found:
        rows = await view.find("contacts", {}, sort=[("at", -1)], limit=_LATEST)
        people = await opened_people(vault, rows)
        found = {id for id, person in people.items() if text.casefold() in _name(person).casefold()}
        named = sorted(await names.found(view, vault, text) - people.keys())
        rows = await view.find("contacts", {"_id": {"in": named}}, limit=len(named)) if named else []
        found |= {id for id, person in (await opened_people(vault, rows)).items() if names.fits(_name(person), text)}
    return {"contact": {"in": sorted(found)}}


async def opened_people(vault: OrgVault, rows: Sequence[Document]) -> dict[str, dict[str, Any]]:
    """Somebody forgotten has neither name nor number."""
    people: dict[str, dict[str, Any]] = {}
    for row in rows:
        try:
            await vault.ensure(row["_id"])
            people[row["_id"]] = contacts.record(vault, row)
        except Unreadable:
            people[row["_id"]] = {}
    return people


async def people_behind(view: OrgStore, vault: OrgVault, rows: Sequence[Document]) -> dict[str, dict[str, Any]]:
    ids = sorted({row["contact"] for row in rows if row.get("contact")})
    return await opened_people(vault, await view.find("contacts", {"_id": {"in": ids}}, limit=len(ids))) if ids else {}


def _name(person: dict[str, Any]) -> str:
    return str(person.get("name") or "")
