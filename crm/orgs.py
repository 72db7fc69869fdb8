"""A business on this server: its place, languages, channels, settings, and its credentials, sealed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import available_timezones

import msgspec

from crm.identity import phone
from storage.errors import Conflict
from storage.store import Delete, Document, Insert, Op, Store, Update, Upsert
from storage.vault import Vault


class BadOrg(ValueError):
    """A business that cannot be made as it is described; the message says why.

    `code` is stable, for who says it in another language; `value` is what was given.
    """

    def __init__(self, why: str, code: str = "", value: object = "") -> None:
        super().__init__(why)
        self.code = code
        self.value = str(value)


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
    "messaging": "where the business is stricter than its guardrails (see channels.choices)",
    "sites": "the business's own sites, as https://example.co.ke: only their pages may be measured",
    "ads_window_days": "for so many days after an ad's click what follows is credited to it (7)",
    "whatsapp_number": "the number in wa.me links, digits with the country code",
    "owner_numbers": "the owner's own WhatsApp numbers: who writes from them may run ads from the chat",
}


SPOKEN = ("en", "sw")
_LINES = ("name", "zone", "phone", "address", "map_url", "review_url", "agent_phone")


async def create(store: Store, new: NewOrg, *, also: Sequence[Insert] = ()) -> Document:
    """Make a business, and `also` what it begins with. Raises `BadOrg`, or `Conflict` when the id is taken."""
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
    rows = [Insert("addresses", _address(new.id, address)) for address in document["addresses"]]
    stored, *_ = await store.commit([Insert("orgs", document), *rows, *_of(new.id, also)])
    return stored or document


def addresses(channels: list[dict[str, str]]) -> list[str]:
    """What an inbound is found by: "whatsapp:<phone number id>"."""
    return [f"{each['channel']}:{each['address']}" for each in channels]


async def at_address(store: Store, channel: str, address: str, *, account: str = "") -> Document | None:
    """The business that a provider's message is for. The account that it came by is remembered, for `of_account`."""
    id = f"{channel}:{address}"
    row = await store.get("addresses", id)
    if row is None:
        return await _before(store, id)
    if account and row.get("account") != account:
        await store.commit([Update("addresses", id, {"set": {"account": account}})])
    return await store.get("orgs", row["org"])


async def of_account(store: Store, account: str) -> list[str]:
    """The businesses whose numbers belong to a provider's account: a notice about it names no number."""
    if not account:
        return []
    rows = await store.find("addresses", {"account": account}, limit=100, everyone=True)
    return sorted({str(row["org"]) for row in rows})


async def _before(store: Store, id: str) -> Document | None:
    """A business of before there was the collection `addresses`: found the slow way, and written down there."""
    found = await store.find("orgs", {"addresses": {"contains": id}}, limit=1, everyone=True)
    if not found:
        return None
    org = found[0]
    fresh = {name: value for name, value in _address(org["_id"], id).items() if name != "_id"}
    await store.commit([Upsert("addresses", id, {"set_on_insert": fresh})])
    return org


def _address(org: str, id: str) -> Document:
    return {"_id": id, "org": org, "account": ""}


async def change(store: Store, id: str, *, note: Sequence[Insert] = (), **fields: Any) -> None:
    """Change a business's own fields; `settings` are changed one by one. `note` is written in the same commit.

    Raises `Conflict` for an address that is another business's.
    """
    settings = fields.pop("settings", {})
    sets = {**fields, **{f"settings.{name}": value for name, value in settings.items()}}
    ops: list[Op] = []
    if "channels" in fields:
        sets["addresses"] = addresses(fields["channels"])
        rows = await store.find("addresses", {"org": id}, limit=1000)
        known = {row["_id"] for row in rows}
        ops += [Delete("addresses", gone) for gone in sorted(known - set(sets["addresses"]))]
        ops += [Insert("addresses", _address(id, new)) for new in sets["addresses"] if new not in known]
    await store.commit([Update("orgs", id, {"set": sets}), *ops, *_of(id, note)])


