"""The whole house on a real SQLite file, its doors open to a client, nobody behind the providers' addresses."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from composition import demo, stores
from composition.house import House, built
from composition.settings import read
from runtime.reading import Chosen
from web.doors import Doors, build

APP_URL = "https://aais.example"
Client = TestClient[web.Request, web.Application]


@asynccontextmanager
async def opened(data_dir: Path) -> AsyncIterator[House]:
    environment = {"DATA_DIR": str(data_dir), "APP_URL": APP_URL, "LOG_FORMAT": "json"}
    async with built(read(environment, demo=True)) as house:
        await demo.prepare(house)
        yield house
        await house.runtime.idle()
        for org in await house.store.find("orgs", {}, everyone=True):
            async for done in stores.replay(house.store, house.settings).run(org["_id"], Chosen()):
                assert not done.flaws, done  # whatever a test made it do, the record of it replays byte for byte


def application(house: House, *, phone_url: str = "http://127.0.0.1:8090/") -> web.Application:
    return build(
        Doors(
            webhook=house.webhook,
            verify_token=str(house.settings.whatsapp.verify_token),
            callbacks=house.callbacks,
            runtime=house.runtime,
            store=house.store,
            vault=house.vault,
            metrics=house.metrics,
            app_url=APP_URL,
            bench=house.bench,
            phone_url=phone_url,
        )
    )


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with opened(tmp_path) as made:
        yield made


@pytest.fixture
async def client(house: House) -> AsyncIterator[Client]:
    async with TestClient(TestServer(application(house))) as made:
        yield made


async def problem(answer: object) -> dict[str, str]:
    """The error in an answer; the shape is the same for all of them."""
    body = msgspec.json.decode(await answer.read())  # type: ignore[attr-defined]
    assert set(body) == {"error"}
    assert set(body["error"]) == {"code", "reason", "remedy"}
    return dict(body["error"])
