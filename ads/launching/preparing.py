"""Before a launch: what a booking may cost, whether it would be measured, whether the page is fit, what the ads say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import msgspec

from ads.accounts import COLLECTION as ACCOUNTS
from ads.accounts import account_id
from ads.assets.choosing import chosen
from ads.assets.library import Asset
from ads.facts import of_offer
from ads.fetching import Fetcher
from ads.landing import Landing, checked
from ads.launching.briefs import NoOffer, address_of, brief_of, platform_of, whatsapp_of
from ads.launching.words import language_of, say
from ads.profit.economics import economics
from ads.profit.offer import BadOffer, Costs
from ads.variations import refused
from ads.variations.drafting import drafted
from ads.variations.limits import RULES
from ads.variations.model import Brief, Drafted, Platform
from ads.variations.preview import plain
from engine.model import Event
from runtime.verbs import Acted, Changed, Context
from storage.store import Op, Update, Upsert

PAGES = timedelta(hours=24)  # for so long a page that was found fit may be launched with


class Preparing:
    """`script`: the address of our own page script; `fetcher` asks for pages."""

    def __init__(self, fetcher: Fetcher, script: str) -> None:
        self._fetcher = fetcher
        self._script = script

    async def reckon(self, ctx: Context, args: dict[str, Any]) -> Changed:
        """`launch.reckon`: the cost is kept with the offer, where every later decision finds it."""
        language, cost = language_of(ctx), args["cost"]
        try:
            brief = await brief_of(ctx.store, args)
            figures = economics(Costs(price=brief.price, cost=cost, deposit=brief.deposit))
        except NoOffer:
            return _said("launch.not_reckoned", reason=say("submit.gone", language))
        except BadOffer as error:
            return _said("launch.not_reckoned", reason=_bad_offer(error, language))
        offer = await ctx.store.get("offers", brief.offer) or {}
        costs = {**(offer.get("costs") or {}), "cost": cost.amount}
        kept = of_offer({**offer, "costs": costs}, brief.price.currency)
        figures = kept or figures  # with the fees and rates that were set in the console
        margin, most = figures.margin.value, figures.max_cpa.value
        return Changed(
            ops=(Update("offers", brief.offer, {"set": {"costs": costs}}),),
            event=Event(name="launch.reckoned", data={"margin": margin, "max_cpa": most, "pays": figures.pays}),
        )

    async def inspect(self, ctx: Context, args: dict[str, Any]) -> Changed:
        """`launch.inspect`."""
        language, platform = language_of(ctx), platform_of(args)
        org = await ctx.store.get("orgs", ctx.org) or {}
        account = await ctx.store.get(ACCOUNTS, account_id(ctx.org, platform))
        own, title = str(org.get("currency") or "KES"), RULES[platform].title
        currency = str((account or {}).get("currency") or own)
        found = "missing" if account is None else "ok" if currency == own else "currency"
        number = "ok" if whatsapp_of(org) else "missing"
        pages = await _counted(ctx, "page", timedelta(days=7))
        payments = await _counted(ctx, "payment", timedelta(days=30))
        lines = [
            say(f"inspect.account.{found}", language, platform=title, currency=currency, own=own),
            say(f"inspect.whatsapp.{number}", language),
            say(f"inspect.page.{'ok' if pages else 'missing'}", language, count=pages),
            say(f"inspect.money.{'ok' if payments else 'missing'}", language, count=payments),
        ]
        known = await _page_of(ctx, args)
        if known:
            lines.append(say("inspect.known_page", language, page=known))
        ready = found == "ok" and number == "ok"
        return _said("launch.inspected", ready=ready, text="\n".join(lines))

    async def check_page(self, ctx: Context, args: dict[str, Any]) -> Acted:
        """`launch.check_page`. What it came to is kept: a launch asks whether this very page was found fit."""
        language, platform, page = language_of(ctx), platform_of(args), address_of(args)
        try:
            brief = await brief_of(ctx.store, args)
        except NoOffer:
            return Acted(event=_checked(False, say("submit.gone", language), page))
        landing = await checked(self._fetcher, brief, platform, script=self._script)
        kept = {"ready": landing.ready, "at": ctx.now, "checks": [msgspec.to_builtins(each) for each in landing.checks]}
        ops: list[Op] = [Upsert("ad_pages", page_id(ctx.org, brief, platform), {"set": {"page": page, **kept}})]
        if landing.ready:
            ops.append(Update("offers", brief.offer, {"set": {"page": page}}))
        return Acted(ops=tuple(ops), event=_checked(landing.ready, told(landing, language), page))

    async def draft(self, ctx: Context, args: dict[str, Any]) -> Changed:
        """`launch.draft`: nothing is kept, since the same brief gives the same ads when they are handed in."""
        language, platform = language_of(ctx), platform_of(args)
        try:
            brief = await brief_of(ctx.store, args)
        except NoOffer:
            return _said("launch.not_drafted", reason=say("submit.gone", language))
        three = in_language(brief, platform, language)
        shown = await shown_by(ctx, brief, three)
        if unfilmed(platform, shown):
            return _said("launch.not_drafted", reason=say("draft.film", language))
        against = [(each, refusal) for each in three for refusal in each.refusals if not refusal.note]
        if against:
            each, refusal = against[0]
            why, fix = refusal.said(language)
            reason = say("draft.refused", language, angle=each.advert.angle, reason=why, fix=fix)
            return _said("launch.not_drafted", reason=reason)
        parts = [plain(each) + _pictured(shown[each.advert.angle], language) for each in three]
        if three[0].advert.language != language:
            parts.insert(0, say("draft.language", language, platform=RULES[platform].title))
        return _said("launch.drafted", text="\n\n".join(parts))


def in_language(brief: Brief, platform: Platform, language: str) -> tuple[Drafted, ...]:
    """In the language of who asks, else in English: a platform may not take the other."""
    taken = RULES[platform].languages
    return drafted(brief, platform, language if taken is None or language in taken else "en")


async def shown_by(ctx: Context, brief: Brief, three: Sequence[Drafted]) -> dict[str, Asset | None]:
    """The picture or film that each ad is made with, by the ad's angle."""
    adverts = [each.advert for each in three]
    return {each.angle: await chosen(ctx.store, brief.offer, each.angle, each.platform) for each in adverts}


