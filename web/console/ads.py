"""Ad campaigns: a list, one campaign with its variations and decisions, and what people may ask of the autopilot."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Any

import msgspec
from aiohttp import web

from ads import campaigns
from ads.desk import Desk, Refused
from engine.currency import major, unit
from engine.values import Money
from insights import ads as insight
from insights.ads import Campaign
from people import audit
from storage.store import Op, Store
from web.api.endpoint import Asked, Endpoint, Nothing, Refusal
from web.console import frame
from web.console.ads_fortnight import Passes, Passing
from web.console.ads_shapes import Act, Back, Campaigns, Caps, Change, Made, Verdict
from web.console.caller import Caller, Way

_PAGE, _AT = "/o/{org}/ads/campaigns", "/orgs/{org}/campaigns"
_GONE = ("ads.no_campaign", "ads.no_variation", "ads.nothing_to_take_back")
_HELD = (
    "ads.not_a_draft", "ads.not_waiting", "ads.not_paused", "ads.not_running", "ads.ended", "ads.what", "ads.budget",
    "ads.cap", "ads.approval_pct", "ads.busy", "ads.own_proposal", "ads.bid", "ads.bidding",
)  # fmt: skip
_REFUSALS = ((404, "not_found"), *((404, code) for code in _GONE), *((409, code) for code in _HELD))


class Ads:
    """The views. `clock` is the business's time."""

    def __init__(
        self, store: Store, desk: Desk, clock: Callable[[], datetime], fortnights: Passes | None = None
    ) -> None:  # fmt: skip
        self._store = store
        self._desk = desk
        self._clock = clock
        self._fortnights = fortnights

    def ways(self) -> Sequence[Way]:
        return (
            Way(method="GET", path=_PAGE, permission="ads.read", view=self.list_page),
            Way(method="GET", path=f"{_PAGE}/{{id}}", permission="ads.read", view=self.one_page),
            Way(method="POST", path=f"{_PAGE}/act", permission="ads.change", view=self._form(self._act_of, self._act)),
            Way(
                method="POST", path=f"{_PAGE}/decide", permission="ads.approve",
                view=self._form(self._verdict_of, self._decide),
            ),
            Way(
                method="POST", path=f"{_PAGE}/caps", permission="ads.approve",
                view=self._form(self._caps_of, self._caps),
            ),
            Way(
                method="POST", path=f"{_PAGE}/change", permission="ads.change",
                view=self._form(self._change_of, self._change),
            ),
            Way(
                method="POST", path=f"{_PAGE}/rollback", permission="ads.change",
                view=self._form(self._back_of, self._rollback),
            ),
        )  # fmt: skip

    def endpoints(self) -> Sequence[Endpoint]:
        return (
            Endpoint(
                method="GET", path=_AT, permission="ads.read", answer=Campaigns, view=self.listed,
                doc="Ad campaigns with their caps and what they may have spent today and this month.",
            ),
            Endpoint(
                method="GET", path=f"{_AT}/{{id}}", permission="ads.read", answer=Campaign, view=self.one,
                refusals=((404, "not-found"),),
                doc="A campaign with its variations, and each decision with its reason.",
            ),
            Endpoint(
                method="POST", path=f"{_AT}/act", permission="ads.change", body=Act, answer=Nothing,
                view=self._asked(self._act), refusals=_REFUSALS,
                doc="Submit a draft, pause, resume or end a campaign.",
            ),
            Endpoint(
                method="POST", path=f"{_AT}/decide", permission="ads.approve", body=Verdict, answer=Nothing,
                view=self._asked(self._decide), refusals=_REFUSALS,
                doc="Approve or decline a launch, or a change above the campaign's percentage.",
            ),
            Endpoint(
                method="POST", path=f"{_AT}/caps", permission="ads.approve", body=Caps, answer=Nothing,
                view=self._asked(self._caps), refusals=_REFUSALS, doc="Set a campaign's caps.",
            ),
            Endpoint(
                method="POST", path=f"{_AT}/change", permission="ads.change", body=Change, answer=Made,
                view=self._asked(self._change), refusals=_REFUSALS,
                doc="Change a variation's budget or bid, or whether it runs; weighed like the autopilot's own changes.",
            ),
            Endpoint(
                method="POST", path=f"{_AT}/rollback", permission="ads.change", body=Back, answer=Made,
                view=self._asked(self._rollback), refusals=_REFUSALS,
                doc="Everything back to the exact state before a change.",
            ),
        )  # fmt: skip

    async def list_page(self, request: web.Request, caller: Caller) -> web.Response:
        found = await insight.listed(self._store.org(caller.org), self._clock())
        return frame.page(
            "ads.html", caller, campaigns=found, money=frame.money, passing=self._passing(caller),
            done=request.query.get("done", ""),
            **await self._about(caller),
        )  # fmt: skip

    def _passing(self, caller: Caller) -> Passing | None:
        """How far the demo's fortnight is, for the business that it is of."""
        passes = self._fortnights
        return passes.stands() if passes is not None and passes.org == caller.org else None

    async def one_page(self, request: web.Request, caller: Caller) -> web.Response:
        return await self._shown(caller, request.match_info["id"], done=request.query.get("done", ""))

    async def _shown(
        self, caller: Caller, id: str, *, wrong: str = "", status: int = 200, done: str = ""
    ) -> web.Response:
        try:
            frame.plain_id(id)
            found = await insight.one(self._store.org(caller.org), id, self._clock())
        except KeyError:
            return frame.refused(caller, 404, "not-found")
        return frame.page(
            "campaign.html", caller, status=status, campaign=found.summary, variations=found.variations,
            decisions=found.decisions, outlook=found.outlook, untold=found.untold, money=frame.money, typed=_typed,
            wrong=wrong, done=done, largest=await self._largest(caller.org, found.summary.id),
            **await self._about(caller),
        )  # fmt: skip

    async def _largest(self, org: str, campaign: str) -> float:
        """The largest step that the autopilot takes in a day, in per cent."""
        found = await self._store.org(org).get("campaigns", campaign) or {}
        return campaigns.policy_of(await self._store.get("orgs", org), found).largest_step_pct

    async def _about(self, caller: Caller) -> dict[str, Any]:
        org = await self._store.get("orgs", caller.org) or {}
        return {"business": str(org.get("name", caller.org)), "zone": str(org.get("zone") or "Africa/Nairobi")}

    async def listed(self, _asked: Asked, caller: Caller) -> Campaigns:
        return Campaigns(campaigns=await insight.listed(self._store.org(caller.org), self._clock()))

    async def one(self, asked: Asked, caller: Caller) -> Campaign:
        try:
            frame.plain_id(asked.names["id"])
            return await insight.one(self._store.org(caller.org), asked.names["id"], self._clock())
        except KeyError as error:
            raise Refusal(404, "not-found", "There is no such campaign.") from error

    def _asked(self, act: Callable[[Caller, Any], Awaitable[Any]]) -> Any:
        async def view(asked: Asked, caller: Caller) -> Any:
            try:
                return await act(caller, asked.body)
            except Refused as refused:
                status = 404 if refused.code in _GONE else 409
                raise Refusal(status, refused.code, str(refused)) from refused

        return view

    def _form(
        self, read: Callable[[Any, str], Awaitable[Any]], act: Callable[[Caller, Any], Awaitable[Any]]
    ) -> Any:  # fmt: skip
        """A form of the campaign's page: done and back to it, or the page again with what is wrong."""

        async def view(request: web.Request, caller: Caller) -> web.Response:
            form = await request.post()
            campaign = str(form.get("campaign", ""))
            try:
                await act(caller, await read(form, caller.org))
            except (Refused, ValueError, KeyError) as refused:
                return await self._shown(caller, campaign, wrong=str(refused), status=409)
            return frame.see_other(f"/o/{caller.org}/ads/campaigns/{campaign}", done="ads")

        return view

    async def _act_of(self, form: Any, _org: str) -> Act:
        return msgspec.convert(_texts(form, "campaign", "do", "reason"), Act)

    async def _verdict_of(self, form: Any, _org: str) -> Verdict:
        change = str(form.get("change", ""))
        return Verdict(
            approve=form.get("verdict") == "approve", change=change, reason=str(form.get("reason", ""))[:300],
            campaign="" if change else str(form.get("campaign", "")),
        )  # fmt: skip

    async def _caps_of(self, form: Any, org: str) -> Caps:
        campaign = str(form.get("campaign", ""))
        currency = await self._currency(org, campaign)
        return Caps(
            campaign=campaign, daily=_minor(form, "daily", currency), monthly=_minor(form, "monthly", currency),
            approval_pct=float(str(form.get("approval_pct") or "0")),
        )  # fmt: skip

    async def _change_of(self, form: Any, org: str) -> Change:
        status = str(form.get("status", ""))
        currency = await self._currency(org, str(form.get("campaign", "")))
        if "bid" in form:
            bid = 0 if form.get("remove") else _minor(form, "bid", currency)
            return Change(**_texts(form, "variation", "reason"), bid=bid)
        budget = _minor(form, "budget", currency) if not status else None
        return msgspec.convert(
            {**_texts(form, "variation", "reason"), "status": status, "budget": budget}, Change
        )  # fmt: skip

    async def _back_of(self, form: Any, _org: str) -> Back:
        return msgspec.convert(_texts(form, "change", "reason"), Back)

    async def _act(self, caller: Caller, act: Act) -> Nothing:
        note = self._note(caller, f"ads.{act.do}", act.campaign, reason=act.reason)
        if act.do == "submit":
            await self._desk.submit(caller.org, act.campaign, caller.actor, note)
        else:
            await getattr(self._desk, act.do)(caller.org, act.campaign, act.reason, note)
        return Nothing()

    async def _decide(self, caller: Caller, verdict: Verdict) -> Nothing:
        what = "ads.approved" if verdict.approve else "ads.declined"
        note = self._note(caller, what, verdict.change or verdict.campaign, reason=verdict.reason)
        if not verdict.change:
            await self._desk.decide(
                caller.org, verdict.campaign, caller.actor, approve=verdict.approve, reason=verdict.reason, note=note
            )
        elif verdict.approve:
            await self._desk.approve(caller.org, verdict.change, caller.actor, note)
        else:
            await self._desk.decline(caller.org, verdict.change, caller.actor, verdict.reason, note)
        return Nothing()

    async def _caps(self, caller: Caller, caps: Caps) -> Nothing:
        currency = await self._currency(caller.org, caps.campaign)
        note = self._note(caller, "ads.caps", caps.campaign, daily=caps.daily, monthly=caps.monthly)
        await self._desk.set_caps(
            caller.org, caps.campaign, daily=Money(caps.daily, currency), monthly=Money(caps.monthly, currency),
            approval_pct=caps.approval_pct, note=note,
        )  # fmt: skip
        return Nothing()

    async def _change(self, caller: Caller, change: Change) -> Made:
        variation = await self._store.org(caller.org).get("variations", change.variation) if change.variation else None
        if variation is None:
            raise Refused("ads.no_variation", "There is no such variation.")
        currency = await self._currency(caller.org, variation["campaign"])
        budget = None if change.budget is None else Money(change.budget, currency)
        bid = None if change.bid is None else Money(change.bid, currency)
        said = {"budget": change.budget, "bid": change.bid, "status": change.status}
        note = self._note(caller, "ads.changed", change.variation, **said)
        id = await self._desk.propose(
            caller.org, change.variation, caller.actor, budget=budget, bid=bid, status=change.status,
            reason=change.reason, note=note,
        )  # fmt: skip
        return Made(change=id)

    async def _rollback(self, caller: Caller, back: Back) -> Made:
        note = self._note(caller, "ads.rolled_back", back.change, reason=back.reason)
        return Made(change=await self._desk.rollback(caller.org, back.change, caller.actor, back.reason, note))

    async def _currency(self, org: str, campaign: str) -> str:
        found = await self._store.org(org).get("campaigns", campaign) if campaign else None
        if found is None:
            raise Refused("ads.no_campaign", "There is no such campaign.")
        return str(found["currency"])

    def _note(self, caller: Caller, what: str, on: str, **details: Any) -> list[Op]:
        by = "session" if caller.session is not None else "token"
        return [audit.entry(caller.actor, what, caller.now, on=on, by=by, **details)]


def _texts(form: Any, *names: str) -> dict[str, str]:
    return {name: str(form.get(name, ""))[:300] for name in names}


def _minor(form: Any, name: str, currency: str) -> int:
    """Minor units of an amount as people type it, in whole shillings."""
    typed = str(form.get(name, "")).replace(",", "").strip()
    try:
        return round(float(typed) * unit(currency))
    except (ValueError, OverflowError):
        raise ValueError(f"{typed!r} is no amount") from None


def _typed(amount: Money) -> str:
    """As a form's field shows it."""
    return f"{major(amount.amount, amount.currency).normalize():f}"
