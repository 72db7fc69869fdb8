"""What is known of a campaign's variations at a moment, gathered for the tables: money that the server measured, spend
that the platform reports, what an order may cost, and what the statistics make of it.

The arithmetic is elsewhere: `ads.truth` measures, `ads.profit` says what an order leaves, `ads.deciding` weighs. Here
they meet. What cannot be known is left out, so that a table sees that it is not known.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from ads import bids, campaigns, frequency, hours, noticing, periods
from ads.campaigns import ACTIVE, DRAFT, GONE
from ads.changes import Facts, Noticed, Share
from ads.ledger import day_of
from ads.profit.economics import Economics, economics
from ads.profit.offer import BadOffer, Costs
from ads.running import HOUR, rates
from ads.running import since as running_since
from ads.serving import capacity_left, orders_a_day
from ads.truth import money as truth
from ads.truth import reconciling
from ads.truth.events import COLLECTION as EVENTS
from engine.model import Decision
from engine.values import Money
from runtime.verbs import Context
from storage.store import Document, OrgStore

FRESH = timedelta(hours=6)  # reports older than this are no ground to spend more on
SINCE = timedelta(days=90)
ODD = "anomaly"  # the table that says whether figures are to be trusted
_SPEED = 3  # hours over which the speed of spending is taken


Ask = Callable[[str, str, Facts], Decision | None]  # (org, table, facts): None while there is no such table


class Knowing:
    """The `Knowledge` of `ads.changes`. `tables` gives an org's `ads.deciding.Tables`, None while one is missing; `ask`
    what a table of the org answers.
    """

    def __init__(self, tables: Callable[[str], Any | None], ask: Ask) -> None:
        self._tables = tables
        self._ask = ask

    async def of(self, ctx: Context, campaign: Document, variations: Sequence[Document]) -> dict[str, Facts]:
        shown = [each for each in variations if each["status"] not in (DRAFT, GONE)]
        if not shown:
            return {}
        offer = await offer_of(ctx.store, campaign)
        sums = await truth.measured(
            ctx.store, ctx.now - SINCE, ctx.now + HOUR, campaign["currency"], campaign=campaign["_id"],
            margin=margin_of(offer),
        )  # fmt: skip
        totals = await hours.sums(ctx.store, ctx.now - SINCE, ctx.now + HOUR, campaign=campaign["_id"])
        capacity = await capacity_left(ctx.store, campaign, ctx.now)
        claims = await reconciling.of_campaign(ctx.store, ctx.now, campaign["_id"])
        measuring = await reconciling.trusted(ctx.store, ctx.now, campaign=campaign["_id"])
        odd = await noticing.anomalies_of(ctx.store, campaign, shown, ctx.now)
        lately = await periods.of_campaign(ctx.store, campaign, shown, ctx.now, margin_of(offer))
        found: dict[str, Facts] = {}
        for variation in shown:
            measured = sums.get(variation["_id"]) or truth.Measured(variation=variation["_id"])
            total = totals.get(variation["_id"]) or hours.Reported(variation=variation["_id"])
            recent = await hours.of_variation(ctx.store, variation["_id"], ctx.now - timedelta(days=2), ctx.now + HOUR)
            facts = _facts(ctx.now, campaign, variation, measured, offer, total, recent) | odd[variation["_id"]]
            facts["silence_surprise"] = max(facts["silence_surprise"], measuring.surprise)
            noticed = self.noticed(ctx.org, facts)
            found[variation["_id"]] = (
                facts
                | lately[variation["_id"]]
                | {
                    "capacity_left": capacity,
                    "reporting_factor": claims.value,
                    "data_ok": facts["data_ok"] and measuring.data_ok and noticed.data_ok,
                }
            )
        return found

    def noticed(self, org: str, facts: Facts) -> Noticed:
        """What `rules/anomaly.yaml` makes of a variation's facts; a table that is not there finds nothing odd."""
        decision = self._ask(org, ODD, facts)
        if decision is None or not isinstance(decision.result, dict):
            return Noticed()
        return Noticed(
            row=decision.hit[0] if decision.hit else "",
            because=decision.because[0] if decision.because else "",
            data_ok=decision.result.get("data_ok") is not False,
        )

    async def shares(
        self, ctx: Context, campaign: Document, variations: Sequence[Document], facts: Mapping[str, Facts]
    ) -> list[Share]:
        """One pass of `ads.deciding` over the campaign, by the tables that are in force."""
        tables = self._tables(ctx.org)
        running = [each for each in variations if each["status"] == ACTIVE and each["_id"] in facts]
        if tables is None or not running:
            return []
        from ads import deciding  # numpy is loaded by who decides, not by who serves

        offer = await offer_of(ctx.store, campaign)
        asked = await self._asked(ctx, campaign, [each for each in variations if each["_id"] in facts], facts, offer)
        (found,) = deciding.decide(tables, [asked])
        margin = None if offer is None else margin_of(offer)
        worn = {
            each["_id"]: await noticing.worn(ctx.store, campaign, each, margin, ctx.now) for each in running
        }  # fmt: skip
        return [
            Share(
                variation=each.variation,
                budget=each.budget,
                reason=each.because,
                decision={"decision": each.decision, "row": each.row, "because": each.because, "method": found.method},
                facts={name: value for name, value in each.facts.items() if name != "data_ok"} | worn[each.variation],
            )
            for each in found.decisions
        ]

    async def _asked(
        self, ctx: Context, campaign: Document, variations: Sequence[Document], facts: Mapping[str, Facts],
        offer: Economics | None,
    ) -> Any:  # fmt: skip
        from ads import deciding

        began = min((each.get("launched_at") or ctx.now for each in variations), default=ctx.now)
        first = max(began, ctx.now - SINCE).replace(minute=0, second=0, microsecond=0)
        shown = tuple([await _variation(ctx, campaign, each, first, facts[each["_id"]]) for each in variations])
        changed = [facts[each["_id"]]["hours_since_change"] for each in variations if each["status"] == ACTIVE]
        return deciding.Campaign(
            id=campaign["_id"],
            currency=campaign["currency"],
            budget=int(campaign["daily_cap"]),
            margin=None if offer is None else _amount(offer.margin.value),
            max_cpa=None if offer is None else _amount(offer.max_cpa.value),
            break_even_roas=None if offer is None else _number(offer.break_even_roas.value),
            variations=shown,
            delays=await _delays(ctx.store, campaign["_id"]),
            capacity=await orders_a_day(ctx.store, campaign),
            capacity_left=next((each.get("capacity_left") for each in facts.values()), None),
            reporting_factor=next((each.get("reporting_factor") for each in facts.values()), None),
            data_ok=all(facts[each["_id"]]["data_ok"] for each in variations if each["status"] == ACTIVE),
            hours_running=_since(began, ctx.now) or 0.0,
            hours_since_change=min((each for each in changed if each is not None), default=None),
        )


