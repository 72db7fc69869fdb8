"""The part of Google's query language that reports and read-backs need: SELECT, FROM, WHERE with AND, LIMIT."""

from __future__ import annotations

import re
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from sandbox.ads_google_errors import GoogleError
from sandbox.ads_google_mutate import BIDDING, GOOGLE, camel
from sandbox.ads_world import AdAccount, AdWorld, Thing

_QUERY = re.compile(
    r"\s*SELECT\s+(?P<fields>[\w.,\s]+?)\s+FROM\s+(?P<resource>\w+)(?:\s+WHERE\s+(?P<where>.+?))?"
    r"(?:\s+ORDER\s+BY\s+[\w.,\s]+?)?(?:\s+LIMIT\s+(?P<limit>\d+))?\s*",
    re.IGNORECASE | re.DOTALL,
)
_TEXT = r"'((?:[^'\\]|\\.)*)'"
_BETWEEN = re.compile(rf"([\w.]+)\s+BETWEEN\s+{_TEXT}\s+AND\s+{_TEXT}", re.IGNORECASE)
_CONDITION = re.compile(rf"([\w.]+)\s*(=|!=|LIKE|IN)\s*(?:{_TEXT}|(-?\d+)|\(([^)]*)\))", re.IGNORECASE)
_KINDS = {
    "campaign": "campaign",
    "ad_group": "adset",
    "ad_group_ad": "ad",
    "ad_group_criterion": "ad_group_criterion",
    "campaign_criterion": "campaign_criterion",
    "label": "label",
    "campaign_label": "campaign_label",
    "customer": "",
}


def search(world: AdWorld, account: AdAccount, query: str) -> list[dict[str, Any]]:
    """All rows. Raises GoogleError."""
    hit = _QUERY.fullmatch(query)
    if hit is None or hit["resource"].lower() not in _KINDS:
        raise GoogleError("UNEXPECTED_INPUT", f"Error in query: {query[:80]}", family="queryError")
    fields = [name.strip() for name in hit["fields"].split(",")]
    conditions = _conditions(hit["where"] or "")
    found = []
    for row in _rows(world, account, hit["resource"].lower(), fields):
        if all(_holds(row, one) for one in conditions):
            found.append(_picked(row, fields))
    return found[: int(hit["limit"])] if hit["limit"] else found


def _rows(world: AdWorld, account: AdAccount, resource: str, fields: list[str]) -> list[dict[str, Any]]:
    customer = {
        "resourceName": f"customers/{account.id}", "id": account.id, "descriptiveName": account.name,
        "currencyCode": account.currency, "timeZone": account.zone,
        "status": "ENABLED" if account.status == 1 else "SUSPENDED",
    }  # fmt: skip
    if resource == "customer":
        return [{"customer": customer}]
    rows = []
    for thing in world.of(GOOGLE, account.id, _KINDS[resource]):
        row = {"customer": customer, **_joined(world, thing)}
        if any(name.startswith("segments.") for name in fields):
            if resource != "ad_group":
                raise GoogleError("PROHIBITED_SEGMENT_IN_SELECT_OR_WHERE_CLAUSE", family="queryError")
            rows += [{**row, **hour} for hour in _hours(world, account, thing)]
        else:
            rows.append(row)
    return rows


def _joined(world: AdWorld, thing: Thing) -> dict[str, Any]:
    """The thing with what it is in."""
    if thing.kind == "label":
        return {"label": _shown(thing)}
    if thing.kind == "ad":
        group = _at(world, thing.fields["adGroup"])
        return {"adGroupAd": {**_shown(thing), "ad": {**thing.fields["ad"], "id": thing.id}}, **_joined(world, group)}
    if thing.kind == "adset":
        return {"adGroup": _shown(thing), **_joined(world, _at(world, thing.fields["campaign"]))}
    if thing.kind == "ad_group_criterion":
        group = _at(world, thing.fields["adGroup"])
        return {"adGroupCriterion": {**_shown(thing), "criterionId": thing.id}, **_joined(world, group)}
    if thing.kind == "campaign_criterion":
        above = _at(world, thing.fields["campaign"])
        return {"campaignCriterion": {**_shown(thing), "criterionId": thing.id}, **_joined(world, above)}
    if thing.kind == "campaign_label":
        label = {"label": _shown(_at(world, thing.fields["label"]))}
        return {**label, **_joined(world, _at(world, thing.fields["campaign"])), "campaignLabel": thing.fields}
    budget = _at(world, thing.fields["campaignBudget"])
    return {"campaign": _shown(thing), "campaignBudget": _shown(budget)}


