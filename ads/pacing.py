"""How a campaign's spending of today and of this month stands to what was planned, and slowing it down.

What should have been spent by now goes by the campaign's own hours of the last fortnight: the usual share of each hour
of the day, of the budgets that were in force. With less than three days of that nothing is expected, and only the caps
count. Days and months are those of the ad account's time zone. A budget is slowed at most once a day, since what comes
of it has to show first; what is stopped goes on another day (`ads.keeping`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from ads import campaigns, hours, intents
from ads.campaigns import ACTIVE
from ads.changes import Facts, Knowledge, called_off, wish_for
from ads.intents import AUTOPILOT, GUARD, Wanted, Wish
from ads.ledger import day_of
from ads.running import HOUR, rates
from ads.truth.daily import bounds
from engine.model import Event
from runtime.verbs import Changed, Context, Post, Start
from storage.store import Bucket, Document, Metric, Op, OrgStore, Update

BACK = timedelta(days=14)
LEAST_DAYS = 3  # of history, or nothing is expected of an hour
FRESH = timedelta(hours=6)  # so long nothing needs to have been reported
Spent = dict[datetime, int]  # by the beginning of the hour, UTC


class Pacing:
    """The verbs of a campaign's own pace."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._knowledge = knowledge

    async def measure(self, ctx: Context, args: dict[str, Any]) -> Changed:
        """`ads.measure`: the record `ad_campaign`, for the tables `pacing` and `rebalance`."""
        campaign = await campaigns.one(ctx.store, str(args["campaign"]))
        variations = await campaigns.variations(ctx.store, campaign["_id"])
        known = await self._knowledge.of(ctx, campaign, variations)
        live = [each for each in variations if each["status"] == ACTIVE and each["_id"] in known]
        running = [known[each["_id"]] for each in live]
        changed = [each["hours_since_change"] for each in running if each["hours_since_change"] is not None]
        data = {
            **await paced(ctx.store, campaign, variations, ctx.now),
            "variations": len(running),
            "hours_running": max((each["hours_running"] for each in running), default=0.0),
            "hours_since_change": min(changed, default=None),
            "clicks": sum(each["clicks"] for each in running),
            "conversions": sum(each["conversions"] for each in running),
            "known_margin": any(each["margin"] is not None for each in running),
            "data_ok": all(each["data_ok"] for each in running),
        }
        return Changed(event=Event(name="ads.measured", data={"facts": data}))

    async def slow(self, ctx: Context, args: dict[str, Any]) -> Changed:
        """`ads.slow`: each running variation's budget times the factor; with 0 they are paused until another day."""
        campaign = await campaigns.one(ctx.store, str(args["campaign"]))
        today = day_of(ctx.now, campaign["zone"]).isoformat()
        factor, reason = float(args["factor"]), str(args.get("reason") or "it spends faster than planned")
        decision = args["decision"] if isinstance(args.get("decision"), dict) else {}
        ops: list[Op] = []
        starts: list[Start] = []
        posts: list[Post] = []
        for variation in await campaigns.variations(ctx.store, campaign["_id"]):
            wish = _wish(campaign, variation, factor, today, reason, decision)
            if wish is None:
                continue
            if variation.get("open_change"):
                posts.append(called_off(variation, reason))
            made, start = wish_for(ctx, variation, wish)
            day = "braked_on" if wish.kind == "pause" else "slowed_on"
            ops += [*made, Update("variations", variation["_id"], {"set": {day: today}})]
            starts.append(start)
        return Changed(ops=tuple(ops), starts=tuple(starts), posts=tuple(posts))


def _wish(
    campaign: Document, variation: Document, factor: float, today: str, reason: str, decision: dict[str, Any]
) -> Wish | None:  # fmt: skip
    facts: Facts = dict(variation.get("facts") or {})
    if variation["status"] != ACTIVE:
        return None
    if factor <= 0:
        wanted = Wanted(status="paused")
        return Wish(kind="pause", wanted=wanted, by=GUARD, reason=reason, decision=decision, facts=facts)
    budget = int(int(variation["budget"]) * min(factor, 1.0))
    least = int(campaign.get("smallest_budget") or 0)
    same = budget == int(variation["budget"]) or budget < max(least, 1)
    if same or variation.get("open_change") or variation.get("slowed_on") == today:
        return None
    kind: intents.Kind = "budget"
    return Wish(
        kind=kind, wanted=Wanted(budget=budget), by=AUTOPILOT, reason=reason, decision=decision, facts=facts
    )  # fmt: skip


async def paced(
    store: OrgStore, campaign: Document, variations: Sequence[Document], now: datetime
) -> dict[str, Any]:  # fmt: skip
    """The facts of `pacing` but `data_ok`."""
    zone = ZoneInfo(str(campaign["zone"]))
    today = now.astimezone(zone).date()
    begins, _ = bounds(today, str(campaign["zone"]))
    month, _ = bounds(today.replace(day=1), str(campaign["zone"]))
    spent = await _spent(store, campaign["_id"], now - BACK, now + HOUR)
    this_month = await hours.sums(store, month, now + HOUR, campaign=campaign["_id"])
    unknown = _unknown(campaign, variations, now)
    expected = _expected(variations, spent, begins.astimezone(UTC), zone)

    def money(amount: float | None) -> Any:
        return None if amount is None else campaigns.money(campaign, round(amount))

    return {
        "spent_today": money(None if unknown else sum(each for at, each in spent.items() if at >= begins)),
        "expected_today": money(expected),
        "daily_cap": money(int(campaign.get("daily_cap") or 0)),
        "spent_month": money(None if unknown else sum(each.spend for each in this_month.values())),
        "monthly_cap": money(int(campaign.get("monthly_cap") or 0)),
    }


def _unknown(campaign: Mapping[str, Any], variations: Sequence[Document], now: datetime) -> bool:
    """Whether it has run for hours, and the platform never told anything."""
    launched = min((each["launched_at"] for each in variations if each.get("launched_at")), default=now)
    return campaign.get("collected_at") is None and now - launched > FRESH


async def _spent(store: OrgStore, campaign: str, since: datetime, until: datetime) -> Spent:
    rows = await store.aggregate(
        hours.COLLECTION, {"campaign": campaign, "hour": {"gte": since, "lt": until}},
        group=[Bucket(field="hour", by="hour", zone="UTC")], metrics={"spend": Metric(kind="sum", field="spend")},
    )  # fmt: skip
    return {datetime.fromisoformat(f"{row['hour']}:00+00:00"): int(row["spend"]) for row in rows}


def _expected(variations: Sequence[Document], spent: Spent, begins: datetime, zone: ZoneInfo) -> float | None:
    """Up to the last hour that was reported today. A day that begins late is given its whole budget all the same."""
    before = {at: amount for at, amount in spent.items() if at < begins}
    last = max((at for at in spent if at >= begins), default=None)
    total = sum(before.values())
    if last is None or not total or len({at.astimezone(zone).date() for at in before}) < LEAST_DAYS:
        return None
    usual = [0.0] * 24
    for at, amount in before.items():
        usual[at.astimezone(zone).hour] += amount / total
    shares = [usual[(begins + place * HOUR).astimezone(zone).hour] for place in range(24)]
    by_now, expected = int((last - begins) / HOUR) + 1, 0.0
    for variation in variations:
        rate = rates(variation, begins, 24)
        first = next((place for place in range(24) if rate[place]), 24)
        whole = sum(shares[first:])
        if whole:
            ran = zip(rate[first:by_now], shares[first:by_now], strict=False)
            expected += sum(budget * share for budget, share in ran) / whole
    return expected