async def _variation(ctx: Context, campaign: Document, variation: Document, first: datetime, facts: Facts) -> Any:
    from ads import deciding

    until = ctx.now.replace(minute=0, second=0, microsecond=0)
    length = max(1, int((until - first) / HOUR))
    spend, clicks, orders = ([0.0] * length for _ in range(3))
    for row in await hours.of_variation(ctx.store, variation["_id"], first, until):
        place = int((row.hour - first) / HOUR) if row.hour is not None else -1
        if 0 <= place < length:
            spend[place], clicks[place] = float(row.spend), float(row.clicks)
    for measured in await truth.hourly(ctx.store, variation["_id"], first, until, campaign["currency"]):
        place = int((measured.hour - first) / HOUR) if measured.hour is not None else -1
        if 0 <= place < length:
            orders[place] = float(measured.orders)
    return deciding.Variation(
        id=variation["_id"],
        hours=deciding.Hours(spend=spend, clicks=clicks, orders=orders, rate=rates(variation, first, length)),
        budget=campaigns.live_budget(variation),
        impressions=int(facts.get("impressions") or 0),
        revenue=_amount(facts.get("revenue")) or 0,
        margin=_amount(facts.get("margin")),
        hours_running=float(facts.get("hours_running") or 0.0),
        hours_since_change=facts.get("hours_since_change"),
        live=variation["status"] == ACTIVE,
    )


