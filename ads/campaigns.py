"""Campaigns and their variations as we keep them: what was wanted, what the platform was told, what it said last.

A campaign has one offer, one platform, a currency, a daily and a monthly cap; its ledger (see `ads.ledger`) says what
it may be spending. A variation is an angle with a budget of its own. Amounts are minor units of the campaign's
currency. The platform's ids stand beside ours in `external`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec

from ads import ledger, policy
from ads.law import Caps
from ads.ledger import Ledger
from ads.platform import Audience, Creative, Objective, Ref, State
from ads.policy import Policy
from engine.values import Money
from runtime.verbs import Start
from storage.store import Document, Insert, Op, OrgStore

DRAFT, WAITING, LAUNCHING, ACTIVE, PAUSED, ENDED = (
    "draft", "waiting_for_approval", "launching", "active", "paused", "ended"
)  # fmt: skip
LIVE = (LAUNCHING, ACTIVE, PAUSED)
GONE = "gone"  # a variation that somebody deleted on the platform
LIFECYCLE, VARIATION_LIFECYCLE = "lifecycle:campaign", "lifecycle:variation"
MOST_VARIATIONS = 20
UNANSWERED = timedelta(days=1)  # for so long a platform may still do what it was told and did not answer


class BadCampaign(ValueError):
    """What was asked for cannot be a campaign; `code` is stable, the text says why and what to do."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code


class NewVariation(msgspec.Struct, frozen=True, kw_only=True):
    """An angle to be shown. `budget` is its first daily budget."""

    angle: str
    name: str
    budget: Money
    creative: Creative


class NewCampaign(msgspec.Struct, frozen=True, kw_only=True):
    """A campaign to draft. `zone` is the ad account's time zone: the day of a daily budget. `key` names the request:
    the same one, repeated, makes the same campaign.
    """

    key: str
    name: str
    offer: str
    platform: str
    daily_cap: Money
    monthly_cap: Money
    variations: tuple[NewVariation, ...]
    audience: Audience
    objective: Objective = "messages"
    approval_pct: float = 20.0
    zone: str = "Africa/Nairobi"
    categories: tuple[str, ...] = ()
    policy: dict[str, float] = {}


def machine_of(campaign: str) -> str:
    return f"campaign:{campaign}"


def variation_machine(variation: str) -> str:
    return f"variation:{variation}"


def campaign_id(org: str, key: str) -> str:
    return "c" + hashlib.sha256(f"{org}\x1f{key}".encode()).hexdigest()[:15]


def variation_id(campaign: str, angle: str) -> str:
    return "v" + hashlib.sha256(f"{campaign}\x1f{angle}".encode()).hexdigest()[:15]


def drafted(org: str, new: NewCampaign, by: str, now: datetime) -> tuple[str, list[Op]]:
    """The id, and what to store. Raises BadCampaign."""
    check(new)
    id = campaign_id(org, new.key)
    document = {
        "_id": id,
        "name": new.name.strip(),
        "offer": new.offer,
        "platform": new.platform,
        "objective": new.objective,
        "currency": new.daily_cap.currency,
        "zone": new.zone,
        "daily_cap": new.daily_cap.amount,
        "monthly_cap": new.monthly_cap.amount,
        "approval_pct": new.approval_pct,
        "policy": dict(new.policy),
        "audience": msgspec.to_builtins(new.audience),
        "categories": list(new.categories),
        "state": DRAFT,
        "reason": "",
        "external": {},
        "at": now,
        "by": by,
    }
    return id, [Insert("campaigns", document), *(_variation(id, each, now) for each in new.variations)]


def _variation(campaign: str, new: NewVariation, now: datetime) -> Op:
    return Insert(
        "variations",
        {
            "_id": variation_id(campaign, new.angle),
            "campaign": campaign,
            "angle": new.angle,
            "name": new.name,
            "budget": new.budget.amount,
            "bid": 0,
            "creative": msgspec.to_builtins(new.creative),
            "status": DRAFT,
            "stage": "testing",
            "stage_reason": "",
            "external": {},
            "steps": [],
            "open_change": "",
            "at": now,
        },
    )


def check(new: NewCampaign) -> None:
    """Raises BadCampaign. That there are caps is asked at the launch, so that a draft may lack them."""
    currency = new.daily_cap.currency
    angles = [each.angle for each in new.variations]
    if not new.name.strip():
        raise BadCampaign("ads.campaign.name", "A campaign needs a name.")
    if not new.variations or len(angles) > MOST_VARIATIONS or len(set(angles)) != len(angles):
        raise BadCampaign("ads.campaign.variations", f"A campaign has 1 to {MOST_VARIATIONS} variations, one an angle.")
    if new.monthly_cap.currency != currency or any(each.budget.currency != currency for each in new.variations):
        raise BadCampaign("ads.campaign.currency", "Caps and budgets have to be in one currency.")
    if new.daily_cap.amount < 0 or new.monthly_cap.amount < 0 or any(v.budget.amount <= 0 for v in new.variations):
        raise BadCampaign("ads.campaign.amount", "A budget is more than nothing, and a cap is not less than nothing.")
    total = sum(each.budget.amount for each in new.variations)
    if new.daily_cap.amount and total > new.daily_cap.amount:
        raise BadCampaign(
            "ads.campaign.over_cap", "The budgets come to more than the daily cap: lower them, or raise the cap."
        )
    try:
        policy.of(new.policy, {"approval_pct": new.approval_pct})
    except policy.BadPolicy as error:
        raise BadCampaign("ads.campaign.policy", str(error)) from error


