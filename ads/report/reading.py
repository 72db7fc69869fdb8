"""Reads a day's report out of the store: sums made there, so that a million events come as a few rows.

The day is by the business's clock. Money is by arrival for the day (what the till says), and by the click that brought
it for the week that a variation is judged by. A figure that is not there is a gap with a name, never a nought.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from ads import hours
from ads.hours import Reported
from ads.report.judging import bounds, hopeless, verdict
from ads.report.model import Deed, Figures, Line, Report
from ads.truth import daily, terms
from ads.truth.daily import Report as Day
from ads.truth.money import Margin, Measured, whole
from engine.values import Money
from storage.store import Document, OrgStore

WEEK = 7  # days
LATE = timedelta(hours=6)  # a platform that has told nothing for so long is late
MOST = 200  # campaigns; and four times as many changes
_SHOWN = ("done", "held_back", "failed", "declined", "expired")
Most = Mapping[str, int]  # offer -> the most that a booking may cost in ads, minor units


async def report(
    store: OrgStore, org: Document, day: date, now: datetime, *, margin: Margin | None = None, most: Most | None = None
) -> Report:
    """The report of a day. `margin` says what of an offer's revenue stays, `most` what a booking may cost in ads."""
    own = terms.read(dict(org))
    found = await daily.report(store, day, own.zone, own.currency, margin or whole, back=WEEK)
    within, currency = (found.begins, min(found.ends, now)), own.currency
    campaigns = {each["_id"]: each for each in await store.find("campaigns", {}, sort=[("at", -1)], limit=MOST)}
    variations = await _variations(store, list(campaigns))
    lines = []
    for each in variations:
        campaign = campaigns[each["campaign"]]
        if _ran(each, found):
            gap = await _gap(store, each, found, within, now)
            lines.append(_line(each, campaign, found, gap, (most or {}).get(str(campaign["offer"]))))
    done, proposed = await _deeds(store, campaigns, found.begins, found.ends)
    unknown = found.variations.get("") or Measured(variation="")
    return Report(
        org=store.id, business=str(org.get("name") or store.id), day=day, zone=own.zone, made=now,
        total=_total([line.day for line in lines], currency), lines=tuple(sorted(lines, key=_order)),
        done=done, proposed=proposed, costs_known=margin is not None, unattributed=Money(unknown.revenue, currency),
        others=_others(found), complete=now >= found.ends,
    )  # fmt: skip


def _others(found: Day) -> tuple[Money, ...]:
    """What came in other currencies, which no sum mixes in."""
    sums: dict[str, int] = {}
    for each in found.variations.values():
        for code, amount in each.others.items():
            sums[code] = sums.get(code, 0) + amount
    return tuple(Money(amount, code) for code, amount in sorted(sums.items()))


async def _variations(store: OrgStore, campaigns: Sequence[str]) -> list[Document]:
    found: list[Document] = []
    for place in range(0, len(campaigns), 50):
        some = {"campaign": {"in": list(campaigns[place : place + 50])}}
        found += await store.find("variations", some, sort=[("campaign", 1), ("angle", 1)], limit=1000)
    return found


def _ran(variation: Mapping[str, Any], found: Day) -> bool:
    """It belongs into the report when it runs, or when money or visitors of this week are its own."""
    id = variation["_id"]
    return variation["status"] == "active" or any(
        id in each for each in (found.variations, found.cohorts, found.told, found.told_since)
    )


