"""One server for the file that asks, whose journals are replayed at the end, and phones that hang up afterwards."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

from tests.e2e.aftermath import replays
from tests.e2e.server import CLINIC, Phone, Server, running

NewPhone = Callable[..., Awaitable[Phone]]
_NUMBERS = itertools.count(1)


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Server]:
    async with running(tmp_path / "data") as started:
        yield started
    await replays(started)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def one_server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Server]:
    """One server for all tests of a module that run in the session's loop."""
    async with running(tmp_path_factory.mktemp("server") / "data") as started:
        yield started
    await replays(started)


@pytest.fixture
async def new_phone(server: Server) -> AsyncIterator[NewPhone]:
    """Makes a customer nobody has met, with a phone: `await new_phone(language="sw")`."""
    async with _phones(server) as make:
        yield make


@pytest_asyncio.fixture(loop_scope="session")
async def anybody(one_server: Server) -> AsyncIterator[NewPhone]:
    """`new_phone` at the module's one server."""
    async with _phones(one_server) as make:
        yield make


@asynccontextmanager
async def _phones(server: Server) -> AsyncIterator[NewPhone]:
    made: list[Phone] = []

    async def make(*, business: str = CLINIC, name: str = "Akinyi Odhiambo", **profile: object) -> Phone:
        number = next(_NUMBERS)
        customer = {"id": f"test{number}", "name": name, "msisdn": f"2547001{number:05d}", **profile}
        async with httpx.AsyncClient() as http:
            answer = await http.post(f"{server.sandbox}/control/customers", json=customer)
            assert answer.status_code == 201, answer.text
        made.append(Phone(server, str(customer["id"]), business))
        return made[-1]

    yield make
    for phone in made:
        await phone.close()
