"""TikTok's Events API 2.0: POST /open_api/v1.3/event/track/. It always answers HTTP 200; `code` says what happened."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from ads import units
from ads.conversions import hashing
from ads.conversions.message import Accepted, Conversion, Destination, Request, Unsendable
from ads.failures import NeedsPerson, Refused, RetryLater, TokenRefused

OLDEST = timedelta(days=28)
NAMES = {"lead": "SubmitForm", "booking": "PlaceAnOrder", "payment": "CompletePayment"}
_TOKEN = (40102, 40103, 40104, 40105)
_MOMENT = timedelta(minutes=1)


def request(conversion: Conversion, place: Destination, now: datetime) -> Request:
    """Raises Unsendable."""
    name = (NAMES | place.names).get(conversion.kind)
    if not name:
        raise Unsendable("kind")
    if now - conversion.at >= OLDEST:
        raise Unsendable("old")
    user = _user(conversion)
    if not user:
        raise Unsendable("no_ids")
    event: dict[str, Any] = {
        "event": name,
        "event_time": int(conversion.at.timestamp()),
        "event_id": conversion.id,
        "user": user,
    }
    if conversion.page:
        event["page"] = {"url": conversion.page}
    if conversion.value is not None:
        event["properties"] = {
            "value": float(units.to_tiktok(conversion.value)), "currency": conversion.value.currency,
        }  # fmt: skip
    body: dict[str, Any] = {"event_source": "web", "event_source_id": place.id, "data": [event]}
    if place.test_code:
        body["test_event_code"] = place.test_code
    return Request(path="/open_api/v1.3/event/track/", body=body, headers={"Access-Token": place.token})


def understood(status: int, body: Any) -> Accepted:
    """Raises the failure that TikTok's answer means."""
    body = body if isinstance(body, dict) else {}
    code, said = body.get("code"), str(body.get("message") or f"HTTP {status}")[:200]
    if status == 200 and code == 0:
        return Accepted(str(body.get("request_id") or ""))
    if code in _TOKEN:
        raise TokenRefused("ads.tiktok.token", "The access token was refused", said=said)
    if code == 40001:
        raise NeedsPerson("ads.tiktok.permission", "TikTok does not allow it", said=said)
    if code == 40100 or status == 429:
        raise RetryLater("ads.tiktok.rate", "TikTok is asked too often", after=timedelta(minutes=5), said=said)
    if status >= 500 or (isinstance(code, int) and code >= 50000) or code is None:
        raise RetryLater("ads.tiktok.trouble", "TikTok has trouble of its own", after=_MOMENT, said=said)
    raise Refused("ads.tiktok.refused", "TikTok refused the event", said=said)


def _user(conversion: Conversion) -> dict[str, Any]:
    person, sha = conversion.person, hashing.sha256
    known = {
        "email": sha(hashing.email(person.email)),
        "phone": sha(hashing.e164(person.phone)),
        "ttclid": conversion.ids.get("ttclid", ""),
        "ip": conversion.address,
        "user_agent": conversion.agent,
    }
    if conversion.consent == "granted" and conversion.contact:
        known["external_id"] = sha(conversion.contact)
    return {name: value for name, value in known.items() if value}
