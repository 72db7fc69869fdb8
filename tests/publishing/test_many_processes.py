"""Several processes on one store: a start is on what is in force when it begins, whoever published, and none mixes."""

from __future__ import annotations

import asyncio
import re
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest

from composition import stores
from composition.settings import HERE, read
from runtime.publishing.record import publications
from runtime.release import EVERYONE
from storage.base import BaseStore
from storage.vault import new_master_key
from tests.e2e.server import CLINIC_ORG, Phone, Server
from tests.e2e.test_many_processes import mongo, process, ready, valkey, whole

AAIS = [sys.executable, "-m", "cli"]
__all__ = ["valkey"]


class Houses:
    """A server that takes in, two workers, and what commands say beside them."""

    def __init__(self, server: Server, environment: dict[str, str], folder: Path) -> None:
        self.server = server
        self.environment = environment
        self.folder = folder

    async def aais(self, *arguments: str) -> tuple[int, str]:
        started = await asyncio.create_subprocess_exec(
            *AAIS, *arguments, cwd=self.folder, env=self.environment,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
        )  # fmt: skip
        output, _ = await started.communicate()
        return started.returncode or 0, output.decode()

    @asynccontextmanager
    async def store(self) -> AsyncIterator[BaseStore]:
        async with stores.opened_store(read(self.environment, demo=True)) as store:
            yield store


@asynccontextmanager
async def houses(folder: Path, redis: str) -> AsyncIterator[Houses]:
    async with AsyncExitStack() as stack:
        uri = await stack.enter_async_context(mongo(folder))
        flows = folder / "flows"
        flows.mkdir()
        for path in (HERE / "flows").glob("*.yaml"):
            (flows / path.name).write_text(path.read_text(encoding="utf-8"), encoding="utf-8")
        server = Server(folder / "data", MONGODB_URI=uri, REDIS_URL=redis, ENCRYPTION_KEY=new_master_key())
        server.data_dir.mkdir()
        environment = server.environment
        await stack.enter_async_context(process([*AAIS, "serve", "--demo", "--no-work"], server.log, environment))
        await ready(server)
        for number in (1, 2):
            worker = process([*AAIS, "work", "--demo"], folder / f"worker{number}.log", environment)
            await stack.enter_async_context(worker)
        yield Houses(server, environment, folder)


@pytest.mark.timeout(300)
async def test_workers_switch_together_and_move_whoever_waits(tmp_path: Path, valkey: str) -> None:
    async with houses(tmp_path, valkey) as there:
        juma, brian = Phone(there.server, "juma"), Phone(there.server, "brian")
        try:
            await juma.say("Hi, I want to book")
            await juma.hear(seconds=40)
            path = tmp_path / "flows" / "booking.yaml"
            text = path.read_text(encoding="utf-8")
            moved = text.replace("choosing_offer", "picking_service").replace("👋 What would", "👋 So what would")
            moves = "\nversion: 99\non_publish: migrate\nmigrate: {states: {choosing_offer: picking_service}}\n"
            path.write_text(re.sub(r"\nversion: \d+\n", moves, moved, count=1), encoding="utf-8")
            tests = path.with_name("booking.test.yaml")
            tests.write_text(
                tests.read_text(encoding="utf-8")
                .replace("choosing_offer", "picking_service")
                .replace("👋 What would", "👋 So what would"),
                encoding="utf-8",
            )
            code, said = await there.aais("publish", "--demo", "flows/booking.yaml", "--why", "a better name")
            assert code == 0, said
            assert "1 conversation waits in choosing_offer of booking v" in said
            assert "which this version renames to picking_service: mapped" in said
            await brian.say("Hi, I want to book")
            await brian.hear("so what would", seconds=40)
            await moved_on(there)
            await juma.tap_first()
            await juma.hear(seconds=40)
            code, said = await there.aais("reload", "--demo", "--why", "as they were")
            assert (code, "published: #3 is in force" in said) == (0, True), said
        finally:
            await juma.close()
            await brian.close()
        async with there.store() as store:
            assert [one.event for one in await publications(store, EVERYONE)] == ["published"] * 3
            await never_mixed(store)
        for command in ("verify", "replay"):
            await whole([*AAIS, "journal", command, "--demo", CLINIC_ORG], there.environment)


async def moved_on(there: Houses) -> None:
    """Until nobody is where the old version had them."""
    async with there.store() as store:
        for _ in range(300):
            if not await store.count("machines", {"state": "choosing_offer"}, everyone=True):
                return
            await asyncio.sleep(0.1)
    raise AssertionError("somebody still waits in choosing_offer")


async def never_mixed(store: BaseStore) -> None:
    """A conversation's entries name another version of its flow only from a migration on."""
    roots: dict[str, set[str]] = {}
    migrated: set[str] = set()
    for entry in await store.find("journal", {"kind": "step"}, sort=[("at", 1)], limit=1000, everyone=True):
        row = await store.get("definitions", entry["definition"])
        assert row is not None
        if row["name"] != "booking" or not entry["machine"].startswith("flow"):
            continue
        roots.setdefault(entry["machine"], set()).add(entry["definition"])
        if entry["outcome"] == "migrated":
            migrated.add(entry["machine"])
    for machine, hashes in roots.items():
        assert len(hashes) == 1 + (machine in migrated), machine
