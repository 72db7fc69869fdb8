"""Whose turn it is: the floor, taps on old messages, the person of the business who answers instead."""

from __future__ import annotations

from runtime.floor import read_tap, wire_id
from runtime.loop import Runtime
from runtime.verbs import Start
from storage.store import Update
from tests.runtime.house import ORG, House

ASHA = {"contact": "asha", "channel": "chat"}


async def test_the_first_message_starts_what_the_router_says_and_takes_the_floor(
    house: House, runtime: Runtime
) -> None:
    await runtime.receive([house.says("hi")])
    await runtime.idle()
    assert await house.floor() == ["talk:asha:1"]
    assert house.texts() == ["Which colour, talk:asha:1?"]
    machine, key, message = house.sent[0]
    assert key == "talk:asha:1/1/message"
    assert message["expects"] == "choice"
    assert message["category"] == "service"
    assert [choice["id"] for choice in message["choices"]] == [wire_id(machine, 1, "r"), wire_id(machine, 1, "g")]


async def test_what_a_step_says_and_asks_goes_out_as_one_message(house: House, runtime: Runtime) -> None:
    await runtime.receive([house.says("hi"), house.says("red")])
    await runtime.idle()
    assert house.texts()[1] == "red!\n\nWhich colour, talk:asha:1?"


async def test_a_tap_answers_the_question_that_it_belongs_to(house: House, runtime: Runtime) -> None:
    await runtime.receive([house.says("hi")])
    await runtime.idle()
    await runtime.receive([house.says("Red", choice=wire_id("talk:asha:1", 1, "r"))])
    await runtime.idle()
    assert house.texts()[-1].startswith("r!")


async def test_a_tap_on_an_old_question_is_recorded_and_the_present_one_asked_once_more(
    house: House, runtime: Runtime
) -> None:
    await runtime.receive([house.says("hi"), house.says("red")])  # the machine is at its second visit
    await runtime.idle()
    old = wire_id("talk:asha:1", 1, "g")
    for _ in range(3):
        await runtime.receive([house.says("Green", choice=old)])
        await runtime.idle()
    entries = await house.journal("talk:asha:1")
    assert [entry["outcome"] for entry in entries] == ["moved", "moved", "stale", "stale", "stale"]
    assert house.texts()[2:] == ["Which colour, talk:asha:1?"]
    assert house.sent[-1][2]["choices"][0]["id"] == wire_id("talk:asha:1", 2, "r")


async def test_a_tap_on_a_flow_that_has_ended_asks_what_is_asked_now(house: House, runtime: Runtime) -> None:
    await runtime.receive([house.says("hi"), house.says("bye"), house.says("hi again")])
    await runtime.idle()
    await runtime.receive([house.says("Red", choice=wire_id("talk:asha:1", 1, "r"))])
    await runtime.idle()
    assert house.texts()[-1] == "Which colour, talk:asha:2?"
    assert (await house.journal("talk:asha:2"))[-1]["outcome"] == "stale"


async def test_a_new_flow_takes_the_floor_and_gives_it_back_with_the_question_below(
    house: House, runtime: Runtime
) -> None:
    await runtime.receive([house.says("hi")])
    await runtime.idle()
    await house.begin(runtime, Start(definition="other", machine="other:1", **ASHA))
    assert await house.floor() == ["talk:asha:1", "other:1"]
    await runtime.receive([house.says("red"), house.says("bye")])
    await runtime.idle()
    assert await house.floor() == ["talk:asha:1"]
    assert house.texts()[-3:] == ["red!\n\nWhich colour, other:1?", "Bye.", "Which colour, talk:asha:1?"]
    assert (await house.journal("talk:asha:1"))[-1]["outcome"] == "resumed"


async def test_a_tap_on_a_question_further_down_brings_its_machine_up(house: House, runtime: Runtime) -> None:
    await runtime.receive([house.says("hi")])
    await runtime.idle()
    await house.begin(runtime, Start(definition="other", machine="other:1", **ASHA))
    await runtime.receive([house.says("Red", choice=wire_id("talk:asha:1", 1, "r"))])
    await runtime.idle()
    assert await house.floor() == ["other:1", "talk:asha:1"]
    assert house.texts()[-1].startswith("r!")


async def test_starting_a_taken_id_is_nothing(house: House, runtime: Runtime) -> None:
    start = Start(definition="other", machine="other:1", **ASHA)
    await house.begin(runtime, start, start)
    await house.begin(runtime, start)
    assert len(house.sent) == 1
    assert len(await house.journal("other:1")) == 1


async def test_while_a_person_answers_the_bot_is_silent_and_the_message_is_journaled(
    house: House, runtime: Runtime
) -> None:
    await runtime.receive([house.says("hi")])
    await runtime.idle()
    await house.store.org(ORG).commit([Update("conversations", "asha/chat", {"set": {"handler": "agent"}})])
    await runtime.receive([house.says("are you there?"), house.says("hello?")])
    await runtime.idle()
    assert len(house.sent) == 1
    entries = await house.journal("conversation:asha/chat")
    assert [entry["outcome"] for entry in entries] == ["handed", "handed"]
    assert "hello" not in str(entries)


def test_a_choice_id_comes_back_as_it_went_even_with_dots_in_it() -> None:
    tap = read_tap(wire_id("talk:1", 12, "slot.9.30"))
    assert tap is not None
    assert (tap.visit, tap.choice) == (12, "slot.9.30")
    assert read_tap("BOOK_NOW") is None
    assert read_tap("") is None
