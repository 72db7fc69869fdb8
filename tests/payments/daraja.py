"""A loopback Daraja for the payments room's own tests: answers what it was told to, and records what it was asked."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer

PUSH, QUERY = "/mpesa/stkpush/v1/processrequest", "/mpesa/stkpushquery/v1/query"
ACK = {"MerchantRequestID": "m-1", "CheckoutRequestID": "ws_CO_1", "ResponseCode": "0", "ResponseDescription": "ok"}
BAD_TOKEN = (404, {"requestId": "1", "errorCode": "404.001.03", "errorMessage": "Invalid Access Token"})
PENDING = (500, {"requestId": "1", "errorCode": "500.001.1001", "errorMessage": "The transaction is being processed"})


def result(code: str) -> tuple[int, Any]:
    return 200, {"ResponseCode": "0", "CheckoutRequestID": "ws_CO_1", "ResultCode": code, "ResultDesc": f"code {code}"}


class Fake:
    """`answers[path]` is used up front to back; its last answer stays. An answer is (status, JSON) or a coroutine."""

    def __init__(self) -> None:
        self.url = ""
        self.answers: dict[str, list[Any]] = {PUSH: [(200, ACK)], QUERY: [result("0")]}
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.tokens = 0
        self.token_status = 200
        self.token_delay = 0.0

    def count(self, path: str) -> int:
        return sum(1 for asked, _ in self.asked if asked == path)

    async def token(self, request: web.Request) -> web.Response:
        self.tokens += 1
        number = self.tokens
        await asyncio.sleep(self.token_delay)
        assert request.query["grant_type"] == "client_credentials"
        assert request.headers["Authorization"] == f"Basic {base64.b64encode(b'key:secret').decode()}"
        return web.json_response({"access_token": f"t{number}", "expires_in": "3599"}, status=self.token_status)

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.asked.append((request.path, await request.json() | {"token": request.headers["Authorization"]}))
        answers = self.answers[request.path]
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        if callable(answer):
            return await answer(request)
        status, body = answer
        return web.json_response(body, status=status)


@asynccontextmanager
async def running() -> AsyncIterator[Fake]:
    fake, app = Fake(), web.Application()
    app.router.add_get("/oauth/v1/generate", fake.token)
    app.router.add_post(PUSH, fake.answer)
    app.router.add_post(QUERY, fake.answer)
    async with TestServer(app) as server:
        fake.url = str(server.make_url("")).rstrip("/")
        yield fake
