"""Google's rows as a `State`, and the questions that fetch them. Pure."""

from __future__ import annotations

import re
from typing import Any

from ads.answers import mapping, text
from ads.google.bodies import BIDS
from ads.naming import fingerprint, is_named, mark, unnamed
from ads.platform import Delivery, Ref, State, Status
from ads.units import from_micros
from engine.values import Money

_STATUS: dict[str, Status] = {"ENABLED": "active", "PAUSED": "paused", "REMOVED": "deleted"}
_CAMPAIGN = (
    "campaign.id, campaign.name, campaign.status, campaign.bidding_strategy_type, "
    "campaign.network_settings.target_google_search, campaign.network_settings.target_search_network, "
    "campaign.network_settings.target_content_network, campaign.start_date_time, campaign.end_date_time, "
    "campaign.maximize_conversions.target_cpa_micros, campaign.target_spend.cpc_bid_ceiling_micros, "
    "campaign.tracking_url_template, campaign.final_url_suffix, "
    "campaign.campaign_budget, campaign_budget.id, campaign_budget.amount_micros, customer.currency_code"
)
_GROUP = "campaign.id, ad_group.id, ad_group.status, ad_group.cpc_bid_micros, ad_group.target_cpa_micros"
_CRITERION = (
    "campaign.id, ad_group.id, ad_group_criterion.criterion_id, ad_group_criterion.status, "
    "ad_group_criterion.negative, "
    "ad_group_criterion.keyword.text, ad_group_criterion.keyword.match_type, ad_group_criterion.cpc_bid_micros"
)
_PLACE = (
    "campaign.id, campaign_criterion.criterion_id, campaign_criterion.status, campaign_criterion.negative, "
    "campaign_criterion.bid_modifier, campaign_criterion.keyword.text, campaign_criterion.keyword.match_type, "
    "campaign_criterion.location.geo_target_constant, campaign_criterion.language.language_constant"
)
_AD = (
    "campaign.id, ad_group.id, ad_group.status, ad_group_ad.status, ad_group_ad.ad.id, ad_group_ad.ad.final_urls, "
    "ad_group_ad.ad.responsive_search_ad.headlines, ad_group_ad.ad.responsive_search_ad.descriptions, "
    "ad_group_ad.policy_summary.approval_status"
)


def like(text_: str) -> str:
    """For LIKE: each of %, _, [ and ] in brackets, and quotes escaped."""
    return re.sub(r"([%_\[\]])", r"[\1]", text_).replace("'", "\\'")


def campaigns_named(id: str) -> str:
    where = f"campaign.name LIKE '%{like(mark(id))}' AND campaign.status != 'REMOVED'"
    return f"SELECT {_CAMPAIGN} FROM campaign WHERE {where}"


def campaign_of(id: str) -> str:
    return f"SELECT {_CAMPAIGN} FROM campaign WHERE campaign.id = {id}"


def ads_of(campaign: str) -> str:
    return f"SELECT {_AD} FROM ad_group_ad WHERE campaign.id = {campaign} AND ad_group_ad.status != 'REMOVED'"


def groups_of(campaign: str) -> str:
    return f"SELECT {_GROUP} FROM ad_group WHERE campaign.id = {campaign}"


def criteria_of(campaign: str) -> tuple[str, str]:
    """Keywords with their bids, and whom and where the campaign is for: each by a question of its own."""
    words = f"SELECT {_CRITERION} FROM ad_group_criterion WHERE campaign.id = {campaign}"
    places = f"SELECT {_PLACE} FROM campaign_criterion WHERE campaign.id = {campaign}"
    return f"{words} AND ad_group_criterion.status != 'REMOVED'", f"{places} AND campaign_criterion.status != 'REMOVED'"


def labels_named(id: str) -> str:
    where = f"label.name LIKE '%{like(mark(id))}' AND label.status = 'ENABLED'"
    return f"SELECT label.id, label.name, label.status, label.text_label.description FROM label WHERE {where}"


def label_of(id: str) -> str:
    return f"SELECT label.id, label.name, label.status, label.text_label.description FROM label WHERE label.id = {id}"


def labelled(label: str) -> str:
    return (
        "SELECT campaign.id, campaign.status, label.id FROM campaign_label "
        f"WHERE label.id = {label} AND campaign.status != 'REMOVED'"
    )


