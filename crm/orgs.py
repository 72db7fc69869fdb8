"""A business on this server: its place, languages, channels, settings, and its credentials, sealed."""

from __future__ import annotations

import json
from typing import Any
from zoneinfo import available_timezones

import msgspec

from storage.store import Document, Insert, Store, Update
from storage.vault import Vault


class BadOrg(ValueError):
    """A business that cannot be made as it is described; the message says why."""


class NewOrg(msgspec.Struct, frozen=True, kw_only=True):
    """`channels` are `{"channel": "whatsapp", "address": <phone number id>}`; `settings` as in `crm.orgs.SETTINGS`."""

    id: str
    name: str
    zone: str = "Africa/Nairobi"
    currency: str = "KES"
    languages: tuple[str, ...] = ("en", "sw")
    phone: str = ""
    address: str = ""
    map_url: str = ""
    review_url: str = ""
    agent_phone: str = ""
    channels: tuple[dict[str, str], ...] = ()
    settings: dict[str, Any] = {}


SETTINGS = {
    "hold_minutes": "how long a held slot waits for its deposit (20)",
    "deposit_policy": "what is refunded on cancelling, and when a booking may be moved (see bookings.policy)",
    "greeting": "the words that a wa.me link starts with, one text per language",
    "whatsapp_number": "the number in wa.me links, digits with the country code",
}


async def create(store: Store, new: NewOrg) -> Document:
    """Make a business. Raises `BadOrg`, or `Conflict` when the id is taken."""
    if not new.id or not all(part.isalnum() for part in new.id.split("-")) or not new.id.isascii():
        raise BadOrg(f"{new.id!r} is no id: letters, digits and dashes only")
    if not new.name.strip() or not new.languages:
        raise BadOrg("a business needs a name and at least one language")
    if new.zone not in available_timezones():
        raise BadOrg(f"{new.zone!r} is no time zone like Africa/Nairobi")
    if len(new.currency) != 3 or not new.currency.isupper():
        raise BadOrg(f"{new.currency!r} is no currency code like KES")
    document = msgspec.to_builtins(new)
    document["_id"] = document.pop("id")
    document["addresses"] = addresses(document["channels"])
    (stored,) = await store.commit([Insert("orgs", document)])
    return stored or document


def addresses(channels: list[dict[str, str]]) -> list[str]:
    """What an inbound is found by: "whatsapp:<phone number id>"."""
    return [f"{each['channel']}:{each['address']}" for each in channels]


async def at_address(store: Store, channel: str, address: str) -> Document | None:
    """The business that a provider's message is for."""
    found = await store.find("orgs", {"addresses": {"contains": f"{channel}:{address}"}}, limit=1, everyone=True)
    return found[0] if found else None


async def change(store: Store, id: str, **fields: Any) -> None:
    """Change a business's own fields; `settings` are changed one by one."""
    settings = fields.pop("settings", {})
    sets = {**fields, **{f"settings.{name}": value for name, value in settings.items()}}
    if "channels" in fields:
        sets["addresses"] = addresses(fields["channels"])
    await store.commit([Update("orgs", id, {"set": sets})])


async def set_secrets(store: Store, vault: Vault, id: str, secrets: dict[str, str]) -> None:
    """Seal a business's own credentials (M-Pesa keys, access tokens); those not named stay as they are."""
    known = await get_secrets(store, vault, id)
    text = json.dumps({**known, **secrets}, sort_keys=True).encode()
    token = (await vault.org(id)).seal("", text, aad=_aad(id))
    await store.commit([Update("orgs", id, {"set": {"secrets": token}})])


async def get_secrets(store: Store, vault: Vault, id: str) -> dict[str, str]:
    """A business's credentials by name; empty when it has none."""
    document = await store.get("orgs", id)
    if document is None or not document.get("secrets"):
        return {}
    opened = (await vault.org(id)).unseal("", document["secrets"], aad=_aad(id))
    return {str(name): str(value) for name, value in json.loads(opened).items()}


def _aad(id: str) -> bytes:
    return f"orgs/{id}/secrets".encode()
