"""The one place from which an ad platform is told anything: rehearse, weigh once more, reserve, tell, read back.

The order is what makes a crash harmless. Before the platform hears of more money, the campaign's ledger counts it (in
a commit that fails if anybody else changed the campaign meanwhile); after it heard of less, the ledger goes on
counting the more until the platform was read back. A repeated attempt reads first: what is there already is not told
again, and what somebody edited meanwhile is not overwritten.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import msgspec

from ads import bids, campaigns, intents, law, steps
from ads.changes import Changes
from ads.drift import adopted, gone, left
from ads.failures import ChangedByHand, CurrencyChanged, Gone, OutcomeUnknown, PlatformError
from ads.failures import RetryLater as Busy
from ads.ledger import day_of, written
from ads.platform import Platform, State
from ads.policy import PLATFORM_CHANGES
from ads.running import switched
from ads.telling import Contents, HeldBack, Job, NoContents, standing, tell, with_uploads
from ads.units import BadUnit
from engine.model import Decision, Event
from runtime.verbs import Acted, Context, RetryLater
from storage.errors import Conflict
from storage.store import Op, Update

Connect = Callable[[str, str], Awaitable[Platform | None]]  # (org, platform's name)
Weigh = Callable[[str, dict[str, Any]], Awaitable[Decision | None]]  # (org, facts): rules/ad_guardrails.yaml
GUARDRAILS = "ad_guardrails"
_AGAIN = timedelta(minutes=20)
_TRIES = 5


class Dispatcher:
    """`weigh` asks the guardrails' table that is in force; without one nothing that raises spending goes out."""

    def __init__(self, connect: Connect, weigh: Weigh, changes: Changes, contents: Contents | None = None) -> None:
        self._connect = connect
        self._weigh = weigh
        self._changes = changes
        self._contents = contents or NoContents()

    async def rehearse(self, ctx: Context, args: dict[str, Any]) -> Acted:
        """`ads.rehearse`: the state before, and the platform's own opinion; nothing is changed."""
        try:
            job = await self._job(ctx, args)
            before = await standing(job)
            receipts = await tell(job, before, dry_run=True)
        except Busy as busy:
            raise RetryLater(str(busy), after=busy.after) from busy
        except Gone:
            return await self._gone(ctx, args)
        except (PlatformError, BadUnit, HeldBack) as error:
            return _event("ads.failed", reason=_words(error), code=getattr(error, "code", ""))
        noted = {
            "before": None if before is None else campaigns.kept_state(before),
            "rehearsed_at": ctx.now,
            "requests": [msgspec.to_builtins(request) for receipt in receipts for request in receipt.requests][:20],
        }
        sent = sum(len(receipt.requests) for receipt in receipts)
        return Acted(
            ops=(Update("ad_intents", job.intent["_id"], {"set": noted}),),
            event=Event(name="ads.rehearsed", data={"requests": sent}),
        )

    async def execute(self, ctx: Context, args: dict[str, Any]) -> Acted:
        """`ads.execute`. Raises RetryLater when the platform is busy, or did not say what became of it."""
        intent = await intents.one(ctx.store, str(args["change"]))
        if intent["state"] == intents.DONE:
            return _event("ads.executed", change=intent["_id"])
        if intent["state"] not in intents.UNDER_WAY:
            return Acted()  # settled meanwhile; if the platform was told, `ads.collect` finds what came of it
        try:
            return await self._execute(ctx, args)
        except (Busy, OutcomeUnknown) as later:
            raise RetryLater(str(later), after=later.after) from later
        except Gone:
            return await self._gone(ctx, args)
        except ChangedByHand as edited:
            return await self._edited(ctx, args, edited.found)
        except (PlatformError, BadUnit) as error:
            return _event("ads.failed", reason=_words(error), code=getattr(error, "code", "ads.failed"))
        except HeldBack as held:
            return _event("ads.held_back", reason=held.reason, code=held.code)

    async def _execute(self, ctx: Context, args: dict[str, Any]) -> Acted:
        job = await self._job(ctx, args)
        before = await standing(job)
        if before is not None and job.intent["state"] == intents.EXECUTING and intents.fits(before, job.wanted):
            return await _finished(ctx, job, before)  # an earlier attempt did it, and did not live to say so
        if before is not None and job.intent.get("before") is not None:
            planned = campaigns.read_state(job.intent["before"], before.ref, job.currency)
            if planned.differences(before) and not intents.fits(before, job.wanted):
                return await self._edited(ctx, args, before)
        job = await self._reserved(ctx, job)
        try:
            await tell(await with_uploads(job, ctx.store, self._contents), before)
        except PlatformError as error:
            if error.changed_nothing:
                await _untold(ctx, job)
            raise
        job = await self._job(ctx, args)
        after = await standing(job)
        if after is None or not intents.fits(after, job.wanted):
            raise RetryLater("the platform does not show the change yet", after=timedelta(minutes=1))
        return await _finished(ctx, job, after)

    async def _job(self, ctx: Context, args: dict[str, Any]) -> Job:
        intent = await intents.one(ctx.store, str(args["change"]))
        variation = await campaigns.variation(ctx.store, intent["variation"])
        campaign = await campaigns.one(ctx.store, intent["campaign"])
        if variation.get("open_change") != intent["_id"] and intent["state"] != intents.EXECUTING:
            raise HeldBack("ads.superseded", "something more urgent took its place")
        platform = await self._connect(ctx.org, campaign["platform"])
        if platform is None:
            raise HeldBack("ads.no_account", f"no {campaign['platform']} account is connected")
        return Job(intent, campaign, variation, platform)

    async def _reserved(self, ctx: Context, job: Job) -> Job:
        """Weighed anew and counted in the ledger, in one commit; whoever was faster is seen on the next try."""
        for _ in range(_TRIES):
            step = await self._allowed(ctx, job)
            today = day_of(ctx.now, job.campaign["zone"])
            counted = campaigns.ledger_of(job.campaign).with_budget(
                job.variation["_id"], self._most(ctx, job, step), today
            )
            told = {"at": ctx.now, "status": job.wanted.status, "budget": job.wanted.budget}
            changes: dict[str, Any] = {
                "unsure": True,
                "told": [*campaigns.unanswered(job.variation, ctx.now), told],
            }
            if job.wanted.budget is not None and job.intent["kind"] != "launch":
                changes |= steps.sent(steps.BUDGET, job.variation, ctx.now)
            if job.wanted.bid is not None:
                changes |= steps.sent(steps.BID, job.variation, ctx.now)
            ops: list[Op] = [
                Update("campaigns", job.campaign["_id"], {"set": {"ledger": written(counted)}},
                       expect=job.campaign["version"]),
                Update("variations", job.variation["_id"], {"set": changes}, expect=job.variation["version"]),
                Update("ad_intents", job.intent["_id"], {"set": {"state": intents.EXECUTING, "executing_at": ctx.now}},
                       expect=job.intent["version"]),
            ]  # fmt: skip
            try:
                await ctx.store.commit(ops)
                return await self._job(ctx, {"change": job.intent["_id"]})
            except Conflict:
                job = await self._job(ctx, {"change": job.intent["_id"]})
                if job.intent["state"] not in intents.UNDER_WAY:
                    raise HeldBack("ads.settled", "it was settled meanwhile") from None
        raise RetryLater("the campaign is changed by others all the time", after=timedelta(seconds=5))

    @staticmethod
    def _most(ctx: Context, job: Job, step: law.Step) -> int:
        """The largest budget that may be in force from the moment on that the platform is told."""
        told = [
            *campaigns.unanswered(job.variation, ctx.now),
            {"status": job.wanted.status, "budget": job.wanted.budget},
        ]
        now = campaigns.most_live(str(job.variation["status"]), int(job.variation["budget"]), told)
        return max(step.before, step.after, step.possible, now)

    async def _allowed(self, ctx: Context, job: Job) -> law.Step:
        """The table that is in force, and then what no table can lift. Raises HeldBack."""
        approved = bool(job.intent.get("approved_by"))
        step = intents.step_of(job.wanted, job.campaign, job.variation, ctx.now, approved=approved)
        breach = law.breach(
            campaigns.caps_of(job.campaign), campaigns.ledger_of(job.campaign), step,
            day_of(ctx.now, job.campaign["zone"]),
        )  # fmt: skip
        breach = breach or bids.breach(
            campaigns.caps_of(job.campaign), job.variation, job.wanted.bid, ctx.now, approved=approved,
            by_person=bool(job.intent["by_person"]),
        )  # fmt: skip
        if breach is not None:
            raise HeldBack(breach.code, breach.reason)
        raises = step.raises or bids.raises(bids.of(job.variation), job.wanted.bid)
        if raises:
            account = await job.platform.account()
            if account.currency != job.currency:
                raise CurrencyChanged(job.platform.name, job.currency, account.currency)
        org = await ctx.store.get("orgs", ctx.org)
        facts = await self._changes.step(ctx, job.intent, job.campaign, job.variation)
        decision = await self._weigh(ctx.org, {**facts, "guardrail": campaigns.policy_of(org, job.campaign).record()})
        if decision is None:
            if raises:
                raise HeldBack("ads.no_guardrails", "no guardrails are in force: nothing spends more without them")
            return step
        verdict = decision.result if isinstance(decision.result, dict) else {}
        if verdict.get("verdict") == "wait":
            raise RetryLater(str(verdict.get("reason")), after=_AGAIN)
        if verdict.get("verdict") != "go":
            raise HeldBack("ads.guardrail", str(verdict.get("reason") or "the guardrails do not allow it"))
        if _too_often(job, ctx):
            raise RetryLater("budgets and bids change only so often in an hour", after=_AGAIN)
        return step

    async def _gone(self, ctx: Context, args: dict[str, Any]) -> Acted:
        intent = await intents.one(ctx.store, str(args["change"]))
        campaign = await campaigns.one(ctx.store, intent["campaign"])
        variation = await campaigns.variation(ctx.store, intent["variation"])
        if intent["wanted"].get("status") == "deleted":  # that it is gone is what was wanted
            return await _finished(ctx, Job(intent, campaign, variation, None), None)  # type: ignore[arg-type]
        others = left(await campaigns.variations(ctx.store, campaign["_id"]), variation)
        ops, posts = gone(campaign, variation, ctx.now, others)
        event = Event(name="ads.failed", data={"reason": "it was deleted on the platform", "code": "ads.gone"})
        return Acted(ops=ops, posts=posts, event=event)

    async def _edited(self, ctx: Context, args: dict[str, Any], found: Any) -> Acted:
        """What a person set on the platform counts; nothing is written over it."""
        intent = await intents.one(ctx.store, str(args["change"]))
        campaign = await campaigns.one(ctx.store, intent["campaign"])
        variation = await campaigns.variation(ctx.store, intent["variation"])
        others = left(await campaigns.variations(ctx.store, campaign["_id"]), variation)
        ops, posts = adopted(campaign, variation, found, ctx.now, others)
        reason = "somebody edited it on the platform meanwhile"
        return Acted(
            ops=ops, posts=posts, event=Event(name="ads.held_back", data={"reason": reason, "code": "ads.edited"})
        )


