"""The real server and the YAML that ships: versions are published, refused and rolled back while customers book."""

from __future__ import annotations

import asyncio
import re
import shutil
import time
from pathlib import Path

import httpx
import pytest

from composition.settings import HERE
from tests.e2e.aftermath import every, journal_is_whole, nothing_half_done, store_of
from tests.e2e.customers import Walker, person
from tests.e2e.server import APARTMENTS, CLINIC, Phone, Server

CUSTOMERS = [person(number, ("en", "sw")[number % 2], prefix="pub") for number in range(1, 9)]
GREETINGS = {"en": "Hi, I want to book", "sw": "Habari, naomba kuweka miadi"}
PAUSE = 3.0  # seconds that a page may take at most; the judge works beside, on the same processors


class Listening:
    """How long the server takes to say that it lives, asked again and again."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self.longest = 0.0
        self._task = asyncio.create_task(self._ask())

    async def _ask(self) -> None:
        async with httpx.AsyncClient(timeout=30) as http:
            while True:
                began = time.perf_counter()
                assert (await http.get(f"{self._server.url}/healthz")).status_code == 200
                self.longest = max(self.longest, time.perf_counter() - began)
                await asyncio.sleep(0.05)

    async def stop(self) -> float:
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        return self.longest


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """What ships, to be edited."""
    for name in ("flows", "rules"):
        shutil.copytree(HERE / name, tmp_path / name)
    return tmp_path


def rename(folder: Path, old: str, new: str, version: int) -> None:
    """The state of `booking` is called otherwise, in its tests too, and whoever waits there is to be moved."""
    flow, tests = folder / "flows" / "booking.yaml", folder / "flows" / "booking.test.yaml"
    for path in (flow, tests):
        path.write_text(re.sub(rf"\b{old}\b", new, path.read_text(encoding="utf-8")), encoding="utf-8")
    text = re.sub(r"^on_publish:.*\nmigrate:.*\n", "", flow.read_text(encoding="utf-8"), flags=re.MULTILINE)
    head = f"version: {version}\non_publish: migrate\nmigrate: {{states: {{{old}: {new}}}}}\n"
    flow.write_text(re.sub(r"^version: \d+\n", head, text, count=1, flags=re.MULTILINE), encoding="utf-8")


async def publish(server: Server, folder: Path, *more: str) -> tuple[int, str]:
    paths = [str(folder / "flows"), str(folder / "rules")]
    return await server.aais("publish", "--demo", *paths, "--why", "a test", "--by", "njeri", *more)


async def publish_and_take_back(server: Server, folder: Path) -> None:
    rename(folder, "choosing_time", "picking_time", 91)
    code, said = await publish(server, folder)
    assert code == 0, said
    flow = folder / "flows" / "booking.yaml"
    kept = flow.read_text(encoding="utf-8")
    flow.write_text(kept.replace("to: picking_time", "to: nowhere"), encoding="utf-8")
    code, said = await publish(server, folder)
    assert (code, "stays in force" in said) == (1, True), said
    flow.write_text(kept, encoding="utf-8")
    rename(folder, "asking_name", "hearing_name", 92)
    code, said = await publish(server, folder)
    assert code == 0, said
    code, said = await server.aais("rollback", "--demo", "--why", "a test")
    assert (code, "Rolled back" in said) == (0, True), said


@pytest.mark.timeout(300)
async def test_everybody_books_and_nothing_is_lost_doubled_or_stalled(tmp_path: Path, folder: Path) -> None:
    server = Server(tmp_path / "data")
    await server.start()
    phones: list[Phone] = []
    try:
        async with httpx.AsyncClient() as http:
            for who in CUSTOMERS:
                assert (await http.post(f"{server.sandbox}/control/customers", json=who)).status_code == 201
        phones = [
            Phone(server, str(who["id"]), business)
            for who, business in zip(CUSTOMERS, [CLINIC, APARTMENTS] * 4, strict=True)
        ]
        walkers = [
            Walker(phone, GREETINGS[str(who["language"])], place, lambda: None)
            for place, (phone, who) in enumerate(zip(phones, CUSTOMERS, strict=True))
        ]

        async def arrive(place: int, walker: Walker) -> None:
            await asyncio.sleep(place * 1.5)
            await walker.book()

        listening = Listening(server)
        walking = asyncio.gather(*(arrive(place, walker) for place, walker in enumerate(walkers)))
        await publish_and_take_back(server, folder)
        await asyncio.wait_for(walking, 120)
        longest = await listening.stop()
        print(f"the longest that a page took: {longest:.3f} s")
        assert longest < PAUSE
        await asyncio.sleep(2)  # until the last message was reported as read
    finally:
        for phone in phones:
            await phone.close()
        stopped = await server.stop()
    assert stopped == 0
    async with store_of(server) as store:
        await nothing_half_done(store)
        bookings = [row["contact"] for row in await every(store, "bookings", state="confirmed")]
        assert len(bookings) == len(set(bookings)) == len(CUSTOMERS)
        payments = [row["receipt"] for row in await every(store, "payments", state="confirmed")]
        assert len(payments) == len(set(payments)) == len(CUSTOMERS)
    await journal_is_whole(server)
