"""Starting and stopping a campaign as a whole: what must be true before a launch, and a change for each variation."""

from __future__ import annotations

from typing import Any

from ads import campaigns
from ads.accounts import account_id
from ads.campaigns import DRAFT, GONE, PAUSED
from ads.changes import called_off, wish_for
from ads.intents import AUTOPILOT, GUARD, Wanted, Wish
from ads.report import morning
from engine.model import Event
from runtime.verbs import Changed, Context, Post, Start
from storage.store import Document, Op, Update


async def check_launch(ctx: Context, args: dict[str, Any]) -> Changed:
    """`ads.check_launch`."""
    campaign = await campaigns.one(ctx.store, str(args["campaign"]))
    wrong = await hindrance(ctx, campaign)
    return _refused(wrong) if wrong else Changed(event=Event(name="ads.launchable"))


async def hindrance(ctx: Context, campaign: Document) -> str:
    """What stands in the way of a launch, in words; nothing if nothing does."""
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


async def launch(ctx: Context, args: dict[str, Any]) -> Changed:
    """`ads.launch`: a first launch, or going on after a pause: what the campaign's own pause stopped runs again."""
    campaign = await campaigns.one(ctx.store, str(args["campaign"]))
    wrong = await hindrance(ctx, campaign)
    if wrong:
        return _refused(wrong)
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
        made, start = wish_for(ctx, variation, wish)
        ops += made
        starts.append(start)
    return Changed(ops=tuple(ops), starts=tuple(starts))


async def mark(ctx: Context, args: dict[str, Any]) -> Changed:
    """`ads.mark`. The variations of a campaign that has ended end with it."""
    campaign, state = str(args["campaign"]), str(args["state"])
    changes: dict[str, Any] = {"state": state, "reason": str(args.get("reason") or ""), "state_at": ctx.now}
    if state == campaigns.ACTIVE:
        changes["started_at"] = ctx.now
    posts: list[Post] = []
    if state == campaigns.ENDED:
        ended = Event(name="ads.end_asked", data={"reason": changes["reason"]})
        lived = [each for each in await campaigns.variations(ctx.store, campaign) if each["status"] != DRAFT]
        posts = [Post(machine=campaigns.variation_machine(each["_id"]), event=ended) for each in lived]
    starts = (morning.begin(ctx.org),) if state == campaigns.ACTIVE else ()
    return Changed(ops=(Update("campaigns", campaign, {"set": changes}),), posts=tuple(posts), starts=starts)


async def stop(ctx: Context, args: dict[str, Any]) -> Changed:
    """`ads.stop`. A pause comes before whatever else is under way, which is called off."""
    ops: list[Op] = []
    starts: list[Start] = []
    posts: list[Post] = []
    reason = str(args.get("reason") or "the campaign is paused")
    for variation in await campaigns.variations(ctx.store, str(args["campaign"])):
        if variation.get("open_change"):
            posts.append(called_off(variation, reason))
        never = variation["status"] == DRAFT and not variation.get("open_change")
        if variation["status"] in (GONE, PAUSED) or never:
            continue
        wish = Wish(kind="pause", wanted=Wanted(status="paused"), by=GUARD, reason=reason)
        made, start = wish_for(ctx, variation, wish)
        ops += [*made, Update("variations", variation["_id"], {"set": {"stopped_with_campaign": True}})]
        starts.append(start)
    return Changed(ops=tuple(ops), starts=tuple(starts), posts=tuple(posts))


def _refused(reason: str) -> Changed:
    return Changed(event=Event(name="ads.not_launchable", data={"reason": reason}))
