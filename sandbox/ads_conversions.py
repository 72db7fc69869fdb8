"""The simulated platforms' ears for conversions: Meta's Conversions API, Google's Data Manager and its older upload,
TikTok's Events API. Under /meta/, /google/ and /tiktok/ in the sandbox, as the rest of each platform.

Faithful in what a client depends on: what is required, what is refused as a whole and what in part, ids that are
counted once, and each platform's own way to say no. `GET /control/ads/conversions` shows what was counted.
"""

from __future__ import annotations

import json
import re
import secrets
from datetime import datetime, timedelta
from typing import Any

from aiohttp import web

from sandbox import ads_faults
from sandbox.ads_meta_errors import MetaError, of_code
from sandbox.ads_world import AdWorld

_SHA = re.compile(r"[0-9a-f]{64}")
_HASHED = ("em", "ph", "fn", "ln", "ge", "db", "ct", "st", "zp", "country")
_SOURCES = {
    "website", "app", "phone_call", "chat", "physical_store", "system_generated", "business_messaging", "email", "other"
}  # fmt: skip
_EVENT_FIELDS = {
    "transactionId", "eventTimestamp", "eventSource", "consent", "adIdentifiers", "currency", "conversionValue",
    "userData", "destinationReferences", "eventDeviceInfo", "cartData", "eventName",
}  # fmt: skip
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d[+-]\d\d:\d\d")
_LATELY = timedelta(hours=48)


class Refusal(Exception):
    """An event that a platform does not take."""


