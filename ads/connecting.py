"""A business connects its ad accounts: keys are tried at the platform before they are kept, and never shown again.

What can go wrong is told apart by what the owner has to do (`Failed.code`), whichever platform it was. An account that
ads run in is not forgotten, nor exchanged for another: nobody would watch what they spend.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

import httpx
import msgspec

from ads import campaigns, failures
from ads.accounts import COLLECTION, PLATFORMS, account_id, connector, credentials_type, opened, sealed
from ads.hosts import Hosts
from ads.platform import Account
from ads.units import BadUnit
from storage.store import Delete, Document, Op, Store, Update
from storage.vault import OrgVault, Vault


class Field(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that an account is known by, as forms and the command line ask for it."""

    name: str
    secret: bool = False
    optional: bool = False


def _field(name: str, *, secret: bool = False, optional: bool = False) -> Field:
    return Field(name=name, secret=secret, optional=optional)


FIELDS: dict[str, tuple[Field, ...]] = {
    "meta": (
        _field("account"), _field("token", secret=True), _field("page"), _field("pixel", optional=True),
        _field("app_secret", secret=True, optional=True), _field("offset", optional=True),
    ),
    "google": (
        _field("account"), _field("manager", optional=True), _field("client_id"), _field("client_secret", secret=True),
        _field("refresh_token", secret=True), _field("developer_token", secret=True),
    ),
    "tiktok": (
        _field("account"), _field("token", secret=True), _field("identity"), _field("pixel", optional=True),
        _field("app_id", optional=True), _field("app_secret", secret=True, optional=True),
        _field("refresh_token", secret=True, optional=True),
    ),
}  # fmt: skip
TITLES = {"meta": "Meta", "google": "Google", "tiktok": "TikTok"}
_DIGITS = ("account", "manager", "page", "pixel")


