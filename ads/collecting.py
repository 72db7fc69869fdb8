"""Bringing home what a platform knows: its hourly reports, and how our ads stand there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from ads import campaigns, frequency, hours, intents
from ads.campaigns import DRAFT, GONE
from ads.dispatcher import Connect
from ads.drift import adopted, gone, left
from ads.failures import CurrencyChanged, Gone, OutcomeUnknown, PlatformError
from ads.failures import RetryLater as Busy
from ads.hours import Named
from ads.ledger import SETTLES, day_of, written
from ads.platform import Hour, Platform, every_hour
from engine.model import Event
from runtime.verbs import Acted, Context, Post, RetryLater
from storage.store import Document, Op, Update


class Collector:
    """`ads.collect`, for one campaign at a time."""

    def __init__(self, connect: Connect) -> None:
        self._connect = connect

    async def collect(self, ctx: Context, args: dict[str, Any]) -> Acted:
        """Raises RetryLater when the platform is busy; whoever waits goes on, and knows that data is missing."""
        campaign = await campaigns.one(ctx.store, str(args["campaign"]))
        try:
            platform = await self._connect(ctx.org, campaign["platform"])
        except PlatformError as error:
            return await self._trouble(ctx, campaign, error)
        if platform is None:
            return _missed("no ad account is connected")
        variations = await campaigns.variations(ctx.store, campaign["_id"])
        try:
            account = await platform.account()
            if account.currency != campaign["currency"]:
                raise CurrencyChanged(platform.name, campaign["currency"], account.currency)
            found = await self._found_otherwise(ctx, platform, campaign, variations)
            if found is not None:
                return found  # one edit a look, each in its own commit; the next look finds the next
            first = day_of(ctx.now, campaign["zone"]) - SETTLES
            since = datetime(first.year, first.month, first.day, tzinfo=ZoneInfo(campaign["zone"]))
            rows = await every_hour(platform, since, ctx.now + timedelta(hours=1), campaign["currency"])
        except (Busy, OutcomeUnknown) as busy:
            raise RetryLater(str(busy), after=busy.after) from busy
        except PlatformError as error:
            return await self._trouble(ctx, campaign, error)
        absorbed = await hours.absorb(ctx.store, campaign["platform"], rows, named(campaign, variations), ctx.now)
        ledger = campaigns.ledger_of(campaign).with_report(await _reported(ctx, campaign, variations, rows))
        today = day_of(ctx.now, campaign["zone"])
        for variation in variations:  # what was not answered for a day is not counted any longer
            if variation["status"] not in (DRAFT, GONE) and not await _under_way(ctx, variation):
                told = campaigns.unanswered(variation, ctx.now)
                live = campaigns.most_live(variation["status"], int(variation["budget"]), told)
                ledger = ledger.with_budget(variation["_id"], live, today)
        noted = {
            "ledger": written(ledger.at(day_of(ctx.now, campaign["zone"]))),
            "collected_at": ctx.now,
            "trouble": "",
        }
        if account.smallest_daily_budget is not None:
            noted["smallest_budget"] = account.smallest_daily_budget.amount
        ops: list[Op] = [
            *absorbed.ops,
            Update("campaigns", campaign["_id"], {"set": noted}, expect=campaign["version"]),
        ]
        event = Event(name="ads.collected", data={"hours": absorbed.fresh + absorbed.grown})
        reach = partial(frequency.collect, ctx.store, platform, account.zone, variations, ctx.now)
        return Acted(ops=tuple(ops), posts=absorbed.posts, event=event, afterwards=reach)

    async def _found_otherwise(
        self, ctx: Context, platform: Platform, campaign: Document, variations: Sequence[Document]
    ) -> Acted | None:
        """What somebody edited or deleted by hand, or what came late of a change of ours."""
        for variation in variations:
            if variation["status"] == DRAFT and variation.get("unsure") and not variation.get("open_change"):
                launched = await _launched_after_all(ctx, platform, campaign, variation)
                if launched is not None:
                    return launched
            if variation["status"] in (DRAFT, GONE) or await _under_way(ctx, variation):
                continue
            try:
                state = await platform.read(campaigns.variation_ref(variation))
            except Gone:
                ops, posts = gone(campaign, variation, ctx.now, left(variations, variation))
                return Acted(ops=ops, posts=posts, event=_missed("it was deleted on the platform").event)
            known = campaigns.known_state(variation, campaign["currency"])
            if known is None or known.differences(state) or variation.get("unsure"):
                if known is not None and not known.differences(state):
                    ops, posts = adopted(campaign, variation, state, ctx.now, left(variations, variation))
                    return Acted(ops=ops, event=_missed("what came of a change was looked at").event)
                ops, posts = adopted(campaign, variation, state, ctx.now, left(variations, variation))
                return Acted(ops=ops, posts=posts, event=_missed("it was edited on the platform").event)
        return None

    async def _trouble(self, ctx: Context, campaign: Document, error: PlatformError) -> Acted:
        """A person has to look: the account, its currency, a permission."""
        noted = {"trouble": error.text, "trouble_code": error.code, "trouble_at": ctx.now}
        posts: tuple[Post, ...] = ()
        if getattr(error, "expected", None):  # no amount means what it meant: nothing may go on
            event = Event(name="ads.pause_asked", data={"reason": error.text})
            posts = (Post(machine=campaigns.machine_of(campaign["_id"]), event=event),)
        event = Event(name="ads.not_collected", data={"reason": error.text})
        return Acted(ops=(Update("campaigns", campaign["_id"], {"set": noted}),), posts=posts, event=event)


def named(campaign: Mapping[str, Any], variations: Sequence[Document]) -> dict[str, Named]:
    """Whose hours the platform's ad sets have."""
    return {
        each["external"]["adset"]: Named(
            variation=each["_id"], campaign=campaign["_id"], currency=campaign["currency"],
            machine=campaigns.variation_machine(each["_id"]),
        )
        for each in variations
        if (each.get("external") or {}).get("adset")
    }  # fmt: skip


