"""Keeping a campaign within its caps as days go by: what they cannot hold is paused, and goes on when they can.

A campaign's budgets are let go anew each midnight without anybody doing anything, caps may be lowered, and a platform
may spend more than it was told. So at each look the ledger is looked at as well, and before midnight tomorrow's too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from ads import campaigns, intents, law
from ads.campaigns import ACTIVE, PAUSED
from ads.changes import called_off, wish_for
from ads.intents import GUARD, Wanted, Wish
from ads.ledger import Ledger, day_of
from runtime.verbs import Context, Post, Start
from storage.store import Document, Op, Update

BEFORE_MIDNIGHT = timedelta(minutes=75)  # two looks at the shipped cadence, with room for one that fails


def too_much(campaign: Mapping[str, Any], variations: Sequence[Document], now: datetime) -> list[tuple[Document, str]]:
    """What has to be paused so that the caps hold, largest budget first, and why."""
    caps, ledger = campaigns.caps_of(campaign), campaigns.ledger_of(campaign)
    today = day_of(now, campaign["zone"])
    running = sorted(
        (each for each in variations if each["status"] == ACTIVE), key=lambda v: (-int(v["budget"]), v["_id"])
    )
    found: list[tuple[Document, str]] = []
    for variation in running:
        reason = _over(caps.daily, caps.monthly, ledger, today, now, str(campaign["zone"]))
        if not reason:
            return found
        found.append((variation, reason))
        ledger = ledger.with_budget(variation["_id"], 0, today)
    return found


def _over(daily: int, monthly: int, ledger: Ledger, today: date, now: datetime, zone: str) -> str:
    if ledger.live_total > daily:
        return "its budgets come to more than the daily cap"
    if sum(ledger.at(today).reported.get(today.isoformat(), {}).values()) > daily:
        return "the platform spent more than the daily cap"
    if ledger.live_total and ledger.month(today) > monthly:
        return "the monthly cap is spent"
    midnight = datetime.combine(today + timedelta(days=1), datetime.min.time(), tzinfo=ZoneInfo(zone))
    if midnight - now <= BEFORE_MIDNIGHT and ledger.live_total and ledger.tomorrow(today) > monthly:
        return "tomorrow it would go over the monthly cap"
    return ""


def braked(
    ctx: Context, campaign: Document, variations: Sequence[Document]
) -> tuple[list[Op], list[Start], list[Post]]:
    """Pauses for what the caps cannot hold; whatever else was under way there is called off."""
    ops: list[Op] = []
    starts: list[Start] = []
    posts: list[Post] = []
    for variation, reason in too_much(campaign, variations, ctx.now):
        if variation.get("open_change"):
            posts.append(called_off(variation, reason))
        wish = Wish(kind="pause", wanted=Wanted(status="paused"), by=GUARD, reason=reason)
        made, start = wish_for(ctx, variation, wish)
        today = day_of(ctx.now, campaign["zone"]).isoformat()
        ops += [*made, Update("variations", variation["_id"], {"set": {"braked_on": today}})]
        starts.append(start)
    return ops, starts, posts


def released(ctx: Context, campaign: Document, variations: Sequence[Document]) -> tuple[list[Op], list[Start]]:
    """On another day what was braked goes on, as far as the caps have room for it, the smallest budget first."""
    caps, ledger = campaigns.caps_of(campaign), campaigns.ledger_of(campaign)
    today = day_of(ctx.now, campaign["zone"])
    ops: list[Op] = []
    starts: list[Start] = []
    for variation in sorted(variations, key=lambda each: (int(each["budget"]), each["_id"])):
        braked_on = str(variation.get("braked_on") or "")
        waits = variation["status"] == PAUSED and braked_on and braked_on < today.isoformat()
        if not waits or variation.get("open_change") or campaign["state"] != ACTIVE:
            continue
        wish = Wish(kind="resume", wanted=Wanted(status="active"), by=GUARD, reason="the caps have room for it again")
        step = intents.step_of(wish.wanted, campaign, variation, ctx.now, approved=False)
        if law.breach(caps, ledger, step, today) is not None:
            continue
        ledger = ledger.with_budget(variation["_id"], step.after, today)
        made, start = wish_for(ctx, variation, wish)
        ops += [*made, Update("variations", variation["_id"], {"set": {"braked_on": ""}})]
        starts.append(start)
    return ops, starts
