"""Handing a campaign in, and approving it. Nothing here reaches a platform: the campaign's own lifecycle does that.

What the conversation says is not believed: that the page was found fit, that costs are known, that the ads pass the
limits is looked up or reckoned anew, since minutes and other people lie between the questions.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from ads import campaigns, reasons
from ads.assets.library import Asset
from ads.campaigns import BadCampaign, NewCampaign, NewVariation
from ads.facts import of_offer
from ads.launching.allowed import APPROVE, May
from ads.launching.briefs import NoOffer, brief_of, platform_of, tagged
from ads.launching.preparing import PAGES, in_language, page_id, shown_by, unfilmed
from ads.launching.words import language_of, say, shown
from ads.platform import Audience, Creative
from ads.variations.model import Brief, Drafted
from engine.model import Event
from engine.values import Money
from runtime.verbs import Changed, Context, Post
from storage.store import Document, Update

FIRST_REPORT = timedelta(days=1)
_COUNTRIES = {"KES": "KE", "UGX": "UG", "TZS": "TZ", "RWF": "RW", "NGN": "NG", "ZAR": "ZA", "USD": "US"}
_SMALLEST = 100  # minor units a day: a budget of less is none on any platform


class Submitting:
    """The two verbs. `may` says whether who asks may approve as well."""

    def __init__(self, may: May) -> None:
        self._may = may

    async def submit(self, ctx: Context, args: dict[str, Any]) -> Changed:
        """`launch.submit`. The same conversation handing in the same again finds the campaign that it made."""
        language = language_of(ctx)
        try:
            brief = await brief_of(ctx.store, args)
        except NoOffer:
            return _refused(say("submit.gone", language))
        three = in_language(brief, platform_of(args), language)
        assets = await shown_by(ctx, brief, three)
        wrong = await _wrong(ctx, args, brief, three, assets, language)
        if wrong:
            return _refused(wrong)
        org = await ctx.store.get("orgs", ctx.org) or {}
        new = _campaign(ctx, args, brief, three, org, assets)
        id = campaigns.campaign_id(ctx.org, new.key)
        submitted = Event(name="launch.submitted", data={"campaign": id})
        if await ctx.store.get("campaigns", id) is not None:
            return Changed(event=submitted, posts=(_handed_in(ctx, id),))
        try:
            _, ops = campaigns.drafted(ctx.org, new, _who(ctx), ctx.now)
            settings = campaigns.policy_of(org, {"policy": new.policy, "approval_pct": new.approval_pct})
        except (BadCampaign, ValueError) as error:
            return _refused(str(error))
        start = campaigns.begin({"_id": id}, settings, ctx.now + FIRST_REPORT)
        return Changed(ops=tuple(ops), event=submitted, starts=(start,), posts=(_handed_in(ctx, id),))

    async def approve(self, ctx: Context, args: dict[str, Any]) -> Changed:
        """`launch.approve`."""
        id, language = str(args["campaign"]), language_of(ctx)
        campaign = await ctx.store.get("campaigns", id)
        if campaign is None:
            return _refused(say("approve.gone", language))
        if campaign["state"] in campaigns.LIVE:
            return _event("launch.approved", campaign=id)
        if campaign["state"] == campaigns.DRAFT and campaign.get("reason"):
            return _refused(say("approve.drafted", language, reason=reasons.said(campaign["reason"], language)))
        if campaign["state"] != campaigns.WAITING:
            return _event("launch.pending")
        if not await self._may(ctx, APPROVE):
            return _event("launch.waits", campaign=id)
        by = _who(ctx)
        return Changed(
            ops=(Update("campaigns", id, {"set": {"approved_by": by, "asked_by": campaign.get("by") or by}}),),
            event=Event(name="launch.approved", data={"campaign": id}),
            posts=(Post(machine=campaigns.machine_of(id), event=Event(name="ads.approved", data={"by": by})),),
        )


async def _wrong(
    ctx: Context, args: dict[str, Any], brief: Brief, three: tuple[Drafted, ...], assets: Mapping[str, Asset | None],
    language: str,
) -> str:  # fmt: skip
    """Why it cannot be handed in, in words; "" where it can."""
    platform, currency = platform_of(args), brief.price.currency
    page = await ctx.store.get("ad_pages", page_id(ctx.org, brief, platform))
    if page is None or not page["ready"] or page["page"] != brief.link or page["at"] < ctx.now - PAGES:
        return say("submit.page_changed", language)
    known = of_offer(await ctx.store.get("offers", brief.offer), currency)
    if known is None or not known.pays:
        return say("submit.no_costs", language)
    for each in three:
        against = next((refusal for refusal in each.refusals if not refusal.note), None)
        if against is not None:
            why, fix = against.said(language)
            return say("draft.refused", language, angle=each.advert.angle, reason=why, fix=fix)
    if unfilmed(platform, assets):
        return say("draft.film", language)
    if args["daily_cap"].currency != currency or args["monthly_cap"].currency != currency:
        return say("submit.currency", language, currency=currency)
    least = Money(3 * _SMALLEST, currency)
    return "" if args["daily_cap"] >= least else say("submit.small", language, least=shown(least, language))


def _campaign(
    ctx: Context, args: dict[str, Any], brief: Brief, three: tuple[Drafted, ...], org: Document,
    assets: Mapping[str, Asset | None],
) -> NewCampaign:  # fmt: skip
    """The daily cap is shared out equally: nobody knows yet which of the three is best."""
    platform, daily = platform_of(args), args["daily_cap"]
    key = f"{ctx.machine.machine}/{brief.offer}/{platform}/{brief.link}/{daily}/{args['monthly_cap']}"
    id = campaigns.campaign_id(ctx.org, key)
    share = Money(daily.amount // len(three), daily.currency)
    name = brief.name.get("en") or next(iter(brief.name.values()))
    return NewCampaign(
        key=key,
        name=f"{name}, {ctx.now:%d %b}",
        offer=brief.offer,
        platform=platform,
        daily_cap=daily,
        monthly_cap=args["monthly_cap"],
        variations=tuple(
            NewVariation(
                angle=each.advert.angle, name=f"{each.advert.angle}: {each.title}", budget=share,
                creative=_creative(each, brief, id, campaigns.variation_id(id, each.advert.angle),
                                   assets[each.advert.angle]),
            )
            for each in three
        ),
        audience=_audience(brief, three, org),
        objective="traffic",
        approval_pct=float(args["approval_pct"]),
        zone=str(org.get("zone") or "Africa/Nairobi"),
        categories=brief.categories,
    )  # fmt: skip


def _creative(each: Drafted, brief: Brief, campaign: str, variation: str, asset: Asset | None) -> Creative:
    advert = each.advert
    link = tagged(advert.link, advert.platform, campaign, variation)
    return Creative(texts=advert.texts or advert.descriptions, headlines=advert.headlines,
                    descriptions=advert.descriptions, link=link, action="book",
                    assets=() if asset is None else (asset.id,))  # fmt: skip


def _audience(brief: Brief, three: tuple[Drafted, ...], org: Document) -> Audience:
    """The country of the business's money; who searches (Google) is found by the offer's own words."""
    words = [name.lower() for name in brief.name.values()]
    places = [f"{word} {place.lower()}" for word in words for place in brief.place.values()]
    searched = three[0].advert.platform == "google"
    return Audience(
        countries=(_COUNTRIES.get(str(org.get("currency") or "KES"), "KE"),),
        keywords=tuple(dict.fromkeys([*words, *places])) if searched else (),
    )


def _handed_in(ctx: Context, id: str) -> Post:
    return Post(machine=campaigns.machine_of(id), event=Event(name="ads.submitted"))


def _who(ctx: Context) -> str:
    """For the record of who wanted it: the contact with whom the flow talks."""
    return f"contact:{ctx.contact}"


def _refused(reason: str) -> Changed:
    return _event("launch.refused", reason=reason)


def _event(name: str, **data: Any) -> Changed:
    return Changed(event=Event(name=name, data=data))
