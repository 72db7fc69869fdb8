"""kill -9 in the middle of the work: nothing that was acknowledged is lost, nothing takes effect twice."""

from __future__ import annotations

import asyncio
import signal
from collections import Counter
from pathlib import Path

from tests.killing import until_killed
from tests.runtime.house import House, open_house

MACHINES, EVENTS, KILLS = 8, 150, 4


async def _load(path: Path) -> None:
    """What the child does: an endless load whose acknowledgements and sends are written down before anything else."""
    from runtime.verbs import Acted, Bound, Context, Start

    house = await open_house(path)

    async def act(ctx: Context, args: dict[str, object]) -> Acted:
        from engine.model import Event

        with (path / "acted").open("a") as log:
            log.write(f"{ctx.key} {args['number']}\n")
        await asyncio.sleep(0.002)
        return Acted(event=Event(name="done"))

    house.bound.append(Bound("toy.act", act))
    runtime = house.runtime()
    await runtime.start()
    await house.begin(runtime, *(Start(definition="thing", machine=f"thing:{n}") for n in range(MACHINES)))
    print("ready", flush=True)

    async def feed(machine: str) -> None:
        for number in range(EVENTS):
            id = f"{machine}.{number}"  # the same ones again after a restart
            await runtime.receive(
                [house.event(machine, "act", id=id, lane=machine, number=id)]
            )  # a repeat, after a restart
            await runtime.receive([house.event(machine, "act", id=id, lane=machine, number=id)])
            with (path / "acknowledged").open("a") as log:
                log.write(f"{id}\n")

    await asyncio.gather(*(feed(f"thing:{n}") for n in range(MACHINES)))
    await runtime.idle()
    await runtime.close()
    await house.store.close()


async def test_nothing_is_lost_or_doubled_by_kill_9(tmp_path: Path) -> None:
    codes = [await until_killed(_load, tmp_path, 0.15 + 0.1 * kill) for kill in range(KILLS)]
    assert set(codes) <= {0, -signal.SIGKILL}
    assert codes.count(-signal.SIGKILL) > KILLS / 2  # or the load was too small to be killed in
    acknowledged = set((tmp_path / "acknowledged").read_text().split())
    house = await open_house(tmp_path)
    runtime = house.runtime()
    await runtime.start()
    await runtime.idle()
    await runtime.close()
    await _balance(house, tmp_path, acknowledged)
    await house.store.close()


async def _balance(house: House, path: Path, acknowledged: set[str]) -> None:
    lines = [line.split() for line in (path / "acted").read_text().splitlines()]
    acted = {key for key, _ in lines} | {key for key, _ in house.acted}
    steps: Counter[str] = Counter()
    for number in range(MACHINES):
        entries = await house.journal(f"thing:{number}")
        steps.update(entry["cause"] for entry in entries)
        does = {f"{entry['_id']}/0" for entry in entries if entry["event"] == "act"}
        dones = [entry for entry in entries if entry["event"] == "done"]
        assert len(dones) == len(does)  # each action's answer came back, once
        assert does <= acted
    assert set(steps.values()) == {1}
    from runtime.inbox import row_id
    from tests.runtime.house import ORG

    assert all(steps[row_id(ORG, "world", id)] == 1 for id in acknowledged)
    assert len(acknowledged) > 20
    assert await house.store.org(ORG).count("inbox", {"state": "new"}) == 0
    assert await house.store.org(ORG).count("outbox", {"state": {"ne": "done"}}) == 0
    await house.holds()