def described(fields: dict[str, Any]) -> dict[str, Any]:
    """How a business describes itself, cleaned. Raises `BadOrg` for what cannot be."""
    cleaned: dict[str, Any] = {name: " ".join(str(fields.get(name) or "").split())[:200] for name in _LINES}
    if not cleaned["name"]:
        raise BadOrg("a business needs a name", "no-name")
    if cleaned["zone"] not in available_timezones():
        raise BadOrg(f"{cleaned['zone']!r} is no time zone like Africa/Nairobi", "no-zone", cleaned["zone"])
    for name in ("phone", "agent_phone"):
        if cleaned[name] and not (number := phone(cleaned[name])):
            raise BadOrg(f"{cleaned[name]!r} is no phone number like 0712 345 678", "no-phone", cleaned[name])
        cleaned[name] = number if cleaned[name] else ""
    for name in ("map_url", "review_url"):
        address = urlsplit(cleaned[name])
        if cleaned[name] and (address.scheme not in ("http", "https") or not address.hostname):
            raise BadOrg(f"{cleaned[name]!r} is no web address like https://…", "no-url", cleaned[name])
    languages = [each for each in dict.fromkeys(fields.get("languages") or ()) if each in SPOKEN]
    if not languages:
        raise BadOrg("a business speaks at least one of the languages", "no-language")
    return {**cleaned, "languages": languages}


async def add_number(store: Store, id: str, number: str, display: str, *, note: Sequence[Insert] = ()) -> None:
    """Let a WhatsApp number belong to a business. Raises `BadOrg` when it is another one's."""
    taken = await at_address(store, "whatsapp", number)
    if taken is not None and taken["_id"] != id:
        raise BadOrg("that number belongs to another business on this server", "number-taken")
    document = await store.get("orgs", id) or {}
    entry = {"channel": "whatsapp", "address": number}
    channels = [each for each in document.get("channels") or [] if each != entry]
    digits = "".join(character for character in display if character.isdecimal())
    try:
        await change(store, id, note=note, channels=[*channels, entry], settings={"whatsapp_number": digits})
    except Conflict as error:
        raise BadOrg("that number belongs to another business on this server", "number-taken") from error


async def remove_number(store: Store, id: str, number: str, *, display: str = "", note: Sequence[Insert] = ()) -> None:
    """Let a number belong to nobody again. `display` is of the number that links lead to from now on, if there is one.

    Raises KeyError for a number that is not the business's.
    """
    document = await store.get("orgs", id) or {}
    known = list(document.get("channels") or ())
    left = [each for each in known if (each["channel"], each["address"]) != ("whatsapp", number)]
    if len(left) == len(known):
        raise KeyError(number)
    digits = "".join(character for character in display if character.isdecimal())
    last = known[-1] not in left  # links lead to the number that was connected last
    settings = {"whatsapp_number": digits} if last else {}
    await change(store, id, note=note, channels=left, settings=settings)


def _of(id: str, note: Sequence[Insert]) -> list[Op]:
    return [Insert(each.collection, {**each.document, "org": id}) for each in note]


async def set_secrets(
    store: Store, vault: Vault, id: str, secrets: dict[str, str], *, note: Sequence[Insert] = ()
) -> None:
    """Seal a business's own credentials (M-Pesa keys, access tokens); those not named stay as they are."""
    known = await get_secrets(store, vault, id)
    text = json.dumps({**known, **secrets}, sort_keys=True).encode()
    token = (await vault.org(id)).seal("", text, aad=_aad(id))
    await store.commit([Update("orgs", id, {"set": {"secrets": token}}), *_of(id, note)])


async def drop_secret(store: Store, vault: Vault, id: str, name: str, *, note: Sequence[Insert] = ()) -> None:
    """Forget one of a business's credentials. Raises KeyError when there is none of that name."""
    known = await get_secrets(store, vault, id)
    del known[name]
    token = (await vault.org(id)).seal("", json.dumps(known, sort_keys=True).encode(), aad=_aad(id))
    await store.commit([Update("orgs", id, {"set": {"secrets": token}}), *_of(id, note)])


async def get_secrets(store: Store, vault: Vault, id: str) -> dict[str, str]:
    """A business's credentials by name; empty when it has none."""
    document = await store.get("orgs", id)
    if document is None or not document.get("secrets"):
        return {}
    opened = (await vault.org(id)).unseal("", document["secrets"], aad=_aad(id))
    return {str(name): str(value) for name, value in json.loads(opened).items()}


def _aad(id: str) -> bytes:
    return f"orgs/{id}/secrets".encode()
