"""Meta's Conversions API: POST /v26.0/<dataset>/events.

Somebody who came by a click-to-WhatsApp ad is told with the ad's own click id and `business_messaging`; everybody else
as something that happened in a chat. Neither needs the page or browser that `website` events do. `event_id` is what
Meta counts once (with the event's name, for 48 hours); an event older than seven days makes Meta refuse the request.
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime, timedelta
from typing import Any

from ads import units
from ads.clicks import fbc
from ads.conversions import hashing
from ads.conversions.message import Accepted, Conversion, Destination, Request, Unsendable
from ads.failures import NeedsPerson, Refused, RetryLater, TokenRefused

VERSION = "v26.0"
OLDEST = timedelta(days=7)
NAMES = {"lead": "Lead", "booking": "Schedule", "payment": "Purchase"}
MESSAGING = {"lead": "LeadSubmitted", "booking": "QualifiedLead", "payment": "Purchase"}
_TRANSIENT, _RATE = (1, 2), (4, 17, 32, 613)
_BUSINESS_RATE = range(80000, 80015)
_MOMENT = timedelta(minutes=1)


def request(conversion: Conversion, place: Destination, now: datetime) -> Request:
    """Raises Unsendable."""
    if now - conversion.at >= OLDEST:
        raise Unsendable("old")
    clid = conversion.ids.get("ctwa_clid", "")
    names = (MESSAGING if clid else NAMES) | place.names
    name = names.get(conversion.kind)
    if not name:
        raise Unsendable("kind")
    user = _user(conversion, clid, place)
    if not user:
        raise Unsendable("no_ids")
    event: dict[str, Any] = {
        "event_name": name,
        "event_time": int(conversion.at.timestamp()),
        "event_id": conversion.id,
        "action_source": "business_messaging" if clid else "chat",
        "user_data": user,
    }
    if clid:
        event["messaging_channel"] = "whatsapp"
    if conversion.page:
        event["event_source_url"] = conversion.page
    if conversion.value is not None:
        event["custom_data"] = {
            "currency": conversion.value.currency, "value": float(units.to_tiktok(conversion.value)),
        }  # fmt: skip
    body: dict[str, Any] = {"data": [event]}
    if place.test_code:
        body["test_event_code"] = place.test_code
    headers = {"Authorization": f"Bearer {place.token}"}
    return Request(path=f"/{VERSION}/{place.id}/events", body=body, headers=headers, params=_proof(place))


def understood(status: int, body: Any) -> Accepted:
    """Raises the failure that Meta's answer means."""
    error = body.get("error") if isinstance(body, dict) else None
    if status == 200 and error is None:
        if not isinstance(body, dict) or body.get("events_received") != 1:
            raise RetryLater("ads.meta.answer", "Meta did not say that it took the event", after=_MOMENT)
        return Accepted(str(body.get("fbtrace_id") or ""))
    error = error if isinstance(error, dict) else {}
    code, said = error.get("code"), str(error.get("message") or f"HTTP {status}")[:200]
    if code == 190:
        raise TokenRefused("ads.meta.token", "The access token was refused", said=said)
    if code in _RATE or code in _BUSINESS_RATE or status == 429:
        raise RetryLater("ads.meta.rate", "Meta is asked too often", after=timedelta(minutes=5), said=said)
    if code in _TRANSIENT or error.get("is_transient") or status >= 500:
        raise RetryLater("ads.meta.trouble", "Meta has trouble of its own", after=_MOMENT, said=said)
    if code in (10, 368) or (isinstance(code, int) and 200 <= code < 300):
        raise NeedsPerson("ads.meta.permission", "Meta does not allow it", said=said)
    raise Refused("ads.meta.refused", "Meta refused the event", said=said)


def _user(conversion: Conversion, clid: str, place: Destination) -> dict[str, Any]:
    person, sha = conversion.person, hashing.sha256
    hashed = {
        "em": sha(hashing.email(person.email)),
        "ph": sha(hashing.digits(person.phone)),
        "fn": sha(hashing.name(person.first_name)),
        "ln": sha(hashing.name(person.last_name)),
        "country": sha(hashing.country(person.country)),
    }
    user: dict[str, Any] = {name: [value] for name, value in hashed.items() if value}
    if conversion.consent == "granted" and conversion.contact:
        user["external_id"] = [sha(conversion.contact)]
    raw = {"ctwa_clid": clid, "client_user_agent": conversion.agent, "client_ip_address": conversion.address}
    fbclid = conversion.ids.get("fbclid", "")
    if fbclid and conversion.clicked_at is not None:
        raw["fbc"] = fbc(fbclid, conversion.clicked_at)
    user |= {name: value for name, value in raw.items() if value}
    if clid and place.page:
        user["page_id"] = place.page
    return user


def _proof(place: Destination) -> dict[str, str]:
    if not place.app_secret:
        return {}
    return {"appsecret_proof": hmac.new(place.app_secret.encode(), place.token.encode(), hashlib.sha256).hexdigest()}
