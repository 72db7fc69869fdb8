"""Intents: a change wanted on a platform, stored before the platform hears of it, with the state that it would replace.

States: open (being weighed and rehearsed), asking (a person has to approve), executing (the platform may have been
told), and the ends: done (made, and read back), held_back (by the guardrails, the caps, or an edit by hand), declined,
expired, failed, moot (there was nothing left to do). A variation has one change under way at a time.

`before` is what the platform said just before; rolling back wants exactly that. Of a launch the state before is that
there was nothing, so its rollback deletes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal, get_args

import msgspec

from ads import bids, campaigns, law, steps
from ads.ledger import day_of
from ads.platform import Change, State
from engine.values import Money, encode
from runtime.verbs import Start
from storage.store import Document, Insert, Op, OrgStore, Update

LIFECYCLE = "lifecycle:ad_change"
OPEN, ASKING, EXECUTING = "open", "asking", "executing"
DONE, HELD_BACK, DECLINED, EXPIRED, FAILED, MOOT = "done", "held_back", "declined", "expired", "failed", "moot"
UNDER_WAY = (OPEN, ASKING, EXECUTING)
AUTOPILOT, GUARD = "autopilot", "guard"  # who wants it, if it is no person; the guard keeps caps as days go by

Kind = Literal["launch", "budget", "bid", "pause", "resume", "end", "rollback"]
KINDS: tuple[str, ...] = get_args(Kind)


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """How it is to be on the platform; None leaves it as it is. Budget and bid in minor units; a bid of 0 is none."""

    status: str | None = None
    budget: int | None = None
    name: str | None = None
    bid: int | None = None


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """A change that somebody wants, with the reason: the decision that a table made, or a person's words.

    `approved_by` only for what a person approved already: the launch of a campaign that was approved.
    """

    kind: Kind
    wanted: Wanted
    by: str
    reason: str = ""
    decision: dict[str, Any] = {}
    facts: dict[str, Any] = {}
    approved_by: str = ""
    undoes: str = ""

    @property
    def by_person(self) -> bool:
        return self.by not in (AUTOPILOT, GUARD)


def machine_of(intent: str) -> str:
    return f"change:{intent}"


def id_from(org: str, key: str) -> str:
    """The same request, repeated, makes the same intent."""
    return "i" + hashlib.sha256(f"{org}\x1f{key}".encode()).hexdigest()[:19]


def recorded(id: str, wish: Wish, variation: Document, now: datetime) -> list[Op]:
    """The intent, and the variation's claim; a second one at the same time is a `Conflict`."""
    document = {
        "_id": id,
        "campaign": variation["campaign"],
        "variation": variation["_id"],
        "angle": variation["angle"],
        "kind": wish.kind,
        "wanted": msgspec.to_builtins(wish.wanted),
        "by": wish.by,
        "by_person": wish.by_person,
        "reason": wish.reason,
        "decision": encode(wish.decision),
        "facts": encode(wish.facts),
        "budget_before": int(variation["budget"]),
        "bid_before": bids.of(variation),
        "status_before": variation["status"],
        "approved_by": wish.approved_by,
        "undoes": wish.undoes,
        "state": OPEN,
        "outcome": "",
        "at": now,
    }
    claim = Update("variations", variation["_id"], {"set": {"open_change": id}}, expect=variation["version"])
    return [Insert("ad_intents", document), claim]


def begin(id: str, variation: Mapping[str, Any]) -> Start:
    links = {
        "variation": campaigns.variation_machine(variation["_id"]),
        "campaign": campaigns.machine_of(variation["campaign"]),
    }
    return Start(definition=LIFECYCLE, machine=machine_of(id), data={"change": id}, links=links)


def wanted_of(intent: Mapping[str, Any]) -> Wanted:
    return msgspec.convert(intent["wanted"], Wanted)


def change_of(wanted: Wanted, currency: str) -> Change:
    """For the platform."""
    budget = None if wanted.budget is None else Money(wanted.budget, currency)
    bid = None if wanted.bid is None else Money(wanted.bid, currency)
    status: Any = wanted.status
    return Change(status=status, budget=budget, name=wanted.name, bid=bid)


