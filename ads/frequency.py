"""How often each person saw an ad on average, over the last seven whole days of the ad account.

Nobody is counted twice within a span of days, so the people of hours or days cannot be added: the platform is asked for
the whole span. That is asked at most every `EVERY` an account, once the hourly report is safe. When it fails, that is
noted, and what was told before counts until it is older than `AGES`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import msgspec
import structlog

from ads.failures import PlatformError
from ads.hourly import zone_of
from ads.platform import Platform
from storage.errors import Conflict
from storage.store import Document, Insert, Op, OrgStore, Update

COLLECTION = "ad_reach"
DAYS = 7
EVERY = timedelta(hours=6)
AGES = timedelta(hours=48)
_SECONDS = 60  # for all pages together

log = structlog.get_logger("ads")


class Untold(msgspec.Struct, frozen=True, kw_only=True):
    """The platform was asked and did not tell: why, and when it is asked again at the earliest."""

    why: str
    again: datetime


async def collect(
    store: OrgStore, platform: Platform, zone: str, variations: Sequence[Document], now: datetime
) -> None:
    """Bring home how many people saw these variations, if it is time; `zone` is the ad account's, an IANA name."""
    told = await _told(store, platform, zone, now)
    ops = _noted(told, variations) if told is not None and told.get("at") is not None else []
    if ops:
        await store.commit(ops)


def of(variation: Mapping[str, Any], now: datetime) -> float | None:
    """None where the platform does not tell, nobody saw it, or what was told is too old."""
    reach = variation.get("reach")
    if not reach or not reach["people"] or now - reach["at"] > AGES:
        return None
    return round(reach["impressions"] / reach["people"], 2)


async def untold(store: OrgStore, platform: str) -> Untold | None:
    """Nothing where the last answer was a good one, or nobody asked."""
    known = await store.get(COLLECTION, f"{store.id}/{platform}")
    if known is None or not known.get("trouble"):
        return None
    return Untold(why=str(known["trouble"]), again=known["asked_at"] + EVERY)


async def _told(store: OrgStore, platform: Platform, zone: str, now: datetime) -> Document | None:
    """What the account said last, asked anew when it is time; None while somebody else asks for the first time."""
    id = f"{store.id}/{platform.name}"
    known = await store.get(COLLECTION, id)
    if known is not None and now - known["asked_at"] < EVERY:
        return known
    claim: Op = Insert(COLLECTION, {"_id": id, "asked_at": now})
    if known is not None:
        claim = Update(COLLECTION, id, {"set": {"asked_at": now}}, expect=known["version"])
    try:
        await store.commit([claim])
    except Conflict:  # another campaign of the account was quicker
        return known
    await store.commit([Update(COLLECTION, id, {"set": await _asked(platform, *_days(zone, now), now)})])
    return await store.get(COLLECTION, id)


async def _asked(platform: Platform, first: date, last: date, now: datetime) -> dict[str, Any]:
    """What is to be kept of the answer, or of there being none."""
    try:
        async with asyncio.timeout(_SECONDS):
            found = await platform.reach(first, last)
    except (PlatformError, TimeoutError) as error:
        trouble = getattr(error, "text", f"The platform did not answer within {_SECONDS} seconds")
        log.warning("reach was not told", platform=platform.name, code=getattr(error, "code", "ads.slow"))
        return {"trouble": trouble}
    rows = [[one.external, one.people, one.impressions] for one in found.values()]
    return {"at": now, "first": first.isoformat(), "last": last.isoformat(), "rows": rows, "trouble": ""}


def _noted(told: Document, variations: Sequence[Document]) -> list[Op]:
    """An ad that the platform does not name was seen by nobody in those days."""
    counted = {external: (people, impressions) for external, people, impressions in told["rows"]}
    ops: list[Op] = []
    for variation in variations:
        adset = (variation.get("external") or {}).get("adset")
        if adset and (variation.get("reach") or {}).get("at") != told["at"]:
            people, impressions = counted.get(adset, (0, 0))
            reach = {"people": people, "impressions": impressions, "at": told["at"]}
            ops.append(Update("variations", variation["_id"], {"set": {"reach": reach}}))
    return ops


def _days(zone: str, now: datetime) -> tuple[date, date]:
    today = now.astimezone(zone_of(zone)).date()
    return today - timedelta(days=DAYS), today - timedelta(days=1)
