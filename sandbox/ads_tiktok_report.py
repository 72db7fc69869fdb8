"""Reports of the simulated Business API by ad group: by the hour of one day, by day, or over a whole span of days.

Numbers are text. People are counted once in a row, whatever it covers; by the hour TikTok does not count them at all.
"""

from __future__ import annotations

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from sandbox.ads_market import Result
from sandbox.ads_reach import people
from sandbox.ads_tiktok_objects import TIKTOK, wrong
from sandbox.ads_world import AdAccount, AdWorld

_TIMES = {"stat_time_hour": "%Y-%m-%d %H:00:00", "stat_time_day": "%Y-%m-%d 00:00:00"}
_MOST_DAYS = 365
_UNIQUE = ("reach", "frequency")


def reported(world: AdWorld, account: AdAccount, given: dict[str, Any]) -> list[dict[str, Any]]:
    """All rows. Raises TikTokError."""
    dimensions, wanted = given.get("dimensions") or [], given.get("metrics") or []
    try:
        since, until = (date.fromisoformat(str(given[name])) for name in ("start_date", "end_date"))
    except (KeyError, ValueError):
        raise wrong("start_date: Missing data for required field.") from None
    if given.get("data_level") != "AUCTION_ADGROUP" or "adgroup_id" not in dimensions:
        raise wrong("data_level: this simulator reports AUCTION_ADGROUP")
    time = next((name for name in _TIMES if name in dimensions), "")
    if time == "stat_time_hour" and since != until:
        raise wrong("dimensions: stat_time_hour covers at most 1 day")
    if time == "stat_time_hour" and any(one in wanted for one in _UNIQUE):
        raise wrong("metrics: reach and frequency do not go with stat_time_hour")
    if (until - since).days >= _MOST_DAYS:
        raise wrong(f"end_date: a report covers at most {_MOST_DAYS} days")
    zone, rows = ZoneInfo(account.zone), []
    for thing in world.of(TIKTOK, account.id, "adset"):
        parts: dict[str, list[Result]] = {}
        for hour, row in world.reported(TIKTOK, thing.id).items():
            local = hour.astimezone(zone)
            if since <= local.date() <= until:
                parts.setdefault(local.strftime(_TIMES[time]) if time else "", []).append(row)
        for at, results in parts.items():
            metrics = _metrics(thing.id, account.currency, results)
            told = {"adgroup_id": thing.id, **({time: at} if time else {})}
            rows.append({"dimensions": told, "metrics": {one: metrics[one] for one in wanted if one in metrics}})
    return rows


def _metrics(id: str, currency: str, results: list[Result]) -> dict[str, str]:
    shown = sum(one.impressions for one in results)
    reached = people(id, shown)
    return {
        "spend": f"{sum(one.spend for one in results):.2f}",
        "impressions": str(shown),
        "clicks": str(sum(one.clicks for one in results)),
        "conversion": f"{sum(one.conversions for one in results):g}",
        "currency": currency,
        "reach": str(reached),
        "frequency": f"{shown / reached:.2f}" if reached else "0",
    }
