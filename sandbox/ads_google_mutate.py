"""What the simulated Google Ads API creates, updates and removes: all operations of a request, or none.

Works on JSON in the API's own form; a negative id in a resource name stands for what the same request creates.
"""

from __future__ import annotations

import re
from typing import Any

from sandbox.ads_google_errors import GoogleError
from sandbox.ads_world import AdAccount, AdWorld, Thing

GOOGLE = "google"
# operation: (kind here, collection in resource names, result)
OPERATIONS = {
    "labelOperation": ("label", "labels"),
    "campaignBudgetOperation": ("budget", "campaignBudgets"),
    "campaignOperation": ("campaign", "campaigns"),
    "campaignLabelOperation": ("campaign_label", "campaignLabels"),
    "campaignCriterionOperation": ("campaign_criterion", "campaignCriteria"),
    "adGroupOperation": ("adset", "adGroups"),
    "adGroupCriterionOperation": ("ad_group_criterion", "adGroupCriteria"),
    "adGroupAdOperation": ("ad", "adGroupAds"),
    "assetOperation": ("asset", "assets"),
}
COLLECTIONS = {collection: kind for kind, collection in OPERATIONS.values()}
_PARENTS = {"campaign": "campaignBudget", "adset": "campaign", "ad": "adGroup", "ad_group_criterion": "adGroup"}
_LONGEST = {"headlines": 30, "descriptions": 90}
_FEWEST = {"headlines": 3, "descriptions": 2}
# field of a campaign: (its type, the amount in it that caps what a result may cost)
BIDDING = {
    "targetSpend": ("TARGET_SPEND", "cpcBidCeilingMicros"),
    "maximizeConversions": ("MAXIMIZE_CONVERSIONS", "targetCpaMicros"),
    "manualCpc": ("MANUAL_CPC", ""),
    "maximizeConversionValue": ("MAXIMIZE_CONVERSION_VALUE", ""),
}
_SMALLEST_UNIT = 10_000  # micros: a cent
_READ_ONLY = ("resourceName", "id", "servingStatus", "primaryStatus")


