"""How many orders the next day, and the next three, will likely bring a campaign; only where there is enough to go by.

Kept with the campaign each time that its budget is shared out, for pages and programs. Nothing is decided by it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from ads import noticing
from storage.store import Document, OrgStore

AHEAD = (24, 72)  # hours
_LONGEST = timedelta(days=90)


async def of_campaign(
    store: OrgStore, campaign: Document, variations: Sequence[Document], now: datetime
) -> dict[str, Any]:
    """`at`, the `days` and `orders` that it goes by, how many of both it `needs`, and in `next` of each stretch hours,
    expected, low and high (with a chance of 80 % between them); none where there is not enough.
    """
    from ads.statistics import forecasting  # numpy is loaded by who decides, not by who serves

    began = min((each["launched_at"] for each in variations if each.get("launched_at")), default=now)
    known = list((await noticing.series_of(store, campaign, variations, now, min(now - began, _LONGEST))).values())
    orders = [sum(hour) for hour in zip(*(each.orders for each in known), strict=True)]
    needs = {"days": forecasting.LEAST_DAYS, "orders": int(forecasting.LEAST_COUNT)}
    told: dict[str, Any] = {
        "at": now,
        "days": len(orders) // 24,
        "orders": int(sum(orders)),
        "needs": needs,
        "next": [],
    }
    for ahead in AHEAD:
        found = forecasting.forecast(orders, ahead, first_hour=_hour_of_week(known[0].first, campaign) if known else 0)
        if found.enough:
            expected, low, high = (round(each) for each in found.total)
            told["next"].append({"hours": ahead, "expected": expected, "low": low, "high": high})
    return told


def _hour_of_week(first: datetime, campaign: Document) -> int:
    local = first.astimezone(ZoneInfo(campaign["zone"]))
    return local.weekday() * 24 + local.hour
