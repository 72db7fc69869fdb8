"""What a business has settled about measuring: its window, its own sites, its day and its currency."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec

from storage.store import Document, OrgStore

WINDOW_DAYS, LONGEST_DAYS = 7, 90


class Terms(msgspec.Struct, frozen=True, kw_only=True):
    """`window`: for so long after an ad's click what follows is its doing. `sites` are origins: https://clinic.co.ke"""

    window: timedelta = timedelta(days=WINDOW_DAYS)
    sites: tuple[str, ...] = ()
    zone: str = "Africa/Nairobi"
    currency: str = "KES"


async def of(store: OrgStore) -> Terms:
    return read(await store.get("orgs", store.id) or {})


def read(org: Document) -> Terms:
    """What is missing or makes no sense has its usual value: measuring must not stop for a setting."""
    settings: dict[str, Any] = org.get("settings") or {}
    days = settings.get("ads_window_days")
    whole = days if isinstance(days, int) and not isinstance(days, bool) and 1 <= days <= LONGEST_DAYS else WINDOW_DAYS
    sites = settings.get("sites")
    return Terms(
        window=timedelta(days=whole),
        sites=tuple(str(site).rstrip("/").lower() for site in sites) if isinstance(sites, list | tuple) else (),
        zone=str(org.get("zone") or "Africa/Nairobi"),
        currency=str(org.get("currency") or "KES"),
    )
