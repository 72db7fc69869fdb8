"""A variation's figures of the periods that rules are often written for: today, yesterday, the last 3, 7 and 28 days.

Days are the ad account's. As on the platforms, the last seven days are whole days, and the latest of them is yesterday.
Orders and money count for the day of the click that brought them, spend for the day on which it was spent.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from ads import campaigns, hours
from ads.ledger import day_of
from ads.truth import money as truth
from storage.store import Document, OrgStore

SPANS = {"today": (0, 1), "yesterday": (-1, 0), "last_3d": (-3, 0), "last_7d": (-7, 0), "last_28d": (-28, 0)}
Periods = dict[str, dict[str, Any]]  # by the name of the span, the record `ad_period`


async def of_campaign(
    store: OrgStore, campaign: Document, variations: Sequence[Document], now: datetime, margin: truth.Margin
) -> dict[str, Periods]:
    """By variation. What the server measured and the platform reported, the same as the facts of the whole life."""
    found: dict[str, Periods] = {each["_id"]: {} for each in variations}
    for name, (first, last) in SPANS.items():
        since, until = _midnight(now, campaign["zone"], first), _midnight(now, campaign["zone"], last)
        told = await truth.rows(store, since, until, by="cohort", campaign=campaign["_id"])
        seen = {id: each for (id, _), each in truth.folded(told, campaign["currency"], margin).items()}
        reported = await hours.sums(store, since, until, campaign=campaign["_id"])
        for id, periods in found.items():
            mine = seen.get(id) or truth.Measured(variation=id)
            periods[name] = _figures(campaign, mine, reported.get(id) or hours.Reported(variation=id))
    return found


def _figures(campaign: Document, seen: truth.Measured, reported: hours.Reported) -> dict[str, Any]:
    spend = reported.spend if reported.currency == campaign["currency"] else 0
    orders, clicks, shown = seen.orders, reported.clicks, reported.impressions
    return {
        "spend": campaigns.money(campaign, spend),
        "revenue": campaigns.money(campaign, seen.revenue),
        "profit": campaigns.money(campaign, seen.margin - spend),
        "conversions": orders,
        "clicks": clicks,
        "impressions": shown,
        "cpa": campaigns.money(campaign, round(spend / orders)) if orders else None,
        "cpc": campaigns.money(campaign, round(spend / clicks)) if clicks else None,
        "roas": round(seen.revenue / spend, 4) if spend else None,
        "ctr": round(clicks / shown, 5) if shown else None,
    }


def _midnight(now: datetime, zone: str, days: int) -> datetime:
    return datetime.combine(day_of(now, zone) + timedelta(days=days), time(), ZoneInfo(zone))
