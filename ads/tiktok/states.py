"""What TikTok says of a campaign or an ad group, as a `State`. Pure."""

from __future__ import annotations

from typing import Any

from ads.answers import text
from ads.naming import fingerprint, is_named, unnamed
from ads.platform import Delivery, Ref, State, Status
from ads.tiktok.bodies import BIDS, CUSTOM, NO_BID
from ads.units import from_major
from engine.values import Money

_STATUS: dict[str, Status] = {"ENABLE": "active", "DISABLE": "paused", "DELETE": "deleted", "FROZEN": "paused"}
_ENDINGS: tuple[tuple[str, Delivery, str], ...] = (
    ("_DELIVERY_OK", "running", ""),
    ("_ENABLE", "running", ""),
    ("_CAMPAIGN_DISABLE", "paused", "the campaign is paused"),
    ("_ADGROUP_DISABLE", "paused", ""),
    ("_DISABLE", "paused", ""),
    ("_AUDIT_DENY", "rejected", "TikTok's review rejected it"),
    ("_AUDIT", "in_review", ""),
    ("_REAUDIT", "in_review", ""),
    ("_BALANCE_EXCEED", "limited", "the ad account's balance is used up"),
    ("_BUDGET_EXCEED", "limited", "the budget of the day is used up"),
    ("_TIME_DONE", "ended", ""),
    ("_DELETE", "deleted", ""),
)
_NOT_SETTINGS = frozenset(
    {
        "operation_status", "secondary_status", "modify_time", "create_time", "budget", "adgroup_name", "campaign_name",
        "primary_status",
    }
)  # fmt: skip


def campaign(ref: Ref, row: dict[str, Any]) -> State:
    return _state(ref, row, "campaign_name", [], None)


def variation(ref: Ref, row: dict[str, Any], ads: list[dict[str, Any]], currency: str) -> State:
    """Raises BadUnit for a budget or a bid that is none."""
    return _state(ref, row, "adgroup_name", ads, currency)


def _state(ref: Ref, row: dict[str, Any], naming: str, ads: list[dict[str, Any]], currency: str | None) -> State:
    says = text(row, "secondary_status")
    if says.endswith("_DELIVERY_OK") and ads:
        below = [text(one, "secondary_status") for one in ads]
        says = says if any(one.endswith("_DELIVERY_OK") for one in below) else below[0]
    delivery, reason = next(((kind, why) for end, kind, why in _ENDINGS if says.endswith(end)), ("unknown", ""))
    settings, bid = _without_bid({name: value for name, value in row.items() if name not in _NOT_SETTINGS}, currency)
    shown = sorted(
        ({k: v for k, v in one.items() if k not in _AD_NOISE} for one in ads), key=lambda one: text(one, "ad_id")
    )
    return State(
        ref=ref, name=unnamed(text(row, naming), ref.id), status=_STATUS.get(text(row, "operation_status"), "paused"),
        delivery=delivery, reason=reason,
        budget=from_major(row.get("budget"), currency) if currency is not None else None,
        fingerprint=fingerprint([is_named(text(row, naming), ref.id), settings, shown]), bid=bid,
    )  # fmt: skip


def _without_bid(settings: dict[str, Any], currency: str | None) -> tuple[dict[str, Any], Money | None]:
    """The settings as though there were none, and the bid; None where the way of bidding is another than our two."""
    field, kind = BIDS.get(text(settings, "billing_event")), text(settings, "bid_type") or NO_BID
    if currency is None or field is None or kind not in (NO_BID, CUSTOM):
        return settings, None
    bid = from_major(settings.get(field) or 0, currency) if kind == CUSTOM else Money(0, currency)
    return {**{name: value for name, value in settings.items() if name != field}, "bid_type": NO_BID}, bid


_AD_NOISE = frozenset({"secondary_status", "primary_status", "modify_time", "create_time"})
