"""The receivers of a business: in its settings by their names, their secrets sealed beside.

YAML knows a name and nothing else. The secret is made here, shown once, and leaves the vault only to sign.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any, Literal

import msgspec

from hooks.signing import new_secret
from storage.errors import Unreadable
from storage.store import Document, Op, Store, Update
from storage.vault import OrgVault

NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
MOST = 20
BOTH = timedelta(hours=24)  # for so long after a renewal the secret before signs as well
_PLACE, _SECRETS = "settings.webhooks", "webhook_secrets"


class Endpoint(msgspec.Struct, frozen=True, kw_only=True):
    """`off` says why nothing is sent there just now: the receiver said that it is gone (410)."""

    name: str
    url: str
    about: str = ""
    at: datetime | None = None
    off: Literal["", "gone"] = ""
    off_at: datetime | None = None


class NoSecret(Exception):
    """There is nothing to sign with."""


class _Secrets(msgspec.Struct, frozen=True):
    now: str
    before: str = ""
    until: datetime | None = None


def listed(org: Document) -> tuple[Endpoint, ...]:
    kept: dict[str, Any] = (org.get("settings") or {}).get("webhooks") or {}
    return tuple(msgspec.convert({**kept[name], "name": name}, Endpoint) for name in sorted(kept) if kept[name])


def named(org: Document, name: str) -> Endpoint | None:
    return next((each for each in listed(org) if each.name == name), None)


async def names(store: Store, org: str) -> tuple[str, ...]:
    return tuple(each.name for each in listed(await store.get("orgs", org) or {}))


def kept(vault: OrgVault, endpoint: Endpoint) -> tuple[str, tuple[Op, ...]]:
    """A new endpoint: its secret, to be shown once, and the writes."""
    secret = new_secret()
    fields = {key: value for key, value in msgspec.structs.asdict(endpoint).items() if key != "name"}
    sets = {f"{_PLACE}.{endpoint.name}": fields, **_sealed(vault, endpoint.name, _Secrets(secret))}
    return secret, (Update("orgs", vault.org, {"set": sets}),)


def renewed(vault: OrgVault, org: Document, name: str, now: datetime) -> tuple[str, tuple[Op, ...]]:
    """Another secret; the one before signs beside it for a day, so that the receiver can be changed in between."""
    secret, known = new_secret(), _opened(vault, org, name)
    before = known.now if known is not None else ""
    fresh = _Secrets(secret, before, now + BOTH if before else None)
    return secret, (Update("orgs", vault.org, {"set": _sealed(vault, name, fresh)}),)


def removed(org: str, name: str) -> Op:
    return Update("orgs", org, {"unset": [f"{_PLACE}.{name}", f"{_SECRETS}.{name}"]})


def switched(org: str, name: str, why: Literal["", "gone"], now: datetime) -> Op:
    return changed(org, name, {"off": why, "off_at": now})


def changed(org: str, name: str, fields: Document) -> Op:
    """A `Conflict` for an endpoint that was taken away meanwhile."""
    sets = {f"{_PLACE}.{name}.{field}": value for field, value in fields.items()}
    return Update("orgs", org, {"set": sets}, when={f"{_PLACE}.{name}.url": {"exists": True}})


def secrets_of(vault: OrgVault, org: Document, name: str, now: datetime) -> tuple[str, ...]:
    """What a request is signed with. Raises NoSecret."""
    known = _opened(vault, org, name)
    if known is None:
        raise NoSecret(name)
    both = known.until is not None and now < known.until
    return (known.now, known.before) if both else (known.now,)


def _opened(vault: OrgVault, org: Document, name: str) -> _Secrets | None:
    sealed = (org.get(_SECRETS) or {}).get(name)
    if not sealed:
        return None
    try:
        return msgspec.json.decode(vault.unseal("", sealed, aad=_aad(vault, name)), type=_Secrets)
    except Unreadable:  # it was tampered with, or comes from a place with other keys
        return None


def _sealed(vault: OrgVault, name: str, secrets: _Secrets) -> dict[str, str]:
    return {f"{_SECRETS}.{name}": vault.seal("", msgspec.json.encode(secrets), aad=_aad(vault, name))}


def _aad(vault: OrgVault, name: str) -> bytes:
    return f"orgs/{vault.org}/webhooks/{name}".encode()