class Failed(Exception):
    """It does not work, or may not be. `code` says why; `said` are the platform's own words, free of secrets.

    platform, missing, digits, characters, offset (of the form; `value` names the field); token, client, permission,
    account, zone, unusable, busy, unreachable, host (of the platform); none, running, another (of ours).
    """

    def __init__(self, code: str, *, said: str = "", value: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.said = said
        self.value = value


class Connected(msgspec.Struct, frozen=True, kw_only=True):
    """An account that is connected, as it was when it was tried last. Nothing secret."""

    platform: str
    account: str
    name: str = ""
    currency: str = ""
    zone: str = ""
    checked_at: datetime | None = None
    trouble: str = ""


class Connecting:
    """`clock` is the world's time: tokens live by it."""

    def __init__(
        self, store: Store, vault: Vault, http: httpx.AsyncClient, hosts: Hosts, clock: Callable[[], datetime]
    ) -> None:
        self._store = store
        self._vault = vault
        self._http = http
        self._hosts = hosts
        self._clock = clock

    async def listed(self, org: str) -> tuple[Connected, ...]:
        return await listed(self._store, org)

    async def connect(
        self, org: str, platform: str, given: Mapping[str, str], note: Sequence[Op] = ()
    ) -> Connected:  # fmt: skip
        """Try the keys, and keep them if they work. Raises `Failed`."""
        own = credentials(platform, given, self._hosts)
        await self._may_be(org, platform, own.account)
        found, own = await self._tried(platform, own)
        vault = await self._vault.org(org)
        await self._store.org(org).commit([self._sealed(org, found, own, vault), *note])
        return _connected(await self._kept(org, platform))

    async def check(self, org: str, platform: str) -> Connected:
        """Try the keys that are kept, and note what the account is like now. Raises `Failed`."""
        document = await self._kept(org, platform)
        vault = await self._vault.org(org)
        try:
            found, renewed = await self._tried(platform, opened(vault, document))
        except Failed as failed:
            noted = {"trouble": failed.code, "checked_at": self._clock()}
            await self._store.org(org).commit([Update(COLLECTION, document["_id"], {"set": noted})])
            raise
        await self._store.org(org).commit([self._sealed(org, found, renewed, vault)])
        return _connected(await self._kept(org, platform))

    async def remove(self, org: str, platform: str, note: Sequence[Op] = ()) -> None:
        """Raises `Failed`: none, or running."""
        document = await self._kept(org, platform)
        if await self._campaigns(org, platform, (campaigns.LAUNCHING, campaigns.ACTIVE)):
            raise Failed("running")
        await self._store.org(org).commit([Delete(COLLECTION, document["_id"]), *note])

    async def _may_be(self, org: str, platform: str, account: str) -> None:
        known = await self._store.org(org).get(COLLECTION, account_id(org, platform))
        if known is None or known["external"] == account:
            return
        if await self._campaigns(org, platform, campaigns.LIVE):
            raise Failed("another", value=str(known["external"]))

    async def _campaigns(self, org: str, platform: str, states: tuple[str, ...]) -> int:
        return await self._store.org(org).count("campaigns", {"platform": platform, "state": {"in": list(states)}})

    async def _kept(self, org: str, platform: str) -> Document:
        document = await self._store.org(org).get(COLLECTION, account_id(org, platform))
        if document is None:
            raise Failed("none")
        return document

    async def _tried(self, platform: str, own: Any) -> tuple[Account, Any]:
        """What the platform says of the account, and the credentials, with a token that was renewed on the way."""
        renewed: dict[str, str] = {}

        async def keep(changed: dict[str, str]) -> None:
            renewed.update(changed)

        try:
            found = await connector(platform, own, self._http, self._clock, keep).account()
        except failures.PlatformError as error:
            raise Failed(reason(error), said=error.said or error.text) from error
        except BadUnit as error:
            raise Failed("offset" if error.code == "ads.units.currency" else "account", said=str(error)) from error
        except ValueError as error:  # an address that no token may go to
            raise Failed("host", said=str(error)) from error
        if not found.currency:
            raise Failed("account")
        if not found.usable:
            raise Failed("unusable", said=found.reason)
        return found, msgspec.structs.replace(own, **renewed)

    def _sealed(self, org: str, found: Account, own: Any, vault: OrgVault) -> Op:
        return sealed(
            org, found.platform, own, vault, found.currency, found.zone, name=found.name, trouble="",
            checked_at=self._clock(),
        )  # fmt: skip


def credentials(platform: str, given: Mapping[str, str], hosts: Hosts) -> Any:
    """What was filled in, as the connector's credentials. Raises `Failed`."""
    if platform not in PLATFORMS:
        raise Failed("platform", value=platform)
    fields = {field.name: filled(given, field) for field in FIELDS[platform]}
    fields["account"] = fields["account"].removeprefix("act_").replace("-", "")
    if "manager" in fields:
        fields["manager"] = fields["manager"].replace("-", "")
    for name in _DIGITS:
        if platform == "tiktok" and name == "pixel":
            continue  # its pixels have letters in their codes
        if fields.get(name) and not fields[name].isdecimal():
            raise Failed("digits", value=name)
    values: dict[str, Any] = {name: value for name, value in fields.items() if value and name != "offset"}
    if fields.get("offset"):
        if fields["offset"] not in ("1", "100"):
            raise Failed("offset")
        values["offset"] = int(fields["offset"])
    values["base_url"] = getattr(hosts, platform)
    if platform == "google":
        values["token_url"] = hosts.google_token
    return credentials_type(platform)(**values)


def filled(given: Mapping[str, str], field: Field) -> str:
    """What stands in a field. Raises `Failed`."""
    value = str(given.get(field.name) or "").strip()
    if not value and not field.optional:
        raise Failed("missing", value=field.name)
    if not (value.isascii() and value.isprintable()) or " " in value:  # it could stand in no header or address
        raise Failed("characters", value=field.name)
    return value


def reason(error: failures.PlatformError) -> str:
    """What the owner can do about it, as a code of `Failed`."""
    if isinstance(error, failures.TokenRefused):
        return "token"
    if isinstance(error, failures.RetryLater):
        return "busy" if error.code.endswith(".rate") else "unreachable"
    if isinstance(error, failures.OutcomeUnknown):
        return "unreachable"
    if isinstance(error, failures.NeedsPerson):
        ending = error.code.rpartition(".")[2]
        return ending if ending in ("client", "zone") else "permission"
    return "account"


async def listed(store: Store, org: str) -> tuple[Connected, ...]:
    """The accounts that are connected, in the platforms' order."""
    view = store.org(org)
    found = [await view.get(COLLECTION, account_id(org, platform)) for platform in PLATFORMS]
    return tuple(_connected(each) for each in found if each is not None)


def _connected(document: Document) -> Connected:
    return Connected(
        platform=document["platform"], account=document["external"], name=str(document.get("name") or ""),
        currency=str(document.get("currency") or ""), zone=str(document.get("zone") or ""),
        checked_at=document.get("checked_at"), trouble=str(document.get("trouble") or ""),
    )  # fmt: skip
