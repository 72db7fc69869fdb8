"""Insights of the simulated Marketing API: rows in the ad account's own time, numbers as decimal text.

People are counted once in a row that covers whole days; the hourly breakdown has none, as at Meta.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sandbox.ads_market import Result
from sandbox.ads_meta_errors import invalid
from sandbox.ads_meta_objects import META
from sandbox.ads_meta_pages import paged
from sandbox.ads_reach import people
from sandbox.ads_world import AdAccount, AdWorld, Thing

HOURLY = "hourly_stats_aggregated_by_advertiser_time_zone"


def insights(
    world: AdWorld, account: AdAccount, given: dict[str, Any], only: str | None, address: str
) -> dict[str, Any]:
    """By ad set; by hour with the breakdown, else one row for the whole range. Raises MetaError."""
    span = given.get("time_range")
    try:
        since, until = (date.fromisoformat(str(span[end])) for end in ("since", "until"))  # type: ignore[index]
    except (TypeError, KeyError, ValueError):
        raise invalid("time_range", "must be {since, until} as YYYY-MM-DD") from None
    hourly = HOURLY in str(given.get("breakdowns", ""))
    zone = ZoneInfo(account.zone)
    rows: list[dict[str, Any]] = []
    for thing in world.of(META, account.id, "adset"):
        if only is not None and only not in (thing.id, thing.fields.get("campaign_id")):
            continue
        local = [(hour.astimezone(zone), row) for hour, row in world.reported(META, thing.id).items()]
        within = [(hour, row) for hour, row in local if since <= hour.date() <= until]
        if hourly and str(given.get("time_increment")) == "1":
            rows += [_row(account, thing, [row], hour.date(), hour.date(), hour) for hour, row in within]
        elif hourly:  # the hours of all days together, as Meta has it
            for of_day in sorted({hour.hour for hour, _ in within}):
                same = [(hour, row) for hour, row in within if hour.hour == of_day]
                rows.append(_row(account, thing, [row for _, row in same], since, until, same[0][0]))
        elif within:
            rows.append(_row(account, thing, [row for _, row in within], since, until, None))
    rows.sort(key=lambda row: (row["date_start"], row.get(HOURLY, ""), row["adset_id"]))
    return paged(rows, given, address)


def _row(
    account: AdAccount, thing: Thing, results: list[Result], since: date, until: date, hour: datetime | None
) -> dict[str, Any]:
    sums = {
        name: sum(getattr(one, name) for one in results)
        for name in ("spend", "impressions", "clicks", "conversions", "value")
    }
    row: dict[str, Any] = {
        "account_id": account.id,
        "account_currency": account.currency,
        "campaign_id": thing.fields["campaign_id"],
        "adset_id": thing.id,
        "adset_name": thing.fields["name"],
        "spend": f"{sums['spend']:.2f}",
        "impressions": str(sums["impressions"]),
        "clicks": str(sums["clicks"]),
        "inline_link_clicks": str(sums["clicks"]),
        "date_start": since.isoformat(),
        "date_stop": until.isoformat(),
    }
    if sums["conversions"]:
        kind = "offsite_conversion.fb_pixel_purchase"
        row["actions"] = [
            {"action_type": "link_click", "value": str(sums["clicks"])},
            {"action_type": kind, "value": f"{sums['conversions']:g}"},
        ]
        row["action_values"] = [{"action_type": kind, "value": f"{sums['value']:.2f}"}]
    if hour is None:
        reached = people(thing.id, sums["impressions"])
        row["reach"] = str(reached)
        row["frequency"] = f"{sums['impressions'] / reached:.6f}" if reached else "0"
    else:
        row[HOURLY] = f"{hour.hour:02d}:00:00 - {hour.hour:02d}:59:59"
    return row