async def _reported(
    ctx: Context, campaign: Mapping[str, Any], variations: Sequence[Document], rows: Sequence[Hour]
) -> dict[str, dict[str, int]]:
    """Spend by day and variation. A report that shrank gives nothing back of what was reported before."""
    whose = named(campaign, variations)
    days: dict[str, dict[str, int]] = {}
    for row in rows:
        known = whose.get(row.external)
        if known is None or row.spend.currency != campaign["currency"]:
            continue
        day = days.setdefault(day_of(row.hour, campaign["zone"]).isoformat(), {})
        day[known.variation] = day.get(known.variation, 0) + row.spend.amount
    before = campaigns.ledger_of(campaign).reported
    for key, amounts in days.items():
        for variation, amount in (before.get(key) or {}).items():
            amounts[variation] = max(amount, amounts.get(variation, 0))
    return days


async def _launched_after_all(
    ctx: Context, platform: Platform, campaign: Document, variation: Document
) -> Acted | None:  # fmt: skip
    """A launch that was given up: what the platform made of it is followed; None while it may still make it."""
    ref = await platform.find("variation", variation["_id"])
    if ref is not None and ref.external.get("adset") and ref.external.get("ad"):
        ops, posts = adopted(campaign, variation, await platform.read(ref), ctx.now, 1)
        noted = Update("variations", variation["_id"], {"set": {"launched_at": ctx.now, "unstarted": True}})
        return Acted(ops=(*ops, noted), posts=posts, event=_missed("a launch came about late").event)
    if campaigns.unanswered(variation, ctx.now):
        return None
    today = day_of(ctx.now, campaign["zone"])
    ledger = campaigns.ledger_of(campaign).with_budget(variation["_id"], 0, today)
    return Acted(
        ops=(
            Update("campaigns", campaign["_id"], {"set": {"ledger": written(ledger)}}, expect=campaign["version"]),
            Update("variations", variation["_id"], {"set": {"unsure": False}}, expect=variation["version"]),
        ),
        event=_missed("a launch did not come about").event,
    )


async def _under_way(ctx: Context, variation: Document) -> bool:
    """A change that the platform may be hearing of right now is that change's affair."""
    if not variation.get("open_change"):
        return False
    intent = await ctx.store.get("ad_intents", variation["open_change"])
    return intent is not None and intent["state"] == intents.EXECUTING


def _missed(reason: str) -> Acted:
    return Acted(event=Event(name="ads.not_collected", data={"reason": reason}))