def begin(document: Mapping[str, Any], settings: Policy, first_report: datetime) -> Start:
    """The campaign's lifecycle with its cadence."""
    data = {
        "campaign": document["_id"],
        "watch_every": settings.watch_every,
        "pace_every": settings.pace_every,
        "rebalance_every": settings.rebalance_every,
        "report_every": timedelta(days=1),
        "first_report": first_report,
    }
    return Start(definition=LIFECYCLE, machine=machine_of(document["_id"]), data=data)


def caps_of(campaign: Mapping[str, Any]) -> Caps:
    return Caps(
        currency=campaign["currency"],
        daily=int(campaign.get("daily_cap") or 0),
        monthly=int(campaign.get("monthly_cap") or 0),
        approval_pct=float(campaign.get("approval_pct") or 0.0),
    )


def policy_of(org: Mapping[str, Any] | None, campaign: Mapping[str, Any]) -> Policy:
    """The campaign's approval percentage is the guardrail's: there is one."""
    own = (org or {}).get("settings") or {}
    return policy.of(own.get("ads"), campaign.get("policy"), {"approval_pct": campaign.get("approval_pct")})


def money(campaign: Mapping[str, Any], amount: int) -> Money:
    return Money(int(amount), str(campaign["currency"]))


def ledger_of(campaign: Mapping[str, Any]) -> Ledger:
    return ledger.read(campaign)


def live_budget(variation: Mapping[str, Any]) -> int:
    """What it may spend a day as it stands."""
    return int(variation["budget"]) if variation["status"] == ACTIVE else 0


def unanswered(variation: Mapping[str, Any], now: datetime) -> list[dict[str, Any]]:
    """What the platform was told, lately, without saying what became of it: it may yet do it, even out of turn."""
    return [told for told in variation.get("told") or [] if told["at"] > now - UNANSWERED]


def most_live(status: str, budget: int, told: Sequence[Mapping[str, Any]]) -> int:
    """The most that a variation may spend a day, being told so and so without an answer."""
    statuses = {status, *(each["status"] for each in told)}
    budgets = [budget, *(int(each["budget"]) for each in told if each["budget"] is not None)]
    return max(budgets) if ACTIVE in statuses else 0


def campaign_ref(campaign: Mapping[str, Any]) -> Ref:
    return Ref(kind="campaign", id=campaign["_id"], external=dict(campaign.get("external") or {}))


def variation_ref(variation: Mapping[str, Any]) -> Ref:
    return Ref(kind="variation", id=variation["_id"], external=dict(variation.get("external") or {}))


def known_state(variation: Mapping[str, Any], currency: str) -> State | None:
    """How it stood when the platform was read last."""
    kept = variation.get("known")
    return read_state(kept, variation_ref(variation), currency) if kept else None


def kept_state(state: State) -> dict[str, Any]:
    """A `State` for the store; its ref stands in the variation."""
    return {
        "name": state.name,
        "status": state.status,
        "delivery": state.delivery,
        "reason": state.reason,
        "budget": None if state.budget is None else state.budget.amount,
        "fingerprint": state.fingerprint,
        "bid": None if state.bid is None else state.bid.amount,
    }


def read_state(kept: Mapping[str, Any], ref: Ref, currency: str) -> State:
    budget = kept.get("budget")
    bid = kept.get("bid", 0)  # what was kept before there were bids was bought at the lowest cost
    return State(
        ref=ref,
        name=kept["name"],
        status=kept["status"],
        delivery=kept.get("delivery") or "unknown",
        reason=kept.get("reason") or "",
        budget=None if budget is None else Money(int(budget), currency),
        fingerprint=kept.get("fingerprint") or "",
        bid=None if bid is None else Money(int(bid), currency),
    )


async def one(store: OrgStore, id: str) -> Document:
    """Raises LookupError."""
    found = await store.get("campaigns", id)
    if found is None:
        raise LookupError(f"no campaign {id!r} in this business")
    return found


async def variation(store: OrgStore, id: str) -> Document:
    """Raises LookupError."""
    found = await store.get("variations", id)
    if found is None:
        raise LookupError(f"no variation {id!r} in this business")
    return found


async def variations(store: OrgStore, campaign: str) -> Sequence[Document]:
    """In the order of their angles."""
    return await store.find(
        "variations", {"campaign": campaign}, sort=[("angle", 1)], limit=10 * MOST_VARIATIONS
    )  # fmt: skip
