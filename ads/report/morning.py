"""The daily report on its way to the owner: when the next one is due, and once a day a talk with each of their numbers.

`flows/lifecycles/ad_report.yaml` waits for the hour, one machine a business; `flows/ad_report.yaml` tells. A talk is
named by the day and the person, so that neither a restart nor a second machine sends a report twice.
"""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from ads import policy
from ads.truth.daily import bounds
from engine.model import Event
from runtime.verbs import Changed, Context, Start
from storage.store import Document, Op, OrgStore

LIFECYCLE, FLOW = "lifecycle:ad_report", "flow:ad_report"

Owners = Callable[[Context], Awaitable[tuple[Sequence[Op], Sequence[str]]]]
"""The contacts behind the owner's numbers, and what has to be written where one of them never wrote."""


def machine_of(org: str) -> str:
    return f"ad_report:{org}"


def begin(org: str) -> Start:
    """The business's machine of reports; begun again it is nothing."""
    return Start(definition=LIFECYCLE, machine=machine_of(org))


async def nobody(_ctx: Context) -> tuple[Sequence[Op], Sequence[str]]:
    """Where no owner's number is known, nobody is written to."""
    return (), ()


class Morning:
    """The two verbs."""

    def __init__(self, owners: Owners = nobody) -> None:
        self._owners = owners

    async def plan(self, ctx: Context, args: dict[str, Any]) -> Changed:
        """`ads.plan_report`."""
        org = await ctx.store.get("orgs", ctx.org) or {}
        due = next_due(org, ctx.now)
        event = Event(name="ads.report_off") if due is None else Event(name="ads.report_planned", data={"due": due})
        return Changed(event=event)

    async def send(self, ctx: Context, args: dict[str, Any]) -> Changed:
        """`ads.send_report`: of the last whole day. Where no ad ran there is nothing to tell."""
        org = await ctx.store.get("orgs", ctx.org) or {}
        zone = zone_of(org)
        day = ctx.now.astimezone(zone).date() - timedelta(days=1)
        begins, ends = bounds(day, str(zone))
        if not await _ran(ctx.store, begins, ends):
            return _sent(0)
        ops, contacts = await self._owners(ctx)
        starts = tuple(
            Start(
                definition=FLOW, machine=_talk(ctx.org, str(day), contact), contact=contact, channel="whatsapp",
                owner=ctx.machine.machine,
            )
            for contact in contacts
        )  # fmt: skip
        return Changed(ops=tuple(ops), starts=starts, event=_sent(len(starts)).event)


def next_due(org: Document, now: datetime) -> datetime | None:
    """The next time that it is the report's hour by the business's clock, on one of its days; None where it is off."""
    settings = policy.of((org.get("settings") or {}).get("ads"))
    every = settings.report_days
    if not every:
        return None
    due = next_at(org, settings.report_hour, now)
    while due.toordinal() % every != 1 % every:  # of the days that 7 divides the first is a Monday
        due += timedelta(days=1)
    return due


def next_at(org: Document, hour: int, now: datetime) -> datetime:
    """The next time that it is this hour where the business is."""
    due = now.astimezone(zone_of(org)).replace(hour=hour, minute=0, second=0, microsecond=0)
    return due if due > now else due + timedelta(days=1)


def zone_of(org: Document) -> ZoneInfo:
    return ZoneInfo(str(org.get("zone") or "Africa/Nairobi"))


async def _ran(store: OrgStore, begins: datetime, ends: datetime) -> bool:
    if await store.count("ad_hours", {"hour": {"gte": begins, "lt": ends}}):
        return True
    return bool(await store.count("variations", {"status": "active", "launched_at": {"lt": ends}}))


def _talk(org: str, day: str, contact: str) -> str:
    digest = hashlib.sha256("\0".join((org, day, contact)).encode()).hexdigest()
    return f"ad_report:{digest[:20]}"


def _sent(people: int) -> Changed:
    return Changed(event=Event(name="ads.report_sent", data={"people": people}))