def _shown(thing: Thing) -> dict[str, Any]:
    fields = {name: value for name, value in thing.fields.items() if "_" not in name}
    fields["id"] = thing.id
    if thing.deleted:
        fields["status"] = "REMOVED"
    if thing.kind == "label":
        fields.setdefault("status", "ENABLED")
    if thing.kind == "campaign":
        chosen = next((kind for name, (kind, _) in BIDDING.items() if name in fields), "UNKNOWN")
        fields["biddingStrategyType"] = chosen
    if thing.kind == "ad":
        approval = "DISAPPROVED" if thing.fields.get("disapproved") else "APPROVED"
        fields["policySummary"] = {"approvalStatus": approval, "reviewStatus": "REVIEWED"}
    return fields


def _at(world: AdWorld, resource: str) -> Thing:
    return world.things[GOOGLE, resource.rpartition("/")[2]]


def _hours(world: AdWorld, account: AdAccount, thing: Thing) -> list[dict[str, Any]]:
    zone, rows = ZoneInfo(account.zone), []
    for hour, result in world.reported(GOOGLE, thing.id).items():
        local = hour.astimezone(zone)
        metrics = {
            "costMicros": str(round(result.spend * 1_000_000)), "impressions": str(result.impressions),
            "clicks": str(result.clicks), "conversions": result.conversions, "conversionsValue": result.value,
        }  # fmt: skip
        rows.append({"segments": {"date": local.date().isoformat(), "hour": local.hour}, "metrics": metrics})
    return rows


def _conditions(where: str) -> list[tuple[str, str, list[str]]]:
    found = [(hit[1], "BETWEEN", [hit[2], hit[3]]) for hit in _BETWEEN.finditer(where)]
    rest = _BETWEEN.sub("", where)
    for hit in _CONDITION.finditer(rest):
        values = [hit[3] if hit[3] is not None else hit[4]]
        if hit[5] is not None:
            values = [one.strip().strip("'") for one in hit[5].split(",")]
        found.append((hit[1], hit[2].upper(), [value.replace("\\'", "'") for value in values]))
    left = re.sub(r"\bAND\b", "", _CONDITION.sub("", rest), flags=re.IGNORECASE)
    if left.strip():
        raise GoogleError("UNEXPECTED_INPUT", f"Error in query: {left.strip()[:60]}", family="queryError")
    return found


def _holds(row: dict[str, Any], condition: tuple[str, str, list[str]]) -> bool:
    name, operator, values = condition
    value = str(_value(row, name) if _value(row, name) is not None else "")
    if operator == "BETWEEN":
        return (
            date.fromisoformat(values[0]) <= date.fromisoformat(value or "0001-01-01") <= date.fromisoformat(values[1])
        )
    if operator == "LIKE":
        return re.fullmatch(_like(values[0]), value, re.DOTALL | re.IGNORECASE) is not None
    return {"=": value == values[0], "!=": value != values[0], "IN": value in values}[operator]


def _like(pattern: str) -> str:
    """% any text, _ any letter, [x] the letter x itself."""
    return "".join(
        ".*" if token == "%" else "." if token == "_" else re.escape(token[1] if len(token) == 3 else token)
        for token in re.findall(r"\[.\]|.", pattern, re.DOTALL)
    )


def _value(row: dict[str, Any], name: str) -> Any:
    found: Any = row
    for part in name.split("."):
        found = found.get(camel(part)) if isinstance(found, dict) else None
    return found


def _picked(row: dict[str, Any], fields: list[str]) -> dict[str, Any]:
    """Only what was selected, and the resource names of it, as the API does."""
    picked: dict[str, Any] = {}
    for name in fields:
        value = _value(row, name)
        first = camel(name.partition(".")[0])
        if "resourceName" in row.get(first, {}):
            picked.setdefault(first, {})["resourceName"] = row[first]["resourceName"]
        if value is None:
            continue
        at = picked
        *above, last = (camel(part) for part in name.split("."))
        for part in above:
            at = at.setdefault(part, {})
        at[last] = value
    return picked
