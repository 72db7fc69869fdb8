"""kill -9 while conversations are being moved: whoever starts next goes on, and each is moved exactly once."""

from __future__ import annotations

import asyncio
import signal
from collections import Counter
from pathlib import Path

from runtime.release import EVERYONE
from storage.sqlite import open_sqlite
from tests.killing import until_killed
from tests.publishing.shop import ORG, RENAMED, Shop, opened

GUESTS, KILLS = 120, 3


async def _move(path: Path) -> None:
    """What the child does: publish, if that is still to be done, and go on with whatever is left."""
    store = await open_sqlite(path / "shop.db")
    shop = Shop(store)
    await shop.start()
    shop.publisher.nudge = shop.following.nudge
    print("started", flush=True)
    found = shop.published.in_force(EVERYONE)
    if found is not None and found.number == 1:
        await shop.publish(RENAMED)
    shop.following.start()
    while await store.count("machines", {"state": "paying"}, everyone=True):  # noqa: ASYNC110 - the store has no event
        await asyncio.sleep(0.005)
    await shop.runtime.idle()
    await shop.close()
    await store.close()


async def test_a_killed_migration_is_finished_by_whoever_starts_next(tmp_path: Path) -> None:
    async with opened(tmp_path) as shop:
        machines = [await shop.order(f"guest{number}") for number in range(GUESTS)]
    codes = [await until_killed(_move, tmp_path, 0.05 + 0.04 * kill) for kill in range(KILLS)]
    assert -signal.SIGKILL in codes, "or there was too little to do to be killed in it"
    assert await until_killed(_move, tmp_path, 60) == 0
    async with opened(tmp_path) as shop:
        await shop.following._once()
        await shop.runtime.idle()
        for machine in machines:
            assert (await shop.state(machine), await shop.version(machine)) == ("awaiting_payment", 2)
            outcomes = Counter(entry["outcome"] for entry in await shop.journal(machine))
            assert outcomes["migrated"] == 1, (machine, outcomes)
            assert set(await shop.timers(machine)) == {"after:15m"}
        await shop.hear(*(shop.event(machine, "pay.confirmed", receipt="QWE") for machine in machines))
        assert {await shop.state(machine) for machine in machines} == {"enjoying"}
        dead = await shop.store.count("inbox", {"org": ORG, "state": "dead"})
        assert dead == 0
