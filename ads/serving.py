"""How many more customers an advertised offer can be served with today: what the owner said, less what was taken.

An order is a booking that was confirmed today, or money that came without one; whether an ad brought it does not
matter, since the chair is taken either way. What was cancelled again frees its place. The day is the business's own.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from ads.truth.daily import bounds
from ads.truth.events import COLLECTION as EVENTS
from storage.store import OrgStore

_TAKES = ["confirmed", "attended", "no_show"]  # who did not come had the place all the same


async def orders_a_day(store: OrgStore, campaign: Mapping[str, Any]) -> int | None:
    """How many can be served on any day; not known unless the owner said so (`costs.orders_a_day` of the offer)."""
    offer = await store.get("offers", str(campaign["offer"]))
    daily = ((offer or {}).get("costs") or {}).get("orders_a_day")
    return daily if isinstance(daily, int) and not isinstance(daily, bool) else None


async def capacity_left(store: OrgStore, campaign: Mapping[str, Any], now: datetime) -> int | None:
    daily = await orders_a_day(store, campaign)
    if daily is None:
        return None
    return max(0, daily - await orders_today(store, str(campaign["offer"]), now))


async def orders_today(store: OrgStore, offer: str, now: datetime) -> int:
    """Of this offer, from midnight on where the business is."""
    org = await store.get("orgs", store.id) or {}
    zone = str(org.get("zone") or "Africa/Nairobi")
    begins, ends = bounds(now.astimezone(ZoneInfo(zone)).date(), zone)
    booked = await store.count(
        "bookings",
        {
            "offer": offer, "state": {"in": _TAKES}, "confirmed_at": {"gte": begins, "lt": ends},
            "start": {"gte": begins - timedelta(days=1)},  # nobody books the past, and the index goes by the start
        },
    )  # fmt: skip
    within = {"gte": begins.astimezone(UTC), "lt": ends.astimezone(UTC)}
    paid = await store.count(EVENTS, {"kind": "payment", "offer": offer, "booking": "", "at": within})
    return booked + paid