async def _untold(ctx: Context, job: Job) -> None:
    """The platform said that it did nothing: it will not do it later either."""
    variation = await campaigns.variation(ctx.store, job.variation["_id"])
    told = (variation.get("told") or [])[:-1]
    try:
        await ctx.store.commit([Update("variations", variation["_id"], {"set": {"told": told}}, variation["version"])])
    except Conflict:
        return  # it stays counted for a day, which is only careful


async def _finished(ctx: Context, job: Job, after: State | None) -> Acted:
    """Read back: from now on our record is what the platform showed; what it has not answered stays counted."""
    variation, today = job.variation, day_of(ctx.now, job.campaign["zone"])
    status = "deleted" if after is None else after.status
    budget = int(variation["budget"]) if after is None or after.budget is None else after.budget.amount
    told = campaigns.unanswered(variation, ctx.now)[:-1]  # the last one is what was read back
    live = campaigns.most_live(status, budget, told) if after is not None else 0
    counted = campaigns.ledger_of(job.campaign).with_budget(variation["_id"], live, today)
    ours = campaigns.GONE if status == "deleted" else status
    changes: dict[str, Any] = {
        "status": ours,
        "told": told,
        "unsure": False,
        "budget": budget,
        "stopped_with_campaign": bool(variation.get("stopped_with_campaign")) and ours == campaigns.PAUSED,
    }
    changes |= switched(variation, ours, ctx.now)
    if variation["status"] != campaigns.DRAFT:
        changes |= steps.changed(steps.BUDGET, variation, budget, ctx.now)
        bid = None if after is None or after.bid is None else after.bid.amount
        changes |= bids.stepped(variation, bid, ctx.now) if after is not None else {}
    else:
        changes |= {"launched_at": ctx.now}
    if after is not None:
        changes |= {"external": dict(after.ref.external), "known": campaigns.kept_state(after)}
    done = {"state": intents.DONE, "after": None if after is None else campaigns.kept_state(after), "made_at": ctx.now}
    campaign_changes: dict[str, Any] = {"ledger": written(counted)}
    if after is not None and after.ref.external.get("campaign") and not job.campaign.get("external"):
        campaign_changes["external"] = {"campaign": after.ref.external["campaign"]}
    ops: list[Op] = [
        Update("campaigns", job.campaign["_id"], {"set": campaign_changes}, expect=job.campaign["version"]),
        Update("variations", variation["_id"], {"set": changes}, expect=variation["version"]),
        Update("ad_intents", job.intent["_id"], {"set": done}, expect=job.intent["version"]),
    ]
    return Acted(ops=tuple(ops), event=Event(name="ads.executed", data={"change": job.intent["_id"]}))


def _too_often(job: Job, ctx: Context) -> bool:
    """Whatever the table says: platforms refuse more, and count what they refuse."""
    changes_budget = job.wanted.budget is not None and job.wanted.budget != int(job.variation["budget"])
    if changes_budget and steps.changes_last_hour(steps.BUDGET, job.variation, ctx.now) >= PLATFORM_CHANGES:
        return True
    changes_bid = job.wanted.bid is not None and job.wanted.bid != bids.of(job.variation)
    return changes_bid and steps.changes_last_hour(steps.BID, job.variation, ctx.now) >= PLATFORM_CHANGES


def _event(name: str, **data: Any) -> Acted:
    return Acted(event=Event(name=name, data=data))


def _words(error: Exception) -> str:
    return error.reason if isinstance(error, HeldBack) else str(error)