class AdsConversions:
    """Handlers; `counted` are the events by platform and place, each once."""

    def __init__(self, world: AdWorld) -> None:
        self._world = world
        self.counted: dict[tuple[str, str], list[dict[str, Any]]] = {}
        self.repeated = 0
        self.adjusted = 0
        self.tried = 0  # tests, which count for nothing
        self._seen: dict[tuple[str, ...], datetime] = {}

    def routes(self) -> list[web.RouteDef]:
        legacy = r"/google/{version:v\d+}/customers/{place:\d+}:uploadClickConversions"
        return [
            web.post(r"/meta/{version:v\d+\.\d+}/{place:\d+}/events", self._served("meta", self.meta)),
            web.post("/google/v1/events:ingest", self._served("google", self.ingest)),
            web.post(legacy, self._served("google", self.upload)),
            web.post(legacy.replace("ClickConversions", "ConversionAdjustments"), self._served("google", self.adjust)),
            web.post("/tiktok/open_api/v1.3/event/track/", self._served("tiktok", self.track)),
            web.get("/control/ads/conversions", self.shown),
        ]

    async def shown(self, _request: web.Request) -> web.Response:
        rows = [{"platform": each, "place": place, "events": kept} for (each, place), kept in self.counted.items()]
        return web.json_response({"simulated": True, "places": rows, "repeated": self.repeated, "tried": self.tried})

    def _served(self, platform: str, act: Any) -> Any:
        async def serve(request: web.Request) -> web.StreamResponse:
            async def work() -> web.Response:
                answer: web.Response = await act(request)
                return answer

            refuse = {"meta": of_code, "google": _google_code, "tiktok": _tiktok_code}[platform]
            return await ads_faults.answer(self._world.faults, platform, request, True, work, refuse)

        return serve

    def _known(self, platform: str, token: str) -> bool:
        expired = bool(self._world.faults.use(platform, "token_expired"))
        mine = (one for one in self._world.accounts.values() if one.platform == platform)
        return not expired and any(one.token == token for one in mine)

    def _tried(self, code: Any) -> bool:
        self.tried += bool(code)
        return bool(code)

    def _count(self, platform: str, place: str, event: dict[str, Any], *name: str) -> bool:
        """False for one that was counted before."""
        key, now = (platform, place, *name), self._world.now()
        if key in self._seen and (platform != "meta" or now - self._seen[key] < _LATELY):
            self.repeated += 1
            return False
        self._seen[key] = now
        self.counted.setdefault((platform, place), []).append(event)
        return True

    async def meta(self, request: web.Request) -> web.Response:
        """One event that does not fit, and the whole request is refused."""
        try:
            body = await _json(request)
            token = request.query.get("access_token") or str(body.get("access_token") or "") or _bearer(request)
            if not self._known("meta", token):
                raise MetaError(190)
            events = body.get("data")
            if not isinstance(events, list) or not 1 <= len(events) <= 1000:
                raise MetaError(100, "data must be a list of 1 to 1000 events")
            for event in events:
                self._check_meta(event)
        except MetaError as error:
            return error.response()
        except Refusal as refusal:
            return MetaError(100, str(refusal)).response()
        for event in events:
            if self._tried(body.get("test_event_code")):
                continue
            place, id = request.match_info["place"], str(event.get("event_id") or secrets.token_hex(8))
            self._count("meta", place, event, event["event_name"], id)
        trace = secrets.token_urlsafe(9)
        return web.json_response({"events_received": len(events), "messages": [], "fbtrace_id": trace})

    def _check_meta(self, event: Any) -> None:
        if not isinstance(event, dict):
            raise Refusal("an event must be an object")
        for name in ("event_name", "event_time", "user_data", "action_source"):
            if not event.get(name):
                raise Refusal(f"{name} is required")
        age = self._world.now().timestamp() - int(event["event_time"])
        if age > 7 * 86_400 or age < -60:
            raise Refusal("event_time must be within the last 7 days")
        source, user = event["action_source"], event["user_data"]
        if source not in _SOURCES:
            raise Refusal(f"action_source {source!r} is none")
        if source == "website" and not (event.get("event_source_url") and user.get("client_user_agent")):
            raise Refusal("website events need event_source_url and client_user_agent")
        if source == "business_messaging" and not (event.get("messaging_channel") and user.get("ctwa_clid")):
            raise Refusal("business_messaging events need messaging_channel and ctwa_clid")
        for name in _HASHED:
            values = user.get(name) or []
            if any(not _SHA.fullmatch(str(value)) for value in (values if isinstance(values, list) else [values])):
                raise Refusal(f"{name} is not hashed with SHA-256")
        if event["event_name"] == "Purchase" and not {"currency", "value"} <= set(event.get("custom_data") or ()):
            raise Refusal("Purchase needs custom_data.currency and custom_data.value")

    async def ingest(self, request: web.Request) -> web.Response:
        """Data Manager: all or nothing."""
        if not self._known("google", _bearer(request)):
            return _google(401, "UNAUTHENTICATED", "Request had invalid authentication credentials.")
        body = await _json(request)
        try:
            if set(body) - {"destinations", "events", "consent", "validateOnly", "encoding", "encryptionInfo"}:
                raise Refusal("Unknown name in the request: Cannot find field.")
            if body.get("encoding") not in ("HEX", "BASE64") or not body.get("events"):
                raise Refusal("encoding and events are required")
            (place,) = [_destination(each) for each in body.get("destinations") or ()]
            for event in body["events"]:
                self._check_google(event)
        except (Refusal, ValueError) as refusal:
            return _google(400, "INVALID_ARGUMENT", str(refusal))
        if body.get("validateOnly"):
            self.tried += 1
            return web.json_response({})
        for event in body["events"]:
            id = str(event.get("transactionId") or secrets.token_hex(8))
            if not self._count("google", place, event, id):
                self._restate(place, "transactionId", id, event.get("conversionValue"))
        return web.json_response({"requestId": secrets.token_hex(8)})

    def _restate(self, place: str, name: str, id: str, value: Any) -> bool:
        """Another value for one that was counted. False where none was."""
        for event in self.counted.get(("google", place), []):
            if event.get(name) == id:
                self.adjusted += event.get("conversionValue") != value
                event["conversionValue"] = value
                return True
        return False

    async def adjust(self, request: web.Request) -> web.Response:
        """The older API's retractions and restatements, by order id."""
        if not self._known("google", _bearer(request)):
            return _google(401, "UNAUTHENTICATED", "Request had invalid authentication credentials.")
        body = await _json(request)
        if body.get("partialFailure") is not True or not request.headers.get("developer-token"):
            return _google(400, "INVALID_ARGUMENT", "partial_failure must be true, and developer-token be there")
        wrong = []
        for each in body.get("conversionAdjustments") or ():
            value = (each.get("restatementValue") or {}).get("adjustedValue", 0)
            if not self._restate(request.match_info["place"], "orderId", str(each.get("orderId")), value):
                wrong.append("CONVERSION_NOT_FOUND")
        failed = {"partialFailureError": {"code": 3, "message": "; ".join(wrong)}} if wrong else {}
        return web.json_response({"results": [{}], **failed})

    def _check_google(self, event: dict[str, Any]) -> None:
        if unknown := set(event) - _EVENT_FIELDS:
            raise Refusal(f"Unknown name {sorted(unknown)[0]!r}: Cannot find field.")
        try:
            at = datetime.fromisoformat(str(event.get("eventTimestamp")))
        except ValueError:
            raise Refusal("eventTimestamp is no RFC 3339 time") from None
        if at > self._world.now() + timedelta(minutes=5):
            raise Refusal("eventTimestamp is in the future")
        people = (event.get("userData") or {}).get("userIdentifiers") or []
        if not people and not event.get("adIdentifiers"):
            raise Refusal("an event needs adIdentifiers or userData")
        for person in people:
            if len(person) != 1 or any(not _SHA.fullmatch(str(value)) for value in person.values()):
                raise Refusal("an identifier is one hashed value")

    async def upload(self, request: web.Request) -> web.Response:
        """The older upload: 200, with what was not taken in partialFailureError."""
        if not self._known("google", _bearer(request)):
            return _google(401, "UNAUTHENTICATED", "Request had invalid authentication credentials.")
        if not request.headers.get("developer-token"):
            return _google(403, "PERMISSION_DENIED", "developer-token is missing")
        body = await _json(request)
        if body.get("partialFailure") is not True:
            return _google(400, "INVALID_ARGUMENT", "partial_failure must be true")
        results: list[dict[str, Any]] = []
        wrong: list[str] = []
        for event in body.get("conversions") or ():
            problem = self._uploaded(request.match_info["place"], event)
            results.append({} if problem else {"conversionAction": event["conversionAction"]})
            wrong += [problem] if problem else []
        answer: dict[str, Any] = {"results": results}
        if wrong:
            answer["partialFailureError"] = {"code": 3, "message": "; ".join(wrong)}
        return web.json_response(answer)

    def _uploaded(self, place: str, event: dict[str, Any]) -> str:
        """Why it was not taken, or ""."""
        known = any(event.get(name) for name in ("gclid", "gbraid", "wbraid", "userIdentifiers"))
        time = str(event.get("conversionDateTime"))
        if not known or not event.get("conversionAction") or not event.get("orderId") or not _MOMENT.fullmatch(time):
            return "INVALID_ARGUMENT: a conversion lacks what it needs"
        fresh = self._count("google", place, event, event["conversionAction"], event["orderId"])
        return "" if fresh else "CLICK_CONVERSION_ALREADY_EXISTS"

    async def track(self, request: web.Request) -> web.Response:
        """Always HTTP 200; `code` says what happened."""
        if not self._known("tiktok", request.headers.get("Access-Token", "")):
            return _tiktok(40105, "Access token is incorrect or has been revoked.")
        body = await _json(request)
        if body.get("event_source") not in ("web", "app", "offline", "crm") or not body.get("event_source_id"):
            return _tiktok(40002, "event_source and event_source_id are required")
        for event in body.get("data") or ():
            user = event.get("user") or {}
            if not event.get("event") or not event.get("event_time") or not user:
                return _tiktok(40002, "event, event_time and user are required")
            hashed = (user.get(name) for name in ("email", "phone", "external_id"))
            if any(value is not None and not _SHA.fullmatch(str(value)) for value in hashed):
                return _tiktok(40002, "email, phone and external_id must be hashed with SHA-256")
        for event in () if self._tried(body.get("test_event_code")) else body.get("data") or ():
            self._count("tiktok", body["event_source_id"], event, event["event"], str(event.get("event_id") or ""))
        return _tiktok(0, "OK")


