"""Our plans in Meta's words. Pure."""

from __future__ import annotations

from typing import Any

from ads.failures import Refused
from ads.meta.credentials import MetaCredentials
from ads.naming import named
from ads.platform import Audience, CampaignPlan, Change, Creative, VariationPlan
from ads.units import to_meta
from engine.values import Money

_OBJECTIVES = {
    "sales": "OUTCOME_SALES",
    "leads": "OUTCOME_LEADS",
    "traffic": "OUTCOME_TRAFFIC",
    "messages": "OUTCOME_ENGAGEMENT",
}
_CATEGORIES = {
    "housing": "HOUSING",
    "employment": "EMPLOYMENT",
    "credit": "FINANCIAL_PRODUCTS_SERVICES",
    "politics": "ISSUES_ELECTIONS_POLITICS",
}
_BUTTONS = {
    "book": "BOOK_NOW",
    "learn_more": "LEARN_MORE",
    "shop": "SHOP_NOW",
    "sign_up": "SIGN_UP",
    "message": "WHATSAPP_MESSAGE",
    "contact": "CONTACT_US",
}
_LOCALES = {"en": 1001, "sw": 68, "fr": 1003, "ar": 28}  # Meta's locale numbers; 1001 and 1003 are every kind of it
LOWEST_COST, COST_CAP = "LOWEST_COST_WITHOUT_CAP", "COST_CAP"  # a cost cap is what a result may cost on average
CHAT = "https://api.whatsapp.com/send"
_STATUS = {"active": "ACTIVE", "paused": "PAUSED", "deleted": "DELETED"}


def campaign(plan: CampaignPlan) -> dict[str, Any]:
    """The budget belongs to the ad sets: each variation has its own."""
    return {
        "name": named(plan.name, plan.id),
        "objective": _OBJECTIVES[plan.objective],
        "status": "PAUSED",
        "special_ad_categories": [_CATEGORIES[one] for one in plan.categories],
        "is_adset_budget_sharing_enabled": False,
    }


def adset(plan: VariationPlan, campaign_id: str, own: MetaCredentials) -> dict[str, Any]:
    """Paused: nothing in it can spend. Raises BadUnit, or Refused for a plan that Meta cannot carry out."""
    body: dict[str, Any] = {
        "name": named(plan.name, plan.id),
        "campaign_id": campaign_id,
        "status": "PAUSED",
        "daily_budget": to_meta(plan.budget, own.offset),
        "billing_event": "IMPRESSIONS",
        **_bidding(plan.bid, own.offset),
        "targeting": _targeting(plan.audience),
        **_goal(plan, own),
    }
    if plan.starts is not None:
        body["start_time"] = plan.starts.isoformat()
    if plan.ends is not None:
        body["end_time"] = plan.ends.isoformat()
    return body


def _bidding(bid: Money | None, offset: int | None) -> dict[str, Any]:
    """Without a cap Meta takes no amount at all."""
    if bid is None or not bid.amount:
        return {"bid_strategy": LOWEST_COST}
    return {"bid_strategy": COST_CAP, "bid_amount": to_meta(bid, offset)}


def _goal(plan: VariationPlan, own: MetaCredentials) -> dict[str, Any]:
    if plan.creative.whatsapp:
        promoted = {"page_id": _need(own.page, "page", "messages")}
        return {"optimization_goal": "CONVERSATIONS", "destination_type": "WHATSAPP", "promoted_object": promoted}
    if plan.objective in ("sales", "leads"):
        event = "PURCHASE" if plan.objective == "sales" else "LEAD"
        promoted = {"pixel_id": _need(own.pixel, "pixel", plan.objective), "custom_event_type": event}
        return {"optimization_goal": "OFFSITE_CONVERSIONS", "destination_type": "WEBSITE", "promoted_object": promoted}
    return {"optimization_goal": "LANDING_PAGE_VIEWS", "destination_type": "WEBSITE"}


def _need(value: str, field: str, purpose: str) -> str:
    if not value:
        raise Refused(f"ads.meta.{field}", f"The ad account's {field} is not set, which {purpose} need", field=field)
    return value


def _targeting(audience: Audience) -> dict[str, Any]:
    places: dict[str, Any] = {"countries": list(audience.countries)}
    if audience.places:
        places = {"cities": [{"key": one} for one in audience.places]}
    targeting: dict[str, Any] = {"geo_locations": places, "age_min": audience.youngest, "age_max": audience.oldest}
    locales = [_LOCALES[one] for one in audience.languages if one in _LOCALES]
    if locales:
        targeting["locales"] = locales
    if audience.interests:
        targeting["flexible_spec"] = [{"interests": [{"id": one} for one in audience.interests]}]
    return targeting


def creative(plan: VariationPlan, own: MetaCredentials) -> dict[str, Any]:
    page = _need(own.page, "page", "ads")
    made = plan.creative
    story: dict[str, Any] = {"page_id": page}
    if made.videos:
        story["video_data"] = {
            "video_id": made.videos[0], "message": made.texts[0], **_titled(made, "title"),
            **({"link_description": made.descriptions[0]} if made.descriptions else {}),
            **({"image_hash": made.images[0]} if made.images else {}), "call_to_action": _button(made, CHAT),
        }  # fmt: skip
    else:
        story["link_data"] = {
            "message": made.texts[0], "link": made.link or CHAT, **_titled(made, "name"),
            **({"description": made.descriptions[0]} if made.descriptions else {}),
            **({"image_hash": made.images[0]} if made.images else {}), "call_to_action": _button(made),
        }  # fmt: skip
    return {"name": named(plan.name, plan.id), "object_story_spec": story}


def _titled(made: Creative, field: str) -> dict[str, Any]:
    return {field: made.headlines[0]} if made.headlines else {}


def _button(made: Creative, link: str = "") -> dict[str, Any]:
    """`link`: where a chat is opened, for an ad that says it nowhere else."""
    if made.whatsapp:
        value = {"app_destination": "WHATSAPP", **({"link": link} if link else {})}
        return {"type": "WHATSAPP_MESSAGE", "value": value}
    return {"type": _BUTTONS[made.action], "value": {"link": made.link}}


def ad(plan: VariationPlan, adset_id: str, creative_id: str) -> dict[str, Any]:
    """Active, inside an ad set that is not: pausing and resuming is one write, on the ad set."""
    return {
        "name": named(plan.name, plan.id), "adset_id": adset_id, "creative": {"creative_id": creative_id},
        "status": "ACTIVE",
    }  # fmt: skip


def change(id: str, wanted: Change, offset: int | None) -> dict[str, Any]:
    """Raises BadUnit."""
    fields: dict[str, Any] = {}
    if wanted.status is not None:
        fields["status"] = _STATUS[wanted.status]
    if wanted.budget is not None:
        fields["daily_budget"] = to_meta(wanted.budget, offset)
    if wanted.name is not None:
        fields["name"] = named(wanted.name, id)
    if wanted.bid is not None:
        fields |= _bidding(wanted.bid, offset)
    return fields
