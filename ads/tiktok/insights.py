"""TikTok's hourly report by ad group, as `Hour`s. Pure.

By the hour it covers one day of the account's own time, so a page here is a day and a page of it: "2026-11-21/2".
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from ads.answers import mapping, number, rows, text, whole
from ads.failures import CurrencyChanged, Refused, RetryLater
from ads.hourly import days, utc_hour
from ads.platform import Hour
from ads.units import BadUnit, from_major

_METRICS = ["spend", "impressions", "clicks", "conversion", "currency"]
_PAGE = 500


def place(since: datetime, until: datetime, zone: ZoneInfo, after: str) -> tuple[date, int, date]:
    """The day and page to ask for, and the last day."""
    first, last = days(since, until, zone)
    if not after:
        return first, 1, last
    day, _, page = after.partition("/")
    try:
        return date.fromisoformat(day), int(page), last
    except ValueError:
        raise Refused("ads.tiktok.page", f"{after!r} is no page of this report", field="after") from None


def params(day: date, page: int) -> dict[str, Any]:
    return {
        "report_type": "BASIC",
        "data_level": "AUCTION_ADGROUP",
        "dimensions": ["adgroup_id", "stat_time_hour"],
        "metrics": _METRICS,
        "start_date": day.isoformat(),
        "end_date": day.isoformat(),
        "page": page,
        "page_size": _PAGE,
    }


def following(data: dict[str, Any], day: date, page: int, last: date) -> str:
    if page < whole(mapping(data, "page_info"), "total_page", 1):
        return f"{day}/{page + 1}"
    return f"{day + timedelta(days=1)}/1" if day < last else ""


def hours(data: dict[str, Any], since: datetime, until: datetime, zone: ZoneInfo, currency: str) -> tuple[Hour, ...]:
    """Raises CurrencyChanged, and RetryLater for a row that cannot be read: a report is taken whole or not at all."""
    found = []
    for row in rows(data, "list"):
        told = text(mapping(row, "metrics"), "currency")
        if told and told != currency:
            raise CurrencyChanged("tiktok", currency, told)
        try:
            hour = _hour(row, zone, currency)
        except (BadUnit, ValueError) as error:
            text_ = "TikTok's report has a row that cannot be read"
            raise RetryLater("ads.tiktok.report", text_, after=timedelta(minutes=15), said=str(error)[:200]) from None
        if since <= hour.hour < until:
            found.append(hour)
    return tuple(found)


def _hour(row: dict[str, Any], zone: ZoneInfo, currency: str) -> Hour:
    dimensions, metrics = mapping(row, "dimensions"), mapping(row, "metrics")
    local = datetime.fromisoformat(text(dimensions, "stat_time_hour"))
    if not text(dimensions, "adgroup_id"):
        raise ValueError("no adgroup_id")
    return Hour(
        external=text(dimensions, "adgroup_id"),
        hour=utc_hour(local.date(), local.hour, zone),
        spend=from_major(metrics.get("spend", "0"), currency),
        impressions=whole(metrics, "impressions"),
        clicks=whole(metrics, "clicks"),
        conversions=number(metrics, "conversion"),
    )
