"""Timers fire in the order in which they fell due, and one that no longer applies is a recorded no-op."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from runtime.loop import Runtime
from runtime.verbs import Start
from tests.runtime.house import HOUR, ORG, House

ID = "thing:1"


async def test_timers_fire_when_the_clock_reaches_them(house: House, runtime: Runtime) -> None:
    await house.begin(runtime, Start(definition="thing", machine=ID))
    await runtime.receive([house.event(ID, "arm", hours=[1, 2])])
    await runtime.idle()
    house.clock.move(timedelta(minutes=61))
    await runtime.idle()
    assert (await house.snapshot(ID)).data["rung"] == ["after:1:00:00"]
    assert await house.store.org(ORG).count("timers", {}) == 1


async def test_a_clock_moved_days_ahead_fires_all_of_them_in_order(house: House, runtime: Runtime) -> None:
    await house.begin(
        runtime,
        Start(definition="thing", machine="thing:friend", contact="asha"),
        Start(definition="thing", machine=ID, contact="asha", links={"friend": "thing:friend"}),
    )
    await runtime.receive([house.event(ID, "arm", hours=[48, 1, 24, 2])])
    await runtime.idle()
    house.clock.move(timedelta(days=5))
    await runtime.idle()
    order = ["after:1:00:00", "after:2:00:00", "after:1 day, 0:00:00", "after:2 days, 0:00:00"]
    assert (await house.snapshot(ID)).data["rung"] == order
    assert [entry["event"] for entry in await house.journal("thing:friend")] == ["start", *["rang"] * 4]


async def test_what_a_timer_leads_to_is_done_before_the_next_timer_of_the_same_person(
    house: House, runtime: Runtime
) -> None:
    await house.begin(
        runtime,
        Start(definition="thing", machine="thing:friend", contact="asha"),
        Start(definition="thing", machine=ID, contact="asha", links={"friend": "thing:friend"}),
    )
    await runtime.receive([house.event(ID, "arm", hours=[1, 2, 3])])
    await runtime.idle()
    house.clock.move(timedelta(days=5))
    await runtime.idle()
    entries = await house.store.org(ORG).find("journal", {}, sort=[("at", 1)], limit=100)
    rows = await house.store.org(ORG).find("inbox", {"to": "thing:friend", "name": "rang"}, sort=[("order", 1)])
    assert len(rows) == 3
    assert len(entries) == 3 + 3 + 3
    told = {entry["cause"]: entry["at"] for entry in entries if entry["event"] == "rang"}
    rang = [entry["at"] for entry in entries if entry["event"] == "after"]
    assert all(told[row["_id"]] <= later for row, later in zip(rows, rang[1:], strict=False))


async def test_a_stale_timer_is_a_recorded_no_op(house: House, runtime: Runtime) -> None:
    await house.begin(runtime, Start(definition="thing", machine=ID))
    await runtime.receive([house.event(ID, "arm", hours=[1]), house.event(ID, "callback")])
    await runtime.idle()
    await runtime.skip(2 * HOUR)
    entries = await house.journal(ID)
    assert [entry["outcome"] for entry in entries][-1] == "stale"
    assert "rung" not in (await house.snapshot(ID)).data


async def test_skipping_stops_at_each_timer(house: House, runtime: Runtime) -> None:
    await house.begin(runtime, Start(definition="thing", machine=ID))
    await runtime.receive([house.event(ID, "arm", hours=[1, 30])])
    start = house.clock.now()
    await runtime.skip(timedelta(hours=40))
    at = [entry["at"] - start for entry in await house.journal(ID) if entry["event"] == "after"]
    assert at[0] < timedelta(hours=1, minutes=1)
    assert timedelta(hours=30) <= at[1] < timedelta(hours=30, minutes=1)


async def test_timers_that_fell_due_while_the_server_was_down_fire_at_the_start(house: House) -> None:
    before = house.runtime()
    await before.start()
    await house.begin(before, Start(definition="thing", machine=ID))
    await before.receive([house.event(ID, "arm", hours=[1])])
    await before.idle()
    await before.close()
    house.clock.move(2 * HOUR)
    after = house.runtime()
    await after.start()
    await after.idle()
    await after.close()
    assert (await house.snapshot(ID)).data["rung"] == ["after:1:00:00"]


async def test_a_timer_armed_for_soon_wakes_the_sleep_for_a_later_one(house: House, runtime: Runtime) -> None:
    await house.begin(runtime, Start(definition="thing", machine=ID))
    await runtime.receive([house.event(ID, "arm", hours=[100])])
    await runtime.idle()
    await runtime.receive([house.event(ID, "arm", hours=[0])])
    await runtime.idle()
    assert (await house.snapshot(ID)).data["rung"] == ["after:0:00:00"]


async def test_two_skips_at_once_move_the_clock_by_both(runtime: Runtime) -> None:
    before = runtime.clock.now()
    await asyncio.gather(runtime.skip(timedelta(days=1)), runtime.skip(timedelta(days=1)))
    assert runtime.clock.now() - before >= timedelta(days=2)
