"""How many people saw each ad group at TikTok over some days.

TikTok counts people once over the whole span where the report has no dimension of time; by the hour it has no reach.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from ads.answers import count, mapping, rows, text, whole
from ads.failures import RetryLater
from ads.platform import Reach
from ads.tiktok.client import TikTokClient

_PAGE, _MOST_PAGES = 500, 20


async def of_account(client: TikTokClient, first: date, last: date) -> dict[str, Reach]:
    """By ad group. Raises RetryLater for a report that cannot be read: it is taken whole or not at all."""
    found: dict[str, Reach] = {}
    for page in range(1, _MOST_PAGES + 1):
        data = await client.get("report/integrated/get", _params(first, last, page), "report")
        if not isinstance(data.get("list"), list):
            raise _unread("it has no rows at all")
        try:
            found.update({one.external: one for one in map(_one, rows(data, "list"))})
        except ValueError as error:
            raise _unread(str(error)) from None
        if page >= whole(mapping(data, "page_info"), "total_page", 1):
            return found
    raise _unread("it does not end")


def _params(first: date, last: date, page: int) -> dict[str, Any]:
    return {
        "report_type": "BASIC",
        "data_level": "AUCTION_ADGROUP",
        "dimensions": ["adgroup_id"],
        "metrics": ["reach", "impressions"],
        "start_date": first.isoformat(),
        "end_date": last.isoformat(),
        "page": page,
        "page_size": _PAGE,
    }


def _one(row: dict[str, Any]) -> Reach:
    metrics, external = mapping(row, "metrics"), text(mapping(row, "dimensions"), "adgroup_id")
    if not external:
        raise ValueError("no adgroup_id")
    return Reach(external=external, people=count(metrics, "reach"), impressions=count(metrics, "impressions"))


def _unread(said: str) -> RetryLater:
    text_ = "TikTok's report of people reached cannot be read"
    return RetryLater("ads.tiktok.report", text_, after=timedelta(minutes=15), said=said[:200])
