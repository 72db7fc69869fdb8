"""The dispatcher on a real store, against a Graph API that answers on the loopback."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from channels import ledger
from channels.channel import Address
from channels.connections import by_name
from channels.cost import load_rates
from channels.dispatcher import Dispatcher
from channels.pace import Pace
from channels.whatsapp.accounts import Accounts
from channels.whatsapp.client import GraphClient
from channels.whatsapp.inbound import parse
from channels.whatsapp.status import StatusBook
from engine.model import Decision, Snapshot
from runtime.decisions import opened
from runtime.metrics import Tally
from runtime.verbs import Context, Hopeless, RetryLater
from storage.errors import Conflict
from storage.sqlite import open_sqlite
from storage.store import Insert, Update
from storage.vault import Vault

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)  # noon in Nairobi
NUMBER = "106540352242922"


class Graph:
    """Answers as it is told, and remembers what it was asked."""

    def __init__(self) -> None:
        self.bodies: list[dict[str, Any]] = []
        self.asked: list[str] = []  # from which number
        self.answers: list[Callable[[], web.StreamResponse | None]] = []

    async def messages(self, request: web.Request) -> web.StreamResponse:
        self.bodies.append(await request.json())
        self.asked.append(request.match_info["number"])
        answer = self.answers.pop(0)() if self.answers else None
        if answer is not None:
            return answer
        wamid = f"wamid.{len(self.bodies)}"
        return web.json_response({"messaging_product": "whatsapp", "contacts": [], "messages": [{"id": wamid}]})

    def refuse(self, code: int, status: int = 400) -> None:
        error = {"error": {"message": "no", "type": "OAuthException", "code": code}}
        self.answers.append(lambda: web.json_response(error, status=status))

    def hang_up(self) -> None:
        self.answers.append(lambda: web.Response(status=502, text="<html>bad gateway</html>"))


class Ruling(msgspec.Struct):
    result: Any
    because: tuple[str, ...] = ()


class World:
    def __init__(self, **parts: Any) -> None:
        self.__dict__.update(parts)
        self.now = NOW
        self.facts: list[dict[str, Any]] = []
        self.ruling: Any = None

    def context(self, key: str = "conversation:1/3/message") -> Context:
        machine = Snapshot(
            machine="conversation:1", definition="h", name="booking", state="s",
            about={"org": "salon", "contact": "c1", "channel": "whatsapp", "language": "en"},
        )  # fmt: skip
        return Context(store=self.store.org("salon"), vault=self.vault, now=self.now, machine=machine, key=key)

    async def send(self, text: str = "Hello", key: str = "conversation:1/3/message", **args: Any) -> Any:
        """As the outbox does it: what was achieved is committed, then what is to be done afterwards is done."""
        given = {"text": text, "language": "en", "category": "service", **args}
        acted = await self.dispatcher.send(self.context(key), given)
        await self.store.org("salon").commit(acted.ops)
        if acted.afterwards is not None:
            await acted.afterwards()
        return acted

    async def messages(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = await self.store.org("salon").find("messages", {}, sort=[("at", 1)])
        return found

    async def update(self, collection: str, id: str, **fields: Any) -> None:
        await self.store.org("salon").commit([Update(collection, id, {"set": fields})])

    async def status(self, name: str, wamid: str, ref: str = "", **more: Any) -> list[Any]:
        item = {"id": wamid, "status": name, "timestamp": "1763700000", "biz_opaque_callback_data": ref, **more}
        value = {"metadata": {"phone_number_id": NUMBER}, "statuses": [item]}
        changes = [{"field": "messages", "value": value}]
        parsed = parse({"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": changes}]})
        return await self.book.apply("salon", parsed.statuses, self.now)

    def new_dispatcher(self, **more: Any) -> Dispatcher:
        async def reach(ctx: Context, contact: dict[str, Any]) -> Address:
            return Address(phone=contact["phone"], user_id=contact.get("user_id", ""))

        async def guardrails(org: str, facts: dict[str, Any]) -> Any:
            self.facts.append(facts)
            return self.ruling

        connect = by_name({"whatsapp": self.accounts})
        return Dispatcher(
            reach=reach, connect=connect, guardrails=guardrails, rates=load_rates(), watch=self.tally, **more
        )


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    graph, tally = Graph(), Tally()
    app = web.Application()
    app.router.add_post("/v26.0/{number}/messages", graph.messages)
    async with TestServer(app) as server, httpx.AsyncClient() as http:
        store = await open_sqlite(tmp_path / "store.db")
        vault = await Vault(store, [b"k" * 32]).org("salon")

        async def token(org: str) -> str:
            return "secret-token"

        accounts = Accounts(GraphClient(http, base_url=str(server.make_url("")).rstrip("/")), token)
        book = StatusBook(store, load_rates(), tally)
        made = World(store=store, vault=vault, graph=graph, tally=tally, accounts=accounts, book=book)
        made.dispatcher = made.new_dispatcher()
        channels = [{"channel": "whatsapp", "address": NUMBER}]
        await store.org("salon").commit(
            [
                Insert("orgs", {"_id": "salon", "zone": "Africa/Nairobi", "channels": channels}),
                Insert("contacts", {"_id": "c1", "phone": "+254712345678", "opted_out": False}),
                Insert(
                    "conversations",
                    {
                        "_id": "c1/whatsapp", "contact": "c1", "channel": "whatsapp", "handler": "bot",
                        "last_in": NOW, "window_until": NOW + timedelta(hours=24),
                    },
                ),
            ]
        )  # fmt: skip
        yield made
        await store.close()


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


async def test_what_is_no_message_is_refused_with_the_reason(world: World) -> None:
    with pytest.raises(Hopeless, match="needs text"):
        await world.send("  ")
    with pytest.raises(Hopeless, match="category"):
        await world.send(category="spam")


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