def campaign(ref: Ref, label: dict[str, Any], below: list[dict[str, Any]]) -> State:
    """Our campaign: what its label says, unless its variations say otherwise."""
    said = "active" if text(mapping(label, "textLabel"), "description") == "active" else "paused"
    statuses = sorted(text(mapping(row, "campaign"), "status") for row in below)
    removed = text(label, "status") == "REMOVED"
    status: Status = "deleted" if removed else "active" if said == "active" else "paused"
    delivery: Delivery = "deleted" if removed else "running" if said == "active" else "paused"
    wanted = "ENABLED" if said == "active" else "PAUSED"
    odd = [one for one in statuses if one != wanted]  # somebody switched one by hand
    return State(
        ref=ref, name=unnamed(text(label, "name"), ref.id), status=status, delivery=delivery,
        fingerprint=fingerprint([is_named(text(label, "name"), ref.id), odd]),
    )  # fmt: skip


def variation(
    ref: Ref, row: dict[str, Any], group: dict[str, Any], ads: list[dict[str, Any]], criteria: list[dict[str, Any]]
) -> State:  # fmt: skip
    """Raises BadUnit for a budget or a bid that is none."""
    above, budget = mapping(row, "campaign"), mapping(row, "campaignBudget")
    currency = text(mapping(row, "customer"), "currencyCode")
    removed = text(above, "status") == "REMOVED" or text(group, "status") == "REMOVED"
    status = "deleted" if removed else _STATUS.get(text(group, "status"), "paused")
    settings = {name: value for name, value in above.items() if name not in ("name", "status", "resourceName")}
    bid = None
    if (strategy := text(above, "biddingStrategyType")) in BIDS:
        bid, settings = _bid(above, strategy, currency), _without_bid(settings, strategy)
    shown = [mapping(one, "adGroupAd") for one in ads]
    aimed = [_criterion(one) for one in criteria]
    marks = [
        is_named(text(above, "name"), ref.id), settings, sorted((_ad(one) for one in shown), key=str),
        {name: group.get(name) for name in _BIDS}, sorted(aimed, key=str),
    ]  # fmt: skip
    delivery, reason = _delivery(status, text(above, "status"), shown)
    return State(
        ref=ref, name=unnamed(text(above, "name"), ref.id), status=status, delivery=delivery, reason=reason,
        budget=from_micros(budget.get("amountMicros", "0"), currency), fingerprint=fingerprint(marks), bid=bid,
    )  # fmt: skip


def _bid(campaign: dict[str, Any], strategy: str, currency: str) -> Money:
    above, field = BIDS[strategy]
    return from_micros(mapping(campaign, above).get(field, "0"), currency)


def _without_bid(settings: dict[str, Any], strategy: str) -> dict[str, Any]:
    """As though there were none. Google says a strategy without one as {} or not at all."""
    above, field = BIDS[strategy]
    rest = {name: value for name, value in mapping(settings, above).items() if name != field}
    kept = {name: value for name, value in settings.items() if name != above}
    return {**kept, above: rest} if rest else kept


_BIDS = ("cpcBidMicros", "targetCpaMicros")


def _criterion(row: dict[str, Any]) -> dict[str, Any]:
    """A keyword, a place, a language, as it was set; whatever kind it is."""
    found = mapping(row, "adGroupCriterion") or mapping(row, "campaignCriterion")
    return {name: value for name, value in found.items() if name != "resourceName"}


def _ad(one: dict[str, Any]) -> dict[str, Any]:
    made = mapping(one, "ad")
    search = mapping(made, "responsiveSearchAd")
    return {
        "id": text(made, "id"), "status": text(one, "status"), "urls": made.get("finalUrls"),
        "headlines": search.get("headlines"), "descriptions": search.get("descriptions"),
    }  # fmt: skip


def _delivery(status: Status, above: str, ads: list[dict[str, Any]]) -> tuple[Delivery, str]:
    if status == "deleted":
        return "deleted", ""
    if status == "paused":
        return "paused", ""
    if above != "ENABLED":
        return "paused", "the campaign is paused"
    approvals = [text(mapping(one, "policySummary"), "approvalStatus") for one in ads]
    if approvals and all(one == "DISAPPROVED" for one in approvals):
        return "rejected", "Google's review rejected it"
    if approvals and all(one in ("", "UNKNOWN", "UNSPECIFIED") for one in approvals):
        return "in_review", ""
    return "running", ""
