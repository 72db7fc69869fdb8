"""Whether a campaign's last hours look like those before, and whether an ad is worn out: facts of `rules/anomaly.yaml`
and `rules/fatigue.yaml` from the server's own rows.

Only hours that were reported whole count. Platforms leave out hours in which nothing happened, and tell of others late:
a row that is missing counts as nothing only once later ones came, or `LATE` has gone by. Hours in which an ad was
paused are left out, and where too few others are known nothing is surprising. That orders cease to come is looked for
over the whole campaign: its variations share the tracking that may have broken, and have few orders each.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec

from ads import hours
from ads.campaigns import ACTIVE
from ads.running import HOUR, rates
from ads.truth import money as truth
from ads.truth.money import Margin
from storage.store import Document, OrgStore

BACK = timedelta(days=14)
LATE = timedelta(hours=3)
WEEK = timedelta(days=7)
SHRINKS = timedelta(days=3)  # how far back a report's hours are looked at for what was taken back
_LATELY = timedelta(hours=24)  # for so long what was taken back counts
_LAST = 6  # hours that the statistics look at most closely
_FEW = 2  # active hours of a clock hour before it has a usual
CALM: dict[str, Any] = {
    "shrunk": 0.0, "spend_factor": 1.0, "spend_surprise": 0.0, "delivery_surprise": 0.0, "silence_surprise": 0.0,
    "click_price_surprise": 0.0,
}  # fmt: skip


class Series(msgspec.Struct, frozen=True, kw_only=True):
    """A variation's hours from `first` on, all of one length."""

    first: datetime
    spend: list[float]
    impressions: list[float]
    clicks: list[float]
    orders: list[float]
    rate: list[float]

    @property
    def length(self) -> int:
        return len(self.spend)


async def anomalies_of(
    store: OrgStore, campaign: Document, variations: Sequence[Document], now: datetime
) -> dict[str, dict[str, Any]]:
    """By variation: `shrunk` and the five surprises."""
    known = await series_of(store, campaign, variations, now)
    if not known:
        return {each["_id"]: CALM for each in variations}
    silence = _silence(list(known.values()))
    found = {}
    for variation in variations:
        facts = _facts(variation, known[variation["_id"]])
        shrunk = await hours.taken_back(store, variation["_id"], now - SHRINKS, now - _LATELY)
        found[variation["_id"]] = {**facts, "silence_surprise": silence, "shrunk": shrunk}
    return found


async def worn(
    store: OrgStore, campaign: Document, variation: Document, margin: Margin | None, now: datetime
) -> dict[str, Any]:
    """`impressions_recent`, `ctr_change`, `chance_fatigued`, and `still_pays` over the last week."""
    from ads.statistics import wear

    launched = variation.get("launched_at") or now
    back = min(now - launched + HOUR, timedelta(days=90))
    known = await series_of(store, campaign, [variation], now, back, with_orders=False)
    if not known:
        return {"impressions_recent": None, "ctr_change": None, "chance_fatigued": None, "still_pays": None}
    mine = known[variation["_id"]]
    ran = [place for place in range(mine.length) if mine.rate[place]]
    shown, clicks = ([each[place] for place in ran] for each in (mine.impressions, mine.clicks))
    return {**wear.facts(shown, clicks), "still_pays": await _still_pays(store, campaign, variation, margin, now)}


async def _still_pays(
    store: OrgStore, campaign: Document, variation: Document, margin: Margin | None, now: datetime
) -> bool | None:  # fmt: skip
    """Not known without the offer's costs, or where nothing was spent."""
    if margin is None:
        return None
    sums = await truth.measured(
        store, now - WEEK, now + HOUR, campaign["currency"], by="arrival", variation=variation["_id"], margin=margin
    )
    lately = sums.get(variation["_id"])
    return lately.margin >= lately.spend if lately is not None and lately.spend else None


async def series_of(
    store: OrgStore, campaign: Document, variations: Sequence[Document], now: datetime, back: timedelta = BACK, *,
    with_orders: bool = True,
) -> dict[str, Series]:  # fmt: skip
    """The hours that are whole, of one length for all; nothing before the first report. Orders only if wanted."""
    collected = campaign.get("collected_at")
    if collected is None or not variations:
        return {}
    whole, first = _floor(collected), _floor(now - back)
    told = {each["_id"]: await hours.of_variation(store, each["_id"], first, whole) for each in variations}
    last = max((row.hour + HOUR for rows in told.values() for row in rows if row.hour is not None), default=first)
    until = min(whole, max(last, whole - LATE))
    length = int((until - first) / HOUR)
    if length <= 0:
        return {}
    orders = await _orders(store, campaign, first, until) if with_orders else {}
    return {
        each["_id"]: _series(each, first, length, told[each["_id"]], orders.get(each["_id"]) or {})
        for each in variations
    }


