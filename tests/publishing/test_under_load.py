"""A hundred versions, every fifth of them broken, are published while two hundred people order: nobody notices."""

from __future__ import annotations

import asyncio
import gc
import random
import time
from pathlib import Path

from runtime.publishing.outcome import Order, Outcome
from runtime.publishing.record import publications
from runtime.publishing.sources import Sources
from runtime.release import EVERYONE
from tests.publishing.shop import ORDER, Shop, edited, opened

PEOPLE, VERSIONS = 200, 100
WORK = 0.5  # seconds of the processor's that the loop may spend before it looks around; a third of it is seen
PAUSE, WAIT = 5.0, 20.0  # seconds by the clock: far above what is seen, since other tests share the processors


class Ticking:
    """The longest time for which the loop did not look around: by the clock, and of the processor's."""

    def __init__(self) -> None:
        self.longest = self.busiest = 0.0
        self._task = asyncio.create_task(self._tick())

    async def _tick(self) -> None:
        while True:
            began, worked = time.perf_counter(), time.thread_time()
            await asyncio.sleep(0.005)
            self.longest = max(self.longest, time.perf_counter() - began - 0.005)
            self.busiest = max(self.busiest, time.thread_time() - worked)

    def stop(self) -> None:
        self._task.cancel()


class Guest:
    """Orders, pays and eats, again and again, until the kitchen closes. Waits for each answer."""

    def __init__(self, shop: Shop, number: int) -> None:
        self.shop = shop
        self.who = f"guest{number}"
        self.orders: list[str] = []
        self.slowest = 0.0
        self._random = random.Random(number)

    async def live(self, closed: asyncio.Event) -> None:
        while not closed.is_set():
            machine = f"order:{self.who}:{len(self.orders) + 1}"
            self.orders.append(machine)
            await self._do(self.shop.says(self.who, "hi"), machine, 1)
            await self._do(self.shop.says(self.who, "pilau"), machine, 2)
            await self._do(self.shop.event(machine, "pay.confirmed", receipt="QWE"), machine, 3)

    async def _do(self, inbound: object, machine: str, answers: int) -> None:
        await asyncio.sleep(self._random.uniform(0.2, 3.0))
        began = time.perf_counter()
        await self.shop.runtime.receive([inbound])  # type: ignore[list-item]
        while len(self.shop.told(machine)) < answers:
            assert time.perf_counter() - began < WAIT, (
                f"{machine} waits for answer {answers}: {self.shop.told(machine)}"
            )
            await asyncio.sleep(0.02)
        self.slowest = max(self.slowest, time.perf_counter() - began)


def version(number: int, before: str) -> tuple[str, str]:
    """The YAML of a version, and how it calls the state in which people pay: `before`, or a name of its own."""
    text = edited(ORDER, ("Which dish?", f"Which dish? {number}"), version=number)
    if number % 5 == 0:
        return text.replace("answer: paying", "answer: nowhere"), before
    if number % 5 in (1, 3):  # who runs finishes on theirs
        return _called(text, before), before
    mine = f"paying_{number}"
    moves = f"languages: [en]\non_publish: migrate\nmigrate: {{states: {{{before}: {mine}}}}}\n"
    if number % 5 == 2:  # another timer besides another name
        text = text.replace("after: {15m: left}", f"after: {{{15 + number}m: left}}")
    return _called(text.replace("languages: [en]\n", moves), mine), mine


def _called(text: str, name: str) -> str:
    return text.replace("  paying:\n", f"  {name}:\n").replace("answer: paying", f"answer: {name}")


async def publish_all(shop: Shop) -> list[Outcome]:
    outcomes: list[Outcome] = []
    name = "paying"
    for number in range(2, VERSIONS + 2):
        text, name = version(number, name)
        outcomes.append(await _publish(shop, text, number))
        await asyncio.sleep(0.02)
    return outcomes


async def _publish(shop: Shop, text: str, number: int) -> Outcome:
    order = Order(sources=Sources.of({"order.yaml": text}), org=EVERYONE, by="njeri", why=f"version {number}")
    return await shop.publisher.publish(order)


async def test_nothing_is_dropped_doubled_or_stalled(tmp_path: Path) -> None:
    async with opened(tmp_path) as shop:
        gc.collect()
        gc.freeze()  # as the server does: what thousands of other tests left is not walked in the midst of a step
        shop.following.start()
        shop.publisher.nudge = shop.following.nudge
        closed = asyncio.Event()
        guests = [Guest(shop, number) for number in range(PEOPLE)]
        living = [asyncio.create_task(guest.live(closed)) for guest in guests]
        await asyncio.sleep(1)
        ticking = Ticking()
        outcomes = await publish_all(shop)
        closed.set()
        await asyncio.gather(*living)
        ticking.stop()
        gc.unfreeze()
        await shop.runtime.idle()

        refused = [outcome for outcome in outcomes if outcome.status == "refused"]
        assert (len(refused), len(outcomes)) == (VERSIONS // 5, VERSIONS)
        assert {outcome.status for outcome in outcomes} == {"published", "refused"}
        assert len(await publications(shop.store, EVERYONE, limit=1000)) == 1 + VERSIONS - len(refused)
        for guest in guests:
            for machine in guest.orders:
                which, pay, enjoy = shop.told(machine)  # neither fewer nor more
                assert which.startswith("Which dish?")
                assert (pay, enjoy) == ("Please pay.", "Enjoy your pilau!")
        orders = sum(len(guest.orders) for guest in guests)
        assert len(shop.asked) == len(set(shop.asked)) == orders, "everybody was asked for the money once"
        assert shop.metrics.alerts == []
        assert shop.metrics.counts["publishing_migrated"] > PEOPLE
        slowest = max(guest.slowest for guest in guests)
        moved = shop.metrics.counts["publishing_migrated"]
        print(f"{orders} orders, {moved} moves, slowest answer {slowest:.3f} s")
        print(f"longest pause {ticking.longest:.3f} s, of it at work {ticking.busiest:.3f} s")
        assert ticking.busiest < WORK
        assert ticking.longest < PAUSE
        for guest in guests:
            for machine in guest.orders:
                await one_version_at_a_time(shop, machine)


async def one_version_at_a_time(shop: Shop, machine: str) -> None:
    """A machine's entries name another version only from a migration on."""
    running = ""
    for entry in await shop.journal(machine):
        if entry["outcome"] != "migrated" and running:
            assert entry["definition"] == running, (machine, entry["seq"])
        running = entry["definition"]
