"""A sandbox with simulated ad platforms on a loopback port, and our connectors to it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from aiohttp.test_utils import TestServer

from ads.google.credentials import GoogleCredentials
from ads.google.platform import Google
from ads.meta.credentials import MetaCredentials
from ads.meta.platform import Meta
from ads.platform import Audience, CampaignPlan, Creative, Platform, VariationPlan
from ads.tiktok.credentials import TikTokCredentials
from ads.tiktok.platform import TikTok
from engine.values import Money
from sandbox import SandboxSettings, build
from sandbox.ads_world import ADS, DEFAULT_AD_ACCOUNTS, AdAccount, AdWorld
from storage.sqlite import open_sqlite
from tests.ads.autopilot.pilot import Pilot

BEGIN = datetime(2026, 11, 21, 7, 0, tzinfo=UTC)
KES = "KES"
FILM = "70000001"  # in the libraries of TikTok and Meta since yesterday


class Clock:
    def __init__(self) -> None:
        self.moment = BEGIN

    def now(self) -> datetime:
        return self.moment

    def move(self, by: timedelta) -> None:
        self.moment += by


class Ads:
    """The simulated platforms, the connectors, and a hand in the ads manager."""

    def __init__(self, server: TestServer, http: httpx.AsyncClient, clock: Clock) -> None:
        self.server = server
        self.base = str(server.make_url("")).rstrip("/")
        self.world: AdWorld = server.app[ADS]
        self.http = http
        self.clock = clock
        self.tokens: dict[str, list[str]] = {}

    def account(self, platform: str) -> AdAccount:
        return next(one for one in self.world.accounts.values() if one.platform == platform)

    def keep(self, platform: str) -> Callable[[dict[str, str]], Awaitable[None]]:
        async def kept(changed: dict[str, str]) -> None:
            self.tokens.setdefault(platform, []).append(changed["token"])

        return kept

    def meta(self, **changes: Any) -> Meta:
        own = self.account("meta")
        credentials = MetaCredentials(
            account=own.id, token=own.token, app_id=own.client_id, app_secret=own.client_secret, page=own.page,
            pixel=own.pixel, base_url=f"{self.base}/meta",
        )  # fmt: skip
        return Meta(msgspec.structs.replace(credentials, **changes), self.http, self.clock.now, self.keep("meta"))

    def google(self, **changes: Any) -> Google:
        own = self.account("google")
        credentials = GoogleCredentials(
            account=own.id, refresh_token=own.refresh_token, client_id=own.client_id, client_secret=own.client_secret,
            developer_token=own.developer_token, base_url=f"{self.base}/google", token_url=f"{self.base}/google/token",
        )  # fmt: skip
        return Google(msgspec.structs.replace(credentials, **changes), self.http, self.clock.now)

    def tiktok(self, **changes: Any) -> TikTok:
        own = self.account("tiktok")
        credentials = TikTokCredentials(
            account=own.id, token=own.token, refresh_token=own.refresh_token, app_id=own.client_id,
            app_secret=own.client_secret, pixel=own.pixel, identity=own.identity, base_url=f"{self.base}/tiktok",
        )  # fmt: skip
        return TikTok(msgspec.structs.replace(credentials, **changes), self.http, self.clock.now, self.keep("tiktok"))

    def platform(self, name: str, http: httpx.AsyncClient | None = None) -> Platform:
        through = Ads(self.server, http, self.clock) if http is not None else self
        return {"meta": through.meta, "google": through.google, "tiktok": through.tiktok}[name]()

    async def control(self, method: str, path: str, body: Any = None) -> Any:
        answer = await self.http.request(method, f"{self.base}/control/ads{path}", json=body)
        assert answer.status_code < 300, answer.text
        return json.loads(answer.text)

    async def misbehave(self, platform: str, times: int | None = None, **fields: Any) -> None:
        more = {} if times is None else {"times": times}
        await self.control("PUT", f"/{platform}/scenario", {**fields, **more})

    async def edit(self, platform: str, id: str, **fields: Any) -> None:
        await self.control("PATCH", f"/{platform}/things/{id}", {"fields": fields})

    def things(self, platform: str, kind: str) -> list[Any]:
        return [
            one for one in self.world.things.values()
            if (one.platform, one.kind, one.deleted) == (platform, kind, False)
        ]  # fmt: skip


@asynccontextmanager
async def simulated(clock: Any) -> AsyncIterator[Ads]:
    """The platforms, which live by this clock."""
    settings = SandboxSettings(
        app_secret="s", webhook_url="http://127.0.0.1:9/hook", access_token="t", businesses=(), consumer_key="k",
        consumer_secret="s", now=clock.now, move=clock.move, ad_accounts=DEFAULT_AD_ACCOUNTS,
    )  # fmt: skip
    server = TestServer(build(settings))
    await server.start_server()
    async with httpx.AsyncClient(trust_env=False) as http:
        ads = Ads(server, http, clock)
        by_hand: dict[str, dict[str, Any]] = {
            "tiktok": {"file_name": "braids", "signature": "0" * 32, "size": 1},
            "meta": {"title": "braids.mp4", "size": 1, "good": True},
        }
        for platform, fields in by_hand.items():
            ads.world.add(platform, ads.account(platform).id, "video", FILM, fields).created -= timedelta(days=1)
        yield ads
    await server.close()


@asynccontextmanager
async def piloted(path: Path) -> AsyncIterator[tuple[Pilot, Ads]]:
    """A business with an autopilot on Meta, until it is given another platform, by the platforms' own clock."""
    store = await open_sqlite(path)
    pilot = Pilot(store)
    async with simulated(pilot.clock) as ads:
        pilot.platform = ads.meta()  # type: ignore[assignment]
        await pilot.open()
        yield pilot, ads
        await pilot.close()
    await store.close()


@pytest.fixture
async def ads() -> AsyncIterator[Ads]:
    async with simulated(Clock()) as ads:
        yield ads


def campaign(id: str = "c1", **changes: Any) -> CampaignPlan:
    plan = CampaignPlan(id=id, name="Box braids, November", objective="sales", currency=KES)
    return msgspec.structs.replace(plan, **changes)


def variation(id: str = "v1", **changes: Any) -> VariationPlan:
    plan = VariationPlan(
        id=id, name="Box braids, trust", angle="A", objective="sales", budget=Money(50_000, KES),
        audience=Audience(countries=("KE",), languages=("en", "sw"), youngest=20, oldest=45, keywords=("box braids",)),
        creative=Creative(
            texts=("Braids that last six weeks.", "Book today, pay a deposit by M-Pesa."),
            headlines=("Box braids in Nairobi", "Held by M-Pesa", "Six weeks of braids"),
            descriptions=("From KSh 2,500.", "Open till eight."), link="https://mara.example/braids?utm_content=v1",
            action="book", videos=(FILM,),
        ),
    )  # fmt: skip
    return msgspec.structs.replace(plan, **changes)
