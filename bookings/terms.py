"""The business's own terms: its time zone, currency, deposit policy, and how long a hold lasts. From `orgs`."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

import msgspec

from bookings.errors import BadSetting
from storage.store import Store

HOLD = timedelta(minutes=20)


ZONES = available_timezones()  # walks the tz database: once


class Terms(msgspec.Struct, frozen=True, kw_only=True):
    org: str
    name: str
    zone: ZoneInfo
    currency: str
    hold: timedelta = HOLD
    policy: dict[str, Any] | None = None


async def of(store: Store, org: str) -> Terms:
    """The terms of an org; `BadSetting` when it is not there or its zone is unknown."""
    document = await store.get("orgs", org)
    if document is None:
        raise BadSetting(f"org {org}", "there is no such business")
    return read(document)


def read(document: dict[str, Any]) -> Terms:
    settings = document.get("settings") or {}
    zone = document.get("zone", "Africa/Nairobi")
    if zone not in ZONES:
        raise BadSetting(f"org {document['_id']}, zone", f"{zone!r} is no time zone like Africa/Nairobi")
    minutes = settings.get("hold_minutes", 20)
    if not 1 <= minutes <= 24 * 60:
        raise BadSetting(f"org {document['_id']}, hold_minutes", "a hold lasts between a minute and a day")
    return Terms(
        org=document["_id"],
        name=str(document.get("name", "")),
        zone=ZoneInfo(zone),
        currency=document.get("currency", "KES"),
        hold=timedelta(minutes=minutes),
        policy=settings.get("deposit_policy"),
    )
