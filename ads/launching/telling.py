"""What the owner is told of ads that run: an overview, the day's report, and whether more may be spent."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from ads import campaigns, reasons
from ads.facts import margin_of, of_offer
from ads.launching.words import language_of, say, shown
from ads.ledger import day_of
from ads.profit.economics import Economics
from ads.report.links import ReportLinks
from ads.report.message import message
from ads.report.model import Report
from ads.report.reading import report
from ads.serving import capacity_left
from ads.truth.money import Margin
from engine.model import Event
from engine.values import Money
from runtime.verbs import Changed, Context
from storage.store import Document, OrgStore

_MOST = 8  # campaigns that a message names


async def survey(ctx: Context, args: dict[str, Any]) -> Changed:
    """`launch.survey`."""
    language = language_of(ctx)
    found = await ctx.store.find("campaigns", {"state": {"ne": campaigns.ENDED}}, sort=[("at", -1)], limit=50)
    running = sum(each["state"] == campaigns.ACTIVE for each in found)
    lines = [say("survey.head" if found else "survey.none", language)]
    for each in found[:_MOST]:
        cap, state = campaigns.money(each, each["daily_cap"]), say(f"state.{each['state']}", language)
        line = say("survey.line", language, name=each["name"], state=state, cap=shown(cap, language))
        if each.get("reason"):
            line += say("survey.reason", language, reason=reasons.said(each["reason"], language))
        lines.append(line)
    wishes = await ctx.store.count("ad_intents", {"state": "asking"})
    if wishes:
        lines.append(say("survey.wishes", language, count=wishes))
    data = {"campaigns": len(found), "running": running, "text": "\n".join(lines)}
    return Changed(event=Event(name="launch.surveyed", data=data))


class Reporting:
    """`links` makes the address of the same report as PDF."""

    def __init__(self, links: ReportLinks) -> None:
        self._links = links

    async def reported(self, ctx: Context, args: dict[str, Any]) -> Changed:
        """`launch.report`, in the language of who is told."""
        person = await ctx.store.get("contacts", ctx.contact) or {}
        language = str(person.get("language") or language_of(ctx))
        found = await latest(ctx.store, ctx.now)
        data = {"text": message(found, language), "link": self._links.url(ctx.org, found.day, language, ctx.now)}
        return Changed(event=Event(name="launch.reported", data=data), language=language)


async def latest(store: OrgStore, now: Any, *, day: Any = None) -> Report:
    """The report of a day: of the one named, else yesterday's, or today's where nothing ran before.

    Where something ran and nothing was told of it, yesterday's says so.
    """
    org = await store.get("orgs", store.id) or {}
    zone = ZoneInfo(str(org.get("zone") or "Africa/Nairobi"))
    today = now.astimezone(zone).date()
    margin, most = await known_costs(store)
    if day is not None:
        return await report(store, org, day, now, margin=margin, most=most)
    found = await report(store, org, today - timedelta(days=1), now, margin=margin, most=most)
    if any(line.week.spend.amount or line.gap for line in found.lines):
        return found
    return await report(store, org, today, now, margin=margin, most=most)


async def known_costs(store: OrgStore) -> tuple[Margin | None, dict[str, int]]:
    """What stays of each advertised offer's revenue, and what its booking may cost. No margin while one is unknown."""
    offers = await _economics(store, await store.find("campaigns", {}, sort=[("at", -1)], limit=200))
    most = {id: int(each.max_cpa.value.amount) for id, each in offers.items()
            if each is not None and isinstance(each.max_cpa.value, Money)}  # fmt: skip
    if not offers or any(each is None for each in offers.values()):
        return None, most
    margins = {id: margin_of(each) for id, each in offers.items()}

    def margin(offer: str, revenue: int) -> int:
        # money of an offer that is not advertised, brought by an ad of another: its own costs are not known
        return margins[offer](offer, revenue) if offer in margins else min(
            (each(offer, revenue) for each in margins.values()), default=revenue)  # fmt: skip

    return margin, most


async def scale_checklist(ctx: Context, args: dict[str, Any]) -> Changed:
    """`launch.scale_checklist`."""
    language, found = language_of(ctx), await latest(ctx.store, ctx.now)
    if not found.lines:
        text = say("checklist.none", language)
        return Changed(event=Event(name="launch.listed", data={"text": text, "ready": False}))
    live = await ctx.store.find("campaigns", {"state": {"in": list(campaigns.LIVE)}}, limit=50)
    points = [
        _pays(found, language), _complete(found, language), _costs(found, language),
        await _room(ctx, live, language), await _answered(ctx, language), await _caps(ctx, live, language),
    ]  # fmt: skip
    ready = all(point for point, _ in points)
    end = say("checklist.ready" if ready else "checklist.wait", language)
    text = "\n".join([say("checklist.head", language), *(said for _, said in points), "", end])
    return Changed(event=Event(name="launch.listed", data={"text": text, "ready": ready}))


Point = tuple[bool, str]


def _pays(found: Report, language: str) -> Point:
    best = next(iter(found.of("worked")), None)
    if best is None:
        return False, say("checklist.pays.no", language)
    return True, say("checklist.pays.yes", language, name=f"{best.campaign_name}, {best.angle}")


def _complete(found: Report, language: str) -> Point:
    if not found.gaps:
        return True, say("checklist.data.yes", language)
    names = ", ".join(f"{line.campaign_name} {line.angle}" for line in found.gaps[:5])
    return False, say("checklist.data.no", language, names=names)


def _costs(found: Report, language: str) -> Point:
    return found.costs_known, say(f"checklist.costs.{'yes' if found.costs_known else 'no'}", language)


async def _room(ctx: Context, live: Sequence[Document], language: str) -> Point:
    """Not known is no obstacle, but is said: the owner knows."""
    left = [room for each in live if (room := await capacity_left(ctx.store, each, ctx.now)) is not None]
    if not left:
        return True, say("checklist.room.unknown", language)
    return min(left) > 0, say(f"checklist.room.{'yes' if min(left) > 0 else 'no'}", language, count=min(left))


async def _answered(ctx: Context, language: str) -> Point:
    waiting = await ctx.store.count("conversations", {"handler": "agent"})
    return not waiting, say(f"checklist.answered.{'no' if waiting else 'yes'}", language, count=waiting)


async def _caps(ctx: Context, live: Sequence[Document], language: str) -> Point:
    """By the ledger, in which money that was let go counts as spent."""
    left = 0
    for each in live:
        today = day_of(ctx.now, each["zone"])
        left += max(0, int(each["monthly_cap"]) - campaigns.ledger_of(each).month(today))
    currency = str(live[0]["currency"]) if live else "KES"
    key = "checklist.cap.yes" if left or not live else "checklist.cap.no"
    return key.endswith("yes"), say(key, language, left=shown(Money(left, currency), language))


async def _economics(store: OrgStore, all: Sequence[Document]) -> dict[str, Economics | None]:
    wanted = {str(each["offer"]): str(each["currency"]) for each in all}
    return {id: of_offer(await store.get("offers", id), currency) for id, currency in wanted.items()}
