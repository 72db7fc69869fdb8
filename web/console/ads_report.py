"""The daily report of ads: as a page, as PDF, and the same for programs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec
from aiohttp import web

from ads import policy
from ads.desk import Desk, Refused
from ads.launching.telling import latest
from ads.report.model import Report
from ads.report.words import Telling
from people import audit
from storage.store import Store
from web.api.endpoint import Asked, Endpoint, Nothing, Refusal
from web.console import frame
from web.console.caller import Caller, Way

_PAGE = "/o/{org}/ads"
_OLDEST = timedelta(days=400)


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """Which day, as 2026-11-20 by the business's clock; without it the last whole one with ads."""

    day: str = ""


class Sending(msgspec.Struct, frozen=True, kw_only=True):
    """When the report is sent to the owner. `hour` by the business's clock; `days`: 1 daily, 7 Mondays, 0 never."""

    hour: int
    days: int


class BadDay(ValueError):
    """A day that there can be no report of."""


class AdsReport:
    """The views. `clock` is the business's time."""

    def __init__(self, store: Store, desk: Desk, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._desk = desk
        self._clock = clock

    def ways(self) -> Sequence[Way]:
        read = "ads.read"
        return (
            Way(method="GET", path=_PAGE, permission=read, view=self.page),
            Way(method="GET", path=f"{_PAGE}/report.pdf", permission=read, view=self.pdf),
            Way(method="POST", path=f"{_PAGE}/sending", permission="ads.change", view=self.pace),
        )

    def endpoints(self) -> Sequence[Endpoint]:
        doc = "A day of ads. What worked, what did not, what was done and why, what is proposed."
        return (
            Endpoint(
                method="GET", path="/orgs/{org}/ads/report", permission="ads.read", doc=doc, query=Wanted,
                answer=Report, view=self.answer, refusals=((422, "bad_day"),),
            ),
            Endpoint(
                method="POST", path="/orgs/{org}/ads/sending", permission="ads.change", body=Sending, answer=Nothing,
                view=self.paced, refusals=((409, "ads.report_hour"),),
                doc="When the daily report is sent to the owner's numbers.",
            ),
        )  # fmt: skip

    async def page(self, request: web.Request, caller: Caller) -> web.Response:
        try:
            found = await self._read(caller, request.query.get("day", ""))
        except BadDay:
            return frame.see_other(f"/o/{caller.org}/ads")
        today = self._clock().astimezone(ZoneInfo(found.zone)).date()
        return frame.page(
            "ads_report.html", caller, business=found.business, report=found, told=Telling(found, caller.language),
            sending=await self._sending(caller), done=request.query.get("done", ""),
            before=found.day - timedelta(days=1), after=found.day + timedelta(days=1) if found.day < today else None,
        )  # fmt: skip

    async def pace(self, request: web.Request, caller: Caller) -> web.Response:
        form = await request.post()
        try:
            wish = Sending(hour=int(str(form.get("hour") or "")), days=int(str(form.get("days") or "")))
            await self._pace(caller, wish)
        except (ValueError, Refused):  # our own page offers nothing else
            return frame.see_other(f"/o/{caller.org}/ads")
        return frame.see_other(f"/o/{caller.org}/ads", done="sending")

    async def paced(self, asked: Asked, caller: Caller) -> Nothing:
        try:
            await self._pace(caller, asked.body)
        except Refused as refused:
            raise Refusal(409, refused.code, str(refused)) from refused
        return Nothing()

    async def _pace(self, caller: Caller, wish: Sending) -> None:
        by = "session" if caller.session is not None else "token"
        note = audit.entry(caller.actor, "ads.sending", caller.now, on="", by=by, hour=wish.hour, days=wish.days)
        await self._desk.pace_reports(caller.org, hour=wish.hour, days=wish.days, note=[note])

    async def _sending(self, caller: Caller) -> Sending:
        org = await self._store.get("orgs", caller.org) or {}
        settings = policy.of((org.get("settings") or {}).get("ads"))
        return Sending(hour=settings.report_hour, days=settings.report_days)

    async def pdf(self, request: web.Request, caller: Caller) -> web.Response:
        from ads.report.pdf import pdf  # loads what draws only for who asks

        try:
            found = await self._read(caller, request.query.get("day", ""))
        except BadDay:
            return frame.see_other(f"/o/{caller.org}/ads")
        name = f"ads-{caller.org}-{found.day}.pdf"
        headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
        return web.Response(body=pdf(found, caller.language), content_type="application/pdf", headers=headers)

    async def answer(self, asked: Asked, caller: Caller) -> Report:
        try:
            return await self._read(caller, asked.query.day)
        except BadDay as error:
            raise Refusal(422, "bad_day", str(error), "Give a day of the last year, as 2026-11-20.") from error

    async def _read(self, caller: Caller, day: str) -> Report:
        now = self._clock()
        wanted = _day(day, now) if day else None
        return await latest(self._store.org(caller.org), now, day=wanted)


def _day(text: str, now: datetime) -> date:
    """Raises `BadDay`."""
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise BadDay("That is no day.") from error
    if not (now - _OLDEST).date() <= day <= (now + timedelta(days=1)).date():
        raise BadDay("Of that day there is no report.")
    return day
