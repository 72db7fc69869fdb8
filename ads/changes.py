"""What the ads room writes in our own store, each in the commit of the step that asked for it, and each repeatable."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

import msgspec

from ads import bids, campaigns, intents, steps
from ads.campaigns import ACTIVE, DRAFT, GONE, PAUSED
from ads.intents import AUTOPILOT, GUARD, Wanted, Wish
from ads.serving import capacity_left
from engine.model import Event
from engine.values import Money
from runtime.verbs import Changed, Context, Post, Start
from storage.store import Document, Op, Update

_NOTHING = "nothing would change"
BELOW_SMALLEST = "below the platform's smallest budget"  # variation.yaml knows it by these words
Facts = dict[str, Any]  # the record `ad_facts`


class Share(msgspec.Struct, frozen=True, kw_only=True):
    """What a variation's daily budget should become when the campaign's is divided anew."""

    variation: str
    budget: Money
    reason: str
    decision: dict[str, Any] = {}
    facts: Facts = {}


class Noticed(msgspec.Struct, frozen=True, kw_only=True):
    """What the table `anomaly` made of a variation's facts: its row and reason, and whether the figures are sound."""

    row: str = ""
    because: str = ""
    data_ok: bool = True


class Knowledge(Protocol):
    """What is known of a campaign's variations; see `ads.facts`."""

    async def of(self, ctx: Context, campaign: Document, variations: Sequence[Document]) -> dict[str, Facts]:
        """By variation."""
        ...

    def noticed(self, org: str, facts: Facts) -> Noticed: ...

    async def shares(
        self, ctx: Context, campaign: Document, variations: Sequence[Document], facts: Mapping[str, Facts]
    ) -> list[Share]: ...


