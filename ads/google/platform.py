"""Google as a `Platform`: a campaign of ours is a label, a variation a campaign with its budget, ad group and ad.

Google makes all operations of a request or none, and no two campaigns of one name: a variation is there wholly or not
at all, and never twice. A create that finds its name taken lost sight of an earlier one, and looks again.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import httpx

from ads import amounts
from ads.answers import mapping, text
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
from ads.google import bodies, insights, states
from ads.google.client import GoogleClient
from ads.google.credentials import GoogleCredentials
from ads.google.errors import is_taken
from ads.hourly import zone_of
from ads.naming import is_named
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

_CUSTOMER = "customer.id, customer.descriptive_name, customer.currency_code, customer.time_zone, customer.status"


class Google:
    """One customer at Google Ads."""

    name: Name = "google"

    def __init__(self, credentials: GoogleCredentials, http: httpx.AsyncClient, now: Callable[[], datetime]) -> None:
        self._client = GoogleClient(credentials, http, now)
        self._path = f"{credentials.version}/{self._client.customer}/googleAds:mutate"
        self._account: Account | None = None

    async def account(self) -> Account:
        return await self._look("report")

    async def _look(self, urgency: Urgency) -> Account:
        found = await self._client.search(f"SELECT {_CUSTOMER} FROM customer", urgency)
        body = mapping(found[0] if found else {}, "customer")
        try:
            zone_of(text(body, "timeZone"))
        except ValueError as error:
            raise NeedsPerson("ads.google.zone", f"The ad account's time zone cannot be read: {error}") from None
        status = text(body, "status")
        self._account = Account(
            platform="google", id=self._client.credentials.account, name=text(body, "descriptiveName"),
            currency=text(body, "currencyCode"), zone=text(body, "timeZone"), usable=status in ("ENABLED", ""),
            reason="" if status in ("ENABLED", "") else status.lower(),
        )  # fmt: skip
        return self._account

    async def upload(self, asset: Asset) -> str:
        raise Refused("ads.google.asset", "Search ads at Google have no pictures", field="images")

    async def create_campaign(self, plan: CampaignPlan, *, dry_run: bool = False) -> Receipt:
        await self._in(plan.currency)
        found = await self.find("campaign", plan.id)
        if found is not None:
            return Receipt(ref=found, found=True, dry_run=dry_run)
        operations = bodies.label(self._client.customer, plan)
        made = await self._make(operations, dry_run, "campaign", plan.id)
        if isinstance(made, Receipt):
            return made
        ref = Ref(kind="campaign", id=plan.id, external={"label": made[0].rpartition("/")[2]})
        return Receipt(ref=ref, requests=self._sent(operations))

    async def create_variation(self, campaign: Ref, plan: VariationPlan, *, dry_run: bool = False) -> Receipt:
        await self._in(plan.budget.currency)
        found = await self.find("variation", plan.id)
        if found is not None:
            return Receipt(ref=found, found=True, dry_run=dry_run)
        label = campaign.external.get("label", "")
        if not label and not dry_run:
            raise Refused("ads.google.campaign", "The campaign has to be created first", field="campaign")
        running = bool(label) and await self._runs(campaign)
        operations = bodies.variation(self._client.customer, plan, label, running)
        made = await self._make(operations, dry_run, "variation", plan.id)
        if isinstance(made, Receipt):
            return made
        external = {"label": label, **_ids(made)}
        return Receipt(ref=Ref(kind="variation", id=plan.id, external=external), requests=self._sent(operations))

    async def _runs(self, campaign: Ref) -> bool:
        """A label that Google does not show yet is a new one, and off; one that is gone is refused by the create."""
        try:
            return (await self.read(campaign)).status == "active"
        except Gone:
            return False

    async def _make(self, operations: list[dict[str, Any]], dry_run: bool, kind: Kind, id: str) -> list[str] | Receipt:
        """Resource names; or a receipt when nothing was to be made, or it was there."""
        try:
            made = await self._client.mutate(operations, validate_only=dry_run, urgency="change")
        except PlatformError as error:
            if not is_taken(error):
                raise
            found = await self.find(kind, id)
            if found is None:
                text_ = "Google has it already and does not show it yet"
                raise RetryLater("ads.google.lag", text_, after=timedelta(minutes=1), said=error.said) from None
            return Receipt(ref=found, found=True, dry_run=dry_run)
        if dry_run:
            ref = Ref(kind=kind, id=id)
            return Receipt(ref=ref, dry_run=True, validated="platform", requests=self._sent(operations))
        if len(made) != len(operations) or not all(made):
            raise OutcomeUnknown("ads.google.unanswered", "Google did not say what it made")
        return made

    async def find(self, kind: Kind, id: str) -> Ref | None:
        if kind == "campaign":
            labels = [mapping(row, "label") for row in await self._client.search(states.labels_named(id))]
            found = [text(one, "id") for one in labels if is_named(text(one, "name"), id)]
            return Ref(kind=kind, id=id, external={"label": found[0]}) if found else None
        rows = await self._client.search(states.campaigns_named(id))
        rows = [row for row in rows if is_named(text(mapping(row, "campaign"), "name"), id)]
        if not rows:
            return None
        campaign = text(mapping(rows[0], "campaign"), "id")
        external = {"campaign": campaign, "budget": text(mapping(rows[0], "campaignBudget"), "id")}
        for row in (await self._client.search(states.ads_of(campaign)))[:1]:
            external["adset"] = text(mapping(row, "adGroup"), "id")
            external["ad"] = text(mapping(mapping(row, "adGroupAd"), "ad"), "id")
        label = await self._client.search(
            f"SELECT label.id, campaign.id FROM campaign_label WHERE campaign.id = {campaign}"
        )
        if label:
            external = {"label": text(mapping(label[0], "label"), "id"), **external}
        return Ref(kind=kind, id=id, external=external)

    async def read(self, ref: Ref) -> State:
        return await self._read(ref, "change")

    async def _read(self, ref: Ref, urgency: Urgency) -> State:
        return (await self._stands(ref, urgency))[0]

    async def _stands(self, ref: Ref, urgency: Urgency) -> tuple[State, str]:
        """With the strategy by which it bids."""
        if ref.kind == "campaign":
            found = await self._client.search(states.label_of(_id(ref, "label")), urgency)
            if not found:
                raise Gone("ads.google.gone", "It is no longer there at Google")
            return states.campaign(ref, mapping(found[0], "label"), await self._below(ref, urgency)), ""
        campaign = _id(ref, "campaign")
        found = await self._client.search(states.campaign_of(campaign), urgency)
        if not found:
            raise Gone("ads.google.gone", "It is no longer there at Google")
        groups = await self._client.search(states.groups_of(campaign), urgency)
        mine = [row for row in groups if text(mapping(row, "adGroup"), "id") == _id(ref, "adset")]
        ads = await self._client.search(states.ads_of(campaign), urgency)
        group = mapping(mine[0], "adGroup") if mine else {"status": "REMOVED"}
        criteria = [row for each in states.criteria_of(campaign) for row in await self._client.search(each, urgency)]
        state = states.variation(ref, found[0], group, ads, criteria)
        return state, text(mapping(found[0], "campaign"), "biddingStrategyType")

    async def change(self, ref: Ref, change: Change, *, expect: State | None = None, dry_run: bool = False) -> Receipt:
        urgency = amounts.urgency(change)
        amounts.check("google", ref, change)
        for currency in amounts.currencies(change):
            await self._in(currency)
        state, strategy = await self._stands(ref, urgency)
        if expect is not None and (edited := expect.differences(state)):
            raise ChangedByHand("google", edited, state)
        wanted = change.beyond(state)
        if state.status == "deleted" and not wanted.empty:
            raise Gone("ads.google.gone", "It was removed at Google, which cannot be taken back")
        if wanted.empty:
            return Receipt(ref=ref, dry_run=dry_run, found=True, validated="us" if dry_run else "")
        amounts.check_bid("google", wanted, state)
        operations = await self._operations(ref, wanted, strategy, urgency)
        made = await self._client.mutate(operations, validate_only=dry_run, urgency=urgency)
        if dry_run:
            return Receipt(ref=ref, dry_run=True, validated="platform", requests=self._sent(operations))
        if len(made) != len(operations):
            raise OutcomeUnknown("ads.google.unanswered", "Google did not say whether it made the change")
        return Receipt(ref=ref, requests=self._sent(operations))

    async def _operations(self, ref: Ref, wanted: Change, strategy: str, urgency: Urgency) -> list[dict[str, Any]]:
        customer = self._client.customer
        if ref.kind == "variation":
            return bodies.change(customer, ref, wanted, strategy)
        below = [text(mapping(row, "campaign"), "id") for row in await self._below(ref, urgency)]
        return bodies.change_label(customer, ref, wanted, below)

    async def hours(self, since: datetime, until: datetime, currency: str, after: str = "") -> Hours:
        account = self._account if after and self._account else await self.account()
        if account.currency != currency:
            raise CurrencyChanged("google", currency, account.currency)
        zone = zone_of(account.zone)
        body = await self._client.page(insights.query(since, until, zone), after, "report")
        return Hours(rows=insights.hours(body, since, until, zone, currency), after=text(body, "nextPageToken"))

    async def reach(self, first: date, last: date) -> dict[str, Reach]:
        return {}  # search counts impressions, not people

    async def _below(self, ref: Ref, urgency: Urgency) -> list[dict[str, Any]]:
        return await self._client.search(states.labelled(_id(ref, "label")), urgency)

    async def _in(self, currency: str) -> None:
        account = await self._look("change")
        if account.currency != currency:
            raise CurrencyChanged("google", currency, account.currency)

    def _sent(self, operations: list[dict[str, Any]]) -> tuple[Request, ...]:
        return (Request(method="POST", path=self._path, body={"mutateOperations": operations}),)


def _ids(made: list[str]) -> dict[str, str]:
    """Of the resource names "customers/1/campaigns/2" and "…/adGroupAds/3~4"."""
    names = {"campaignBudgets": "budget", "campaigns": "campaign", "adGroups": "adset", "adGroupAds": "ad"}
    found = {}
    for resource in made:
        _, _, collection, last = (resource.split("/") + [""] * 4)[:4]
        if collection in names:
            found[names[collection]] = last.rpartition("~")[2]
    return found


def _id(ref: Ref, name: str) -> str:
    """An id goes into a query: it is digits, or it is not an id."""
    id = ref.external.get(name, "")
    if not (id.isascii() and id.isdecimal()):
        raise Refused("ads.google.id", f"{ref.id} has no {name} at Google yet", field=name)
    return id
