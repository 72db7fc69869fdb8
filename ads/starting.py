"""Starting and stopping a campaign as a whole: what must be true before a launch, and a change for each variation."""

from __future__ import annotations

from typing import Any

from ads import campaigns
from ads.campaigns import DRAFT, GONE, PAUSED
from ads.changes import called_off, wish_for
from ads.intents import AUTOPILOT, GUARD, Wanted, Wish
from engine.model import Event
from runtime.verbs import Changed, Context, Post, Start
from storage.store import Document, Op, Update


class Starting:
    """The verbs that are about a campaign as a whole."""

    async def check_launch(self, ctx: Context, args: dict[str, Any]) -> Changed:
        campaign = await campaigns.one(ctx.store, str(args["campaign"]))
        wrong = await self._not_launchable(ctx, campaign)
        return _not_launchable(wrong) if wrong else Changed(event=Event(name="ads.launchable"))

    async def _not_launchable(self, ctx: Context, campaign: Document) -> str:
        caps = campaigns.caps_of(campaign)
        variations = await campaigns.variations(ctx.store, campaign["_id"])
        total = sum(int(each["budget"]) for each in variations)
        if caps.daily <= 0 or caps.monthly <= 0:
            return "no cap, no launch: set a daily and a monthly cap first"
        if not variations:
            return "it has no variations"
        if total > caps.daily:
            return "its budgets come to more than the daily cap"
        account = await ctx.store.get("ad_accounts", account_id(ctx.org, campaign["platform"]))
        if account is None:
            return f"no {campaign['platform']} account is connected"
        if account.get("currency") and account["currency"] != caps.currency:
            return f"the ad account is in {account['currency']}, the campaign in {caps.currency}"
        return ""

    async def launch(self, ctx: Context, args: dict[str, Any]) -> Changed:
        """A first launch, or going on after a pause: what the campaign's own pause stopped runs again."""
        campaign = await campaigns.one(ctx.store, str(args["campaign"]))
        wrong = await self._not_launchable(ctx, campaign)
        if wrong:
            return _not_launchable(wrong)
        by = str(campaign.get("approved_by") or "")
        asked = str(campaign.get("asked_by") or by or AUTOPILOT)
        ops: list[Op] = []
        starts: list[Start] = []
        for variation in await campaigns.variations(ctx.store, campaign["_id"]):
            if variation.get("open_change"):
                continue
            wanted = Wanted(status="active", budget=int(variation["budget"]))
            if variation["status"] == DRAFT:
                wish = Wish(kind="launch", wanted=wanted, by=asked, approved_by=by, reason="the campaign was approved")
            elif variation["status"] == PAUSED and variation.get("stopped_with_campaign"):
                wish = Wish(kind="resume", wanted=Wanted(status="active"), by=asked, reason="the campaign goes on")
            else:
                continue
            started = wish_for(ctx, variation, wish)
            ops += started[0]
            starts.append(started[1])
        return Changed(ops=tuple(ops), starts=tuple(starts))

    async def mark(self, ctx: Context, args: dict[str, Any]) -> Changed:
        state = str(args["state"])
        changes: dict[str, Any] = {"state": state, "reason": str(args.get("reason") or ""), "state_at": ctx.now}
        if state == campaigns.ACTIVE:
            changes["started_at"] = ctx.now
        return Changed(ops=(Update("campaigns", str(args["campaign"]), {"set": changes}),))

    async def stop(self, ctx: Context, args: dict[str, Any]) -> Changed:
        """Pauses come before whatever else is under way: an open change of a variation is called off by it."""
        ops: list[Op] = []
        starts: list[Start] = []
        posts: list[Post] = []
        for variation in await campaigns.variations(ctx.store, str(args["campaign"])):
            if variation["status"] in (GONE, PAUSED) or (variation["status"] == DRAFT and not variation["external"]):
                if variation.get("open_change"):
                    posts.append(called_off(variation, "the campaign is paused"))
                continue
            if variation.get("open_change"):
                posts.append(called_off(variation, "the campaign is paused"))
            wish = Wish(
                kind="pause", wanted=Wanted(status="paused"), by=GUARD,
                reason=str(args.get("reason") or "the campaign is paused"),
            )  # fmt: skip
            made, start = wish_for(ctx, variation, wish)
            ops += made
            starts.append(start)
            ops.append(Update("variations", variation["_id"], {"set": {"stopped_with_campaign": True}}))
        return Changed(ops=tuple(ops), starts=tuple(starts), posts=tuple(posts))


def account_id(org: str, platform: str) -> str:
    return f"{org}/{platform}"


def _not_launchable(reason: str) -> Changed:
    return Changed(event=Event(name="ads.not_launchable", data={"reason": reason}))