def fits(state: State, wanted: Wanted) -> bool:
    """Whether the platform says what was wanted."""
    return (
        wanted.status in (None, state.status)
        and (wanted.budget is None or (state.budget is not None and state.budget.amount == wanted.budget))
        and wanted.name in (None, state.name)
        and (wanted.bid is None or (state.bid is not None and state.bid.amount == wanted.bid))
    )


def step_of(wanted: Wanted, campaign: Document, variation: Document, now: datetime, *, approved: bool) -> law.Step:
    """What the change comes to in money, by our record of how it stands."""
    status = wanted.status if wanted.status is not None else str(variation["status"])
    budget = wanted.budget if wanted.budget is not None else int(variation["budget"])
    launched = variation["status"] not in (campaigns.DRAFT, campaigns.GONE)
    pct = law.change_pct(
        int(variation["budget"]) if launched else 0,
        budget,
        steps.day_ago(steps.BUDGET, variation, now) if launched else None,
    )
    return law.Step(
        variation=variation["_id"],
        before=campaigns.live_budget(variation),
        after=budget if status == "active" else 0,
        pct=pct,
        currency=str(campaign["currency"]),
        approved=approved,
        possible=campaigns.most_live(status, budget, campaigns.unanswered(variation, now)),
    )


def weighed(
    intent: Document, campaign: Document, variation: Document, now: datetime, facts: Mapping[str, Any]
) -> dict[str, Any]:
    """The record `ad_step`, for the guardrails' table."""
    wanted, today = wanted_of(intent), day_of(now, campaign["zone"])
    step = step_of(wanted, campaign, variation, now, approved=bool(intent.get("approved_by")))
    after = campaigns.ledger_of(campaign).with_budget(
        variation["_id"], max(step.after, step.before, step.possible), today
    )
    of_bid, before = intent["kind"] == "bid", bids.of(variation)
    changed = variation.get("changed_at") or variation.get("launched_at")
    money = {key: campaigns.money(campaign, int(campaign.get(key) or 0)) for key in ("daily_cap", "monthly_cap")}
    return {
        "kind": str(intent["kind"]),
        "raises": step.raises or bids.raises(before, wanted.bid),
        "lifts": bids.lifts(before, wanted.bid),
        "capped": all(amount.amount > 0 for amount in money.values()),
        "by_person": bool(intent["by_person"]) or intent["kind"] == "launch",
        "approved": step.approved,
        "exposure": campaigns.money(campaign, max(after.exposure(today), after.live_total)),
        "month": campaigns.money(campaign, after.month(today)),
        **money,
        "change_pct": max(step.pct, bids.change_pct(variation, wanted.bid, now)),
        "changes_last_hour": steps.changes_last_hour(steps.BID if of_bid else steps.BUDGET, variation, now),
        "hours_since_change": _hours(bids.changed_at(variation) if of_bid else changed, now),
        "conversions": int(facts.get("conversions") or 0),
        "data_ok": bool(facts.get("data_ok")),
    }


def _hours(since: datetime | None, now: datetime) -> float:
    return 10_000.0 if since is None else round((now - since).total_seconds() / 3600, 2)


def undoing(intent: Document, by: str, reason: str) -> Wish:
    """The wish to have everything as it was before this change. Raises LookupError when it was never made."""
    if intent["state"] not in (DONE, EXECUTING, FAILED) or (intent["state"] != DONE and not intent.get("before")):
        raise LookupError("this change was never made, so there is nothing to take back")
    before = intent.get("before")
    if before is None:  # there was nothing before a launch
        wanted = Wanted(status="deleted")
    else:
        wanted = Wanted(status=before["status"], budget=before["budget"], name=before["name"], bid=before.get("bid"))
    return Wish(kind="rollback", wanted=wanted, by=by, reason=reason, undoes=intent["_id"])


async def one(store: OrgStore, id: str) -> Document:
    """Raises LookupError."""
    found = await store.get("ad_intents", id)
    if found is None:
        raise LookupError(f"no change {id!r} in this business")
    return found
