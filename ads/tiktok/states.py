"""What TikTok says of a campaign or an ad group, as a `State`. Pure."""

from __future__ import annotations

from typing import Any

from ads.answers import text
from ads.naming import fingerprint, is_named, unnamed
from ads.platform import Delivery, Ref, State, Status
from ads.units import from_major

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
    """Raises BadUnit for a budget that is none."""
    return _state(ref, row, "adgroup_name", ads, currency)


def _state(ref: Ref, row: dict[str, Any], naming: str, ads: list[dict[str, Any]], currency: str | None) -> State:
    says = text(row, "secondary_status")
    if says.endswith("_DELIVERY_OK") and ads:
        below = [text(one, "secondary_status") for one in ads]
        says = says if any(one.endswith("_DELIVERY_OK") for one in below) else below[0]
    delivery, reason = next(((kind, why) for end, kind, why in _ENDINGS if says.endswith(end)), ("unknown", ""))
    settings = {name: value for name, value in row.items() if name not in _NOT_SETTINGS}
    shown = sorted(
        ({k: v for k, v in one.items() if k not in _AD_NOISE} for one in ads), key=lambda one: text(one, "ad_id")
    )
    return State(
        ref=ref, name=unnamed(text(row, naming), ref.id), status=_STATUS.get(text(row, "operation_status"), "paused"),
        delivery=delivery, reason=reason,
        budget=from_major(row.get("budget"), currency) if currency is not None else None,
        fingerprint=fingerprint([is_named(text(row, naming), ref.id), settings, shown]),
    )  # fmt: skip


_AD_NOISE = frozenset({"secondary_status", "primary_status", "modify_time", "create_time"})
