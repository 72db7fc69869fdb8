"""The simulated Daraja: OAuth, STK push, its callback and its query.

A push is accepted first and decided later, by the person holding the simulated handset or by the scenario. What Daraja
is known for is kept: `expires_in` is a string, a pending query is HTTP 500, a callback may come twice, late or never.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import contextlib
import hmac
import json
import secrets
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from aiohttp import web

from sandbox.daraja_requests import StkRequest, query_request, stk_request
from sandbox.daraja_results import DarajaError, describe, invalid
from sandbox.handset import Handset, Prompt, expiry
from sandbox.world import World

_TOKEN_LIFE = 3599  # seconds
_LONGEST_ACK = 20.0  # real seconds for which an acknowledgement waits for its callback


class Push(msgspec.Struct, kw_only=True):
    """An accepted STK push. `code` is None while it is open; after a late success it changes from 1037 to 0."""

    request: StkRequest
    merchant_request_id: str
    checkout_id: str
    customer: str
    code: int | None = None
    receipt: str = ""
    paid_at: datetime | None = None


class Daraja:
    """Tokens issued and pushes accepted since the start."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._zone = ZoneInfo(world.settings.zone)
        self._tokens: dict[str, datetime] = {}
        self._pushes: dict[str, Push] = {}

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/oauth/v1/generate", self.generate),
            web.post("/mpesa/stkpush/v1/processrequest", self.process_request),
            web.post("/mpesa/stkpushquery/v1/query", self.query),
        ]

    async def generate(self, request: web.Request) -> web.Response:
        """OAuth: Basic key and secret for a bearer token."""
        try:
            if request.query.get("grant_type") != "client_credentials":
                raise DarajaError("400.008.02")
            settings = self._world.settings
            given = _basic(request.headers.get("Authorization", ""))
            if not hmac.compare_digest(given, f"{settings.consumer_key}:{settings.consumer_secret}".encode()):
                raise DarajaError("400.008.01")
        except DarajaError as error:
            return error.response()
        token = secrets.token_urlsafe(21)
        self._tokens[token] = self._world.settings.now() + timedelta(seconds=_TOKEN_LIFE)
        return web.json_response({"access_token": token, "expires_in": str(_TOKEN_LIFE)})

    async def process_request(self, request: web.Request) -> web.Response:
        """STK push: check, show the prompt, acknowledge."""
        settings = self._world.settings
        try:
            body = await self._authorised(request)
            wanted = stk_request(body, settings.every_merchant(), settings.http_callback_hosts)
            push = self._accept(wanted)
            refusal = self._use(push, "stk_error")
            if refusal:
                raise DarajaError(str(refusal))
        except DarajaError as error:
            return error.response()
        self._pushes[push.checkout_id] = push
        called_back = asyncio.Event()
        called_back_first = self._use(push, "callback_before_ack")
        self._world.pace.later(self._run(push, called_back))
        if called_back_first:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(called_back.wait(), _LONGEST_ACK)
        await self._world.pace.sleep(self._use(push, "ack_delay", 0.0))
        return web.json_response(
            {
                "MerchantRequestID": push.merchant_request_id,
                "CheckoutRequestID": push.checkout_id,
                "ResponseCode": "0",
                "ResponseDescription": "Success. Request accepted for processing",
                "CustomerMessage": "Success. Request accepted for processing",
            }
        )

    async def query(self, request: web.Request) -> web.Response:
        """The state of a push: HTTP 500 while it is open, string codes after."""
        try:
            body = await self._authorised(request)
            merchant, checkout_id = query_request(body, self._world.settings.every_merchant())
            push = self._pushes.get(checkout_id)
            if push is None or push.request.merchant != merchant:
                raise invalid("CheckoutRequestID")
            if push.code is None or self._use(push, "query_pending"):
                raise DarajaError("500.001.1001")
        except DarajaError as error:
            return error.response()
        return web.json_response(
            {
                "ResponseCode": "0",
                "ResponseDescription": "The service request has been accepted successsfully",
                "MerchantRequestID": push.merchant_request_id,
                "CheckoutRequestID": push.checkout_id,
                "ResultCode": str(push.code),
                "ResultDesc": describe(push.code),
            }
        )

    async def _authorised(self, request: web.Request) -> dict[str, Any]:
        token = request.headers.get("Authorization", "").removeprefix("Bearer ").strip()
        until = self._tokens.get(token)
        if until is None or self._world.settings.now() >= until:
            raise DarajaError("404.001.03")
        try:
            body = json.loads(await request.read())
        except ValueError:
            raise DarajaError("400.002.02", "Bad Request - Invalid JSON") from None
        if not isinstance(body, dict):
            raise DarajaError("400.002.02")
        return body

    def _accept(self, wanted: StkRequest) -> Push:
        now = self._world.settings.now().astimezone(self._zone)
        owner = self._world.owner(wanted.msisdn)
        base = f"ws_CO_{now:%d%m%Y%H%M%S}{now.microsecond // 1000:03d}"
        checkout_id = base + wanted.msisdn[3:]
        while checkout_id in self._pushes:
            checkout_id = f"{base}{secrets.randbelow(10**9):09d}"
        return Push(
            request=wanted,
            merchant_request_id=f"{secrets.token_hex(2)}-{secrets.token_hex(2)}-{secrets.token_hex(6)}",
            checkout_id=checkout_id,
            customer=owner.id if owner else wanted.msisdn,
        )

    async def _run(self, push: Push, called_back: asyncio.Event) -> None:
        """From the prompt to the last callback."""
        late = self._use(push, "late_success")
        owner = self._world.owner(push.request.msisdn)
        handset = self._world.handsets.of(push.request.msisdn, owner.profile if owner else None)
        prompt = self._prompt(push)
        code = await self._outcome(push, handset, prompt)
        self._settle(push, handset, prompt, code)
        await self._call_back(push)
        called_back.set()
        if code == 1037 and late is not None:
            await self._world.pace.sleep(late)
            self._settle(push, handset, prompt, 0)
            await self._call_back(push)

    def _prompt(self, push: Push) -> Prompt:
        shown_at = self._world.settings.now()
        return Prompt(
            checkout_id=push.checkout_id,
            msisdn=push.request.msisdn,
            merchant=push.request.merchant,
            amount=push.request.amount,
            account=push.request.account,
            shown_at=shown_at,
            expires_at=expiry(shown_at, self._world.settings.prompt_timeout),
        )

    async def _outcome(self, push: Push, handset: Handset, prompt: Prompt) -> int:
        """Show the prompt and wait for whatever ends it: the customer, the scenario or the time."""
        world = self._world
        if handset.open_prompt() is not None:
            return 1001
        forced = self._use(push, "force_result")
        if forced in (1001, 1025, 9999, 17, 26, 2028):
            return int(forced)
        answered = world.handsets.show(handset, prompt)
        self._changed(push)
        world.pace.later(self._time_out(push))
        if forced is not None:
            world.pace.later(self._answer(push, handset, int(forced)))
        else:
            unasked = self._use(push, "answer")
            codes = {"wrong_pin": 2001, "cancel": 1032}
            if unasked == "pin":
                code = 0 if handset.balance >= prompt.amount else 1
                world.pace.later(self._answer(push, handset, code))
            elif unasked in codes:
                world.pace.later(self._answer(push, handset, codes[unasked]))
        return await answered

    async def _answer(self, push: Push, handset: Handset, code: int) -> None:
        await self._world.pace.sleep(self._use(push, "answer_delay", 1.0))
        self._world.handsets.end(push.checkout_id, code)

    async def _time_out(self, push: Push) -> None:
        await self._world.pace.sleep(self._world.settings.prompt_timeout)
        self._world.handsets.end(push.checkout_id, 1037)

    def _settle(self, push: Push, handset: Handset, prompt: Prompt, code: int) -> None:
        now = self._world.settings.now()
        push.code = code
        if code == 0:
            push.receipt = self._world.handsets.pay(handset, prompt, now)
            push.paid_at = now
        else:
            self._world.handsets.refuse(handset, prompt, code, now)
        self._changed(push)

    async def _call_back(self, push: Push) -> None:
        world = self._world
        body = self._callback(push)
        if self._use(push, "drop_callback"):
            return
        await world.pace.sleep(self._use(push, "callback_delay", 0.5))
        retries = [2.0] * (int(self._use(push, "callback_attempts", 1)) - 1)
        for _ in range(1 + int(self._use(push, "callback_copies", 0))):
            raw = json.dumps(body, separators=(",", ":")).encode()
            await world.courier.deliver(push.request.callback_url, raw, "stk_callback", {}, retries)

    def _callback(self, push: Push) -> dict[str, Any]:
        code = push.code or 0
        inner: dict[str, Any] = {
            "MerchantRequestID": push.merchant_request_id,
            "CheckoutRequestID": push.checkout_id,
            "ResultCode": str(code) if self._use(push, "string_result_code") else code,
            "ResultDesc": describe(code),
        }
        if code == 0 and push.paid_at is not None:
            phone: int | str = int(push.request.msisdn)
            if self._use(push, "mask_phone"):
                phone = f"0{push.request.msisdn[3:9]}***"
            inner["CallbackMetadata"] = {
                "Item": [
                    {"Name": "Amount", "Value": float(push.request.amount)},
                    {"Name": "MpesaReceiptNumber", "Value": push.receipt},
                    {"Name": "Balance"},
                    {"Name": "TransactionDate", "Value": int(f"{push.paid_at.astimezone(self._zone):%Y%m%d%H%M%S}")},
                    {"Name": "PhoneNumber", "Value": phone},
                ]
            }
        return {"Body": {"stkCallback": inner}}

    def _use(self, push: Push, name: str, default: Any = None) -> Any:
        return self._world.scenario.use(push.customer, name, default)

    def _changed(self, push: Push) -> None:
        """A number that nobody owns is shown beside every phone, so everybody's page is told."""
        self._world.feed.changed(push.customer if self._world.roster.get(push.customer) else "")


def _basic(header: str) -> bytes:
    scheme, _, encoded = header.partition(" ")
    try:
        return base64.b64decode(encoded, validate=True) if scheme == "Basic" else b""
    except (binascii.Error, ValueError):
        return b""
