"""A business's accounts on ad platforms: credentials sealed in the store, and one connector for each while we run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import httpx
import msgspec

from ads.failures import NeedsPerson
from ads.line import Keep
from ads.platform import Platform
from storage.store import Op, Store, Upsert

COLLECTION = "ad_accounts"
PLATFORMS = ("meta", "google", "tiktok")


class UnknownPlatform(ValueError):
    """A platform that there is no connector for."""


def account_id(org: str, platform: str) -> str:
    return f"{org}/{platform}"


def sealed(
    org: str, platform: str, credentials: msgspec.Struct, vault: Any, currency: str, zone: str, **seen: Any
) -> Op:  # fmt: skip
    """The write that keeps an account; `vault` is the org's. No secret stands in a field of its own.

    `seen` is what else the platform said of it: name, when.
    """
    id = account_id(org, platform)
    fields = {
        "platform": platform,
        "external": str(getattr(credentials, "account", "")),
        "currency": currency,
        "zone": zone,
        "sealed": vault.seal("", msgspec.json.encode(credentials), aad=id.encode()),
        **seen,
    }
    return Upsert(COLLECTION, id, {"set": fields})


def opened(vault: Any, document: Mapping[str, Any]) -> Any:
    """The credentials that `sealed` kept; `vault` is the org's. Raises UnknownPlatform."""
    written = vault.unseal("", document["sealed"], aad=document["_id"].encode())
    return msgspec.json.decode(written, type=credentials_type(document["platform"]))


def credentials_type(platform: str) -> type[Any]:
    """Raises UnknownPlatform."""
    if platform == "meta":
        from ads.meta.credentials import MetaCredentials

        return MetaCredentials
    if platform == "google":
        from ads.google.credentials import GoogleCredentials

        return GoogleCredentials
    if platform == "tiktok":
        from ads.tiktok.credentials import TikTokCredentials

        return TikTokCredentials
    raise UnknownPlatform(f"there is no connector for {platform!r}")


def connector(
    platform: str, own: Any, http: httpx.AsyncClient, now: Callable[[], datetime], keep: Keep
) -> Platform:  # fmt: skip
    """`own` are the platform's credentials. Raises ValueError for an address that no token may go to."""
    if platform == "meta":
        from ads.meta.platform import Meta

        return Meta(own, http, now, keep)
    if platform == "google":
        from ads.google.platform import Google

        return Google(own, http, now)
    from ads.tiktok.platform import TikTok

    return TikTok(own, http, now, keep)


class Accounts:
    """Finds an org's connector. The same object for the same account, since it holds the token and keeps the pace."""

    def __init__(self, store: Store, vault: Any, http: httpx.AsyncClient, now: Callable[[], datetime]) -> None:
        self._store = store
        self._vault = vault
        self._http = http
        self._now = now
        self._known: dict[str, tuple[int, Platform]] = {}

    async def of(self, org: str, platform: str) -> Platform | None:
        """None when the business has connected none. Raises UnknownPlatform."""
        id = account_id(org, platform)
        document = await self._store.org(org).get(COLLECTION, id)
        if document is None:
            return None
        known = self._known.get(id)
        if known is not None and known[0] == document["version"]:
            return known[1]
        own = opened(await self._vault.org(org), document)
        try:
            made = connector(platform, own, self._http, self._now, self._keep(org, own, document))
        except ValueError as error:  # it was put there by a server that may reach other hosts
            raise NeedsPerson(f"ads.{platform}.host", f"The account cannot be used: {error}") from error
        self._known[id] = (document["version"], made)
        return made

    def _keep(self, org: str, own: Any, document: Mapping[str, Any]) -> Any:
        """A renewed token is kept, so that a restart does not ask for another."""

        async def keep(changed: dict[str, str]) -> None:
            vault = await self._vault.org(org)
            renewed = msgspec.structs.replace(own, **changed)
            op = sealed(org, document["platform"], renewed, vault, document["currency"], document["zone"])
            await self._store.org(org).commit([op])

        return keep