def _facts(
    now: datetime, campaign: Document, variation: Document, measured: truth.Measured, offer: Economics | None,
    total: hours.Reported, recent: Sequence[hours.Reported],
) -> Facts:  # fmt: skip
    def money(amount: float) -> Money:
        return campaigns.money(campaign, round(amount))

    orders, spend = measured.orders, measured.spend
    launched, collected = variation.get("launched_at"), campaign.get("collected_at")
    running = variation["status"] == ACTIVE
    shown = sum(row.impressions for row in recent)
    today = day_of(now, campaign["zone"])
    spent_today = sum(
        row.spend for row in recent if row.hour is not None and day_of(row.hour, campaign["zone"]) == today
    )  # fmt: skip
    return {
        "angle": variation["angle"],
        "spend": money(spend),
        "revenue": money(measured.revenue),
        "margin": money(measured.margin) if offer is not None else None,
        "profit": money(measured.margin - spend) if offer is not None else None,
        "conversions": orders,
        "clicks": total.clicks,
        "impressions": total.impressions,
        "cpa": money(spend / orders) if orders else None,
        "max_cpa": offer.max_cpa.value if offer is not None else None,
        "roas": round(measured.revenue / spend, 4) if spend else None,
        "break_even_roas": offer.break_even_roas.value if offer is not None else None,
        "hours_running": _since(launched, now) or 0.0,
        "hours_since_change": _since(variation.get("changed_at") or launched, now),
        "budget": money(int(variation["budget"])),
        "bid": money(bid) if (bid := bids.of(variation)) else None,
        "hours_since_bid_change": _since(bids.changed_at(variation), now),
        "reporting_factor": None,
        "data_ok": _data_ok(campaign, variation, now),
        "spend_today": money(spent_today),
        "velocity": _velocity(variation, recent, now),
        "cpc": money(sum(row.spend for row in recent) / clicks) if (clicks := sum(r.clicks for r in recent)) else None,
        "ctr": round(clicks / shown, 5) if shown else None,
        "frequency": frequency.of(variation, now),
        "running": running,
        "reported": bool(recent) or not running or now - (running_since(variation) or now) < FRESH,
        "hours_since_report": _since(collected or launched, now) or 0.0,
        "currency_same": campaign.get("trouble_code", "").rpartition(".")[2] != "currency"
        or not campaign.get("trouble"),
        "impressions_recent": shown,
    }


def _data_ok(campaign: Mapping[str, Any], variation: Mapping[str, Any], now: datetime) -> bool:
    if variation["status"] == DRAFT:
        return True
    launched, collected = variation.get("launched_at") or now, campaign.get("collected_at")
    fresh = now - (collected or launched) <= FRESH
    return fresh and not campaign.get("trouble") and not variation.get("unsure")


def _velocity(variation: Mapping[str, Any], recent: Sequence[hours.Reported], now: datetime) -> float | None:
    """How many times as fast as its budget would over a day, in the last full hours that were reported."""
    budget = int(variation["budget"])
    last = [row for row in recent if row.hour is not None and row.hour >= now - (_SPEED + 1) * HOUR]
    if not budget or len(last) < _SPEED:
        return None
    return round(sum(row.spend for row in last) / len(last) * 24 / budget, 2)


async def offer_of(store: OrgStore, campaign: Mapping[str, Any]) -> Economics | None:
    """None while the owner has not said what serving a customer costs, or has said what cannot be."""
    return of_offer(await store.get("offers", str(campaign["offer"])), campaign["currency"])


def of_offer(offer: Document | None, currency: str) -> Economics | None:
    """The same of an offer's own document."""
    costs = (offer or {}).get("costs")
    if offer is None or not isinstance(costs, dict):
        return None
    amounts = {name: Money(int(costs[name]), currency) for name in ("cost", "fee_fixed") if costs.get(name) is not None}
    rates = {name: costs[name] for name in _RATES if costs.get(name) is not None}
    deposit = int(offer.get("deposit") or 0)
    try:
        given = {
            "price": Money(int(costs.get("price") or offer["price"]), currency),
            "deposit": Money(deposit, currency) if deposit else None,
            **amounts, **rates,
        }  # fmt: skip
        return economics(Costs(**{"cost": Money(0, currency), **given}))
    except (BadOffer, TypeError):  # as if nothing had been said: nothing is scaled, and submitting asks for the costs
        return None


_RATES = ("fee_share", "refund_rate", "no_show_rate", "keeps_deposit", "safety")


def margin_of(offer: Economics | None) -> truth.Margin:
    """What remains of money that came in: the offer's share, also of a deposit that is only a part of the price."""
    if offer is None or not isinstance(offer.revenue.value, Money) or not offer.revenue.value.amount:
        return truth.whole
    share = (_amount(offer.margin.value) or 0) / offer.revenue.value.amount

    def margin(_offer: str, revenue: int) -> int:
        return round(revenue * share)

    return margin


async def _delays(store: OrgStore, campaign: str) -> list[float]:
    rows = await store.find(EVENTS, {"campaign": campaign, "kind": {"in": ["payment", "booking"]}}, limit=5000)
    return [max(0.0, (row["at"] - row["cohort"]).total_seconds() / 3600) for row in rows]


def _since(moment: datetime | None, now: datetime) -> float | None:
    return None if moment is None else round((now - moment).total_seconds() / 3600, 2)


def _amount(value: Any) -> int | None:
    return value.amount if isinstance(value, Money) else None


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) else None
