"""A business says where its conversions are told; a test event, which counts for nothing, shows that it works."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

import httpx
import msgspec

from ads import failures
from ads.connecting import Failed, Field, filled, reason
from ads.conversions import destinations
from ads.conversions.delivery import Delivery
from ads.conversions.destinations import Bases
from ads.conversions.message import PLATFORMS, SENT, Conversion, Destination, Unsendable
from engine.currency import unit
from engine.values import Money
from storage.store import Op, Store
from storage.vault import Vault

FIELDS: dict[str, tuple[Field, ...]] = {
    "meta": (
        Field(name="id"), Field(name="token", secret=True), Field(name="page", optional=True),
        Field(name="app_secret", secret=True, optional=True), Field(name="test_code"),
    ),
    "google": (
        Field(name="id"), Field(name="login", optional=True), Field(name="client_id"),
        Field(name="client_secret", secret=True), Field(name="refresh_token", secret=True),
        Field(name="action_lead", optional=True), Field(name="action_booking", optional=True),
        Field(name="action_payment", optional=True), Field(name="developer_token", secret=True, optional=True),
    ),
    "tiktok": (Field(name="id"), Field(name="token", secret=True), Field(name="test_code")),
}  # fmt: skip
"""With a `developer_token`, Google is told by the older upload of the Google Ads API."""
_CLICKS = {"meta": "fbclid", "google": "gclid", "tiktok": "ttclid"}
_ACTION = "action_"


class Telling(msgspec.Struct, frozen=True, kw_only=True):
    """A platform that is told, and what is in the way of it. Nothing secret."""

    platform: str
    account: str
    changed_at: datetime | None = None
    trouble: str = ""
    trouble_at: datetime | None = None


class Destinations:
    """`clock` is the world's time: platforms take no event from the future."""

    def __init__(
        self, store: Store, vault: Vault, http: httpx.AsyncClient, bases: Bases, clock: Callable[[], datetime]
    ) -> None:
        self._store = store
        self._vault = vault
        self._delivery = Delivery(http, bases, clock)
        self._clock = clock

    async def begin(self, org: str, platform: str, given: Mapping[str, str], note: Sequence[Op] = ()) -> None:
        """Send a test event, and tell the platform from now on if it took that. Raises `Failed`."""
        place = destination(platform, given)
        await self._tested(org, place, str(given.get("test_code") or "").strip())
        vault = await self._vault.org(org)
        await self._store.org(org).commit([destinations.kept(vault, place, self._clock()), *note])

    async def test(self, org: str, platform: str, code: str) -> None:
        """Raises `Failed`."""
        place = await destinations.of(self._store.org(org), await self._vault.org(org), platform)
        if place is None:
            raise Failed("none")
        if platform != "google" and not code:
            raise Failed("missing", value="test_code")
        await self._tested(org, place, code)
        await self._store.org(org).commit([destinations.mended(org, platform)])

    async def end(self, org: str, platform: str, note: Sequence[Op] = ()) -> None:
        """Raises `Failed`: none."""
        if await destinations.told(self._store.org(org), platform) is None:
            raise Failed("none")
        await self._store.org(org).commit([destinations.ended(org, platform), *note])

    async def _tested(self, org: str, place: Destination, code: str) -> None:
        now = self._clock()
        kind = next((each for each in SENT if place.platform != "google" or each in place.names), None)
        if kind is None:
            raise Failed("action")
        currency = str((await self._store.get("orgs", org) or {}).get("currency") or "KES")
        made = Conversion(
            id=f"test-{now:%Y%m%d%H%M%S%f}", kind=kind, at=now, ids={_CLICKS[place.platform]: "AAIS-test"},
            clicked_at=now, value=Money(unit(currency), currency) if kind != "lead" else None,
        )  # fmt: skip
        tried = msgspec.structs.replace(place, test_code=code)
        try:
            await self._delivery.deliver(made, tried, now, test=True)
        except failures.PlatformError as error:
            raise Failed(_reason(error), said=error.said or error.text) from error
        except Unsendable as error:
            raise Failed("action") from error
        except ValueError as error:  # an address that no token may go to
            raise Failed("host", said=str(error)) from error


def destination(platform: str, given: Mapping[str, str]) -> Destination:
    """What was filled in. The code for tests is not kept: with it, nothing would ever count. Raises `Failed`."""
    if platform not in PLATFORMS:
        raise Failed("platform", value=platform)
    fields: dict[str, Any] = {field.name: filled(given, field) for field in FIELDS[platform]}
    fields.pop("test_code", None)
    names = {name.removeprefix(_ACTION): fields.pop(name) for name in list(fields) if name.startswith(_ACTION)}
    if platform == "google":
        fields |= {"id": fields["id"].replace("-", ""), "login": fields["login"].replace("-", "")}
        fields |= {"token": "", "legacy": bool(fields["developer_token"])}
    for name in ("id", "login", "page") if platform != "tiktok" else ():
        if fields.get(name) and not fields[name].isdecimal():
            raise Failed("digits", value=name)
    if any(not name.isdecimal() for name in names.values() if name):
        raise Failed("digits", value="action")
    if not all(letter.isalnum() for letter in fields["id"]):  # it stands in an address
        raise Failed("characters", value="id")
    return Destination(platform=platform, names={kind: id for kind, id in names.items() if id}, **fields)  # type: ignore[arg-type]


async def listed(store: Store, org: str) -> tuple[Telling, ...]:
    """The platforms that are told, in their order."""
    found = [await destinations.told(store.org(org), platform) for platform in PLATFORMS]
    return tuple(
        Telling(
            platform=each["platform"], account=each["account"], changed_at=each.get("changed_at"),
            trouble=str(each.get("trouble") or ""), trouble_at=each.get("trouble_at"),
        )
        for each in found
        if each is not None
    )  # fmt: skip


def _reason(error: failures.PlatformError) -> str:
    found = reason(error)
    return "refused" if found == "account" else found
