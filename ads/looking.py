"""Looking at a campaign: its variations hear the facts of the moment, its budget is shared out, its day is reported."""

from __future__ import annotations

from typing import Any

from ads import campaigns, outlook
from ads.alerting import odd
from ads.campaigns import ACTIVE
from ads.changes import Facts, Knowledge, heard, kept_facts, variation_start
from ads.keeping import braked, released
from ads.report import morning
from engine.errors import EngineError
from engine.model import Event
from runtime.verbs import Changed, Context
from storage.store import Document, Update


class Looking:
    """The verbs that read, and tell the variations' machines what was read."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._knowledge = knowledge

    async def look(self, ctx: Context, args: dict[str, Any]) -> Changed:
        """Every variation that may be spending, or spends although it may not, hears what is known of it."""
        campaign = await campaigns.one(ctx.store, str(args["campaign"]))
        variations = await campaigns.variations(ctx.store, campaign["_id"])
        known = await self._knowledge.of(ctx, campaign, variations)
        guardrail = campaigns.policy_of(await ctx.store.get("orgs", ctx.org), campaign).record()
        ops, starts, posts = braked(ctx, campaign, variations)
        stopped = {start.data["change"] for start in starts}
        more = released(ctx, campaign, variations) if not stopped else ([], [])
        ops, starts = [*ops, *more[0]], [*starts, *more[1]]
        for variation in variations:
            if variation.get("unstarted"):  # it was launched after its launch had been given up
                starts.append(variation_start(variation))
                ops.append(Update("variations", variation["_id"], {"set": {"unstarted": False}}))
                continue
            facts = known.get(variation["_id"])
            if facts is None or not _tells(campaign, variation, facts):
                continue
            noticed = self._knowledge.noticed(ctx.org, facts)
            data = {"facts": facts, "guardrail": guardrail, "row": noticed.row, "because": noticed.because}
            posts.append(heard(variation, Event(name="ads.looked", data=data)))
            ops.append(
                Update("variations", variation["_id"], {"set": {"facts": kept_facts(facts), "looked_at": ctx.now}})
            )
        return Changed(ops=tuple(ops), posts=tuple(posts), starts=tuple(starts))

    async def share_out(self, ctx: Context, args: dict[str, Any]) -> Changed:
        campaign = await campaigns.one(ctx.store, str(args["campaign"]))
        variations = await campaigns.variations(ctx.store, campaign["_id"])
        known = await self._knowledge.of(ctx, campaign, variations)
        posts = []
        by_id = {each["_id"]: each for each in variations}
        try:
            shares = await self._knowledge.shares(ctx, campaign, variations, known)
        except EngineError as error:  # a table that cannot be asked must not stop the looks that keep the caps
            trouble = {"trouble": f"budgets were not shared out: {error}", "trouble_code": "ads.tables"}
            return Changed(ops=(Update("campaigns", campaign["_id"], {"set": trouble}),))
        for share in shares:
            data = {
                "budget": share.budget,
                "reason": share.reason,
                "decision": share.decision,
                "facts": known[share.variation] | share.facts,
            }
            posts.append(heard(by_id[share.variation], Event(name="ads.share", data=data)))
        decision = args["decision"] if isinstance(args.get("decision"), dict) else {}
        ahead = await outlook.of_campaign(ctx.store, campaign, variations, ctx.now)
        noted = {"shared": {**decision, "at": ctx.now}, "outlook": ahead}
        return Changed(ops=(Update("campaigns", campaign["_id"], {"set": noted}),), posts=tuple(posts))

    async def report(self, ctx: Context, args: dict[str, Any]) -> Changed:
        """The day's figures of the campaign, kept with it; pages and messages are made of them."""
        campaign = await campaigns.one(ctx.store, str(args["campaign"]))
        variations = await campaigns.variations(ctx.store, campaign["_id"])
        known = await self._knowledge.of(ctx, campaign, variations)
        report = {"at": ctx.now, "variations": {id: kept_facts(facts) for id, facts in known.items()}}
        op = Update("campaigns", campaign["_id"], {"set": {"last_report": report}})
        return Changed(ops=(op,), starts=(morning.begin(ctx.org),))  # for those that ran before there were reports


def _tells(campaign: Document, variation: Document, facts: Facts) -> bool:
    """What is paused is quiet, unless it spends all the same, or did at the last look."""
    return bool(variation["status"] == ACTIVE or facts.get("spend_surprise") or odd(campaign, variation))
