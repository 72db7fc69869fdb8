"""What Meta says of a campaign or an ad set, as a `State`. Pure."""

from __future__ import annotations

from typing import Any

from ads.answers import mapping, text
from ads.meta.bodies import COST_CAP, LOWEST_COST
from ads.naming import fingerprint, is_named, unnamed
from ads.platform import Delivery, Ref, State, Status
from ads.units import from_meta
from engine.values import Money

CAMPAIGN_FIELDS = "name,status,effective_status,objective,special_ad_categories,daily_budget,lifetime_budget,spend_cap"
ADSET_FIELDS = (
    "name,status,effective_status,daily_budget,lifetime_budget,campaign_id,targeting,optimization_goal,billing_event,"
    "bid_strategy,bid_amount,promoted_object,destination_type,start_time,end_time"
)
AD_FIELDS = "name,status,effective_status,creative,created_time,adset_id,ad_review_feedback"
_DELIVERY: dict[str, Delivery] = {
    "ACTIVE": "running",
    "PAUSED": "paused",
    "CAMPAIGN_PAUSED": "paused",
    "ADSET_PAUSED": "paused",
    "PENDING_REVIEW": "in_review",
    "IN_PROCESS": "in_review",
    "PREAPPROVED": "in_review",
    "DISAPPROVED": "rejected",
    "WITH_ISSUES": "limited",
    "PENDING_BILLING_INFO": "limited",
    "DELETED": "deleted",
    "ARCHIVED": "deleted",
}
_STATUS: dict[str, Status] = {"ACTIVE": "active", "PAUSED": "paused", "DELETED": "deleted", "ARCHIVED": "deleted"}
_REASONS = {
    "CAMPAIGN_PAUSED": "the campaign is paused",
    "PENDING_BILLING_INFO": "the ad account's payment is not settled",
    "DISAPPROVED": "Meta's review rejected it",
    "WITH_ISSUES": "Meta reports issues",
}
_HOPEFUL = ("PENDING_REVIEW", "IN_PROCESS", "WITH_ISSUES", "DISAPPROVED")
_SET_BY_US = ("name", "status", "daily_budget")
_NOT_SETTINGS = (*_SET_BY_US, "effective_status", "id", "created_time", "ad_review_feedback")


def campaign(ref: Ref, body: dict[str, Any]) -> State:
    return _state(ref, body, None, [])


def variation(ref: Ref, body: dict[str, Any], ads: list[dict[str, Any]], currency: str, offset: int | None) -> State:
    """Raises BadUnit for a budget or a bid that is none."""
    raw = text(body, "daily_budget")
    budget = from_meta(raw, currency, offset) if raw and raw != "0" else None
    return _state(ref, body, budget, ads, _bid(body, currency, offset))


def _bid(body: dict[str, Any], currency: str, offset: int | None) -> Money | None:
    """None where somebody chose another way of bidding than the two that are ours."""
    strategy = text(body, "bid_strategy")
    if strategy == COST_CAP:
        return from_meta(text(body, "bid_amount") or "0", currency, offset)
    return Money(0, currency) if strategy in (LOWEST_COST, "") else None


def _state(
    ref: Ref, body: dict[str, Any], budget: Money | None, ads: list[dict[str, Any]], bid: Money | None = None
) -> State:
    says, marked = _effective(body, ads), is_named(text(body, "name"), ref.id)
    return State(
        ref=ref,
        name=unnamed(text(body, "name"), ref.id),
        status=_STATUS.get(text(body, "status"), "paused"),
        delivery=_DELIVERY.get(says, "unknown"),
        reason=_REASONS.get(says, ""),
        budget=budget,
        bid=bid,
        fingerprint=fingerprint([marked, _settings(body), sorted((_settings_of_ad(one) for one in ads), key=str)]),
    )


def _effective(body: dict[str, Any], ads: list[dict[str, Any]]) -> str:
    """An ad set whose ads were all rejected is "active" for Meta, and shows nothing."""
    says, below = text(body, "effective_status"), [text(one, "effective_status") for one in ads]
    if says != "ACTIVE" or "ACTIVE" in below or not below:
        return says
    return next((one for one in _HOPEFUL if one in below), below[0])


def _settings(body: dict[str, Any]) -> dict[str, Any]:
    """A bid is not among them; any way of bidding but a cost cap and the lowest cost is."""
    settings = {name: value for name, value in body.items() if name not in _NOT_SETTINGS}
    if settings.get("bid_strategy") == COST_CAP:
        settings["bid_strategy"] = LOWEST_COST
    if settings.get("bid_strategy") == LOWEST_COST:
        settings.pop("bid_amount", None)
    return settings


def _settings_of_ad(ad: dict[str, Any]) -> dict[str, Any]:
    creative = mapping(ad, "creative")
    return {"id": text(ad, "id"), "status": text(ad, "status"), "creative": text(creative, "id")}


def ad_ids(ads: list[dict[str, Any]]) -> dict[str, str]:
    """The first ad and its creative, as `external` has them."""
    first = ads[0] if ads else {}
    found = {"ad": text(first, "id"), "creative": text(mapping(first, "creative"), "id")}
    return {name: id for name, id in found.items() if id}


def oldest_first(things: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(things, key=lambda one: (text(one, "created_time"), text(one, "id").zfill(24)))
