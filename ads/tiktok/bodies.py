"""Our plans in TikTok's words. Pure."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import Any

from ads.failures import Refused
from ads.naming import named
from ads.platform import Audience, CampaignPlan, Change, Ref, Request, VariationPlan
from ads.tiktok.credentials import TikTokCredentials
from ads.units import to_tiktok
from engine.values import Money

_OBJECTIVES = {"sales": "WEB_CONVERSIONS", "leads": "WEB_CONVERSIONS", "traffic": "TRAFFIC", "messages": "TRAFFIC"}
_INDUSTRIES = {"housing": "HOUSING", "employment": "EMPLOYMENT", "credit": "CREDIT"}
_BUTTONS = {
    "book": "BOOK_NOW", "learn_more": "LEARN_MORE", "shop": "SHOP_NOW", "sign_up": "SIGN_UP", "message": "CONTACT_US",
    "contact": "CONTACT_US",
}  # fmt: skip
# GeoNames' numbers, which TikTok uses for countries
_COUNTRIES = {
    "KE": "192950", "UG": "226074", "TZ": "149590", "RW": "49518", "NG": "2328926", "ZA": "953987", "GH": "2300660",
    "EG": "357994", "US": "6252001", "GB": "2635167", "AE": "290557",
}  # fmt: skip
_AGES = {
    (18, 24): "AGE_18_24",
    (25, 34): "AGE_25_34",
    (35, 44): "AGE_35_44",
    (45, 54): "AGE_45_54",
    (55, 100): "AGE_55_100",
}
_LANGUAGES = frozenset({"en", "fr", "ar", "sw"})
_LONGEST_TEXT = 100
_STATUS = {"active": "ENABLE", "paused": "DISABLE", "deleted": "DELETE"}
NO_BID, CUSTOM = "BID_TYPE_NO_BID", "BID_TYPE_CUSTOM"
BIDS = {"OCPM": "conversion_bid_price", "CPC": "bid_price"}  # what is paid for: where its bid stands


def campaign(plan: CampaignPlan) -> dict[str, Any]:
    """The budget belongs to the ad groups."""
    if "politics" in plan.categories:
        raise Refused("ads.tiktok.politics", "TikTok shows no political ads", field="categories")
    industries = [_INDUSTRIES[one] for one in plan.categories]
    return {
        "campaign_name": named(plan.name, plan.id),
        "objective_type": _OBJECTIVES[plan.objective],
        "budget_mode": "BUDGET_MODE_INFINITE",
        **({"special_industries": industries} if industries else {}),
    }


def adgroup(plan: VariationPlan, campaign_id: str, own: TikTokCredentials, now: datetime) -> dict[str, Any]:
    """Raises BadUnit, or Refused for a plan that TikTok cannot carry out."""
    converts = plan.objective in ("sales", "leads") and not plan.creative.whatsapp
    if converts and not own.pixel:
        raise Refused("ads.tiktok.pixel", "The ad account's pixel is not set, which sales need", field="pixel")
    goal = {"optimization_goal": "CONVERT", "billing_event": "OCPM", "pixel_id": own.pixel}
    goal |= {"optimization_event": "ON_WEB_ORDER" if plan.objective == "sales" else "FORM"}
    starts = plan.starts or now
    body: dict[str, Any] = {
        "adgroup_name": named(plan.name, plan.id),
        "campaign_id": campaign_id,
        "operation_status": "DISABLE",  # which TikTok may ignore: see the platform
        "request_id": request_id(plan.id),
        "promotion_type": "WEBSITE",
        "placement_type": "PLACEMENT_TYPE_NORMAL",
        "placements": ["PLACEMENT_TIKTOK"],
        "budget_mode": "BUDGET_MODE_DAY",
        "budget": to_tiktok(plan.budget),
        "schedule_type": "SCHEDULE_START_END" if plan.ends else "SCHEDULE_FROM_NOW",
        "schedule_start_time": _time(starts),
        "pacing": "PACING_MODE_SMOOTH",
        **(goal if converts else {"optimization_goal": "CLICK", "billing_event": "CPC"}),
        **_audience(plan.audience),
    }
    body |= _bidding(plan.bid, BIDS[body["billing_event"]])
    if plan.ends is not None:
        body["schedule_end_time"] = _time(plan.ends)
    return body


def _bidding(bid: Money | None, field: str) -> dict[str, Any]:
    if bid is None or not bid.amount:
        return {"bid_type": NO_BID}
    return {"bid_type": CUSTOM, field: to_tiktok(bid)}


def change(ref: Ref, wanted: Change, billing: str = "") -> list[Request]:
    """Off before anything else, on after everything else. `billing` is what is paid for, for a bid. Raises BadUnit."""
    kind = "campaign" if ref.kind == "campaign" else "adgroup"
    id, fields = ref.external["campaign" if ref.kind == "campaign" else "adset"], dict[str, Any]()
    if wanted.budget is not None:
        fields["budget"] = to_tiktok(wanted.budget)
    if wanted.name is not None:
        fields[f"{kind}_name"] = named(wanted.name, ref.id)
    if wanted.bid is not None:
        fields |= _bidding(wanted.bid, BIDS[billing])
    update = [Request(method="POST", path=f"{kind}/update/", body={f"{kind}_id": id, **fields})] if fields else []
    if wanted.status is None:
        return update
    body = {f"{kind}_ids": [id], "operation_status": _STATUS[wanted.status]}
    switch = Request(method="POST", path=f"{kind}/status/update/", body=body)
    return [*update, switch] if wanted.status == "active" else [switch, *(update if wanted.status == "paused" else [])]


def _audience(audience: Audience) -> dict[str, Any]:
    places = list(audience.places)
    if not places:
        unknown = [one for one in audience.countries if one not in _COUNTRIES]
        if unknown:
            raise Refused("ads.tiktok.country", f"No place at TikTok is known for {unknown[0]}", field="countries")
        places = [_COUNTRIES[one] for one in audience.countries]
    ages = [name for (first, last), name in _AGES.items() if last >= audience.youngest and first <= audience.oldest]
    tongues = [one for one in audience.languages if one in _LANGUAGES]
    return {
        "location_ids": places,
        **({"age_groups": ages} if len(ages) < len(_AGES) else {}),
        **({"languages": tongues} if tongues else {}),
        **({"interest_category_ids": list(audience.interests)} if audience.interests else {}),
    }


def ad(plan: VariationPlan, adgroup_id: str, own: TikTokCredentials) -> dict[str, Any]:
    made = plan.creative
    if not made.videos and not made.images:
        raise Refused("ads.tiktok.video", "An ad at TikTok needs a film or a picture", field="videos")
    if not own.identity:
        raise Refused("ads.tiktok.identity", "The TikTok profile that ads show is not set", field="identity")
    if not made.texts or len(made.texts[0]) > _LONGEST_TEXT:
        raise Refused("ads.tiktok.text", f"TikTok's ad text has 1 to {_LONGEST_TEXT} letters", field="texts")
    link = made.link or (f"https://wa.me/{made.whatsapp.lstrip('+')}" if made.whatsapp else "")
    if not link:
        raise Refused("ads.tiktok.link", "The ad needs an address to lead to", field="link")
    one: dict[str, Any] = {
        "ad_name": named(plan.name, plan.id), "identity_type": own.identity_type, "identity_id": own.identity,
        "ad_text": made.texts[0], "call_to_action": _BUTTONS[made.action], "landing_page_url": link,
        **({"display_name": made.headlines[0][:40]} if made.headlines else {}),
    }  # fmt: skip
    if made.videos:
        one |= {"ad_format": "SINGLE_VIDEO", "video_id": made.videos[0], "image_ids": list(made.images[:1])}
    else:
        one |= {"ad_format": "SINGLE_IMAGE", "image_ids": list(made.images[:1])}
    return {"adgroup_id": adgroup_id, "creatives": [one]}


def request_id(id: str) -> str:
    """Eighteen digits, the same for the same id: TikTok lets one ad group be made with them."""
    return str(int.from_bytes(hashlib.sha256(id.encode()).digest()[:8]) % 10**18).zfill(18)


def _time(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")
