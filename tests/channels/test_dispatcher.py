"""Whether and how a message may go out: the dispatcher on a real store, against a Graph API on the loopback."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest

from channels import ledger
from engine.model import Decision
from runtime.decisions import opened
from runtime.verbs import Hopeless, RetryLater
from tests.channels.dispatching import NOW, NUMBER, Ruling, World


async def test_a_message_is_sent_recorded_and_counted(world: World) -> None:
    acted = await world.send("Karibu!")
    assert acted.event is None
    (body,) = world.graph.bodies
    assert body["to"] == "254712345678"
    assert body["text"]["body"] == "Karibu!"
    (message,) = await world.messages()
    assert body["biz_opaque_callback_data"] == message["_id"]
    assert (message["status"], message["provider_id"]) == ("accepted", ledger.provider_key("wamid.1"))
    assert message["cost"]["category"] == "service"
    assert message["cost"]["country"] == "KE"
    assert message["cost"]["micros"] is None
    assert world.vault.unseal("c1", message["sealed"], aad=message["_id"].encode()) == b'{"text":"Karibu!"}'


async def test_an_action_that_is_done_again_sends_nothing_again(world: World) -> None:
    await world.send()
    await world.send()
    assert len(world.graph.bodies) == 1


async def test_a_person_without_a_phone_is_reached_by_the_user_id(world: World) -> None:
    await world.update("contacts", "c1", phone="", user_id="KE.134912")
    await world.send()
    assert world.graph.bodies[0]["recipient"] == "KE.134912"
    assert "to" not in world.graph.bodies[0]


async def test_the_bot_is_silent_while_an_agent_answers(world: World) -> None:
    await world.update("conversations", "c1/whatsapp", handler="agent")
    await world.send()
    assert world.graph.bodies == []
    (message,) = await world.messages()
    assert (message["status"], message["reason"]) == ("withheld", "agent_answers")
    await world.send("It is me, Achieng", key="other/1/message", sender="agent")
    assert len(world.graph.bodies) == 1


@pytest.mark.parametrize(
    ("key", "category", "sent"),
    [
        ("reminder:1/1/message", "utility", True),  # what a lifecycle begins about a booking
        ("reminder:1/2/message", "utility", False),  # "are you still there?"
        ("reminder:1/11/message", "utility", False),
        ("winback:1/1/message", "marketing", False),
        ("booking:1/1/message", "service", False),  # the answer to what they wrote
    ],
)
async def test_while_a_person_answers_a_reminder_comes_and_no_answer_or_promotion(
    world: World, key: str, category: str, sent: bool
) -> None:
    await world.update("conversations", "c1/whatsapp", handler="agent", handoff_step="conversation:1#3")
    await world.send("Tomorrow at ten", key=key, category=category)
    assert len(world.graph.bodies) == sent
    (message,) = await world.messages()
    assert message["status"] == ("accepted" if sent else "withheld")


async def test_the_step_that_hands_over_may_still_say_so(world: World) -> None:
    await world.update("conversations", "c1/whatsapp", handler="agent", handoff_step="conversation:1#3")
    await world.send("I am calling a colleague")
    await world.send("And by the way", key="conversation:1/4/message")
    assert [body["text"]["body"] for body in world.graph.bodies] == ["I am calling a colleague"]


async def test_who_opted_out_gets_answers_but_nothing_else(world: World) -> None:
    await world.update("contacts", "c1", opted_out=True)
    await world.send("Come back!", category="marketing")
    await world.send("Tomorrow at 10", key="m/2/message", category="utility")
    assert world.graph.bodies == []
    await world.send("You will not hear from us again.", key="m/3/message")
    assert len(world.graph.bodies) == 1


async def test_outside_of_the_window_the_template_stands_in(world: World) -> None:
    world.now = NOW + timedelta(hours=24)
    acted = await world.send(category="utility", flow="reminder", keys=["tomorrow"])
    assert acted.event.data == {"reason": "window_closed", "code": 0}
    templates = {"reminder.tomorrow": {"name": "appointment", "languages": {"en": "en_US"}, "parameters": ["text"]}}
    await world.update("orgs", "salon", templates=templates)
    await world.send("Tomorrow\n\nat 10", key="m/2/message", category="utility", flow="reminder", keys=["tomorrow"])
    (body,) = world.graph.bodies
    assert body["template"]["name"] == "appointment"
    assert body["template"]["language"] == {"code": "en_US"}
    assert body["template"]["components"][0]["parameters"] == [{"type": "text", "text": "Tomorrow at 10"}]


async def test_the_window_is_judged_at_the_moment_of_sending(world: World) -> None:
    world.now = NOW + timedelta(hours=23, minutes=59)
    await world.send()
    world.now = NOW + timedelta(hours=24)
    await world.send(key="m/2/message")
    assert len(world.graph.bodies) == 1


async def test_quiet_hours_put_off_what_the_business_begins_until_morning(world: World) -> None:
    world.ruling = Ruling({"decision": "wait", "until": 8}, ("It is night",))
    world.now = NOW + timedelta(hours=10)  # ten in the evening
    with pytest.raises(RetryLater) as later:
        await world.send(category="utility")
    assert later.value.after == timedelta(hours=11) - timedelta(hours=1)
    await world.send(key="m/2/message", category="service")
    assert len(world.graph.bodies) == 1
    assert world.facts[0]["local_hour"] == 22


async def test_a_business_may_be_quiet_for_longer_than_its_table_asks(world: World) -> None:
    await world.update("orgs", "salon", **{"settings.messaging": {"quiet_from": 17, "quiet_until": 9}})
    world.now = NOW + timedelta(hours=5)  # five in the afternoon
    with pytest.raises(RetryLater) as later:
        await world.send(category="utility")
    assert later.value.after == timedelta(hours=16)
    await world.send(key="m/2/message", category="service")
    world.now = NOW + timedelta(hours=4)
    await world.send(key="m/3/message", category="utility")
    assert len(world.graph.bodies) == 2


async def test_the_table_counts_what_the_business_began_today(world: World) -> None:
    world.now = NOW + timedelta(hours=1)
    for number in range(3):
        await world.send(key=f"m/{number}/message", category="marketing")
    await world.send(key="m/9/message", category="service")
    assert [(f["sent_today"], f["marketing_this_week"]) for f in world.facts] == [(0, 0), (1, 1), (2, 2), (0, 0)]
    world.ruling = Ruling({"decision": "refuse"}, ("enough",))
    acted = await world.send(key="m/10/message", category="marketing")
    assert acted.event.data["reason"] == "enough"


async def test_a_window_that_closed_unseen_falls_back_to_the_template(world: World) -> None:
    await world.update("orgs", "salon", templates={"default": {"name": "note", "language": "en"}})
    world.graph.refuse(131047)
    await world.send("See you")
    assert [body["type"] for body in world.graph.bodies] == ["text", "template"]
    await world.send("See you")
    assert len(world.graph.bodies) == 2


async def test_blocked_forms_degrade_to_words(world: World) -> None:
    world.graph.refuse(132068)
    await world.send("Which?", choices=[{"id": "a", "label": "One"}, {"id": "b", "label": "Two"}])
    assert world.graph.bodies[1]["text"]["body"] == "Which?\n\n1. One\n2. Two"


async def test_what_is_no_message_is_refused_with_the_reason(world: World) -> None:
    with pytest.raises(Hopeless, match="needs text"):
        await world.send("  ")
    with pytest.raises(Hopeless, match="category"):
        await world.send(category="spam")


async def test_an_org_with_two_numbers_answers_from_the_one_that_was_written_to(world: World) -> None:
    numbers = [{"channel": "whatsapp", "address": NUMBER}, {"channel": "whatsapp", "address": "222"}]
    await world.update("orgs", "salon", channels=numbers)
    await world.update("conversations", "c1/whatsapp", number="222")
    await world.send()
    assert world.graph.asked == ["222"]


async def test_what_the_guardrails_decided_is_kept_with_its_facts(world: World) -> None:
    """Once a message and answer, also where it waits, so that other guardrails can be tried on it."""
    ruled = Decision(
        table="messaging_guardrails", definition="h1", hit=("quiet_hours",), result={"decision": "wait", "until": 8},
        because=("It is night",), facts={"local_hour": 23},
    )  # fmt: skip
    await world.update("conversations", "c1/whatsapp", last_in=NOW - timedelta(hours=5))
    world.ruling = ruled
    for _ in range(2):
        with pytest.raises(RetryLater):
            await world.send(category="utility")
    sends = msgspec.structs.replace(ruled, hit=("otherwise",), result={"decision": "send"})
    world.ruling = sends
    await world.send(category="utility")
    rows = await world.store.org("salon").find("decisions", {}, limit=10)
    assert sorted((opened(row, world.vault) for row in rows), key=lambda each: each.hit) == [sends, ruled]
    assert {row["place"] for row in rows} == {"conversation:1#3"}
    assert "local_hour" not in str(rows)