class Mutation:
    """One request. `apply` raises GoogleError and then has changed nothing."""

    def __init__(self, world: AdWorld, account: AdAccount) -> None:
        self._world = world
        self._account = account
        self._made: dict[str, str] = {}  # temporary resource names to real ones
        self._new: list[Thing] = []
        self._undo: list[tuple[Thing, dict[str, Any], bool]] = []

    def apply(self, operations: list[dict[str, Any]], *, validate_only: bool) -> list[dict[str, Any]]:
        results = []
        try:
            for operation in operations:
                [(name, wanted)] = operation.items()
                results.append({name.replace("Operation", "Result"): {"resourceName": self._one(name, wanted)}})
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            self._back()
            raise GoogleError("INVALID_ARGUMENT", f"The request cannot be read: {error}") from None
        except GoogleError:
            self._back()
            raise
        if validate_only:
            self._back()
            return []
        return results

    def _back(self) -> None:
        for thing in self._new:
            self._world.things.pop((GOOGLE, thing.id), None)
        for thing, fields, deleted in reversed(self._undo):
            thing.fields, thing.deleted = fields, deleted

    def _one(self, name: str, wanted: dict[str, Any]) -> str:
        if name not in OPERATIONS:
            raise GoogleError("UNKNOWN", f"Unknown operation {name}")
        kind, collection = OPERATIONS[name]
        if "remove" in wanted:
            thing = self.find(str(wanted["remove"]), kind)
            for one in list(self._world.things.values()):  # what is in it goes with it
                self._keep(one)
            self._world.delete(thing)
            return str(wanted["remove"])
        if "update" in wanted:
            return self._update(kind, wanted["update"], str(wanted.get("updateMask", "")))
        return self._create(kind, collection, dict(wanted["create"]))

    def _create(self, kind: str, collection: str, fields: dict[str, Any]) -> str:
        temporary = str(fields.pop("resourceName", ""))
        fields = {name: self._resolved(value) for name, value in fields.items()}
        _CHECKS.get(kind, _nothing)(self, fields)
        parent = _PARENTS.get(kind)
        if parent is not None:
            resource = str(fields.get(parent, ""))
            self.find(resource, _kind_of(resource))
        id = self._world.number(7)
        thing = self._world.add(GOOGLE, self._account.id, kind, id, fields)
        self._new.append(thing)
        if kind == "ad" and self._world.faults.use(GOOGLE, "rejected"):
            fields["disapproved"] = True
        path = id if kind != "ad" else f"{fields['adGroup'].rpartition('/')[2]}~{id}"
        resource = f"customers/{self._account.id}/{collection}/{path}"
        fields["resourceName"], fields["id"] = resource, id
        if kind in ("campaign_label", "campaign_criterion", "adset"):
            fields["campaign_id"] = str(fields.get("campaign", "")).rpartition("/")[2]  # what it goes with
        if kind in ("ad", "ad_group_criterion"):
            fields["adgroup_id"] = str(fields["adGroup"]).rpartition("/")[2]
        if temporary:
            self._made[temporary] = resource
        return resource

    def _update(self, kind: str, fields: dict[str, Any], mask: str) -> str:
        thing = self.find(str(fields.get("resourceName", "")), kind)
        if thing.deleted:
            raise GoogleError("MUTATE_NOT_ALLOWED", "It is removed", family="mutateError", path=("operations",))
        if not mask:
            raise GoogleError("REQUIRED_FIELD_MISSING", "updateMask is missing")
        if "_" in mask:  # JSON's field masks are in camel case
            raise GoogleError("INVALID_ARGUMENT", f"Invalid value at 'updateMask': {mask}")
        self._keep(thing)
        for path in mask.split(","):
            name = path.strip()
            if name.partition(".")[0] in _READ_ONLY:
                raise GoogleError("IMMUTABLE_FIELD", f"{name} cannot be set", family="fieldError")
            if name.partition(".")[0] in BIDDING:  # one takes the place of another
                for other in BIDDING.keys() - {name.partition(".")[0]}:
                    thing.fields.pop(other, None)
            _set(thing.fields, fields, name.split("."))
        _CHECKS.get(kind, _nothing)(self, thing.fields, thing)
        self._world.changed(thing)
        return str(thing.fields["resourceName"])

    def _keep(self, thing: Thing) -> None:
        self._undo.append((thing, dict(thing.fields), thing.deleted))

    def find(self, resource: str, kind: str) -> Thing:
        resource = self._made.get(resource, resource)
        id = resource.rpartition("/")[2].rpartition("~")[2]
        thing = self._world.get(GOOGLE, id)
        if thing is None or thing.kind != kind or thing.account != self._account.id:
            raise GoogleError("RESOURCE_NOT_FOUND", f"Resource was not found: {resource}")
        return thing

    def _resolved(self, value: Any) -> Any:
        if isinstance(value, str) and re.fullmatch(r"customers/\d+/\w+/-\d+", value):
            if value not in self._made:
                raise GoogleError("RESOURCE_NOT_FOUND", f"{value} was not created before")
            return self._made[value]
        return value

    def taken(self, kind: str, name: str, but: Thing | None) -> bool:
        things = [one for one in self._world.things.values() if (one.platform, one.kind) == (GOOGLE, kind)]
        return any(
            one.fields.get("name") == name and one is not but and not one.deleted and one.account == self._account.id
            for one in things
        )

    def least(self) -> int:
        return int(self._account.smallest_budget * 1_000_000)

    @property
    def unsettled(self) -> bool:
        return self._account.status != 1


def _nothing(mutation: Mutation, fields: dict[str, Any], old: Thing | None = None) -> None:
    return None


def _label(mutation: Mutation, fields: dict[str, Any], old: Thing | None = None) -> None:
    _settled(mutation, old)
    if not fields.get("name") or mutation.taken("label", str(fields["name"]), old):
        raise GoogleError("DUPLICATE_NAME", "A label has this name", family="labelError", path=("operations", "name"))