class Changes:
    """The verbs of the sort `change`."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._knowledge = knowledge

    async def stage(self, ctx: Context, args: dict[str, Any]) -> Changed:
        changes = {"stage": str(args["stage"]), "stage_reason": str(args.get("reason") or ""), "stage_at": ctx.now}
        return Changed(ops=(Update("variations", str(args["variation"]), {"set": changes}),))

    async def propose(self, ctx: Context, args: dict[str, Any]) -> Changed:
        """Refused without a word to the platform when another change is under way, or there is nothing to change."""
        variation = await campaigns.variation(ctx.store, str(args["variation"]))
        campaign = await campaigns.one(ctx.store, variation["campaign"])
        kind = str(args["kind"])
        if variation["status"] in (DRAFT, GONE):
            return _not_proposed("it is not on the platform")
        posts: tuple[Post, ...] = ()
        if variation.get("open_change"):
            if kind != "pause":
                return _not_proposed("another change is under way")
            posts = (called_off(variation, "it is to be paused"),)
        if kind == "resume" and await capacity_left(ctx.store, campaign, ctx.now) == 0:
            return _not_proposed("nobody else can be served today")
        largest = campaigns.policy_of(await ctx.store.get("orgs", ctx.org), campaign).largest_step_pct
        wanted = _wanted(kind, args, campaign, variation, largest, ctx.now)
        if isinstance(wanted, str):
            return _not_proposed(wanted)
        if wanted.budget is not None and wanted.budget < int(campaign.get("smallest_budget") or 0):
            return _not_proposed(BELOW_SMALLEST)
        decision = args.get("decision")
        wish = Wish(
            kind=msgspec.convert(kind, intents.Kind),
            wanted=wanted,
            by=AUTOPILOT,
            reason=str(args.get("reason") or ""),
            decision=decision if isinstance(decision, dict) else {},
            facts=dict(variation.get("facts") or {}),
        )
        made, start = wish_for(ctx, variation, wish)
        return Changed(ops=tuple(made), starts=(start,), posts=posts)

    async def weigh(self, ctx: Context, args: dict[str, Any]) -> Changed:
        intent = await intents.one(ctx.store, str(args["change"]))
        variation = await campaigns.variation(ctx.store, intent["variation"])
        campaign = await campaigns.one(ctx.store, intent["campaign"])
        moot = _moot(intent, variation)
        if moot:
            return Changed(event=Event(name="ads.moot", data={"reason": moot}))
        guardrail = campaigns.policy_of(await ctx.store.get("orgs", ctx.org), campaign)
        step = await self.step(ctx, intent, campaign, variation)
        noted = Update("ad_intents", intent["_id"], {"set": {"step": _kept_step(step)}})
        return Changed(
            ops=(noted,), event=Event(name="ads.weighed", data={"step": step, "guardrail": guardrail.record()})
        )

    async def step(self, ctx: Context, intent: Document, campaign: Document, variation: Document) -> dict[str, Any]:
        """The record `ad_step` as of now; the dispatcher asks for it again when the change is made."""
        known = await self._knowledge.of(ctx, campaign, [variation]) if variation["status"] != DRAFT else {}
        facts = known.get(variation["_id"]) or {"data_ok": True}
        return intents.weighed(intent, campaign, variation, ctx.now, facts)

    async def ask_approval(self, ctx: Context, args: dict[str, Any]) -> Changed:
        intent = str(args["change"])
        changes = {"state": intents.ASKING, "asked_at": ctx.now, "asks_because": str(args.get("reason") or "")}
        return Changed(ops=(Update("ad_intents", intent, {"set": changes}),))

    async def settle(self, ctx: Context, args: dict[str, Any]) -> Changed:
        """The end of a change. What the platform was told and did not confirm, `ads.collect` looks at."""
        intent = await intents.one(ctx.store, str(args["change"]))
        variation = await campaigns.variation(ctx.store, intent["variation"])
        outcome, reason = str(args["outcome"]), str(args.get("reason") or "")
        unsure = intent["state"] == intents.EXECUTING and outcome != intents.DONE
        ended = {"state": outcome, "outcome": reason, "ended_at": ctx.now}
        ops: list[Op] = [Update("ad_intents", intent["_id"], {"set": ended})]
        changes: dict[str, Any] = {"unsure": True} if unsure else {}
        if variation.get("open_change") == intent["_id"]:
            changes["open_change"] = ""
        if changes:
            ops.append(Update("variations", variation["_id"], {"set": changes}, expect=variation["version"]))
        data = {
            "change": intent["_id"],
            "variation": variation["_id"],
            "kind": intent["kind"],
            "reason": reason or str(intent["reason"]),
        }
        name = "ads.changed" if outcome == intents.DONE else "ads.unchanged"
        if name == "ads.unchanged":
            data["outcome"] = outcome
        starts: tuple[Start, ...] = ()
        if outcome == intents.DONE and intent["kind"] == "launch":
            starts = (variation_start(variation),)
        told = Post(machine=campaigns.machine_of(intent["campaign"]), event=Event(name=name, data=data))
        posts = [told, *([heard(variation, Event(name=name, data=data))] if _lives(variation, starts) else [])]
        if intent["kind"] == "launch" and outcome != intents.DONE:
            posts += await self._nothing_launched(ctx, intent, reason)
        return Changed(ops=tuple(ops), posts=tuple(posts), starts=starts)

    async def _nothing_launched(self, ctx: Context, intent: Document, reason: str) -> list[Post]:
        """The last launch that failed says so to a campaign of which nothing runs."""
        others = await campaigns.variations(ctx.store, intent["campaign"])
        waits = [
            v for v in others if v["_id"] != intent["variation"] and (v.get("open_change") or v["status"] == ACTIVE)
        ]
        if waits:
            return []
        event = Event(name="ads.not_launchable", data={"reason": reason or "nothing could be launched"})
        return [Post(machine=campaigns.machine_of(intent["campaign"]), event=event)]


def variation_start(variation: Mapping[str, Any]) -> Start:
    data = {"variation": variation["_id"]}
    return Start(
        definition=campaigns.VARIATION_LIFECYCLE,
        machine=campaigns.variation_machine(variation["_id"]),
        data=data,
        links={"campaign": campaigns.machine_of(variation["campaign"])},
    )


def called_off(variation: Mapping[str, Any], reason: str) -> Post:
    """Something more urgent takes the place of the change that is under way."""
    event = Event(name="ads.declined", data={"by": GUARD, "reason": reason})
    return Post(machine=intents.machine_of(str(variation["open_change"])), event=event)


def kept_facts(facts: Facts) -> dict[str, Any]:
    """For the store: money as minor units; without the periods, which are read anew for whoever asks."""
    told = {name: value for name, value in facts.items() if not isinstance(value, dict)}
    return {name: value.amount if isinstance(value, Money) else value for name, value in told.items()}


def _kept_step(step: Mapping[str, Any]) -> dict[str, Any]:
    return kept_facts(dict(step))


def wish_for(ctx: Context, variation: Document, wish: Wish) -> tuple[list[Op], Start]:
    id = intents.id_from(ctx.org, f"{ctx.key}/{variation['_id']}/{wish.kind}")
    return intents.recorded(id, wish, variation, ctx.now), intents.begin(id, variation)


def _wanted(
    kind: str, args: Mapping[str, Any], campaign: Document, variation: Document, largest_pct: float, now: datetime
) -> Wanted | str:  # fmt: skip
    """Or why there is nothing to do."""
    if kind == "bid":
        amounts = {name: None if args.get(name) is None else int(args[name].amount) for name in ("bid", "limit")}
        bid = bids.wanted(variation, now, largest_pct, step_pct=args.get("change_pct"), **amounts)
        return bid if isinstance(bid, str) else Wanted(bid=bid)
    if kind == "pause":
        return _NOTHING if variation["status"] == PAUSED else Wanted(status="paused")
    if kind == "resume":
        return _NOTHING if variation["status"] == ACTIVE else Wanted(status="active")
    before = int(variation["budget"])
    highest = steps.highest(before, steps.day_ago(steps.BUDGET, variation, now), largest_pct)
    if args.get("budget") is not None:
        after = int(args["budget"].amount)
    else:
        after = campaigns.money(campaign, before).__mul__(1 + float(args.get("change_pct") or 0.0) / 100).amount
        after = max(before, min(after, highest)) if after > before else after
    if args.get("limit") is not None and after > before:
        after = max(before, min(after, int(args["limit"].amount)))
    return _NOTHING if after == before or after <= 0 else Wanted(budget=after)


def _moot(intent: Document, variation: Document) -> str:
    if intent["state"] not in intents.UNDER_WAY:
        return "it was settled"
    if variation["status"] == GONE:
        return "it is no longer on the platform"
    return ""


def heard(variation: Mapping[str, Any], event: Event) -> Post:
    return Post(machine=campaigns.variation_machine(variation["_id"]), event=event)


def _lives(variation: Mapping[str, Any], starts: Sequence[Start]) -> bool:
    """A variation that was never launched has no machine that could hear."""
    return variation["status"] != DRAFT or bool(starts)


def _not_proposed(reason: str) -> Changed:
    return Changed(event=Event(name="ads.not_proposed", data={"reason": reason}))
