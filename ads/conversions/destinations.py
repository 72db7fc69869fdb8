"""Where a business wants its conversions told: kept per platform in `ad_accounts`, tokens sealed with the org's key."""

from __future__ import annotations

from datetime import datetime

import msgspec

from ads.conversions.message import PLATFORMS, Destination
from storage.store import Delete, Document, Op, OrgStore, Update, Upsert
from storage.vault import OrgVault

COLLECTION = "ad_accounts"
_PURPOSE = "conversions"


class Bases(msgspec.Struct, frozen=True, kw_only=True):
    """The platforms' addresses; others only for a simulator or a proxy that the operator named."""

    meta: str = "https://graph.facebook.com"
    google: str = "https://datamanager.googleapis.com"
    google_token: str = "https://oauth2.googleapis.com/token"  # noqa: S105 -- an address
    google_legacy: str = "https://googleads.googleapis.com"
    tiktok: str = "https://business-api.tiktok.com"

    def of(self, place: Destination) -> str:
        if place.platform == "google" and place.legacy:
            return self.google_legacy
        return str(getattr(self, place.platform))


def row_id(org: str, platform: str) -> str:
    return f"{org}/{_PURPOSE}/{platform}"


def kept(vault: OrgVault, place: Destination, now: datetime) -> Op:
    """The write that begins telling this platform, or changes how; earlier trouble is forgotten."""
    id = row_id(vault.org, place.platform)
    sealed = vault.seal("", msgspec.json.encode(place), aad=id.encode())
    sets = {"purpose": _PURPOSE, "platform": place.platform, "account": place.id, "sealed": sealed, "changed_at": now}
    return Upsert(COLLECTION, id, {"set": {**sets, "trouble": ""}})


def ended(org: str, platform: str) -> Op:
    return Delete(COLLECTION, row_id(org, platform))


def troubled(org: str, platform: str, why: str, now: datetime) -> Op:
    """What a person has to put right, to be shown beside the connection."""
    return Update(COLLECTION, row_id(org, platform), {"set": {"trouble": why, "trouble_at": now}})


def mended(org: str, platform: str) -> Op:
    return Update(COLLECTION, row_id(org, platform), {"set": {"trouble": ""}})


async def told(store: OrgStore, platform: str) -> Document | None:
    """Whether the business tells this platform, without opening anything."""
    return await store.get(COLLECTION, row_id(store.id, platform)) if platform in PLATFORMS else None


async def of(store: OrgStore, vault: OrgVault, platform: str) -> Destination | None:
    row = await told(store, platform)
    if row is None:
        return None
    return msgspec.json.decode(vault.unseal("", row["sealed"], aad=row["_id"].encode()), type=Destination)
