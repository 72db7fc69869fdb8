"""What arrives is stored once, before it is acknowledged, and takes effect once."""

from __future__ import annotations

import pytest

from runtime.inbox import row_id
from runtime.loop import Runtime
from runtime.verbs import Start
from tests.runtime.house import ORG, House


async def test_a_repeated_delivery_is_counted_and_dropped(house: House, runtime: Runtime) -> None:
    first = await runtime.receive([house.says("hi", id="m1")])
    again = await runtime.receive([house.says("hi", id="m1"), house.says("red", id="m2")])
    await runtime.idle()
    assert (first.stored, first.duplicates) == (1, 0)
    assert (again.stored, again.duplicates) == (1, 1)
    assert house.metrics.counts["runtime_duplicates"] == 1
    assert len(house.sent) == 2


async def test_one_batch_may_hold_the_same_thing_twice(house: House, runtime: Runtime) -> None:
    received = await runtime.receive([house.says("hi", id="m1"), house.says("hi", id="m1")])
    assert (received.stored, received.duplicates) == (1, 1)


async def test_a_delivery_repeated_after_a_restart_is_still_known(house: House) -> None:
    before = house.runtime()
    await before.start()
    await before.receive([house.says("hi", id="m1")])
    await before.idle()
    await before.close()
    after = house.runtime()
    await after.start()
    assert (await after.receive([house.says("hi", id="m1")])).duplicates == 1
    await after.idle()
    await after.close()
    assert len(house.sent) == 1


async def test_the_row_holds_what_was_said_only_sealed_and_only_until_it_is_done(house: House) -> None:
    runtime = house.runtime()  # not started, and its lanes closed: the row stays as it was stored
    await runtime.close()
    await runtime.receive([house.says("my number is 0712345678", id="m1")])
    row = await house.store.get("inbox", row_id(ORG, "chat", "m1"))
    assert row is not None
    assert row["state"] == "new"
    assert "0712345678" not in str(row)
    assert "asha" not in str({**row, "lane": ""})
    assert "m1" not in row["_id"]
    after = house.runtime()
    await after.start()
    await after.idle()
    await after.close()
    done = await house.store.get("inbox", row["_id"])
    assert done is not None
    assert done["state"] == "done"
    assert "sealed" not in done


async def test_an_inbound_without_an_id_is_refused(house: House, runtime: Runtime) -> None:
    with pytest.raises(ValueError, match="needs an id"):
        await runtime.receive(
            [
                house.says("hi", id="m1"),
                house.event("x", "y").__class__(org=ORG, source="chat", id="", lane="l", event=house.says("hi").event),
            ]
        )
    assert await house.store.count("inbox", {"org": ORG}) == 0


async def test_events_for_one_lane_are_worked_in_the_order_in_which_they_came(house: House, runtime: Runtime) -> None:
    await runtime.receive([house.says("hi")])
    await runtime.receive([house.says(str(number)) for number in range(30)])
    await runtime.idle()
    assert [text.split("!")[0] for text in house.texts()[1:]] == [str(number) for number in range(30)]


async def test_many_machines_are_worked_at_once_and_each_in_order(house: House, runtime: Runtime) -> None:
    await house.begin(runtime, *(Start(definition="thing", machine=f"thing:{n}") for n in range(20)))
    batches = [[house.event(f"thing:{n}", "tick") for n in range(20)] for _ in range(10)]
    for batch in batches:
        await runtime.receive(batch)
    await runtime.idle()
    for n in range(20):
        assert (await house.machine(f"thing:{n}"))["seq"] == 11


async def test_an_event_for_nobody_dies_with_the_reason(house: House, runtime: Runtime) -> None:
    await runtime.receive([house.event("thing:none", "tick", id="e1")])
    await runtime.idle()
    row = await house.store.get("inbox", row_id(ORG, "world", "e1"))
    assert row is not None
    assert row["state"] == "dead"
    assert "unknown machine" in row["reason"]
    assert house.metrics.alerts


async def test_a_router_that_fails_costs_that_message_only(house: House, runtime: Runtime) -> None:
    await runtime.receive([house.says("crash the router", id="m1"), house.says("hi", id="m2")])
    await runtime.idle()
    row = await house.store.get("inbox", row_id(ORG, "chat", "m1"))
    assert row is not None
    assert row["state"] == "dead"
    assert "KeyError" in row["reason"]
    assert row["sealed"]
    assert len(house.sent) == 1