def _budget(mutation: Mutation, fields: dict[str, Any], old: Thing | None = None) -> None:
    amount = fields.get("amountMicros")
    if not str(amount).isdecimal():
        raise GoogleError("NEGATIVE_MONEY_AMOUNT", "amountMicros", family="campaignBudgetError")
    if int(str(amount)) < mutation.least():
        raise GoogleError("BUDGET_BELOW_PER_DAY_MINIMUM", family="campaignBudgetError", path=("amount_micros",))
    if int(str(amount)) % _SMALLEST_UNIT:
        raise GoogleError("NON_MULTIPLE_OF_MINIMUM_CURRENCY_UNIT", family="campaignBudgetError")
    fields["amountMicros"] = str(amount)


def _campaign(mutation: Mutation, fields: dict[str, Any], old: Thing | None = None) -> None:
    _settled(mutation, old)
    if not fields.get("name") or mutation.taken("campaign", str(fields["name"]), old):
        raise GoogleError("DUPLICATE_CAMPAIGN_NAME", family="campaignError", path=("operations", "name"))
    if fields.get("advertisingChannelType") not in ("SEARCH", "DISPLAY", "PERFORMANCE_MAX", "DEMAND_GEN"):
        raise GoogleError("INVALID_ADVERTISING_CHANNEL_TYPE", family="campaignError")
    if not str(fields.get("containsEuPoliticalAdvertising", "")).endswith("CONTAIN_EU_POLITICAL_ADVERTISING"):
        raise GoogleError("REQUIRED", "contains_eu_political_advertising", family="fieldError")
    chosen = [name for name in BIDDING if name in fields]
    if len(chosen) != 1:
        raise GoogleError("REQUIRED", "campaign_bidding_strategy", family="fieldError")
    _bid(fields[chosen[0]], BIDDING[chosen[0]][1])
    fields.setdefault("status", "ENABLED")


def _bid(strategy: dict[str, Any], field: str) -> None:
    amount = strategy.get(field)
    if not field or amount is None or str(amount) == "0":
        strategy.pop(field, None)
        return
    if not str(amount).isdecimal():
        raise GoogleError("INVALID_BID", field, family="biddingError")
    if int(str(amount)) % _SMALLEST_UNIT:
        raise GoogleError("BID_TOO_MANY_FRACTIONAL_DIGITS", field, family="biddingError")
    strategy[field] = str(amount)


def _ad_group(mutation: Mutation, fields: dict[str, Any], old: Thing | None = None) -> None:
    if not fields.get("name"):
        raise GoogleError("REQUIRED", "name", family="fieldError", path=("operations", "name"))
    fields.setdefault("status", "ENABLED")


def _ad(mutation: Mutation, fields: dict[str, Any], old: Thing | None = None) -> None:
    made = fields["ad"]
    if not made.get("finalUrls"):
        raise GoogleError("REQUIRED", "final_urls", family="fieldError")
    for name, longest in _LONGEST.items():
        texts = [str(one.get("text", "")) for one in made["responsiveSearchAd"].get(name, [])]
        if len(texts) < _FEWEST[name]:
            raise GoogleError("NOT_ENOUGH_HEADLINES", name, family="adError", path=("responsive_search_ad", name))
        if any(not text or len(text) > longest for text in texts):
            raise GoogleError("TOO_LONG", name, family="stringLengthError", path=("responsive_search_ad", name))
    fields.setdefault("status", "ENABLED")


def _settled(mutation: Mutation, old: Thing | None) -> None:
    if old is None and mutation.unsettled:
        raise GoogleError("CUSTOMER_NOT_ENABLED", "The customer account is not enabled: settle its payment")


_CHECKS: dict[str, Any] = {
    "label": _label, "budget": _budget, "campaign": _campaign, "adset": _ad_group, "ad": _ad,
}  # fmt: skip


def _kind_of(resource: str) -> str:
    parts = resource.split("/")
    return COLLECTIONS.get(parts[2] if len(parts) > 2 else "", "")


def camel(path: str) -> str:
    return re.sub(r"_([a-z])", lambda hit: hit[1].upper(), path)


def _set(fields: dict[str, Any], given: dict[str, Any], path: list[str]) -> None:
    """What the mask names and the body has not is emptied."""
    name, *rest = path
    if not rest:
        if name in given:
            fields[name] = given[name]
        else:
            fields.pop(name, None)
        return
    inner = dict(fields.get(name) or {})
    _set(inner, given.get(name) or {}, rest)
    fields[name] = inner
