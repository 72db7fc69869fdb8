"""Our plans as Google's operations. Pure.

A variation is a campaign with a budget that is its own, one ad group, and one responsive search ad, created in one
request: all of it or nothing. A campaign of ours is a label on its variations, whose description says whether it runs.
"""

from __future__ import annotations

from typing import Any

from ads.failures import Refused
from ads.naming import named
from ads.platform import CampaignPlan, Change, Creative, Ref, VariationPlan
from ads.units import to_micros
from engine.values import Money

# ISO 3166 numbers; Google's place is 2000 and the number
_COUNTRIES = {
    "KE": 404, "UG": 800, "TZ": 834, "RW": 646, "NG": 566, "ZA": 710, "GH": 288, "ET": 231, "BI": 108, "ZM": 894,
    "MW": 454, "EG": 818, "US": 840, "GB": 826, "AE": 784, "IN": 356, "DE": 276, "FR": 250,
}  # fmt: skip
_LANGUAGES = {"en": 1000, "fr": 1002, "ar": 1019}  # Google cannot aim at Swahili; it is left out, not refused
_HEADLINE, _DESCRIPTION, _MOST_HEADLINES, _MOST_DESCRIPTIONS = 30, 90, 15, 4
# where a strategy has the most that a result may cost on average: a conversion, or a click
BIDS = {
    "MAXIMIZE_CONVERSIONS": ("maximizeConversions", "targetCpaMicros"),
    "TARGET_SPEND": ("targetSpend", "cpcBidCeilingMicros"),
}
_GROUP_STATUS = {"active": "ENABLED", "paused": "PAUSED"}


def label(customer: str, plan: CampaignPlan) -> list[dict[str, Any]]:
    made = {"name": named(plan.name[:40], plan.id), "textLabel": {"description": "paused"}}
    return [{"labelOperation": {"create": made}}]


def variation(customer: str, plan: VariationPlan, label_id: str, running: bool) -> list[dict[str, Any]]:
    """`running`: whether our campaign is switched on. The variation itself is paused by its ad group."""
    budget, campaign, group = (
        f"{customer}/{what}/{n}" for what, n in (("campaignBudgets", -1), ("campaigns", -2), ("adGroups", -3))
    )
    operations: list[dict[str, Any]] = [
        {
            "campaignBudgetOperation": {
                "create": {
                    "resourceName": budget, "name": named(plan.name, plan.id), "amountMicros": to_micros(plan.budget),
                    "deliveryMethod": "STANDARD", "explicitlyShared": False,
                }
            }
        },
        {"campaignOperation": {"create": _campaign(plan, campaign, budget, running)}},
    ]  # fmt: skip
    if label_id:
        tie = {"campaign": campaign, "label": f"{customer}/labels/{label_id}"}
        operations.append({"campaignLabelOperation": {"create": tie}})
    operations += [{"campaignCriterionOperation": {"create": one}} for one in _criteria(plan, campaign)]
    made = {"resourceName": group, "name": named(plan.name, plan.id), "campaign": campaign, "status": "PAUSED"}
    operations.append({"adGroupOperation": {"create": {**made, "type": "SEARCH_STANDARD"}}})
    for keyword in plan.audience.keywords:
        word = {"adGroup": group, "status": "ENABLED", "keyword": {"text": keyword, "matchType": "PHRASE"}}
        operations.append({"adGroupCriterionOperation": {"create": word}})
    ad = {"finalUrls": [_link(plan.creative)], "responsiveSearchAd": _texts(plan.creative)}
    operations.append({"adGroupAdOperation": {"create": {"adGroup": group, "status": "ENABLED", "ad": ad}}})
    return operations


def _campaign(plan: VariationPlan, campaign: str, budget: str, running: bool) -> dict[str, Any]:
    made: dict[str, Any] = {
        "resourceName": campaign,
        "name": named(plan.name, plan.id),
        "status": "ENABLED" if running else "PAUSED",
        "advertisingChannelType": "SEARCH",
        "campaignBudget": budget,
        "containsEuPoliticalAdvertising": "DOES_NOT_CONTAIN_EU_POLITICAL_ADVERTISING",
        "networkSettings": {"targetGoogleSearch": True, "targetSearchNetwork": False, "targetContentNetwork": False},
    }
    strategy = "MAXIMIZE_CONVERSIONS" if plan.objective in ("sales", "leads") else "TARGET_SPEND"
    made |= _bidding(strategy, plan.bid)
    if plan.starts is not None:
        made["startDateTime"] = plan.starts.strftime("%Y-%m-%d %H:%M:%S")
    if plan.ends is not None:
        made["endDateTime"] = plan.ends.strftime("%Y-%m-%d %H:%M:%S")
    return made