async def _json(request: web.Request) -> dict[str, Any]:
    """A body as JSON, or as a form whose `data` is JSON text (Meta's own SDK sends it so)."""
    if request.content_type == "application/json":
        try:
            body = json.loads(await request.read())
        except ValueError:
            return {}
        return body if isinstance(body, dict) else {}
    form: dict[str, Any] = {name: str(value) for name, value in (await request.post()).items()}
    try:
        listed = json.loads(form.get("data") or "null")
        form["data"] = [json.loads(each) if isinstance(each, str) else each for each in listed or []]
    except ValueError:
        form["data"] = None
    return form


def _destination(told: dict[str, Any]) -> str:
    account = told.get("operatingAccount") or {}
    if account.get("accountType") != "GOOGLE_ADS" or not str(account.get("accountId") or "").isdecimal():
        raise Refusal("operatingAccount needs accountType and accountId")
    if not told.get("productDestinationId"):
        raise Refusal("productDestinationId is required")
    return str(account["accountId"])


def _bearer(request: web.Request) -> str:
    return request.headers.get("Authorization", "").removeprefix("Bearer ")


def _google(status: int, name: str, message: str) -> web.Response:
    return web.json_response({"error": {"code": status, "message": message, "status": name}}, status=status)


def _google_code(code: str) -> web.Response:
    return _google({"RESOURCE_EXHAUSTED": 429, "UNAVAILABLE": 503, "UNAUTHENTICATED": 401}.get(code, 400), code, code)


def _tiktok(code: int, message: str) -> web.Response:
    return web.json_response({"code": code, "message": message, "request_id": secrets.token_hex(10), "data": {}})


def _tiktok_code(code: str) -> web.Response:
    return _tiktok(int(code), "refused")
