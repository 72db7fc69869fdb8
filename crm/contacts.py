"""A person as one business knows them: found by keyed hash, or made; their personal data sealed under their own key.

The same person may come as a phone number today and as a WhatsApp user id tomorrow. When an inbound shows
that two contacts are one, they are merged (`crm.merging`).
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Any

import msgspec

from crm import merging, names
from crm.identity import Identity, first_name, keys
from crm.sealed import opened, sealed
from storage.store import Document, Insert, Op, OrgStore, Update
from storage.vault import OrgVault

JUST_NOW = timedelta(hours=1)  # for so long a click explains why somebody writes
RECOGNISED_BY = ("wa_key", "phone_key", "email_key")
LATELY = 20_000
_LATELY: dict[tuple[str, str, str], str] = {}  # (org, field, hash) -> contact


class Met(msgspec.Struct, frozen=True, kw_only=True):
    """A contact as it will be once `ops` are committed."""

    contact: Document
    ops: tuple[Op, ...] = ()
    new: bool = False

    @property
    def id(self) -> str:
        return str(self.contact["_id"])


async def meet(store: OrgStore, vault: OrgVault, identity: Identity, now: datetime, *, language: str = "") -> Met:
    """The contact with this identity, made if nobody has it; what is new about it is added.

    Two strangers at once are kept apart by the unique keys: the second commit is a `Conflict`, and asks again.
    """
    if identity.empty:
        raise ValueError("a person without phone, user id or e-mail cannot be met again")
    known = await _known(store, keys(vault, identity))
    if not known:
        return await _new(vault, identity, now, language)
    await vault.ensure(*(contact["_id"] for contact in known))
    if len(known) == 1:
        return _learnt(vault, known[0], identity)
    merged, ops = await merging.merge(store, vault, known, now)
    learnt = _learnt(vault, merged, identity)
    return Met(contact=learnt.contact, ops=(*ops, *learnt.ops))


async def find(store: OrgStore, id: str) -> Document | None:
    """A contact by id, or the one that it was merged into."""
    contact = await store.get("contacts", id) if id else None
    if contact is not None and contact.get("merged_into"):
        return await store.get("contacts", contact["merged_into"])
    return contact


async def changed(vault: OrgVault, contact: Document, fields: dict[str, str]) -> list[Op]:
    """Set personal fields (name, phone, email, paying_phone, user_id), with the hashes to find them by."""
    id = contact["_id"]
    await vault.ensure(id)
    identity = Identity(**{name: fields[name] for name in ("phone", "user_id", "email") if name in fields})
    sets: dict[str, Any] = dict(keys(vault, identity))
    sets |= {f"sealed.{name}": token for name, token in sealed(vault, id, fields).items()}
    renamed = names.noted(vault, id, fields["name"], opened(vault, contact).get("name", "")) if "name" in fields else []
    return [Update("contacts", id, {"set": sets}), *renamed]


def record(vault: OrgVault, contact: Document, now: datetime | None = None) -> dict[str, Any]:
    """The record `contact` that YAML sees. What is not known is None, but for the names, which are empty."""
    personal = opened(vault, contact)
    source = contact.get("last_source") or {}
    fresh = now is not None and bool(source) and now - source["at"] < JUST_NOW
    full = personal.get("name", "")
    return {
        "id": contact["_id"],
        "name": full,
        "first_name": first_name(full),
        "language": contact.get("language", ""),
        "phone": personal.get("phone"),
        "paying_phone": personal.get("paying_phone"),
        "email": personal.get("email"),
        "opted_out": bool(contact.get("opted_out")),
        "visits": contact.get("visits", 0),
        "known": bool(full),
        "came_by": source.get("via", "") if fresh else "",
    }


def address(vault: OrgVault, contact: Document) -> tuple[str, str]:
    """Phone and WhatsApp user id, either of which may be empty: where to send to."""
    personal = opened(vault, contact)
    return personal.get("phone", ""), personal.get("user_id", "")


async def _known(store: OrgStore, hashes: dict[str, str]) -> list[Document]:
    """The contacts that have any of the keys, oldest first, each once."""
    found: dict[str, Document] = {}
    for field in RECOGNISED_BY:
        if field in hashes:
            contact = await _with(store, field, hashes[field])
            if contact is not None:
                found[contact["_id"]] = contact
    return sorted(found.values(), key=lambda contact: (contact["at"], contact["_id"]))


async def _with(store: OrgStore, field: str, value: str) -> Document | None:
    """The contact that has this key. Whose it was the last time is asked first, and believed if they still have it."""
    known = _LATELY.get((store.id, field, value))
    contact = await store.get("contacts", known) if known is not None else None
    if contact is not None and contact.get(field) == value:
        return contact
    matching = await store.find("contacts", {field: value}, limit=1)
    if matching:
        if len(_LATELY) >= LATELY:
            _LATELY.clear()
        _LATELY[store.id, field, value] = str(matching[0]["_id"])
    return matching[0] if matching else None


async def _new(vault: OrgVault, identity: Identity, now: datetime, language: str) -> Met:
    id = "c" + secrets.token_hex(11)
    await vault.ensure(id)
    contact: Document = {
        "_id": id,
        "at": now,
        "sealed": sealed(vault, id, msgspec.structs.asdict(identity)),
        **keys(vault, identity),
        "language": language,
        "opted_out": False,
        "marketing_stopped": False,
        "visits": 0,
    }
    return Met(contact=contact, ops=(Insert("contacts", contact), *names.noted(vault, id, identity.name)), new=True)


def _learnt(vault: OrgVault, contact: Document, identity: Identity) -> Met:
    """What this identity adds to a known contact. A name that is there stays: people correct theirs in the chat."""
    personal = opened(vault, contact)
    fresh = {
        name: value
        for name, value in msgspec.structs.asdict(identity).items()
        if value and value != personal.get(name) and not (name == "name" and personal.get("name"))
    }
    if not fresh:
        return Met(contact=contact)
    hashes = keys(vault, Identity(**fresh))
    tokens = sealed(vault, contact["_id"], fresh)
    after = {**contact, **hashes, "sealed": {**contact.get("sealed", {}), **tokens}}
    sets = {**hashes, **{f"sealed.{name}": token for name, token in tokens.items()}}
    told = Update("contacts", contact["_id"], {"set": sets})
    return Met(contact=after, ops=(told, *names.noted(vault, contact["_id"], fresh.get("name", ""))))
