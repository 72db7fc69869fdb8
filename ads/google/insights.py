"""Google's hourly report by ad group, as `Hour`s. Pure. Rows stand in the account's own time, costs in micros."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from ads.answers import mapping, number, rows, text, whole
from ads.failures import CurrencyChanged, RetryLater
from ads.hourly import days, utc_hour
from ads.platform import Hour
from ads.units import BadUnit, from_major, from_micros

_FIELDS = (
    "ad_group.id, segments.date, segments.hour, metrics.cost_micros, metrics.impressions, metrics.clicks, "
    "metrics.conversions, metrics.conversions_value, customer.currency_code"
)


def query(since: datetime, until: datetime, zone: ZoneInfo) -> str:
    first, last = days(since, until, zone)
    return f"SELECT {_FIELDS} FROM ad_group WHERE segments.date BETWEEN '{first}' AND '{last}'"


def hours(body: dict[str, Any], since: datetime, until: datetime, zone: ZoneInfo, currency: str) -> tuple[Hour, ...]:
    """Raises CurrencyChanged, and RetryLater for a row that cannot be read: a report is taken whole or not at all."""
    found = []
    for row in rows(body, "results"):
        told = text(mapping(row, "customer"), "currencyCode")
        if told and told != currency:
            raise CurrencyChanged("google", currency, told)
        try:
            hour = _hour(row, zone, currency)
        except (BadUnit, ValueError) as error:
            text_ = "Google's report has a row that cannot be read"
            raise RetryLater("ads.google.report", text_, after=timedelta(minutes=15), said=str(error)[:200]) from None
        if since <= hour.hour < until:
            found.append(hour)
    return tuple(found)


def _hour(row: dict[str, Any], zone: ZoneInfo, currency: str) -> Hour:
    """Proto3's JSON leaves out what is zero."""
    segments, metrics = mapping(row, "segments"), mapping(row, "metrics")
    external = text(mapping(row, "adGroup"), "id")
    if not external:
        raise ValueError("no ad_group.id")
    value = number(metrics, "conversionsValue")
    return Hour(
        external=external,
        hour=utc_hour(date.fromisoformat(text(segments, "date")), whole(segments, "hour"), zone),
        spend=from_micros(metrics.get("costMicros", "0"), currency),
        impressions=whole(metrics, "impressions"),
        clicks=whole(metrics, "clicks"),
        conversions=number(metrics, "conversions"),
        value=from_major(str(value), currency) if value else None,
    )