def unfilmed(platform: Platform, shown: Mapping[str, Asset | None]) -> bool:
    """Whether the platform shows nothing but films, and one of the ads has none."""
    return platform == "tiktok" and None in shown.values()


def told(landing: Landing, language: str) -> str:
    """What was found: of what is well one line, of the rest each with what to do."""
    wrong = [each for each in landing.checks if each.state != "ok"]
    lines = [
        say(f"page.{each.state}", language, reason=each.reason(language), fix=each.fix(language)) for each in wrong
    ]
    return "\n".join(lines[:6]) or say("page.ok", language, reason=landing.checks[0].reason(language))


def page_id(org: str, brief: Brief, platform: Platform) -> str:
    return f"{org}/{brief.offer}/{platform}"


def _bad_offer(error: BadOffer, language: str) -> str:
    found = refused.said(f"offer.{error.code}", error.blanks) if language == "sw" else None
    return " ".join(found or (error.reason, error.remedy))


def _pictured(found: Asset | None, language: str) -> str:
    """The line about the ad's picture or film; nothing where it has none."""
    if found is None:
        return ""
    return "\n" + say("draft.filmed" if found.kind == "video" else "draft.picture", language, name=found.name)


async def _page_of(ctx: Context, args: dict[str, Any]) -> str:
    """The page that this offer's ads led to before."""
    given = args.get("offer") or {}
    offer = await ctx.store.get("offers", str(given.get("id") or "")) if isinstance(given, dict) else None
    return str((offer or {}).get("page") or "")


async def _counted(ctx: Context, kind: str, within: timedelta) -> int:
    return await ctx.store.count("ad_events", {"kind": kind, "at": {"gt": ctx.now - within}})


def _checked(ready: bool, text: str, page: str) -> Event:
    return Event(name="launch.page_checked", data={"ready": ready, "text": text, "page": page})


def _said(name: str, **data: Any) -> Changed:
    return Changed(event=Event(name=name, data=data))