def _bidding(strategy: str, bid: Money | None) -> dict[str, Any]:
    """Without a cap its field is left out: an update whose mask names it empties it."""
    above, field = BIDS[strategy]
    return {above: {field: to_micros(bid)} if bid is not None and bid.amount else {}}


def _criteria(plan: VariationPlan, campaign: str) -> list[dict[str, Any]]:
    places = list(plan.audience.places)
    if not places:
        unknown = [one for one in plan.audience.countries if one not in _COUNTRIES]
        if unknown:
            raise Refused("ads.google.country", f"No place at Google is known for {unknown[0]}", field="countries")
        places = [str(2000 + _COUNTRIES[one]) for one in plan.audience.countries]
    tongues = [_LANGUAGES[one] for one in plan.audience.languages if one in _LANGUAGES]
    where = [{"location": {"geoTargetConstant": f"geoTargetConstants/{one}"}} for one in places]
    spoken = [{"language": {"languageConstant": f"languageConstants/{one}"}} for one in tongues]
    return [{"campaign": campaign, **one} for one in (*where, *spoken)]


def _link(made: Creative) -> str:
    if made.link:
        return made.link
    if made.whatsapp:
        return f"https://wa.me/{made.whatsapp.lstrip('+')}"
    raise Refused("ads.google.link", "A search ad needs an address to lead to", field="link")


def _texts(made: Creative) -> dict[str, Any]:
    """Three headlines and two descriptions at least; what is too long for Google is no headline there."""
    headlines = [one for one in made.headlines if len(one) <= _HEADLINE][:_MOST_HEADLINES]
    descriptions = [one for one in (*made.descriptions, *made.texts) if len(one) <= _DESCRIPTION][:_MOST_DESCRIPTIONS]
    if len(headlines) < 3 or len(descriptions) < 2:
        text = "A search ad needs 3 headlines of up to 30 letters and 2 texts of up to 90"
        raise Refused("ads.google.texts", text, field="headlines" if len(headlines) < 3 else "descriptions")
    return {
        "headlines": [{"text": one} for one in headlines],
        "descriptions": [{"text": one} for one in descriptions],
    }


def change(customer: str, ref: Ref, wanted: Change, strategy: str = "") -> list[dict[str, Any]]:
    """Of a variation, in one request; `strategy` is how it bids, for a bid. Raises BadUnit."""
    ids = ref.external
    campaign = f"{customer}/campaigns/{ids['campaign']}"
    if wanted.status == "deleted":
        return [{"campaignOperation": {"remove": campaign}}]
    operations: list[dict[str, Any]] = []
    if wanted.status is not None:
        group = {"resourceName": f"{customer}/adGroups/{ids['adset']}", "status": _GROUP_STATUS[wanted.status]}
        operations.append({"adGroupOperation": {"update": group, "updateMask": "status"}})
    if wanted.budget is not None:
        amount = to_micros(wanted.budget)
        budget = {"resourceName": f"{customer}/campaignBudgets/{ids['budget']}", "amountMicros": amount}
        operations.append({"campaignBudgetOperation": {"update": budget, "updateMask": "amountMicros"}})
    fields: dict[str, Any] = {}
    masks: list[str] = []
    if wanted.name is not None:
        fields["name"] = named(wanted.name, ref.id)
        masks.append("name")
    if wanted.bid is not None:
        fields |= _bidding(strategy, wanted.bid)
        masks.append(".".join(BIDS[strategy]))
    if fields:
        update = {"resourceName": campaign, **fields}
        operations.append({"campaignOperation": {"update": update, "updateMask": ",".join(masks)}})
    return operations


def change_label(customer: str, ref: Ref, wanted: Change, campaigns: list[str]) -> list[dict[str, Any]]:
    """Of our campaign: its label, and with it the campaigns that bear it (by id)."""
    label = f"{customer}/labels/{ref.external['label']}"
    if wanted.status == "deleted":
        gone = [{"campaignOperation": {"remove": f"{customer}/campaigns/{id}"}} for id in campaigns]
        return [*gone, {"labelOperation": {"remove": label}}]
    operations: list[dict[str, Any]] = []
    if wanted.status is not None:
        noted = {"resourceName": label, "textLabel": {"description": wanted.status}}
        operations.append({"labelOperation": {"update": noted, "updateMask": "textLabel.description"}})
        status = _GROUP_STATUS[wanted.status]
        for id in campaigns:
            one = {"resourceName": f"{customer}/campaigns/{id}", "status": status}
            operations.append({"campaignOperation": {"update": one, "updateMask": "status"}})
    if wanted.name is not None:
        renamed = {"resourceName": label, "name": named(wanted.name[:40], ref.id)}
        operations.append({"labelOperation": {"update": renamed, "updateMask": "name"}})
    return operations
