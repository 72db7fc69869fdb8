"""A business on a real store, the simulated ad platforms on a port, and `aais ads …` as somebody types it."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from aiohttp.test_utils import TestServer

from ads.connecting import Connecting
from ads.conversions.connecting import Destinations
from cli import main
from composition import advertising, control, conversions, stores
from composition.ad_accounts import Errand, run
from composition.advertising import Done
from composition.desk import Desk
from composition.settings import Settings, read
from crm.orgs import NewOrg, create
from sandbox import SandboxSettings, build
from sandbox.ads_faults import AdBehaviour
from sandbox.ads_world import ADS, DEFAULT_AD_ACCOUNTS, AdWorld
from storage.base import BaseStore
from storage.store import Document, OrgStore
from storage.vault import Vault
from web.control import Asked

ORG = "clinic"
META, GOOGLE, TIKTOK = DEFAULT_AD_ACCOUNTS
GIVEN = {
    "meta": {"account": f"act_{META.id}", "token": META.token, "page": META.page, "pixel": META.pixel,
             "app_secret": META.client_secret},
    "google": {
        "account": "700-100-2003", "client_id": GOOGLE.client_id, "client_secret": GOOGLE.client_secret,
        "refresh_token": GOOGLE.refresh_token, "developer_token": GOOGLE.developer_token,
    },
    "tiktok": {"account": TIKTOK.id, "token": TIKTOK.token, "identity": TIKTOK.identity},
}  # fmt: skip
TOLD = {
    "meta": {"id": META.pixel, "token": META.token, "page": META.page, "test_code": "TEST1"},
    "google": {
        "id": "700-100-2003", "client_id": GOOGLE.client_id, "client_secret": GOOGLE.client_secret,
        "refresh_token": GOOGLE.refresh_token, "action_payment": "42",
    },
    "tiktok": {"id": "COQDA8RC77U2", "token": TIKTOK.token, "test_code": "TEST2"},
}  # fmt: skip


class Place:
    """The store and the platforms, with what a test does to them."""

    def __init__(self, store: BaseStore, settings: Settings, world: AdWorld, http: httpx.AsyncClient) -> None:
        self.whole, self.settings, self.world, self.http = store, settings, world, http
        self.store: OrgStore = store.org(ORG)
        self.vault: Vault = stores.vault(store, settings)
        self.accounts: Connecting = advertising.connecting(settings, store, self.vault, http)
        self.told: Destinations = conversions.connecting(settings, store, self.vault, http)

    def misbehave(self, platform: str, times: int | None = 1, **behaviour: object) -> None:
        self.world.faults.choose(platform, msgspec.convert(behaviour, AdBehaviour), times)

    async def heard(self) -> dict[str, object]:
        answer = await self.http.get(f"{self.settings.ads_url}/control/ads/conversions")
        found: dict[str, object] = answer.json()
        return found

    async def rows(self) -> list[Document]:
        return await self.store.find("ad_accounts", {}, limit=100)

    async def aais(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *words: str, typed: str = ""
    ) -> tuple[int, str, str]:
        """What the command answers, says, and complains of, while the server runs that has the store."""
        monkeypatch.setattr("sys.stdin", io.StringIO(typed))

        async def errand(asked: Errand, _tell: Any) -> Done:
            return await run(self.whole, self.accounts, self.told, asked)

        more = {"ad-accounts": Asked(Errand, errand)}
        async with control.opened(self.settings, object.__new__(Desk), more):
            code = await asyncio.to_thread(main, ["ads", *words, "--org", ORG, "--demo"])
        said = capsys.readouterr()
        return code, said.out, said.err


@pytest.fixture
async def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Place]:
    simulated = SandboxSettings(
        app_secret="s", webhook_url="http://127.0.0.1:9/hook", access_token="t", businesses=(), consumer_key="k",
        consumer_secret="s", ad_accounts=tuple(msgspec.structs.replace(each) for each in DEFAULT_AD_ACCOUNTS),
    )  # fmt: skip
    server = TestServer(build(simulated))
    await server.start_server()
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    monkeypatch.setenv("ADS_URL", str(server.make_url("")).rstrip("/"))
    settings = read(demo=True)
    async with stores.opened_store(settings) as store, httpx.AsyncClient(trust_env=False) as http:
        await create(store, NewOrg(id=ORG, name="Clinic"))
        yield Place(store, settings, server.app[ADS], http)
    await server.close()
