"""A sandbox with simulated ad platforms, for clients that know nothing of us."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from aiohttp.test_utils import TestServer

from sandbox import SandboxSettings, build
from sandbox.ads_world import ADS, AdAccount, AdWorld
from tests.sandbox.conftest import TestClock


class Platforms:
    def __init__(self, server: TestServer, clock: TestClock) -> None:
        self.base = str(server.make_url("")).rstrip("/")
        self.world: AdWorld = server.app[ADS]
        self.clock = clock

    def account(self, platform: str) -> AdAccount:
        return next(one for one in self.world.accounts.values() if one.platform == platform)

    async def call(self, work: Callable[[], Any]) -> Any:
        """An SDK blocks: run it beside the loop that serves it."""
        return await asyncio.to_thread(work)

    def pass_hours(self, hours: float) -> None:
        self.clock.move(dt.timedelta(hours=hours))


@asynccontextmanager
async def running() -> AsyncIterator[Platforms]:
    clock = TestClock()
    settings = SandboxSettings(
        app_secret="s", webhook_url="http://127.0.0.1:9/hook", access_token="t", businesses=(), consumer_key="k",
        consumer_secret="s", now=clock.now, move=clock.move,
    )  # fmt: skip
    server = TestServer(build(settings))
    await server.start_server()
    try:
        yield Platforms(server, clock)
    finally:
        await server.close()
