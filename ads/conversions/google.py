"""Google: the Data Manager API (POST /v1/events:ingest); behind a setting the older upload of the Google Ads API.

Data Manager takes a request wholly or not at all, needs no developer token, and counts a transaction id once for each
conversion action. Which conversion action an event belongs to is the business's own setting. The older upload answers
200 with a `partialFailureError` for an event that it did not take.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from ads import units
from ads.conversions import hashing
from ads.conversions.message import Accepted, Conversion, Destination, Request, Unsendable
from ads.failures import NeedsPerson, Refused, RetryLater, TokenRefused

VERSION = "v26"
OLDEST = timedelta(days=90)
_CLICKS = ("gclid", "gbraid", "wbraid")
_MOMENT, _DAY = timedelta(minutes=1), timedelta(hours=24)
_TWICE = ("DUPLICATE", "CLICK_CONVERSION_ALREADY_EXISTS", "CONVERSION_ALREADY_RETRACTED", "RESTATEMENT_ALREADY_EXISTS")


def request(conversion: Conversion, place: Destination, now: datetime) -> Request:
    """Raises Unsendable."""
    action = place.names.get("payment" if conversion.kind == "refund" else conversion.kind, "")
    if not action:
        raise Unsendable("kind")
    if now - conversion.at >= OLDEST:
        raise Unsendable("old")
    ids = {name: conversion.ids[name] for name in _CLICKS if conversion.ids.get(name)}
    people = _identifiers(conversion)
    if not ids and not people:
        raise Unsendable("no_ids")
    if conversion.kind == "refund":
        return _adjusted(conversion, place, action) if place.legacy else _restated(conversion, place, action, ids)
    return _legacy(conversion, place, action, ids) if place.legacy else _ingest(conversion, place, action, ids)


def understood(status: int, body: Any, *, legacy: bool = False, checked: bool = False) -> Accepted:
    """Raises the failure that Google's answer means. `checked`: it was only to be validated, and counts nothing."""
    body = body if isinstance(body, dict) else {}
    if status == 200 and not (legacy and body.get("partialFailureError")):
        if not (legacy or checked or body.get("requestId")):
            raise RetryLater("ads.google.answer", "Google did not say that it took the event", after=_MOMENT)
        return Accepted(str(body.get("requestId") or body.get("jobId") or ""))
    error = body.get("partialFailureError") if status == 200 else body.get("error")
    error = error if isinstance(error, dict) else {}
    said, name = str(error.get("message") or f"HTTP {status}")[:200], str(error.get("status") or "")
    if status == 200 and any(word in repr(error) for word in _TWICE):
        return Accepted("known")  # an earlier try had reached them
    if status == 200 and "TOO_RECENT_CONVERSION" in repr(error):  # the older API adjusts a conversion after a day
        raise RetryLater("ads.google.early", "Google adjusts a conversion only after a day", after=_DAY, said=said)
    if status == 401 or name == "UNAUTHENTICATED":
        raise TokenRefused("ads.google.token", "The access token was refused", said=said)
    if status == 403 or name == "PERMISSION_DENIED":
        raise NeedsPerson("ads.google.permission", "Google does not allow it", said=said)
    if status == 429 or name == "RESOURCE_EXHAUSTED":
        raise RetryLater("ads.google.rate", "Google is asked too often", after=timedelta(minutes=5), said=said)
    if status >= 500:
        raise RetryLater("ads.google.trouble", "Google has trouble of its own", after=_MOMENT, said=said)
    raise Refused("ads.google.refused", "Google refused the event", said=said)


def _restated(conversion: Conversion, place: Destination, action: str, ids: dict[str, str]) -> Request:
    """A payment that Data Manager knows by its transaction id, told again with what remains of it, is adjusted."""
    paid = [
        msgspec.structs.replace(conversion, id=each.id, at=each.at, value=each.remains) for each in conversion.restated
    ]
    requests = [_ingest(each, place, action, ids) for each in paid]
    events = [event for each in requests for event in each.body["events"]]
    return msgspec.structs.replace(requests[0], body={**requests[0].body, "events": events})


