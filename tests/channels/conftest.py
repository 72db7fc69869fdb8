"""What the tests of this folder share: its builders, whichever way pytest imports them, and a dispatcher's world."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from channels.cost import load_rates
from channels.whatsapp.accounts import Accounts
from channels.whatsapp.client import GraphClient
from channels.whatsapp.status import StatusBook
from runtime.metrics import Tally
from storage.sqlite import open_sqlite
from storage.store import Insert
from storage.vault import Vault
from tests.channels.dispatching import NOW, NUMBER, Graph, World

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    graph, tally = Graph(), Tally()
    app = web.Application()
    app.router.add_post("/v26.0/{number}/messages", graph.messages)
    async with TestServer(app) as server, httpx.AsyncClient() as http:
        store = await open_sqlite(tmp_path / "store.db")
        vault = await Vault(store, [b"k" * 32]).org("salon")

        async def token(org: str) -> str:
            return "secret-token"

        accounts = Accounts(GraphClient(http, base_url=str(server.make_url("")).rstrip("/")), token)
        book = StatusBook(store, load_rates(), tally)
        made = World(store=store, vault=vault, graph=graph, tally=tally, accounts=accounts, book=book)
        made.dispatcher = made.new_dispatcher()
        channels = [{"channel": "whatsapp", "address": NUMBER}]
        await store.org("salon").commit(
            [
                Insert("orgs", {"_id": "salon", "zone": "Africa/Nairobi", "channels": channels}),
                Insert("contacts", {"_id": "c1", "phone": "+254712345678", "opted_out": False}),
                Insert(
                    "conversations",
                    {
                        "_id": "c1/whatsapp", "contact": "c1", "channel": "whatsapp", "handler": "bot",
                        "last_in": NOW, "window_until": NOW + timedelta(hours=24),
                    },
                ),
            ]
        )  # fmt: skip
        yield made
        await store.close()
