"""What there is to see of a business's ad campaigns: caps, variations with figures, and each decision with why."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from ads import bids, campaigns, frequency, intents
from ads.alerting import odd
from ads.frequency import Untold
from ads.ledger import day_of
from engine.values import Money
from storage.store import Document, OrgStore

PAGE = 100


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """A change: who wanted it, why, what it came to. `row` is the row of the table that decided, if one did."""

    id: str
    angle: str
    kind: str
    state: str
    by: str
    reason: str
    row: str
    outcome: str
    before: Money | None
    after: Money | None
    status: str
    at: datetime
    approved_by: str
    undoes: str
    can_undo: bool
    bid_before: Money | None = None  # as `Variation.bid`
    bid_after: Money | None = None  # None: left as it was


class Variation(msgspec.Struct, frozen=True, kw_only=True):
    """An angle as it stands. Figures are of its last look; None is not known.

    `bid` is the most that a result may cost on average: 0 is the lowest cost, None another way of bidding than ours.
    """

    id: str
    angle: str
    name: str
    status: str
    stage: str
    reason: str
    budget: Money
    spend: Money | None
    revenue: Money | None
    profit: Money | None
    orders: int | None
    cost: Money | None
    most: Money | None
    chance: float | None
    looked_at: datetime | None
    bid: Money | None = None
    click_rate: float | None = None  # clicks of impressions, of the last two days
    frequency: float | None = None  # how often each person saw it, over the last seven whole days
    odd: str = ""  # what is odd about it just now, in words


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """A campaign in a list."""

    id: str
    name: str
    platform: str
    state: str
    reason: str
    trouble: str
    daily_cap: Money
    monthly_cap: Money
    approval_pct: float
    live: Money
    today: Money
    month: Money
    asking: int


class Stretch(msgspec.Struct, frozen=True, kw_only=True):
    """The orders that so many hours will likely bring; with a chance of 80 % they are between `low` and `high`."""

    hours: int
    expected: int
    low: int
    high: int


class Outlook(msgspec.Struct, frozen=True, kw_only=True):
    """What comes next, as of `at`: nothing in `next` while there are fewer days or orders to go by than are needed."""

    at: datetime
    days: int
    orders: int
    needs: dict[str, int]
    next: tuple[Stretch, ...]


class Campaign(msgspec.Struct, frozen=True, kw_only=True):
    """A campaign wholly: `decisions` are the latest first. No outlook before its budget was first shared out.

    `untold`: why the platform did not say how often people saw the ads, when it was asked last.
    """

    summary: Summary
    variations: tuple[Variation, ...]
    decisions: tuple[Decision, ...]
    outlook: Outlook | None = None
    untold: Untold | None = None


async def listed(store: OrgStore, now: datetime) -> tuple[Summary, ...]:
    """The latest first."""
    found = await store.find("campaigns", {}, sort=[("at", -1)], limit=PAGE)
    asking = await store.find("ad_intents", {"state": intents.ASKING}, limit=1000)
    return tuple([_summary(each, now, sum(1 for one in asking if one["campaign"] == each["_id"])) for each in found])


async def one(store: OrgStore, id: str, now: datetime) -> Campaign:
    """Raises KeyError."""
    campaign = await store.get("campaigns", id)
    if campaign is None:
        raise KeyError(id)
    shown = await campaigns.variations(store, id)
    made = await store.find("ad_intents", {"campaign": id}, sort=[("at", -1)], limit=PAGE)
    return Campaign(
        summary=_summary(campaign, now, sum(1 for each in made if each["state"] == intents.ASKING)),
        variations=tuple(_variation(campaign, each) for each in shown),
        decisions=tuple(_decision(campaign, each) for each in made),
        outlook=msgspec.convert(campaign["outlook"], Outlook) if campaign.get("outlook") else None,
        untold=await frequency.untold(store, str(campaign["platform"])),
    )


def _summary(campaign: Document, now: datetime, asking: int) -> Summary:
    ledger, today = campaigns.ledger_of(campaign), day_of(now, campaign["zone"])

    def money(amount: int) -> Money:
        return campaigns.money(campaign, amount)

    return Summary(
        id=campaign["_id"], name=str(campaign["name"]), platform=str(campaign["platform"]),
        state=str(campaign["state"]), reason=str(campaign.get("reason") or ""),
        trouble=str(campaign.get("trouble") or ""), daily_cap=money(campaign["daily_cap"]),
        monthly_cap=money(campaign["monthly_cap"]), approval_pct=float(campaign["approval_pct"]),
        live=money(ledger.live_total), today=money(ledger.exposure(today)), month=money(ledger.month(today)),
        asking=asking,
    )  # fmt: skip


def _variation(campaign: Document, variation: Document) -> Variation:
    facts: Mapping[str, Any] = variation.get("facts") or {}

    def money(name: str) -> Money | None:
        return None if facts.get(name) is None else campaigns.money(campaign, int(facts[name]))

    return Variation(
        id=variation["_id"], angle=str(variation["angle"]), name=str(variation["name"]),
        status=str(variation["status"]), stage=str(variation["stage"]), reason=str(variation.get("stage_reason") or ""),
        budget=campaigns.money(campaign, int(variation["budget"])), spend=money("spend"), revenue=money("revenue"),
        profit=money("profit"), orders=facts.get("conversions"), cost=money("cpa"), most=money("max_cpa"),
        chance=facts.get("chance_to_win"), looked_at=variation.get("looked_at"),
        click_rate=facts.get("ctr"), frequency=facts.get("frequency"),
        odd=str(odd(campaign, variation).get("reason") or ""), bid=_money(campaign, bids.of(variation)),
    )  # fmt: skip


def _decision(campaign: Document, intent: Document) -> Decision:
    wanted = intents.wanted_of(intent)
    decision: Mapping[str, Any] = intent.get("decision") or {}
    return Decision(
        id=intent["_id"], angle=str(intent["angle"]), kind=str(intent["kind"]), state=str(intent["state"]),
        by=str(intent["by"]), reason=str(intent.get("reason") or ""), row=str(decision.get("decision") or ""),
        outcome=str(intent.get("outcome") or ""),
        before=campaigns.money(campaign, int(intent.get("budget_before") or 0)),
        after=_money(campaign, wanted.budget), status=wanted.status or "",
        at=intent["at"], approved_by=str(intent.get("approved_by") or ""), undoes=str(intent.get("undoes") or ""),
        can_undo=intent["state"] == intents.DONE and intent["kind"] != "rollback",
        bid_before=_money(campaign, intent.get("bid_before")), bid_after=_money(campaign, wanted.bid),
    )  # fmt: skip


def _money(campaign: Document, amount: int | None) -> Money | None:
    return None if amount is None else campaigns.money(campaign, amount)
