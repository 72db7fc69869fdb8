"""Actions: in order, again under the same key, and what became of them is an event."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

from engine.model import Event
from runtime.loop import Options, Runtime
from runtime.outbox import LONGEST_WAIT, wait_before
from runtime.verbs import Acted, Bound, Context, Hopeless, RetryLater, Start
from storage.store import Insert
from tests.runtime.house import ORG, House

ID = "thing:1"


async def test_what_an_action_achieved_reaches_its_machine(house: House, runtime: Runtime) -> None:
    await house.begin(runtime, Start(definition="thing", machine=ID))
    await runtime.receive([house.event(ID, "act", amount=5)])
    await runtime.idle()
    assert house.acted == [(f"{ID}/2/0", {"amount": 5})]
    assert (await house.machine(ID))["state"] == "done"
    row = await house.store.get("outbox", f"{ID}/2/0")
    assert row is not None
    assert row["state"] == "done"
    assert "sealed" not in row


async def test_a_retry_has_the_same_key_and_waits_longer_each_time(house: House, runtime: Runtime) -> None:
    keys: list[str] = []

    async def fail_twice(ctx: Context, args: dict[str, Any]) -> None:
        keys.append(ctx.key)
        if len(keys) < 3:
            raise ConnectionError("no route to the provider")

    house.on_act = fail_twice
    await house.begin(runtime, Start(definition="thing", machine=ID))
    await runtime.receive([house.event(ID, "act")])
    await runtime.idle()
    assert len(keys) == 1
    await runtime.skip(timedelta(seconds=10))
    assert keys == [f"{ID}/2/0"] * 3
    assert (await house.machine(ID))["state"] == "done"


async def test_a_handler_may_say_when_to_try_again(house: House, runtime: Runtime) -> None:
    tries: list[Any] = []

    async def busy(ctx: Context, args: dict[str, Any]) -> None:
        tries.append(ctx.now)
        if len(tries) == 1:
            raise RetryLater("rate limit", after=timedelta(minutes=5))

    house.on_act = busy
    await house.begin(runtime, Start(definition="thing", machine=ID))
    await runtime.receive([house.event(ID, "act")])
    await runtime.idle()
    house.clock.move(timedelta(minutes=4))
    await runtime.idle()
    assert len(tries) == 1
    house.clock.move(timedelta(minutes=1))
    await runtime.idle()
    assert len(tries) == 2


async def test_waits_that_were_asked_for_use_up_no_attempt_but_not_for_ever(house: House, runtime: Runtime) -> None:
    tries: list[Any] = []

    async def held(ctx: Context, args: dict[str, Any]) -> None:
        tries.append(ctx.now)
        if len(tries) != 30 or args.get("for_ever"):
            raise RetryLater("on hold", after=timedelta(minutes=30))

    house.on_act = held
    await house.begin(runtime, Start(definition="thing", machine=ID))
    await runtime.receive([house.event(ID, "act")])
    await runtime.idle()
    for _ in range(29):
        await runtime.skip(timedelta(minutes=30))
    assert (len(tries), (await house.machine(ID))["state"]) == (30, "done")
    await runtime.receive([house.event(ID, "act", for_ever=True)])
    await runtime.idle()
    await runtime.skip(timedelta(days=4))
    (row,) = await house.store.org(ORG).find("outbox", {"state": "dead"})
    assert "waited since" in row["reason"]


async def test_a_message_that_waits_holds_back_the_later_ones_to_the_same_person_only(
    house: House, runtime: Runtime
) -> None:
    failed: list[str] = []

    async def asha_once(ctx: Context, args: dict[str, Any]) -> None:
        if ctx.contact == "asha" and not failed:
            failed.append(ctx.key)
            raise RetryLater("pair rate", after=timedelta(seconds=6))

    house.on_send = asha_once
    await runtime.receive([house.says("hi"), house.says("red"), house.says("hi", who="juma")])
    await runtime.idle()
    assert [machine for machine, _, _ in house.sent] == ["talk:juma:1"]
    house.clock.move(timedelta(seconds=7))
    await runtime.idle()
    assert house.texts("talk:asha:1") == ["Which colour, talk:asha:1?", "red!\n\nWhich colour, talk:asha:1?"]


async def test_what_keeps_failing_becomes_a_dead_letter_that_can_be_sent_after_all(house: House) -> None:
    async def never(ctx: Context, args: dict[str, Any]) -> None:
        raise TimeoutError

    house.on_act = never
    runtime = house.runtime(options=Options(attempts=3))
    await runtime.start()
    await house.begin(runtime, Start(definition="thing", machine=ID))
    await runtime.receive([house.event(ID, "act", amount=7)])
    await runtime.skip(timedelta(minutes=30))
    row = await house.store.get("outbox", f"{ID}/2/0")
    assert row is not None
    assert row["state"] == "dead"
    assert "3 attempts" in row["reason"]
    assert house.metrics.counts["runtime_dead_actions"] == 1
    house.on_act = None
    assert await runtime.retry_action(ORG, f"{ID}/2/0")
    await runtime.idle()
    assert house.acted == [(f"{ID}/2/0", {"amount": 7})]
    await runtime.close()
    await house.holds()


async def test_a_hopeless_action_tells_its_machine(house: House, runtime: Runtime) -> None:
    async def hopeless(ctx: Context, args: dict[str, Any]) -> None:
        raise Hopeless("blocked", event=Event(name="taken"))

    house.on_act = hopeless
    await house.begin(runtime, Start(definition="thing", machine=ID))
    await runtime.receive([house.event(ID, "act")])
    await runtime.idle()
    assert (await house.machine(ID))["state"] == "taken"


async def test_the_writes_of_an_action_and_its_being_done_are_one(house: House) -> None:
    async def write(ctx: Context, args: dict[str, Any]) -> Acted:
        ops = (Insert("idempotency", {"_id": f"{ctx.key}:{len(house.acted)}"}),)
        house.acted.append((ctx.key, args))
        return Acted(ops=ops, event=Event(name="done"))

    house.bound.append(Bound("toy.act", write))
    runtime = house.runtime()
    await runtime.start()
    await house.store.org(ORG).commit([Insert("idempotency", {"_id": f"{ID}/2/0:0"})])  # the first write collides
    await house.begin(runtime, Start(definition="thing", machine=ID))
    await runtime.receive([house.event(ID, "act")])
    await runtime.skip(timedelta(seconds=10))
    assert len(house.acted) == 2
    assert await house.store.org(ORG).get("idempotency", f"{ID}/2/0:1") is not None
    assert [entry["event"] for entry in await house.journal(ID)] == ["start", "act", "done"]
    await runtime.close()


async def test_an_action_in_flight_when_the_process_died_is_done_at_the_next_start(house: House) -> None:
    begun, never = asyncio.Event(), asyncio.Event()

    async def hang(ctx: Context, args: dict[str, Any]) -> None:
        begun.set()
        await never.wait()

    house.on_act = hang
    dying = house.runtime()
    await dying.start()
    await house.begin(dying, Start(definition="thing", machine=ID))
    await dying.receive([house.event(ID, "act")])
    await begun.wait()
    row = await house.store.get("outbox", f"{ID}/2/0")
    assert row is not None
    assert row["state"] == "leased"
    house.on_act = None
    after = house.runtime()  # the first one hangs for ever, as good as dead
    await after.start()
    await after.idle()
    assert house.acted == [(f"{ID}/2/0", {})]
    await after.close()
    for task in list(dying._workers.outbox._tasks):
        task.cancel()
    await dying.close()


async def test_a_callback_before_the_providers_own_answer_finds_the_wait_armed(house: House, runtime: Runtime) -> None:
    async def call_back_first(ctx: Context, args: dict[str, Any]) -> None:
        await runtime.receive([house.event(ID, "callback", id="cb")])
        await runtime._workers.inbox.quiet()

    house.on_act = call_back_first
    await house.begin(runtime, Start(definition="thing", machine=ID))
    await runtime.receive([house.event(ID, "act")])
    await runtime.idle()
    entries = await house.journal(ID)
    assert [entry["event"] for entry in entries] == ["start", "act", "callback", "done"]
    assert entries[2]["source"] == "waiting"
    assert await house.store.org(ORG).count("timers", {"machine": ID}) == 1  # armed with the action


def test_waits_grow_to_a_limit_and_differ() -> None:
    waits = [wait_before(attempt) for attempt in range(1, 12)]
    assert waits[0] <= timedelta(seconds=1)
    assert waits[5] > waits[0]
    assert max(waits) <= LONGEST_WAIT
    assert len({wait_before(5) for _ in range(10)}) > 1


async def test_where_no_machine_ever_ran_a_person_is_heard_and_nothing_waits_for_the_outcome(
    house: House, runtime: Runtime
) -> None:
    talk = {"_id": "asha/chat", "contact": "asha", "channel": "chat", "language": "sw", "floor": []}
    await house.store.org(ORG).commit([Insert("conversations", talk)])
    spoken: list[Any] = []

    async def refuse_the_second(ctx: Context, args: dict[str, Any]) -> None:
        spoken.append(ctx.machine.about)
        if args["text"] == "second":
            raise Hopeless("not taken", event=Event(name="message.failed"))

    house.on_send = refuse_the_second
    chain = "conversation:asha/chat"
    for text in ("first", "second"):
        await runtime.speak(ORG, chain, {"text": text}, f"{chain}/desk.{text}/message", ())
        await runtime.idle()
    assert [(about["contact"], about["channel"], about["language"]) for about in spoken] == [("asha", "chat", "sw")] * 2
    states = {row["_id"]: row["state"] for row in await house.store.org(ORG).find("outbox", {})}
    assert states == {f"{chain}/desk.first/message": "done", f"{chain}/desk.second/message": "dead"}
    assert await house.store.org(ORG).find("inbox", {}) == []
