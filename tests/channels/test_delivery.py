"""What becomes of a message that was sent: answers that are lost, statuses in any order, refusals, limits."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import httpx
import pytest

from channels import ledger
from channels.pace import Pace
from channels.whatsapp.accounts import Accounts
from channels.whatsapp.client import GraphClient
from runtime.verbs import Hopeless, RetryLater
from storage.errors import Conflict
from tests.channels.dispatching import World


async def test_an_unreachable_provider_is_tried_again_and_nothing_is_doubled(world: World) -> None:
    broken = Accounts(GraphClient(httpx.AsyncClient(), base_url="http://127.0.0.1:9"), world.accounts._token)
    working, world.accounts = world.accounts, broken
    world.dispatcher = world.new_dispatcher()
    with pytest.raises(RetryLater):
        await world.send()
    world.accounts = working
    world.dispatcher = world.new_dispatcher()
    await world.send()
    assert len(world.graph.bodies) == 1
    (message,) = await world.messages()
    assert (message["status"], message["tries"]) == ("accepted", 2)


async def test_after_a_lost_answer_a_status_proves_that_it_was_sent(world: World) -> None:
    world.graph.hang_up()
    with pytest.raises(RetryLater):
        await world.send()
    (message,) = await world.messages()
    assert message["status"] == "sending"
    await world.status("sent", "wamid.lost", ref=message["_id"])
    world.now += timedelta(minutes=1)
    await world.send()
    assert len(world.graph.bodies) == 1
    (message,) = await world.messages()
    assert (message["status"], message["provider_id"]) == ("sent", ledger.provider_key("wamid.lost"))


async def test_after_a_lost_answer_it_is_sent_once_more_and_no_more_than_that(world: World) -> None:
    world.graph.hang_up()
    world.graph.hang_up()
    with pytest.raises(RetryLater):
        await world.send()
    with pytest.raises(RetryLater, match="waiting"):
        await world.send()
    assert len(world.graph.bodies) == 1
    world.now += timedelta(seconds=21)
    with pytest.raises(RetryLater):
        await world.send()
    world.now += timedelta(seconds=21)
    with pytest.raises(Hopeless) as given_up:
        await world.send()
    assert len(world.graph.bodies) == 2
    assert given_up.value.event is not None
    assert given_up.value.event.data["reason"] == "unknown"


async def test_a_crash_after_sending_is_survived_by_the_record(world: World) -> None:
    """The process dies between the request and its answer: another one finds the attempt."""
    original = world.accounts._client.post_message

    async def dies(*args: Any) -> Any:
        await original(*args)
        raise asyncio.CancelledError

    world.accounts._client.post_message = dies
    with pytest.raises(asyncio.CancelledError):
        await world.send()
    world.accounts._client.post_message = original
    world.dispatcher = world.new_dispatcher()
    with pytest.raises(RetryLater, match="waiting"):
        await world.send()
    (message,) = await world.messages()
    await world.status("delivered", "wamid.1", ref=message["_id"])
    await world.send()
    assert len(world.graph.bodies) == 1


async def test_a_status_that_overtakes_the_note_of_the_answer_wins_and_nothing_is_sent_again(world: World) -> None:
    """It found its message by our reference while the answer was on its way into the store."""
    given = {"text": "Hello", "language": "en", "category": "service"}
    acted = await world.dispatcher.send(world.context(), given)
    (message,) = await world.messages()
    assert message["status"] == "sending"
    await world.status("delivered", "wamid.1", ref=message["_id"])
    with pytest.raises(Conflict):
        await world.store.org("salon").commit(acted.ops)
    await world.send()  # the outbox does the action again
    (message,) = await world.messages()
    assert message["status"] == "delivered"
    assert len(world.graph.bodies) == 1


async def test_a_status_that_overtakes_the_answer_is_not_lost(world: World) -> None:
    await world.status("delivered", "wamid.1")  # without our reference
    await world.send()
    (message,) = await world.messages()
    assert message["status"] == "delivered"


async def test_statuses_in_any_order_and_number_end_the_same(world: World) -> None:
    await world.send()
    pricing = {"billable": True, "pricing_model": "PMP", "type": "regular", "category": "utility"}
    for name in ("read", "sent", "delivered", "read", "sent"):
        await world.status(name, "wamid.1", pricing=pricing)
    (message,) = await world.messages()
    assert message["status"] == "read"
    assert set(message["seen"]) == {"accepted", "sent", "delivered", "read"}
    assert message["cost"]["charged"] is True
    assert message["cost"]["category"] == "utility"


async def test_a_failed_message_stays_failed_and_its_machine_hears_of_it_each_time(world: World) -> None:
    await world.send()
    errors = [{"code": 131026, "title": "Message undeliverable"}]
    first = await world.status("failed", "wamid.1", errors=errors)
    again = await world.status("failed", "wamid.1", errors=errors)
    await world.status("sent", "wamid.1")
    assert [inbound.event.data for inbound in first] == [{"reason": "not_this_person", "code": 131026}]
    assert first[0].to == "conversation:1"
    assert [inbound.id for inbound in again] == [inbound.id for inbound in first]
    (message,) = await world.messages()
    assert message["status"] == "failed"


async def test_nobody_is_told_of_a_failure_where_a_person_spoke_and_no_machine_ever_ran(world: World) -> None:
    await world.send(sender="agent")
    await world.update("messages", (await world.messages())[0]["_id"], machine="conversation:c1/whatsapp")
    assert await world.status("failed", "wamid.1", errors=[{"code": 131026, "title": "Undeliverable"}]) == []
    (message,) = await world.messages()
    assert (message["status"], message["reason"]) == ("failed", "Undeliverable")


@pytest.mark.parametrize(
    ("code", "reason"), [(131026, "not_this_person"), (131049, "not_today"), (100, "wrong"), (132001, "template_wrong")]
)
async def test_refusals_that_will_not_change_are_not_repeated(world: World, code: int, reason: str) -> None:
    world.graph.refuse(code)
    with pytest.raises(Hopeless) as hopeless:
        await world.send()
    assert hopeless.value.event is not None
    assert hopeless.value.event.data == {"reason": reason, "code": code}
    with pytest.raises(Hopeless):
        await world.send()
    assert len(world.graph.bodies) == 1


async def test_an_expired_token_parks_the_number_without_asking_again(world: World) -> None:
    world.graph.refuse(190, 401)
    with pytest.raises(RetryLater) as later:
        await world.send()
    assert later.value.after == timedelta(minutes=30)
    assert world.tally.alerts[0][0] == "channels.disconnected"
    world.now += timedelta(minutes=1)
    with pytest.raises(RetryLater, match="on hold"):
        await world.send(key="m/2/message")
    assert len(world.graph.bodies) == 1
    world.now += timedelta(minutes=30)
    await world.send()
    assert len(world.graph.bodies) == 2


async def test_a_restricted_number_answers_but_begins_nothing(world: World) -> None:
    world.graph.refuse(131048)
    with pytest.raises(RetryLater):
        await world.send(category="marketing")
    await world.send(key="m/2/message", category="service")
    with pytest.raises(RetryLater):
        await world.send(key="m/3/message", category="marketing")
    assert len(world.graph.bodies) == 2


async def test_too_many_to_one_person_waits_ever_longer(world: World) -> None:
    waits = []
    for _ in range(3):
        world.graph.refuse(131056)
        with pytest.raises(RetryLater) as later:
            await world.send()
        waits.append(later.value.after)
        world.now += later.value.after or timedelta()
        world.now += timedelta(seconds=1)
        world.dispatcher = world.new_dispatcher()
    assert waits == [timedelta(seconds=4), timedelta(seconds=16), timedelta(seconds=64)]


async def test_a_burst_to_one_person_is_paid_back(world: World) -> None:
    world.dispatcher = world.new_dispatcher(pace=Pace(pair_burst=3))
    for number in range(3):
        await world.send(key=f"m/{number}/message")
    waits = []
    for number in (3, 4):
        with pytest.raises(RetryLater) as later:
            await world.send(key=f"m/{number}/message")
        waits.append(later.value.after)
    assert waits == [timedelta(seconds=6), timedelta(seconds=12)]
    world.now += timedelta(seconds=6)
    await world.send(key="m/3/message")
    assert len(world.graph.bodies) == 4


async def test_a_promotion_that_whatsapp_stopped_marks_the_contact(world: World) -> None:
    world.graph.refuse(131050)
    with pytest.raises(Hopeless):
        await world.send(category="marketing")
    await world.send(key="m/2/message", category="marketing")
    assert len(world.graph.bodies) == 1


async def test_a_template_that_was_refused_as_paused_is_not_tried_again_and_somebody_is_told(world: World) -> None:
    world.graph.refuse(132015)
    template = {"name": "promo", "language": "en"}
    with pytest.raises(Hopeless):
        await world.send("", template=template, category="marketing")
    acted = await world.send("", key="m/2/message", template=template, category="marketing")
    assert acted.event.data["reason"] == "template_unusable"
    assert len(world.graph.bodies) == 1
    (task,) = await world.store.org("salon").find("tasks", {})
    assert (task["kind"], task["state"], task["note"]) == ("channel.template", "open", "template promo (en) is PAUSED")
