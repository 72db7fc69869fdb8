"""How many people saw each ad set at Meta over some days.

Meta counts people once over the whole `time_range`; with `time_increment` or the hourly breakdown it would not. Where
it is asked too much it leaves `reach` out of its rows: then nothing is taken.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from ads.answers import count, rows, text
from ads.failures import RetryLater
from ads.meta.client import MetaClient, following
from ads.platform import Reach

_PAGE, _MOST_PAGES = 500, 20


async def of_account(client: MetaClient, first: date, last: date) -> dict[str, Reach]:
    """By ad set. Raises RetryLater for a report that cannot be read: it is taken whole or not at all."""
    found: dict[str, Reach] = {}
    after = ""
    for _ in range(_MOST_PAGES):
        body = await client.get(f"{client.act}/insights", _params(first, last, after), "report")
        if not isinstance(body.get("data"), list):
            raise _unread("it has no rows at all")
        try:
            found.update({one.external: one for one in map(_one, rows(body, "data"))})
        except ValueError as error:
            raise _unread(str(error)) from None
        seen, after = after, following(body)
        if not after:
            return found
        if after == seen:
            break
    raise _unread("it does not end")


def _params(first: date, last: date, after: str) -> dict[str, Any]:
    return {
        "level": "adset",
        "fields": "adset_id,reach,impressions,frequency",
        "time_range": {"since": first.isoformat(), "until": last.isoformat()},
        "limit": _PAGE,
        **({"after": after} if after else {}),
    }


def _one(row: dict[str, Any]) -> Reach:
    if not text(row, "adset_id"):
        raise ValueError("no adset_id")
    return Reach(external=text(row, "adset_id"), people=count(row, "reach"), impressions=count(row, "impressions"))


def _unread(said: str) -> RetryLater:
    text_ = "Meta's report of people reached cannot be read"
    return RetryLater("ads.meta.report", text_, after=timedelta(minutes=15), said=said[:200])
