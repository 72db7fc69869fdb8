"""TikTok as a `Platform`: a campaign is a campaign, a variation an ad group with its budget and one ad.

What is new at TikTok is switched on, unless TikTok has allow-listed the advertiser: so an ad group is switched off
before it gets an ad, and without an ad nothing can spend. Status and settings are two requests: a change of both goes
in the order in which a mishap between them spends least.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import httpx

from ads import amounts
from ads.answers import rows, text
from ads.failures import (
    ChangedByHand,
    CurrencyChanged,
    Gone,
    NeedsPerson,
    OutcomeUnknown,
    PlatformError,
    Refused,
    RetryLater,
)
from ads.hourly import zone_of
from ads.line import Keep
from ads.naming import is_named, mark
from ads.pace import Urgency
from ads.platform import (
    Account,
    Asset,
    CampaignPlan,
    Change,
    Hours,
    Kind,
    Name,
    Reach,
    Receipt,
    Ref,
    Request,
    State,
    VariationPlan,
)
from ads.tiktok import bodies, insights, reach, states
from ads.tiktok.client import TikTokClient
from ads.tiktok.credentials import TikTokCredentials
from ads.tiktok.films import Films

_BELOW = {"campaign": "adgroup", "adgroup": "ad"}
_FINE = ("STATUS_ENABLE", "")


class TikTok:
    """One advertiser at TikTok."""

    name: Name = "tiktok"

    def __init__(
        self, credentials: TikTokCredentials, http: httpx.AsyncClient, now: Callable[[], datetime],
        keep: Keep | None = None,
    ) -> None:  # fmt: skip
        self._own = credentials
        self._now = now
        self._client = TikTokClient(credentials, http, now, keep)
        self._films = Films(self._client, now)
        self._account: Account | None = None

    async def account(self) -> Account:
        return await self._look("report")

    async def _look(self, urgency: Urgency) -> Account:
        data = await self._client.get("advertiser/info", {"advertiser_ids": [self._own.account]}, urgency)
        body = next(iter(rows(data, "list")), {})
        try:
            zone_of(text(body, "timezone"))
        except ValueError as error:
            raise NeedsPerson("ads.tiktok.zone", f"The ad account's time zone cannot be read: {error}") from None
        status = text(body, "status")
        self._account = Account(
            platform="tiktok", id=self._own.account, name=text(body, "name"), currency=text(body, "currency"),
            zone=text(body, "timezone"), usable=status in _FINE,
            reason="" if status in _FINE else status.removeprefix("STATUS_").lower(),
        )  # fmt: skip
        return self._account

    async def upload(self, asset: Asset) -> str:
        return await self._films.upload(asset)

    async def create_campaign(self, plan: CampaignPlan, *, dry_run: bool = False) -> Receipt:
        await self._in(plan.currency)
        body = bodies.campaign(plan)
        sent = [Request(method="POST", path="campaign/create/", body=body)]
        found = await self._only("campaign", plan.id, tidy=not dry_run)
        if dry_run:
            external = {"campaign": text(found, "campaign_id")} if found else {}
            ref = Ref(kind="campaign", id=plan.id, external=external)
            return Receipt(
                ref=ref, dry_run=True, found=bool(found), validated="us", requests=() if found else tuple(sent)
            )
        id = text(found, "campaign_id")
        if not id:
            id = _created(await self._client.post("campaign/create", body), "campaign_id")
            id = text(await self._only("campaign", plan.id, tidy=True), "campaign_id") or id
        ref = Ref(kind="campaign", id=plan.id, external={"campaign": id})
        if not found or not await self._client.all("adgroup/get", {"campaign_ids": [id]}):  # a lost sight of: still new
            await self._off("campaign", id, found)
        return Receipt(ref=ref, found=bool(found), requests=() if found else tuple(sent))

    async def create_variation(self, campaign: Ref, plan: VariationPlan, *, dry_run: bool = False) -> Receipt:
        await self._in(plan.budget.currency)
        above = campaign.external.get("campaign", "")
        group, ad = bodies.adgroup(plan, above, self._own, self._now()), bodies.ad(plan, "", self._own)
        planned = [
            Request(method="POST", path=f"{kind}/create/", body=body) for kind, body in (("adgroup", group), ("ad", ad))
        ]
        if dry_run:
            ref = Ref(kind="variation", id=plan.id)
            return Receipt(ref=ref, dry_run=True, validated="us", requests=tuple(planned))
        if not above:
            raise Refused("ads.tiktok.campaign", "The campaign has to be created first", field="campaign")
        sent: list[Request] = []
        found = await self._only("adgroup", plan.id, tidy=True)
        id = text(found, "adgroup_id")
        ads = await self._one_ad(id) if id else []
        if not ads:
            plan = await self._films.covered(plan)
        if not id:
            id = _created(await self._make("adgroup", group, sent), "adgroup_id")
            id = text(await self._only("adgroup", plan.id, tidy=True), "adgroup_id") or id  # TikTok may make two
            ads = await self._one_ad(id)
        if not ads:
            await self._off("adgroup", id, found)
            data = await self._make("ad", bodies.ad(plan, id, self._own), sent)
            made = data.get("ad_ids")
            ad_id = str(made[0]) if isinstance(made, list) and made else text(data, "ad_id")
            ads = await self._one_ad(id) or [{"ad_id": ad_id}]
        external = {"campaign": above, "adset": id, "ad": text(next(iter(ads), {}), "ad_id")}
        if not external["ad"]:
            raise OutcomeUnknown("ads.tiktok.unanswered", "TikTok took the ad and did not say its id")
        return Receipt(ref=Ref(kind="variation", id=plan.id, external=external), found=not sent, requests=tuple(sent))

    async def _make(self, kind: str, body: dict[str, Any], sent: list[Request]) -> dict[str, Any]:
        sent.append(Request(method="POST", path=f"{kind}/create/", body=body))
        try:
            return await self._client.post(f"{kind}/create", body)
        except Refused as error:
            if error.field != "request_id":
                raise
            text_ = "TikTok has it already and does not show it yet"
            raise RetryLater("ads.tiktok.lag", text_, after=timedelta(minutes=1), said=error.said) from None

    async def _off(self, kind: str, id: str, found: dict[str, Any]) -> None:
        """Switch off what is new, unless it is off."""
        if text(found, "operation_status") != "DISABLE":
            await self._client.post(
                f"{kind}/status/update", {f"{kind}_ids": [id], "operation_status": "DISABLE"}, "stop"
            )

    async def find(self, kind: Kind, id: str) -> Ref | None:
        found = await self._only("campaign" if kind == "campaign" else "adgroup", id)
        if not found:
            return None
        external = {"campaign": text(found, "campaign_id")}
        if kind == "variation":
            external["adset"] = text(found, "adgroup_id")
            for one in (await self._ads(external["adset"]))[:1]:
                external["ad"] = text(one, "ad_id")
        return Ref(kind=kind, id=id, external=external)

    async def read(self, ref: Ref) -> State:
        return await self._read(ref, "change")

    async def _read(self, ref: Ref, urgency: Urgency) -> State:
        return (await self._stands(ref, urgency))[0]

    async def _stands(self, ref: Ref, urgency: Urgency) -> tuple[State, str]:
        """With what is paid for."""
        kind, id = ("campaign", _id(ref, "campaign")) if ref.kind == "campaign" else ("adgroup", _id(ref, "adset"))
        filtering = {f"{kind}_ids": [id], "primary_status": "STATUS_ALL"}
        found = await self._client.all(f"{kind}/get", filtering, urgency)
        if not found:
            raise Gone("ads.tiktok.gone", "It is no longer there at TikTok")
        if ref.kind == "campaign":
            return states.campaign(ref, found[0]), ""
        account = self._account or await self._look(urgency)
        state = states.variation(ref, found[0], await self._ads(id, urgency), account.currency)
        return state, text(found[0], "billing_event")

    async def change(self, ref: Ref, change: Change, *, expect: State | None = None, dry_run: bool = False) -> Receipt:
        urgency = amounts.urgency(change)
        amounts.check("tiktok", ref, change)
        for currency in amounts.currencies(change):
            await self._in(currency)
        state, billing = await self._stands(ref, urgency)
        if expect is not None and (edited := expect.differences(state)):
            raise ChangedByHand("tiktok", edited, state)
        wanted = change.beyond(state)
        if state.status == "deleted" and not wanted.empty:
            raise Gone("ads.tiktok.gone", "It was deleted at TikTok, which cannot be taken back")
        if wanted.empty:
            return Receipt(ref=ref, dry_run=dry_run, found=True, validated="us" if dry_run else "")
        amounts.check_bid("tiktok", wanted, state)
        sent = bodies.change(ref, wanted, billing)
        if dry_run:  # TikTok has no such mode
            return Receipt(ref=ref, dry_run=True, validated="us", requests=tuple(sent))
        if wanted.budget is not None:
            self._client.pace.check_budget(_id(ref, "adset"))
            self._client.pace.took_budget(_id(ref, "adset"))
        for n, request in enumerate(sent):
            try:
                await self._client.post(request.path.rstrip("/"), request.body, urgency)
            except PlatformError as error:
                if n == 0 or not error.changed_nothing:
                    raise
                text_ = "TikTok made the first half of the change and refused the second"
                raise OutcomeUnknown("ads.tiktok.half", text_, said=error.said or error.text) from error
        return Receipt(ref=ref, requests=tuple(sent))

    async def hours(self, since: datetime, until: datetime, currency: str, after: str = "") -> Hours:
        account = self._account if after and self._account else await self.account()
        if account.currency != currency:
            raise CurrencyChanged("tiktok", currency, account.currency)
        zone = zone_of(account.zone)
        day, page, last = insights.place(since, until, zone, after)
        data = await self._client.get("report/integrated/get", insights.params(day, page), "report")
        if not isinstance(data.get("list"), list):
            raise RetryLater("ads.tiktok.report", "TikTok's report has no rows at all", after=timedelta(minutes=15))
        found = insights.hours(data, since, until, zone, currency)
        return Hours(rows=found, after=insights.following(data, day, page, last))

    async def reach(self, first: date, last: date) -> dict[str, Reach]:
        return await reach.of_account(self._client, first, last)

    async def _in(self, currency: str) -> None:
        account = await self._look("change")
        if account.currency != currency:
            raise CurrencyChanged("tiktok", currency, account.currency)

    async def _ads(self, adgroup: str, urgency: Urgency = "change") -> list[dict[str, Any]]:
        found = await self._client.all("ad/get", {"adgroup_ids": [adgroup]}, urgency)
        return sorted(found, key=lambda one: (text(one, "create_time"), text(one, "ad_id").zfill(24)))

    async def _one_ad(self, adgroup: str) -> list[dict[str, Any]]:
        """The ad that is there, if there is one; copies of it that a lost answer made are deleted."""
        first, *extra = await self._ads(adgroup) or [{}]
        copies = [text(one, "ad_id") for one in extra if text(one, "ad_name") == text(first, "ad_name")]
        if copies:
            await self._delete("ad", copies)
        return [first] if first else []

    async def _only(self, kind: str, id: str, *, tidy: bool = False) -> dict[str, Any]:
        """What bears our id. Of several, made by lost answers, the eldest; `tidy` deletes the rest, which are empty."""
        found = await self._client.all(f"{kind}/get", {f"{kind}_name": mark(id)})
        mine = [one for one in found if is_named(text(one, f"{kind}_name"), id)]
        mine.sort(key=lambda one: (text(one, "create_time"), text(one, f"{kind}_id").zfill(24)))
        first, *extra = mine or [{}]
        for one in extra if tidy else ():
            below = await self._client.all(f"{_BELOW[kind]}/get", {f"{kind}_ids": [text(one, f"{kind}_id")]})
            if below:
                raise NeedsPerson(
                    "ads.tiktok.twice", f"There are two of {id} at TikTok, and both have something in them"
                )
            await self._delete(kind, [text(one, f"{kind}_id")])
        return first

    async def _delete(self, kind: str, ids: list[str]) -> None:
        """Copies; another launch at the same time may have been quicker."""
        with contextlib.suppress(Gone):
            await self._client.post(f"{kind}/status/update", {f"{kind}_ids": ids, "operation_status": "DELETE"})


def _created(data: dict[str, Any], name: str) -> str:
    id = text(data, name)
    if not id:
        raise OutcomeUnknown("ads.tiktok.unanswered", "TikTok took it and did not say its id")
    return id


def _id(ref: Ref, name: str) -> str:
    id = ref.external.get(name, "")
    if not (id.isascii() and id.isdecimal()):
        raise Refused("ads.tiktok.id", f"{ref.id} has no {name} at TikTok yet", field=name)
    return id