def _series(
    variation: Document, first: datetime, length: int, rows: Sequence[hours.Reported], orders: Mapping[datetime, int]
) -> Series:  # fmt: skip
    spend, shown, clicks, came = ([0.0] * length for _ in range(4))
    for row in rows:
        place = int((row.hour - first) / HOUR) if row.hour is not None else -1
        if 0 <= place < length:
            spend[place], shown[place], clicks[place] = float(row.spend), float(row.impressions), float(row.clicks)
    for at, count in orders.items():
        place = int((at - first) / HOUR)
        if 0 <= place < length:
            came[place] = float(count)
    rate = rates(variation, first, length)
    return Series(first=first, spend=spend, impressions=shown, clicks=clicks, orders=came, rate=rate)


async def _orders(
    store: OrgStore, campaign: Document, first: datetime, until: datetime
) -> dict[str, dict[datetime, int]]:  # fmt: skip
    """In the hour in which they came: payments; where nothing is paid ahead, bookings."""
    found: dict[str, dict[str, dict[datetime, int]]] = {"payment": {}, "booking": {}}
    for row in await truth.rows(store, first, until, by="arrival", campaign=campaign["_id"], hours_of="UTC"):
        if row["kind"] in found:
            at = datetime.fromisoformat(f"{row['hour']}:00+00:00")
            mine = found[row["kind"]].setdefault(str(row["variation"]), {})
            mine[at] = mine.get(at, 0) + int(row["events"])
    return found["payment"] or found["booking"]


def _silence(known: Sequence[Series]) -> float:
    from ads.statistics import anomalies

    def summed(name: str) -> list[float]:
        return [sum(values) for values in zip(*(getattr(each, name) for each in known), strict=True)]

    whole = {name: summed(name) for name in ("spend", "impressions", "clicks", "orders", "rate")}
    begins = next((place for place, rate in enumerate(whole["rate"]) if rate), len(whole["rate"]))
    found = anomalies.facts(anomalies.Recent(**{name: values[begins:] for name, values in whole.items()}))
    return float(found["silence_surprise"])


def _facts(variation: Document, mine: Series) -> dict[str, Any]:
    from ads.statistics import anomalies

    if variation["status"] != ACTIVE:
        return {**CALM, **_while_paused(mine)}
    begins = next((place for place, rate in enumerate(mine.rate) if rate), mine.length)
    if not _has_usual(mine.rate[begins:]):
        return dict(CALM)
    ours = {name: getattr(mine, name)[begins:] for name in ("spend", "impressions", "clicks", "orders", "rate")}
    return {**CALM, **anomalies.facts(anomalies.Recent(**ours))}


def _has_usual(rate: Sequence[float]) -> bool:
    """Whether it ran often enough, in the hours of the day that are looked at, to know what is usual."""
    last = range(max(0, len(rate) - _LAST), len(rate))
    before = rate[:-_LAST] if len(rate) > _LAST else []
    return all(sum(1 for at in range(place % 24, len(before), 24) if rate[at]) >= _FEW for place in last)


def _while_paused(mine: Series) -> dict[str, Any]:
    """What is spent in hours in which it should not have run at all; next to nothing is no news."""
    last = slice(max(0, mine.length - 3), mine.length)
    spent, usual = sum(mine.spend[last]), _usual_spend(mine)
    if any(mine.rate[last]) or spent <= 0.02 * usual or not spent:
        return {}
    return {"spend_factor": round(spent / usual, 2) if usual else 1.0, "spend_surprise": 12.0}


def _usual_spend(mine: Series) -> float:
    """Of three hours in which it ran."""
    ran = [mine.spend[place] for place in range(mine.length) if mine.rate[place]]
    return 3 * sum(ran) / len(ran) if ran else 0.0


def _floor(moment: datetime) -> datetime:
    return moment.replace(minute=0, second=0, microsecond=0)
