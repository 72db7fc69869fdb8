"""A running sandbox on a loopback port, and a subscriber that records what it is sent."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import msgspec
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from sandbox import SandboxSettings, SimulatedBusiness, build

APP_SECRET = "app-secret-of-the-test"
TOKEN = "token-of-the-test"
CLINIC = SimulatedBusiness(
    phone_number_id="106540352242922", display_number="+254 700 000 001", waba_id="102290129340398", name="Mara Clinic"
)
HOST = SimulatedBusiness(
    phone_number_id="106540352242933",
    display_number="+254 700 000 002",
    waba_id="102290129340399",
    name="Diani Stays",
    access_token="token-of-the-host",
)


class TestClock:
    __test__ = False

    def __init__(self) -> None:
        self.moment = datetime(2026, 11, 21, 7, 0, tzinfo=UTC)

    def now(self) -> datetime:
        return self.moment

    def move(self, by: timedelta) -> None:
        self.moment += by


class Subscriber:
    """Answers webhooks and callbacks with `answers` (then 200) and keeps what came."""

    def __init__(self) -> None:
        self.raw: list[tuple[str, bytes, dict[str, str]]] = []
        self.answers: list[int] = []
        self.react: Callable[[dict[str, Any]], Awaitable[None]] | None = None
        self._arrived = asyncio.Event()

    async def handle(self, request: web.Request) -> web.Response:
        body = await request.read()
        self.raw.append((request.path, body, dict(request.headers)))
        self._arrived.set()
        if self.answers:
            status = self.answers.pop(0)
            if status != 200:
                return web.Response(status=status)
        if self.react is not None and request.path == "/webhook":
            await self.react(json.loads(body))
        return web.json_response({"ResultCode": 0, "ResultDesc": "Accepted"})

    async def challenge(self, request: web.Request) -> web.Response:
        if request.query.get("hub.verify_token") != "verify-me":
            return web.Response(status=403)
        return web.Response(text=request.query["hub.challenge"])

    def bodies(self, path: str) -> list[dict[str, Any]]:
        return [json.loads(body) for at, body, _ in self.raw if at == path]

    def values(self) -> list[dict[str, Any]]:
        return [body["entry"][0]["changes"][0]["value"] for body in self.bodies("/webhook")]

    def statuses(self) -> list[dict[str, Any]]:
        return [item for value in self.values() for item in value.get("statuses", [])]

    def callbacks(self) -> list[dict[str, Any]]:
        return [body["Body"]["stkCallback"] for body in self.bodies("/payments/abc")]

    async def until(self, ready: Callable[[], Any], seconds: float = 5.0) -> Any:
        """Wait until something holds; fail with what did come."""
        async with asyncio.timeout(seconds):
            while not (found := ready()):
                self._arrived.clear()
                await asyncio.wait([asyncio.ensure_future(self._arrived.wait())], timeout=0.02)
        return found


class Running:
    """A sandbox under test."""

    def __init__(self, base: str, subscriber: Subscriber, clock: TestClock, session: aiohttp.ClientSession) -> None:
        self.base = base
        self.subscriber = subscriber
        self.clock = clock
        self.session = session
        self.callback_url = ""

    async def control(self, method: str, path: str, body: Any = None) -> Any:
        async with self.session.request(method, f"{self.base}/control/{path}", json=body) as answer:
            text = await answer.text()
            assert answer.status < 300, f"{answer.status} {text}"
            return json.loads(text)

    async def say(self, customer: str, text: str = "Habari", **more: Any) -> str:
        body = {"business": CLINIC.phone_number_id, "text": text, **more}
        return (await self.control("POST", f"customers/{customer}/messages", body))["id"]

    async def phone(self, customer: str, business: SimulatedBusiness = CLINIC) -> dict[str, Any]:
        return await self.control("GET", f"customers/{customer}/phone?business={business.phone_number_id}")

    async def graph(self, body: Any, number: str = CLINIC.phone_number_id, token: str = TOKEN) -> tuple[int, Any]:
        url = f"{self.base}/v26.0/{number}/messages"
        async with self.session.post(url, json=body, headers={"Authorization": f"Bearer {token}"}) as answer:
            return answer.status, await answer.json()

    async def send(self, kind: str, part: Any, to: str = "254712000101", **more: Any) -> tuple[int, Any]:
        body = {"messaging_product": "whatsapp", "to": to, "type": kind, kind: part, **more}
        return await self.graph(body)


Start = Callable[..., Awaitable[Running]]


@asynccontextmanager
async def starting() -> AsyncIterator[Start]:
    """Start a sandbox, with settings changed by keyword; it ends with the context."""
    servers: list[TestServer] = []
    sessions: list[aiohttp.ClientSession] = []

    async def starter(**changes: Any) -> Running:
        subscriber, clock = Subscriber(), TestClock()
        receiver = web.Application()
        receiver.router.add_post("/{tail:.*}", subscriber.handle)
        receiver.router.add_get("/{tail:.*}", subscriber.challenge)
        subscriber_server = TestServer(receiver)
        await subscriber_server.start_server()
        settings = SandboxSettings(
            app_secret=APP_SECRET,
            webhook_url=str(subscriber_server.make_url("/webhook")),
            access_token=TOKEN,
            businesses=(CLINIC, HOST),
            consumer_key="key",
            consumer_secret="secret",
            merchant_name="MARA CLINIC",
            verify_token="verify-me",
            now=clock.now,
            move=clock.move,
            speed=100.0,
        )
        sandbox_server = TestServer(build(msgspec.structs.replace(settings, **changes)))
        await sandbox_server.start_server()
        servers.extend((sandbox_server, subscriber_server))
        session = aiohttp.ClientSession()
        sessions.append(session)
        running = Running(str(sandbox_server.make_url("")).rstrip("/"), subscriber, clock, session)
        running.callback_url = str(subscriber_server.make_url("/payments/abc"))
        return running

    async def stop() -> None:
        for session in sessions:
            await session.close()
        for server in servers:
            await server.close()
        sessions.clear()
        servers.clear()

    starter.stop = stop  # type: ignore[attr-defined]
    yield starter
    await stop()


@pytest.fixture
async def start() -> AsyncIterator[Start]:
    async with starting() as starter:
        yield starter


@pytest.fixture
async def sandbox(start: Start) -> Running:
    return await start()
