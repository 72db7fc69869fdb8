"""Revenue, margin and profit of each variation, from verified money alone.

Two ways to put money into time, and both are right for something. By arrival: the hour in which it came, which is what
the till says. By cohort: the hour of the click that brought it, which is what that hour's spend bought; a deposit that
comes a week late still counts for the ad that earned it. Refunds are negative revenue in both.

What of the revenue remains as margin is the offer's affair (`Margin`): the costs are known there. Profit is margin less
the spend that the platform reports, since spend is the one number that only the platform has.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, Literal

import msgspec

from ads import hours
from ads.truth.events import COLLECTION, KINDS, Kind, tallied
from storage.store import Bucket, Metric, OrgStore

By = Literal["arrival", "cohort"]
_FIELD = {"arrival": "at", "cohort": "cohort"}
Margin = Callable[[str, int], int]  # of an offer's revenue in minor units: what remains of it


def whole(_offer: str, revenue: int) -> int:
    """For whoever knows no costs: all of it remains."""
    return revenue


class Measured(msgspec.Struct, frozen=True, kw_only=True):
    """What the server saw of a variation ("" for what no ad brought), in one period or hour. Minor units."""

    variation: str
    campaign: str = ""
    hour: datetime | None = None
    currency: str = ""
    counts: dict[Kind, int] = {}
    revenue: int = 0  # payments less refunds
    refunds: int = 0  # as a positive amount, taken off already
    margin: int = 0
    spend: int = 0
    others: dict[str, int] = {}  # revenue in other currencies, which no sum mixes in

    @property
    def profit(self) -> int:
        return self.margin - self.spend

    @property
    def orders(self) -> int:
        """Those that were paid for; where nothing is paid ahead, those that were booked."""
        return self.count("payment") or self.count("booking")

    def count(self, kind: Kind) -> int:
        return self.counts.get(kind, 0)


async def measured(
    store: OrgStore, since: datetime, until: datetime, currency: str, *, by: By = "cohort", campaign: str = "",
    variation: str | None = None, margin: Margin = whole,
) -> dict[str, Measured]:  # fmt: skip
    """Each variation with something to tell from `since` up to and without `until`, with what was spent on it."""
    told = await rows(store, since, until, by=by, campaign=campaign, variation=variation)
    found = {id: each for (id, _), each in folded(told, currency, margin).items()}
    spent = await hours.sums(store, since, until, campaign=campaign)
    if variation is not None:
        spent = {id: each for id, each in spent.items() if id == variation}
    return with_spend(found, spent, currency)


def with_spend(
    found: Mapping[str, Measured], spent: Mapping[str, hours.Reported], currency: str
) -> dict[str, Measured]:  # fmt: skip
    """The same, with what the platforms took; a variation that only spends is there as well."""
    result = dict(found)
    for id, reported in spent.items():
        if reported.currency == currency:
            known = result.get(id) or Measured(variation=id, campaign=reported.campaign, currency=currency)
            result[id] = msgspec.structs.replace(known, spend=reported.spend)
    return result


async def hourly(
    store: OrgStore, variation: str, since: datetime, until: datetime, currency: str, *, by: By = "cohort",
    margin: Margin = whole,
) -> list[Measured]:  # fmt: skip
    """A variation's hours in order, those with neither money nor spend left out."""
    told = await rows(store, since, until, by=by, variation=variation, hours_of="UTC")
    for row in told:
        row["hour"] = datetime.fromisoformat(f"{row['hour']}:00+00:00")
    found = folded(told, currency, margin)
    for reported in await hours.of_variation(store, variation, since, until):
        if reported.currency != currency:
            continue
        at = reported.hour
        known = found.get((variation, at))
        known = known or Measured(variation=variation, campaign=reported.campaign, hour=at, currency=currency)
        found[variation, at] = msgspec.structs.replace(known, spend=known.spend + reported.spend)
    return [each for _, each in sorted(found.items(), key=lambda item: item[0][1])]  # type: ignore[arg-type,return-value]


async def rows(
    store: OrgStore, since: datetime, until: datetime, *, by: By, campaign: str = "", variation: str | None = None,
    hours_of: str = "",
) -> list[dict[str, Any]]:  # fmt: skip
    """Counts and sums of each kind, variation, campaign, offer and currency, and of each hour of a zone if one is
    named: "2026-11-23T09", else None.
    """
    field = _FIELD[by]
    wanted: dict[str, Any] = {field: {"gte": since, "lt": until}}
    if campaign:
        wanted["campaign"] = campaign
    if variation is not None:
        wanted["variation"] = variation
    group: list[str | Bucket] = ["tally", *([Bucket(field=field, by="hour", zone=hours_of)] if hours_of else [])]
    summed = {"events": Metric(kind="count"), "sum": Metric(kind="sum", field="net")}
    found = await store.aggregate(COLLECTION, wanted, group=group, metrics=summed)
    return [row | tallied(row["tally"]) | {"hour": row[field] if hours_of else None} for row in found]


def folded(
    told: Iterable[Mapping[str, Any]], currency: str, margin: Margin
) -> dict[tuple[str, Any], Measured]:  # fmt: skip
    """What `rows` told, by variation and hour."""
    found: dict[tuple[str, Any], Measured] = {}
    for row in told:
        key = (str(row["variation"]), row["hour"])
        known = found.get(key) or Measured(
            variation=key[0], campaign=str(row["campaign"]), hour=key[1], currency=currency
        )
        found[key] = _with(known, row, currency, margin)
    return found


def _with(known: Measured, row: Mapping[str, Any], currency: str, margin: Margin) -> Measured:
    kind, number, revenue = row["kind"], int(row["events"]), int(row["sum"])
    if kind not in KINDS:
        return known
    counts: dict[Kind, int] = {**known.counts, kind: known.counts.get(kind, 0) + number}
    if revenue and row["currency"] != currency:
        others = {**known.others, row["currency"]: known.others.get(row["currency"], 0) + revenue}
        return msgspec.structs.replace(known, counts=counts, others=others)
    return msgspec.structs.replace(
        known,
        counts=counts,
        revenue=known.revenue + revenue,
        refunds=known.refunds - revenue if kind == "refund" else known.refunds,
        margin=known.margin + (margin(str(row["offer"]), revenue) if revenue else 0),
        campaign=known.campaign or str(row["campaign"]),
    )
