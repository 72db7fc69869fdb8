"""What the simulated Marketing API takes for campaigns, ad sets, creatives and ads, and how it shows them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sandbox.ads_market import Live
from sandbox.ads_meta_errors import MetaError, invalid
from sandbox.ads_world import AdAccount, AdWorld, Thing

META = "meta"
EDGES = {"campaigns": "campaign", "adsets": "adset", "adcreatives": "creative", "ads": "ad"}
STATUSES = ("ACTIVE", "PAUSED", "DELETED", "ARCHIVED")
OBJECTIVES = (
    "OUTCOME_SALES", "OUTCOME_LEADS", "OUTCOME_TRAFFIC", "OUTCOME_ENGAGEMENT", "OUTCOME_AWARENESS",
    "OUTCOME_APP_PROMOTION",
)  # fmt: skip
CATEGORIES = ("NONE", "HOUSING", "EMPLOYMENT", "CREDIT", "FINANCIAL_PRODUCTS_SERVICES", "ISSUES_ELECTIONS_POLITICS")
GOALS = (
    "OFFSITE_CONVERSIONS", "LINK_CLICKS", "LANDING_PAGE_VIEWS", "CONVERSATIONS", "LEAD_GENERATION", "REACH",
    "IMPRESSIONS", "QUALITY_LEAD",
)  # fmt: skip
EVENTS = ("IMPRESSIONS", "LINK_CLICKS")
STRATEGIES = ("LOWEST_COST_WITHOUT_CAP", "COST_CAP", "LOWEST_COST_WITH_BID_CAP", "LOWEST_COST_WITH_MIN_ROAS")
_PRICED = ("COST_CAP", "LOWEST_COST_WITH_BID_CAP")  # these need an amount, and no other strategy takes one
_CLICKS = ("LINK_CLICKS", "LANDING_PAGE_VIEWS")  # goals whose results are clicks
BUDGETS_AN_HOUR = 4
_NO_CENTS = ("CLP", "COP", "CRC", "HUF", "IDR", "ISK", "JPY", "KRW", "PYG", "TWD", "VND", "UGX", "RWF")
_CHANGEABLE = {
    "campaign": ("name", "status", "daily_budget", "spend_cap", "special_ad_categories"),
    "adset": (
        "name", "status", "daily_budget", "lifetime_budget", "targeting", "end_time", "start_time", "bid_amount",
        "optimization_goal", "bid_strategy",
    ),
    "creative": ("name", "status"),
    "ad": ("name", "status", "creative"),
    "video": ("title",),
}  # fmt: skip


def offset(currency: str) -> int:
    return 1 if currency in _NO_CENTS else 100


def check_new(world: AdWorld, account: AdAccount, kind: str, given: dict[str, Any]) -> dict[str, Any]:
    """The fields of a thing to create. Raises MetaError."""
    if not isinstance(given.get("name"), str) or not given["name"] or len(given["name"]) > 400:
        raise invalid("name", "must be a text of 1 to 400 characters")
    fields = {key: value for key, value in given.items() if key != "execution_options"}
    if kind != "creative":
        fields.setdefault("status", "PAUSED" if kind == "ad" else "ACTIVE")
        _one_of(fields, "status", ("ACTIVE", "PAUSED"))
    {"campaign": _campaign, "adset": _adset, "creative": _creative, "ad": _ad}[kind](world, account, fields)
    return fields


def _campaign(world: AdWorld, account: AdAccount, fields: dict[str, Any]) -> None:
    _one_of(fields, "objective", OBJECTIVES)
    categories = fields.get("special_ad_categories")
    if not isinstance(categories, list) or any(one not in CATEGORIES for one in categories):
        raise invalid("special_ad_categories", f"must be an array of {', '.join(CATEGORIES)}")
    budgeted = "daily_budget" in fields or "lifetime_budget" in fields
    if not budgeted and not isinstance(fields.get("is_adset_budget_sharing_enabled"), bool):
        raise invalid("is_adset_budget_sharing_enabled", "must be given when the campaign has no budget of its own")


def _adset(world: AdWorld, account: AdAccount, fields: dict[str, Any]) -> None:
    _parent(world, account, fields, "campaign_id", "campaign")
    _budget(account, fields)
    _one_of(fields, "billing_event", EVENTS)
    _one_of(fields, "optimization_goal", GOALS)
    fields.setdefault("bid_strategy", STRATEGIES[0])
    _bid(fields, fields)
    targeting = fields.get("targeting")
    places = targeting.get("geo_locations") if isinstance(targeting, dict) else None
    if not isinstance(places, dict) or not places:
        raise invalid("targeting", "must say geo_locations")
    promoted = fields.get("promoted_object")
    if fields["optimization_goal"] == "OFFSITE_CONVERSIONS" and not (promoted and promoted.get("pixel_id")):
        raise invalid("promoted_object", "must name a pixel_id")
    if fields["optimization_goal"] == "CONVERSATIONS" and not (promoted and promoted.get("page_id")):
        raise invalid("promoted_object", "must name a page_id")


def _creative(world: AdWorld, account: AdAccount, fields: dict[str, Any]) -> None:
    story = fields.get("object_story_spec")
    if not isinstance(story, dict) or str(story.get("page_id")) != account.page:
        raise invalid("object_story_spec", "must name a page that this account may advertise for")
    if not isinstance(story.get("link_data"), dict) and not isinstance(story.get("video_data"), dict):
        raise invalid("object_story_spec", "must have link_data or video_data")
    image = (story.get("link_data") or {}).get("image_hash")
    if image is not None and world.get(META, image) is None:
        raise invalid("image_hash", "is of no image in this account")


def _ad(world: AdWorld, account: AdAccount, fields: dict[str, Any]) -> None:
    _parent(world, account, fields, "adset_id", "adset")
    creative = fields.get("creative")
    named = str(creative.get("creative_id") or creative.get("id")) if isinstance(creative, dict) else ""
    _parent(world, account, {"creative": named}, "creative", "creative")
    fields["creative"] = {"id": named}


def _parent(world: AdWorld, account: AdAccount, fields: dict[str, Any], name: str, kind: str) -> None:
    parent = world.get(META, str(fields.get(name, "")))
    if parent is None or parent.kind != kind or parent.account != account.id or parent.deleted:
        raise invalid(name, f"is no {kind} of this account")
    fields[name] = parent.id


def _budget(account: AdAccount, fields: dict[str, Any]) -> None:
    raw = fields.get("daily_budget", fields.get("lifetime_budget"))
    if not str(raw).isdecimal():
        raise invalid("daily_budget", "must be a whole number of the currency's smallest unit")
    if int(str(raw)) < account.smallest_budget * offset(account.currency):
        raise MetaError(100, "Your budget is too low", subcode=1885272, field="daily_budget")
    name = "daily_budget" if "daily_budget" in fields else "lifetime_budget"
    fields[name] = str(int(str(raw)))


def _bid(given: dict[str, Any], fields: dict[str, Any]) -> None:
    """`given` is what is to change of `fields`; both are the whole where the ad set is new."""
    strategy = given.get("bid_strategy", fields.get("bid_strategy", STRATEGIES[0]))
    if strategy not in STRATEGIES:
        raise invalid("bid_strategy", f"must be one of {', '.join(STRATEGIES)}")
    if strategy not in _PRICED:
        if "bid_amount" in given:
            raise invalid("bid_amount", f"is not taken with {strategy}")
        given["bid_amount"] = None
        return
    raw = given.get("bid_amount", fields.get("bid_amount"))
    if raw is None:
        raise MetaError(100, f"Bid amount required for {strategy}", subcode=1815857, field="bid_amount")
    if isinstance(raw, bool) or not str(raw).isdecimal() or int(str(raw)) < 1:
        raise invalid("bid_amount", "must be a whole number of the currency's smallest unit")
    given["bid_amount"] = int(str(raw))


def _one_of(fields: dict[str, Any], name: str, allowed: tuple[str, ...]) -> None:
    if fields.get(name) not in allowed:
        raise invalid(name, f"must be one of {', '.join(allowed)}")


def check_change(world: AdWorld, account: AdAccount, thing: Thing, given: dict[str, Any]) -> dict[str, Any]:
    """The fields that a change sets. Raises MetaError; nothing is changed by then."""
    if thing.deleted:
        raise MetaError(100, f"The {thing.kind} is deleted and cannot be edited", subcode=1487056)
    changes = {key: value for key, value in given.items() if key in _CHANGEABLE[thing.kind]}
    if "status" in changes:
        _one_of(changes, "status", STATUSES)
    if "name" in changes and not changes["name"]:
        raise invalid("name", "must not be empty")
    if "daily_budget" in changes or "lifetime_budget" in changes:
        _budget(account, changes)
        lately = [at for at in thing.edits if at > world.now() - timedelta(hours=1)]
        if changes.get("daily_budget") != thing.fields.get("daily_budget") and len(lately) >= BUDGETS_AN_HOUR:
            raise MetaError(613, "You can change an ad set's budget up to 4 times per hour", subcode=1487632)
    if "bid_strategy" in changes or "bid_amount" in changes:
        _bid(changes, thing.fields)
    return changes


def shown(world: AdWorld, thing: Thing) -> dict[str, Any]:
    """All fields that can be asked for."""
    fields = {name: value for name, value in thing.fields.items() if value is not None}
    fields |= {"id": thing.id, "account_id": thing.account}
    fields["created_time"] = thing.created.strftime("%Y-%m-%dT%H:%M:%S+0000")
    fields["updated_time"] = thing.updated.strftime("%Y-%m-%dT%H:%M:%S+0000")
    if thing.kind != "creative":
        fields["status"] = fields["configured_status"] = "DELETED" if thing.deleted else thing.fields["status"]
        fields["effective_status"] = effective(world, thing)
    return fields


def effective(world: AdWorld, thing: Thing) -> str:
    """What really is: a paused campaign pauses what is in it."""
    if thing.deleted:
        return "DELETED"
    account = world.account(META, thing.account)
    if account is not None and account.status != 1:
        return "PENDING_BILLING_INFO"
    if thing.fields.get("status") != "ACTIVE":
        return str(thing.fields.get("status"))
    if thing.fields.get("disapproved"):
        return "DISAPPROVED"
    for name, says in (("campaign_id", "CAMPAIGN_PAUSED"), ("adset_id", "ADSET_PAUSED")):
        parent = world.get(META, str(thing.fields.get(name, "")))
        if parent is not None and (above := effective(world, parent)) != "ACTIVE":
            return above if above in ("CAMPAIGN_PAUSED", "PENDING_BILLING_INFO") else says
    return "ACTIVE"


def runs(world: AdWorld, thing: Thing) -> Live | None:
    """An ad set that is active down to an ad."""
    account = world.account(META, thing.account)
    if thing.kind != "adset" or account is None or effective(world, thing) != "ACTIVE":
        return None
    ads = [one for one in world.of(META, thing.account, "ad") if one.fields.get("adset_id") == thing.id]
    ends = thing.fields.get("end_time")
    if not any(effective(world, ad) == "ACTIVE" for ad in ads) or (ends and str(ends) <= world.now().isoformat()):
        return None
    budget = int(thing.fields.get("daily_budget", 0)) / offset(account.currency)
    bid = thing.fields.get("bid_amount") if thing.fields.get("bid_strategy") in _PRICED else None
    return Live(
        id=thing.id, platform=META, account=account.id, name=str(thing.fields["name"]), budget=budget,
        currency=account.currency, bid=None if bid is None else int(bid) / offset(account.currency),
        result="click" if thing.fields.get("optimization_goal") in _CLICKS else "order",
    )  # fmt: skip
