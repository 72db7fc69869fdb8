"""A machine that cannot step is parked, loses nothing, disturbs nobody, and can be brought back."""

from __future__ import annotations

from runtime.inbox import row_id
from runtime.loop import Runtime
from runtime.verbs import Start
from tests.runtime.house import HOUR, ORG, House

ID = "thing:1"


async def test_an_engine_error_parks_the_machine_with_a_record_and_an_alert(house: House, runtime: Runtime) -> None:
    await house.begin(runtime, Start(definition="thing", machine=ID))
    await runtime.receive([house.event(ID, "break", id="e1"), house.event(ID, "tick", id="e2")])
    await runtime.idle()
    assert (await house.machine(ID))["status"] == "parked"
    assert (await house.journal(ID))[-1]["outcome"] == "parked"
    rows = [await house.store.get("inbox", row_id(ORG, "world", id)) for id in ("e1", "e2")]
    assert [row and row["reason"] for row in rows] == ["parked: ExpressionFailed", "parked: thing:1"]
    assert house.metrics.counts["runtime_parked"] == 1


async def test_a_missing_version_parks_and_a_retry_does_everything_in_order(house: House, runtime: Runtime) -> None:
    await house.begin(runtime, Start(definition="thing", machine=ID))
    await runtime.receive([house.event(ID, "arm", hours=[1])])
    await runtime.idle()
    house.shelf.lost.add("thing")
    await runtime.receive([house.event(ID, "tick"), house.event(ID, "callback")])
    await runtime.idle()
    await runtime.skip(2 * HOUR)
    assert (await house.machine(ID))["status"] == "parked"
    house.shelf.lost.clear()
    assert await runtime.retry(ORG, ID) == 3
    await runtime.idle()
    assert (await house.machine(ID))["status"] == "live"
    told = [(entry["event"], entry["outcome"]) for entry in await house.journal(ID)]
    assert told[:4] == [("start", "moved"), ("arm", "moved"), ("tick", "parked"), ("retry", "retried")]
    events = [event for event, _ in told[4:]]
    assert sorted(events) == ["after", "callback", "tick"]
    assert events.index("tick") < events.index("callback")


async def test_a_parked_flow_leaves_the_floor_so_that_the_person_is_still_answered(
    house: House, runtime: Runtime
) -> None:
    await runtime.receive([house.says("hi"), house.says("break"), house.says("hello")])
    await runtime.idle()
    assert await house.floor() == ["talk:asha:2"]
    assert house.texts()[-1] == "Which colour, talk:asha:2?"
    await runtime.retry(ORG, "talk:asha:1")  # it meets the same error, and is parked again
    await runtime.idle()
    assert await house.floor() == ["talk:asha:2"]


async def test_a_start_without_a_definition_dies_with_the_reason(house: House, runtime: Runtime) -> None:
    await house.begin(runtime, Start(definition="nothing", machine="nothing:1"))
    rows = await house.store.org(ORG).find("inbox", {"to": "nothing:1"})
    assert rows[0]["state"] == "dead"
    assert "nothing" in rows[0]["reason"]
    assert rows[0]["sealed"]


async def test_a_verb_that_nobody_carries_out_parks(house: House, runtime: Runtime) -> None:
    del runtime._parts.handlers._by_name["toy.hold"]
    await house.begin(runtime, Start(definition="thing", machine=ID))
    await runtime.receive([house.event(ID, "hold", unit="u")])
    await runtime.idle()
    assert (await house.machine(ID))["status"] == "parked"
