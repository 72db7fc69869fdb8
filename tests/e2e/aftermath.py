"""What a server left behind, read from its store after it has ended: is anything lost, doubled or half done?"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from composition import stores
from composition.settings import read
from runtime.verify import verify
from storage.base import BaseStore
from tests.e2e.server import Server

ORGS = ("tabasamu-dental", "pwani-stays")


@asynccontextmanager
async def store_of(server: Server) -> AsyncIterator[BaseStore]:
    """The store of a server that has ended."""
    async with stores.opened_store(read(server.environment, demo=True)) as store:
        yield store


async def every(store: BaseStore, collection: str, **filter: Any) -> list[dict[str, Any]]:
    """All documents of all businesses."""
    found: list[dict[str, Any]] = []
    after: list[Any] | None = None
    while page := await store.find(collection, filter, sort=[("_id", 1)], limit=500, after=after, everyone=True):
        found += page
        after = [page[-1]["_id"]]
    return found


async def nothing_half_done(store: BaseStore) -> None:
    """Each event was stepped and each action carried out; what was tried and told is known of each message."""
    inbox = [(row["name"], row["state"]) for row in await every(store, "inbox") if row["state"] != "done"]
    outbox = [
        (row["verb"], row["state"], row.get("reason")) for row in await every(store, "outbox") if row["state"] != "done"
    ]
    assert inbox == []
    assert outbox == []
    unclear = [row["status"] for row in await sent(store) if row["status"] not in ("accepted", *TAKEN)]
    assert unclear == []


TAKEN = ("sent", "delivered", "read")


async def sent(store: BaseStore) -> list[dict[str, Any]]:
    """The record of each part of each message that went out."""
    return await every(store, "messages", direction="out")


async def journal_is_whole(server: Server) -> None:
    """`aais journal verify` and `replay`, for both businesses."""
    for org in ORGS:
        code, output = await server.aais("journal", "verify", "--demo", org)
        assert (code, "whole" in output) == (0, True), output
        code, output = await server.aais("journal", "replay", "--demo", org)
        assert (code, "the same" in output) == (0, True), output


async def replays(server: Server) -> None:
    """Every machine of every conversation comes out of its journal as it stands, byte for byte, in another process."""
    settings = read(server.environment, demo=True)
    async with stores.opened_store(settings, read_only=True) as store:
        replay = stores.replay(store, settings)
        for machine in await every(store, "machines"):
            done = await replay.machine(machine["org"], machine["_id"])
            assert done.entries == machine["seq"]
            assert not done.flaws, done.flaws
        for org in ORGS:
            assert not (await verify(store, org)).flaws
