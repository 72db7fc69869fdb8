"""Meta as a `Platform`: a campaign is a campaign, a variation an ad set with its budget, one creative and one ad.

Meta has no idempotency key, so our id at the end of a name is one: before anything is created, what bears it is looked
for. What a lost answer made twice is found by the next look: the eldest stays, the others (paused, never shown) go.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import httpx

from ads import amounts
from ads.answers import text, whole
from ads.failures import ChangedByHand, CurrencyChanged, Gone, NeedsPerson, OutcomeUnknown, Refused, RetryLater
from ads.hourly import zone_of
from ads.line import Keep
from ads.meta import bodies, insights, pictures, reach, states
from ads.meta.client import MetaClient, following
from ads.meta.credentials import MetaCredentials
from ads.meta.films import Films
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
from ads.units import from_meta

_VALIDATE = {"execution_options": ["validate_only"]}
_REASONS = {
    2: "disabled",
    3: "its payment is not settled",
    7: "in Meta's review",
    9: "in a grace period",
    101: "closed",
}


class Meta:
    """One ad account at Meta."""

    name: Name = "meta"

    def __init__(
        self,
        credentials: MetaCredentials,
        http: httpx.AsyncClient,
        now: Callable[[], datetime],
        keep: Keep | None = None,
    ) -> None:
        self._own = credentials
        self._client = MetaClient(credentials, http, now, keep)
        self._films = Films(self._client, now)
        self._account: Account | None = None

    async def account(self) -> Account:
        return await self._look("report")

    async def _look(self, urgency: Urgency) -> Account:
        fields = "name,currency,timezone_name,account_status,min_daily_budget"
        body = await self._client.get(self._client.act, {"fields": fields}, urgency)
        status, currency = whole(body, "account_status", 1), text(body, "currency")
        try:
            zone_of(text(body, "timezone_name"))
        except ValueError as error:
            raise NeedsPerson("ads.meta.zone", f"The ad account's time zone cannot be read: {error}") from None
        least = text(body, "min_daily_budget")
        reason = "" if status == 1 else _REASONS.get(status, "closed")
        self._account = Account(
            platform="meta", id=self._own.account, name=text(body, "name"), currency=currency,
            zone=text(body, "timezone_name"), usable=status == 1, reason=reason,
            smallest_daily_budget=from_meta(least, currency, self._own.offset) if least and currency else None,
        )  # fmt: skip
        return self._account

    async def upload(self, asset: Asset) -> str:
        if asset.kind == "video":
            return await self._films.upload(asset)
        return await pictures.put(self._client, asset.content)

    async def create_campaign(self, plan: CampaignPlan, *, dry_run: bool = False) -> Receipt:
        await self._in(plan.currency)
        ref = Ref(kind="campaign", id=plan.id)
        found = await self._only("campaigns", plan.id, tidy=not dry_run)
        if found:
            return Receipt(
                ref=Ref(kind="campaign", id=plan.id, external={"campaign": found}), found=True, dry_run=dry_run
            )
        path, body = f"{self._client.act}/campaigns", bodies.campaign(plan)
        sent = (Request(method="POST", path=path, body=body),)
        if dry_run:
            await self._client.post(path, {**body, **_VALIDATE})
            return Receipt(ref=ref, dry_run=True, validated="platform", requests=sent)
        id = _created(await self._client.post(path, body))
        id = await self._only("campaigns", plan.id, tidy=True) or id  # Meta may have made two
        return Receipt(ref=Ref(kind="campaign", id=plan.id, external={"campaign": id}), requests=sent)

    async def create_variation(self, campaign: Ref, plan: VariationPlan, *, dry_run: bool = False) -> Receipt:
        await self._in(plan.budget.currency)
        above, sent = campaign.external.get("campaign", ""), []
        act = self._client.act
        adset, ad = bodies.adset(plan, above, self._own), bodies.ad(plan, "", "")
        creative = bodies.creative(plan, self._own)
        if dry_run:
            sent = [
                Request(method="POST", path=f"{act}/{edge}", body=body)
                for edge, body in (("adsets", adset), ("adcreatives", creative), ("ads", ad))
            ]
            if above:  # an ad set can be validated only within a campaign that is there
                await self._client.post(f"{act}/adsets", {**adset, **_VALIDATE})
            ref = Ref(kind="variation", id=plan.id)
            return Receipt(ref=ref, dry_run=True, validated="platform" if above else "us", requests=tuple(sent))
        if not above:
            raise Refused("ads.meta.campaign", "The campaign has to be created first", field="campaign")
        if plan.creative.videos and not await self._has_ad(plan.id):
            creative = bodies.creative(await self._films.covered(plan), self._own)
        external = {"campaign": above}
        external["adset"], found = await self._made("adsets", plan.id, adset, sent)
        ads = await self._one_ad(external["adset"], plan.id)
        if not ads:
            external["creative"] = await self._posted("adcreatives", creative, sent)
            ad = bodies.ad(plan, external["adset"], external["creative"])
            external["ad"], found = await self._posted("ads", ad, sent), False
            ads = await self._one_ad(external["adset"], plan.id)
        external |= states.ad_ids(ads)
        return Receipt(ref=Ref(kind="variation", id=plan.id, external=external), found=found, requests=tuple(sent))

    async def find(self, kind: Kind, id: str) -> Ref | None:
        if kind == "campaign":
            campaign = await self._only("campaigns", id)
            return Ref(kind=kind, id=id, external={"campaign": campaign}) if campaign else None
        adset = await self._only("adsets", id)
        if not adset:
            return None
        body = await self._client.get(adset, {"fields": "campaign_id"})
        above = {"campaign": text(body, "campaign_id"), "adset": adset}
        return Ref(kind=kind, id=id, external={**above, **states.ad_ids(await self._ads(adset))})

    async def read(self, ref: Ref) -> State:
        return await self._read(ref, "change")

    async def _read(self, ref: Ref, urgency: Urgency) -> State:
        if ref.kind == "campaign":
            body = await self._client.get(_id(ref, "campaign"), {"fields": states.CAMPAIGN_FIELDS}, urgency)
            return states.campaign(ref, body)
        body = await self._client.get(_id(ref, "adset"), {"fields": states.ADSET_FIELDS}, urgency)
        account = self._account or await self._look(urgency)
        ads = await self._ads(_id(ref, "adset"), urgency)
        return states.variation(ref, body, ads, account.currency, self._own.offset)

    async def change(self, ref: Ref, change: Change, *, expect: State | None = None, dry_run: bool = False) -> Receipt:
        urgency = amounts.urgency(change)
        amounts.check("meta", ref, change)
        for currency in amounts.currencies(change):
            await self._in(currency)
        state = await self._read(ref, urgency)
        if expect is not None and (edited := expect.differences(state)):
            raise ChangedByHand("meta", edited, state)
        wanted = change.beyond(state)
        if state.status == "deleted" and not wanted.empty:
            raise Gone("ads.meta.gone", "It was deleted at Meta, which cannot be taken back")
        if wanted.empty:
            return Receipt(ref=ref, dry_run=dry_run, found=True, validated="us" if dry_run else "")
        amounts.check_bid("meta", wanted, state)
        id = _id(ref, "campaign" if ref.kind == "campaign" else "adset")
        if wanted.budget is not None:
            self._client.pace.check_budget(id)
        fields = bodies.change(ref.id, wanted, self._own.offset)
        sent = (Request(method="POST", path=id, body=fields),)
        if dry_run:
            await self._client.post(id, {**fields, **_VALIDATE}, urgency)
            return Receipt(ref=ref, dry_run=True, validated="platform", requests=sent)
        if wanted.budget is not None:
            self._client.pace.took_budget(id)
        body = await self._client.post(id, fields, urgency)
        if body.get("success") is not True and not text(body, "id"):
            raise OutcomeUnknown("ads.meta.unanswered", "Meta did not say whether it made the change")
        return Receipt(ref=ref, requests=sent)

    async def hours(self, since: datetime, until: datetime, currency: str, after: str = "") -> Hours:
        account = self._account if after and self._account else await self.account()
        if account.currency != currency:
            raise CurrencyChanged("meta", currency, account.currency)
        zone = zone_of(account.zone)
        params = insights.params(since, until, zone, after)
        body = await self._client.get(f"{self._client.act}/insights", params, "report")
        if not isinstance(body.get("data"), list):
            raise RetryLater("ads.meta.report", "Meta's report has no rows at all", after=timedelta(minutes=15))
        found = insights.hours(body, since, until, zone, currency, self._own.conversions)
        return Hours(rows=found, after=following(body))

    async def reach(self, first: date, last: date) -> dict[str, Reach]:
        return await reach.of_account(self._client, first, last)

    async def _in(self, currency: str) -> None:
        """What we are about to say means what we think."""
        account = await self._look("change")
        if account.currency != currency:
            raise CurrencyChanged("meta", currency, account.currency)

    async def _ads(self, adset: str, urgency: Urgency = "change") -> list[dict[str, Any]]:
        return states.oldest_first(await self._client.all(f"{adset}/ads", {"fields": states.AD_FIELDS}, urgency))

    async def _made(self, edge: str, id: str, body: dict[str, Any], sent: list[Request]) -> tuple[str, bool]:
        found = await self._only(edge, id, tidy=True)
        if found:
            return found, True
        made = await self._posted(edge, body, sent)
        return await self._only(edge, id, tidy=True) or made, False

    async def _has_ad(self, id: str) -> bool:
        adset = await self._only("adsets", id, tidy=True)
        return bool(adset and await self._ads(adset))

    async def _one_ad(self, adset: str, id: str) -> list[dict[str, Any]]:
        """The ad that is there, if there is one; copies of it that a lost answer made are deleted."""
        ads = await self._ads(adset)
        for one in ads[1:]:
            if is_named(text(one, "name"), id):
                await self._delete(text(one, "id"))
        return ads[:1]

    async def _delete(self, id: str) -> None:
        """A copy; another launch at the same time may have been quicker."""
        with contextlib.suppress(Gone):
            await self._client.post(id, {"status": "DELETED"})

    async def _posted(self, edge: str, body: dict[str, Any], sent: list[Request]) -> str:
        path = f"{self._client.act}/{edge}"
        sent.append(Request(method="POST", path=path, body=body))
        return _created(await self._client.post(path, body))

    async def _only(self, edge: str, id: str, *, tidy: bool = False) -> str:
        """What bears our id, "" for nothing. Of several, made by lost answers, the eldest; `tidy` deletes the rest."""
        filtering = [{"field": "name", "operator": "CONTAIN", "value": mark(id)}]
        params = {"fields": "name,created_time,status", "filtering": filtering}
        found = [
            one for one in await self._client.all(f"{self._client.act}/{edge}", params)
            if is_named(text(one, "name"), id)
        ]  # fmt: skip
        first, *extra = states.oldest_first(found) or [{}]
        for one in extra if tidy else ():
            if text(one, "status") != "PAUSED":  # somebody uses it: not ours to take away
                raise NeedsPerson("ads.meta.twice", f"There are two of {id} at Meta, and the younger was switched on")
            await self._delete(text(one, "id"))
        return text(first, "id")


def _created(body: dict[str, Any]) -> str:
    id = text(body, "id")
    if not id:
        raise OutcomeUnknown("ads.meta.unanswered", "Meta took it and did not say its id")
    return id


def _id(ref: Ref, name: str) -> str:
    """An id goes into a path: it is digits, or it is not an id."""
    id = ref.external.get(name, "")
    if not (id.isascii() and id.isdecimal()):
        raise Refused("ads.meta.id", f"{ref.id} has no {name} at Meta yet", field=name)
    return id
