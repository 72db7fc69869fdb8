"""The page of backtests: past conversations followed on a person's drafts, and where they would have gone otherwise."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from aiohttp import web

from people import audit
from runtime.backtest import Report
from runtime.publishing.sources import TEST
from storage.store import Store
from web.api.endpoint import Asked, Endpoint
from web.console import frame
from web.console.caller import Caller, Way
from workshop import drafts
from workshop.replaying import Job, Replaying, Run, TooMany


class Backtested(msgspec.Struct, frozen=True, kw_only=True):
    """The business's latest backtest; `state` is none, running, done, stopped or failed."""

    state: str
    done: int = 0
    of: int = 0
    files: tuple[str, ...] = ()
    error: str = ""
    report: Report | None = None


class ReplayPages:
    """The views. `replaying` is None in a server that can't run backtests; `clock` is the business's."""

    def __init__(self, store: Store, replaying: Replaying | None, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._replaying = replaying
        self._clock = clock

    def ways(self) -> Sequence[Way]:
        at = "/o/{org}/replay"
        return (
            Way(method="GET", path=at, permission="rules.edit", view=self.page),
            Way(method="POST", path=at, permission="rules.edit", view=self.begin),
            Way(method="POST", path=f"{at}/stop", permission="rules.edit", view=self.stop),
        )

    def endpoints(self) -> Sequence[Endpoint]:
        return (
            Endpoint(
                method="GET", path="/orgs/{org}/replay", permission="rules.edit", answer=Backtested, view=self.answer,
                doc="The latest backtest: how far it has come, and what it found.",
            ),
        )  # fmt: skip

    async def page(self, request: web.Request, caller: Caller) -> web.Response:
        return await self._page(caller, request.query.get("done", ""))

    async def _page(self, caller: Caller, done: str = "", *, wrong: str = "") -> web.Response:
        org = await self._store.get("orgs", caller.org) or {}
        zone = str(org.get("zone") or "Africa/Nairobi")
        today = self._clock().astimezone(ZoneInfo(zone)).date()
        run = self._run(caller)
        return frame.page(
            "replay.html", caller, status=422 if wrong else 200, business=str(org.get("name", caller.org)), zone=zone,
            files=list(await self._drafts(caller)), since=(today - timedelta(days=30)).isoformat(),
            until=today.isoformat(), run=run, state=_state(run), done=done, wrong=wrong,
            last=run.until - timedelta(microseconds=1) if run is not None and run.until is not None else None,
            report=run.report if run is not None else None, talks=await self._talks(caller, run),
        )  # fmt: skip

    async def begin(self, request: web.Request, caller: Caller) -> web.Response:
        form = await request.post()
        if "since" not in form or self._replaying is None:
            return frame.refused(caller, 404, "not-found")
        words = frame.Words(caller.language)
        chosen = {file: text for file, text in (await self._drafts(caller)).items() if file in form.getall("file", [])}
        if not chosen:
            return await self._page(caller, wrong=words("replay.nothing"))
        try:
            since, until = await self._period(caller, str(form["since"]), str(form.get("until", "")))
        except ValueError:
            return await self._page(caller, wrong=words("replay.no-period"))
        try:
            job = Job(org=caller.org, texts=chosen, since=since, until=until)
            run = await self._replaying.begin(job, caller.actor, caller.now)
        except TooMany:
            return await self._page(caller, wrong=words("replay.busy"))
        entry = audit.entry(caller.actor, "rules.replayed", caller.now, on=run.id, files=list(run.files))
        await self._store.org(caller.org).commit([entry])
        return frame.see_other(f"/o/{caller.org}/replay")

    async def stop(self, request: web.Request, caller: Caller) -> web.Response:
        run = self._run(caller)
        if run is None or self._replaying is None or (await request.post()).get("id") != run.id:
            return frame.refused(caller, 404, "not-found")
        self._replaying.stop(caller.org)
        return frame.see_other(f"/o/{caller.org}/replay")

    async def answer(self, _asked: Asked, caller: Caller) -> Backtested:
        run = self._run(caller)
        if run is None:
            return Backtested(state="none")
        return Backtested(
            state=_state(run), done=run.done, of=run.of, files=run.files, error=run.error, report=run.report
        )

    async def _talks(self, caller: Caller, run: Run | None) -> dict[str, str]:
        """The conversation of each machine that is listed, for who may read those."""
        if run is None or run.report is None or not caller.may("conversations.read"):
            return {}
        ids = [each.machine for each in run.report.examples]
        rows = await self._store.org(caller.org).find("machines", {"_id": {"in": ids}}, limit=len(ids)) if ids else []
        return {row["_id"]: row["conversation"] for row in rows if row.get("conversation")}

    def _run(self, caller: Caller) -> Run | None:
        return self._replaying.of(caller.org) if self._replaying is not None else None

    async def _drafts(self, caller: Caller) -> dict[str, str]:
        """The person's own, without tests: nothing runs on those."""
        mine = await drafts.mine(self._store.org(caller.org), caller.actor)
        return {file: draft.text for file, draft in sorted(mine.items()) if not file.endswith(TEST)}

    async def _period(self, caller: Caller, since: str, until: str) -> tuple[datetime | None, datetime | None]:
        """From the morning of one day to the night of another, where the business is. Raises ValueError."""
        org: dict[str, Any] = await self._store.get("orgs", caller.org) or {}
        zone = ZoneInfo(str(org.get("zone") or "Africa/Nairobi"))
        begins = datetime.combine(date.fromisoformat(since), time(), zone) if since else None
        last = date.fromisoformat(until) + timedelta(days=1) if until and until < "9999" else None
        ends = datetime.combine(last, time(), zone) if last else None
        if begins is not None and ends is not None and begins >= ends:
            raise ValueError(since)
        return begins, ends


def _state(run: Run | None) -> str:
    if run is None:
        return "none"
    if run.running:
        return "running"
    return "failed" if run.error else "done" if run.whole else "stopped"