def _adjusted(conversion: Conversion, place: Destination, action: str) -> Request:
    """The older API has a request for it: a retraction of what is wholly given back, else a restatement."""
    adjustments: list[dict[str, Any]] = []
    for each in conversion.restated:
        made: dict[str, Any] = {
            "conversionAction": f"customers/{place.id}/conversionActions/{action}",
            "orderId": each.id,
            "adjustmentDateTime": _moment(conversion.at),
            "adjustmentType": "RESTATEMENT" if each.remains.amount else "RETRACTION",
        }
        if each.remains.amount:
            value = float(units.to_tiktok(each.remains))
            made["restatementValue"] = {"adjustedValue": value, "currencyCode": each.remains.currency}
        adjustments.append(made)
    body = {"conversionAdjustments": adjustments, "partialFailure": True}
    path = f"/{VERSION}/customers/{place.id}:uploadConversionAdjustments"
    return Request(path=path, body=body, headers=_legacy_headers(place))


def _moment(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S}+00:00"


def _legacy_headers(place: Destination) -> dict[str, str]:
    headers = {"Authorization": f"Bearer {place.token}", "developer-token": place.developer_token}
    return headers | ({"login-customer-id": place.login} if place.login else {})


def _ingest(conversion: Conversion, place: Destination, action: str, ids: dict[str, str]) -> Request:
    destination: dict[str, Any] = {
        "operatingAccount": {"accountType": "GOOGLE_ADS", "accountId": place.id},
        "productDestinationId": action,
    }
    if place.login:
        destination["loginAccount"] = {"accountType": "GOOGLE_ADS", "accountId": place.login}
    event: dict[str, Any] = {
        "transactionId": conversion.id,
        "eventTimestamp": f"{conversion.at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
        "eventSource": "MESSAGE",
        "consent": {"adUserData": _agreed(conversion, "CONSENT_GRANTED", "CONSENT_STATUS_UNSPECIFIED")},
    }
    if ids:
        event["adIdentifiers"] = ids
    if conversion.value is not None:
        event |= {"currency": conversion.value.currency, "conversionValue": _major(conversion)}
    people = [
        {"emailAddress": value} if kind == "email" else {"phoneNumber": value}
        for kind, value in _identifiers(conversion)
    ]
    if people:
        event["userData"] = {"userIdentifiers": people}
    body = {"destinations": [destination], "encoding": "HEX", "events": [event]}
    return Request(path="/v1/events:ingest", body=body, headers={"Authorization": f"Bearer {place.token}"})


def _legacy(conversion: Conversion, place: Destination, action: str, ids: dict[str, str]) -> Request:
    told: dict[str, Any] = {
        "conversionAction": f"customers/{place.id}/conversionActions/{action}",
        "conversionDateTime": _moment(conversion.at),
        "orderId": conversion.id,
        "consent": {"adUserData": _agreed(conversion, "GRANTED", "UNSPECIFIED")},
        **dict(list(ids.items())[:1]),  # the API takes one of the three
    }
    if conversion.value is not None:
        told |= {"conversionValue": _major(conversion), "currencyCode": conversion.value.currency}
    people = [
        {"hashedEmail": value} if kind == "email" else {"hashedPhoneNumber": value}
        for kind, value in _identifiers(conversion)
    ]
    if people:
        told["userIdentifiers"] = people
    body = {"conversions": [told], "partialFailure": True}
    path = f"/{VERSION}/customers/{place.id}:uploadClickConversions"
    return Request(path=path, body=body, headers=_legacy_headers(place))


def _identifiers(conversion: Conversion) -> list[tuple[str, str]]:
    person = conversion.person
    hashed = [
        ("email", hashing.sha256(hashing.google_email(person.email))),
        ("phone", hashing.sha256(hashing.e164(person.phone))),
    ]
    return [(kind, value) for kind, value in hashed if value]


def _agreed(conversion: Conversion, granted: str, unknown: str) -> str:
    return granted if conversion.consent == "granted" else unknown


def _major(conversion: Conversion) -> float:
    assert conversion.value is not None
    return float(units.to_tiktok(conversion.value))
