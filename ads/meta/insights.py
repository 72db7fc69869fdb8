"""Meta's hourly report of an account, as `Hour`s. Pure.

Without `time_increment` Meta adds the same hour of all days together; numbers are text in major units, and rows stand
in the account's own time.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from ads.answers import number, rows, text, whole
from ads.failures import CurrencyChanged, RetryLater
from ads.hourly import days, utc_hour
from ads.platform import Hour
from ads.units import BadUnit, from_major

HOURLY = "hourly_stats_aggregated_by_advertiser_time_zone"
_FIELDS = "adset_id,account_currency,spend,impressions,clicks,actions,action_values"
_PAGE = 500


def params(since: datetime, until: datetime, zone: ZoneInfo, after: str) -> dict[str, Any]:
    first, last = days(since, until, zone)
    return {
        "level": "adset",
        "fields": _FIELDS,
        "breakdowns": HOURLY,
        "time_increment": "1",
        "time_range": {"since": first.isoformat(), "until": last.isoformat()},
        "limit": _PAGE,
        **({"after": after} if after else {}),
    }


def hours(
    body: dict[str, Any], since: datetime, until: datetime, zone: ZoneInfo, currency: str, types: tuple[str, ...]
) -> tuple[Hour, ...]:
    """Raises CurrencyChanged, and RetryLater for a row that cannot be read: a report is taken whole or not at all."""
    found = []
    for row in rows(body, "data"):
        told = text(row, "account_currency")
        if told and told != currency:
            raise CurrencyChanged("meta", currency, told)
        try:
            hour = _hour(row, zone, currency, types)
        except (BadUnit, ValueError) as error:
            text_ = "Meta's report has a row that cannot be read"
            raise RetryLater("ads.meta.report", text_, after=timedelta(minutes=15), said=str(error)[:200]) from None
        if since <= hour.hour < until:
            found.append(hour)
    return tuple(found)


def _hour(row: dict[str, Any], zone: ZoneInfo, currency: str, types: tuple[str, ...]) -> Hour:
    day, of_day = date.fromisoformat(text(row, "date_start")), int(text(row, HOURLY)[:2])
    kind = next((kind for kind in types if _of(row, "actions", kind)), "")
    value = _of(row, "action_values", kind) if kind else None
    if not text(row, "adset_id"):
        raise ValueError("no adset_id")
    return Hour(
        external=text(row, "adset_id"),
        hour=utc_hour(day, of_day, zone),
        spend=from_major(row.get("spend", "0"), currency),
        impressions=whole(row, "impressions"),
        clicks=whole(row, "clicks"),
        conversions=number(_of(row, "actions", kind), "value") if kind else 0.0,
        value=from_major(value["value"], currency) if value and "value" in value else None,
    )


def _of(row: dict[str, Any], name: str, kind: str) -> dict[str, Any] | None:
    return next((one for one in rows(row, name) if one.get("action_type") == kind), None)