async def _gap(
    store: OrgStore, variation: Mapping[str, Any], found: Day, within: tuple[datetime, datetime], now: datetime
) -> tuple[str, int]:  # fmt: skip
    """What is wrong with the platform's figures of the day, and how many hours are not there."""
    id = variation["_id"]
    told = found.told.get(id)
    if told is not None and told.currency != found.currency:
        return "currency", 0
    if variation["status"] != "active":
        return "", 0
    since = max(within[0], variation.get("launched_at") or variation.get("at") or within[0])
    expected = max(0, int((within[1] - since).total_seconds() // 3600))
    if told is None:
        return ("none", expected) if expected >= 3 else ("", 0)
    latest = await hours.latest(store, id)
    if latest is not None and now - latest > LATE and within[1] > latest:
        return "late", max(0, expected - told.hours)
    missing = max(0, expected - told.hours)
    return ("hours", missing) if missing > 3 else ("", 0)


def _line(
    variation: Mapping[str, Any], campaign: Mapping[str, Any], found: Day, gap: tuple[str, int], most: int | None
) -> Line:  # fmt: skip
    id = variation["_id"]
    day = _figures(found.variations.get(id), found.told.get(id), found.currency)
    week = _figures(found.cohorts.get(id), found.told_since.get(id), found.currency)
    low, high = bounds(week.bookings)
    judged = verdict(
        spend=week.spend.amount, margin=week.earned.amount + week.spend.amount, bookings=week.bookings, gap=gap[0]
    )
    came = week.bookings or week.revenue.amount > 0
    if judged == "too_early" and not came and hopeless(spend=week.spend.amount, bookings=0, most=most):
        judged = "did_not"
    return Line(
        campaign=campaign["_id"], campaign_name=str(campaign["name"]), variation=id, angle=str(variation["angle"]),
        platform=str(campaign["platform"]), state=str(variation["status"]), day=day, week=week, low=low, high=high,
        verdict=judged, gap=gap[0], hours_missing=gap[1],
    )  # fmt: skip


def _figures(seen: Measured | None, told: Reported | None, currency: str) -> Figures:
    mine = seen or Measured(variation="")
    spend = told.spend if told is not None and told.currency == currency else 0
    return Figures(
        spend=Money(spend, currency), revenue=Money(mine.revenue, currency),
        earned=Money(mine.margin - spend, currency),
        impressions=told.impressions if told else 0, clicks=told.clicks if told else 0,
        conversations=mine.count("conversation"),
        bookings=mine.count("booking") or mine.count("payment"),  # who sells by a link is paid and books nothing
        claimed=told.conversions if told else 0.0,
    )  # fmt: skip


def _total(each: Sequence[Figures], currency: str) -> Figures:
    zero = Money(0, currency)
    return Figures(
        spend=sum((one.spend for one in each), zero), revenue=sum((one.revenue for one in each), zero),
        earned=sum((one.earned for one in each), zero), impressions=sum(one.impressions for one in each),
        clicks=sum(one.clicks for one in each), conversations=sum(one.conversations for one in each),
        bookings=sum(one.bookings for one in each), claimed=sum(one.claimed for one in each),
    )  # fmt: skip


def _order(line: Line) -> tuple[int, int, str]:
    """What earned most first; what nobody can say about, last."""
    return (line.verdict == "unknown", -line.week.earned.amount, line.variation)


async def _deeds(
    store: OrgStore, campaigns: Mapping[str, Document], begins: datetime, ends: datetime
) -> tuple[tuple[Deed, ...], tuple[Deed, ...]]:
    within = {"at": {"gte": begins, "lt": ends}, "state": {"in": list(_SHOWN)}}
    done = await store.find("ad_intents", within, sort=[("at", 1)], limit=4 * MOST)
    asking = await store.find("ad_intents", {"state": "asking"}, sort=[("at", -1)], limit=50)
    return tuple(_deed(each, campaigns) for each in done), tuple(_deed(each, campaigns) for each in asking)


def _deed(intent: Mapping[str, Any], campaigns: Mapping[str, Document]) -> Deed:
    campaign = campaigns.get(str(intent["campaign"])) or {}
    currency = str(campaign.get("currency") or "KES")
    went_otherwise = intent["state"] not in ("done", "asking")  # then why not, else why
    amount = "bid" if intent["kind"] == "bid" else "budget"
    before, after = intent.get(f"{amount}_before"), (intent.get("wanted") or {}).get(amount)
    return Deed(
        id=intent["_id"], campaign_name=str(campaign.get("name") or intent["campaign"]),
        angle=str(intent.get("angle") or ""), kind=str(intent["kind"]), state=str(intent["state"]),
        by_person=bool(intent.get("by_person")), at=intent["at"],
        reason=str((intent.get("outcome") if went_otherwise else "") or intent.get("reason") or ""),
        before=None if before is None else Money(int(before), currency),
        after=None if after is None else Money(int(after), currency),
    )  # fmt: skip
