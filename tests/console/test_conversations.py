"""What a person of the business does in a conversation: kept once, journaled, and refused where it cannot be."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta

import pytest

from crm import contacts, names
from crm.desk import Desk
from crm.identity import Identity
from people import sessions
from runtime.agent import chain_of
from runtime.verify import verify
from storage.store import Delete, Insert, Update
from tests.console.conftest import CLINIC, OTHER, Browser, House

HERE = "/o/clinic/conversations"
API = "/api/v1/orgs/clinic/conversations"


async def _talk(house: House, *, name: str = "Wanjiku Kamau", phone: str = "+254700000001", ago: float = 1) -> str:
    """Somebody who wrote so many hours ago, and whom the bot answers; the id as it stands in addresses."""
    now, store, vault = datetime.now(UTC), house.store.org(CLINIC), await house.vault.org(CLINIC)
    met = await contacts.meet(store, vault, Identity(phone=phone, name=name), now)
    last = now - timedelta(hours=ago)
    row = {
        "_id": f"{met.id}/whatsapp", "contact": met.id, "channel": "whatsapp", "handler": "bot",
        "floor": [f"booking:{met.id}"], "last_in": last, "window_until": last + timedelta(hours=24), "language": "en",
    }  # fmt: skip
    machine = {
        "_id": f"booking:{met.id}", "contact": met.id, "channel": "whatsapp", "status": "live", "state": "naming",
        "definition": "", "seq": 0, "hash": "", "at": now,
    }  # fmt: skip
    await store.commit([*met.ops, Insert("conversations", row), Insert("machines", machine)])
    return f"{met.id}-whatsapp"


async def _row(house: House, talk: str) -> dict[str, object]:
    row = await house.store.org(CLINIC).get("conversations", talk.replace("-whatsapp", "/whatsapp"))
    assert row is not None
    return row


async def _answer(browser: Browser, talk: str, text: str, key: str, **form: str) -> int:
    return (await browser.post(f"{HERE}/{talk}/answer", text=text, key=key, **form)).status


async def test_an_answer_is_said_once_however_often_its_form_is_sent(house: House) -> None:
    talk, agent = await _talk(house), await house.browser("agent")
    assert [await _answer(agent, talk, "We open at eight.", "a" * 24) for _ in range(3)] == [303] * 3
    assert await _answer(agent, talk, "Till six.", "b" * 24) == 303
    assert [said["text"] for said in house.voice.said] == ["We open at eight.", "Till six."]
    assert {said["sender"] for said in house.voice.said} == {"agent"}
    assert (await _row(house, talk))["handler"] == "agent"  # from here on the bot is silent


async def test_two_who_answer_at_the_same_moment_are_both_heard(house: House) -> None:
    talk, agent, owner = await _talk(house), await house.browser("agent"), await house.browser("owner")
    done = await asyncio.gather(
        _answer(agent, talk, "From the agent", "a" * 24), _answer(owner, talk, "From the owner", "b" * 24)
    )
    assert list(done) == [303, 303]
    assert sorted(said["text"] for said in house.voice.said) == ["From the agent", "From the owner"]


async def _without_a_machine(house: House, *, ago: float = 1, **contact: object) -> str:
    """Somebody who wrote when nothing was published that could have answered."""
    talk = await _talk(house, ago=ago)
    id = talk.removesuffix("-whatsapp")
    emptied = Update("conversations", f"{id}/whatsapp", {"set": {"floor": []}})
    await house.store.org(CLINIC).commit([Delete("machines", f"booking:{id}"), emptied])
    if contact:
        await house.store.org(CLINIC).commit([Update("contacts", id, {"set": contact})])
    return talk


async def test_a_person_answers_where_no_flow_ever_began(house: House) -> None:
    talk, agent = await _without_a_machine(house), await house.browser("agent")
    assert [await _answer(agent, talk, "Karibu!", "a" * 24) for _ in range(2)] == [303, 303]
    chain = chain_of(talk.replace("-whatsapp", "/whatsapp"))
    assert [said["text"] for said in house.voice.said] == ["Karibu!"]
    assert (await house.store.org(CLINIC).find("outbox", {}))[0]["machine"] == chain
    entries = await house.store.org(CLINIC).find("journal", {"machine": chain})
    assert [(entry["event"], entry["cause"]) for entry in entries] == [("desk.answered", f"person:{agent.user}")]
    told = await house.store.org(CLINIC).find("audit", {"actor": agent.user})
    assert [entry["what"] for entry in told] == ["conversations.answered"]
    assert (await agent.post(f"{HERE}/{talk}/hand-back")).status == 303
    assert (await agent.post(f"{HERE}/{talk}/take")).status == 303
    assert ((await _row(house, talk))["handler"], (await _row(house, talk))["agent"]) == ("agent", agent.user)
    assert (await verify(house.store, CLINIC, chain)).flaws == ()


_NO = {"opted_out": True, "opted_out_at": datetime.now(UTC) - timedelta(minutes=30)}


@pytest.mark.parametrize(
    ("ago", "contact", "status"),
    [
        (1, _NO, 422),  # nothing was written since they said no
        (0.25, _NO, 303),  # they wrote again: an answer is none of what they refused
        (1, {"opted_out": True}, 303),  # merged, without the time: they wrote lately
        (25, {"opted_out": True}, 422),
        (25, _NO, 422),
        (1, _NO | {"opted_out": False}, 303),
    ],
    ids=["said no since", "wrote since", "no time, open", "no time, closed", "closed", "came back"],
)
async def test_who_asked_for_no_more_messages_gets_none_from_a_person_either(
    house: House, ago: float, contact: dict[str, object], status: int
) -> None:
    await house.store.commit([Update("orgs", CLINIC, {"set": {"templates": {"default": {"name": "our_note"}}}})])
    talk, agent = await _without_a_machine(house, ago=ago, **contact), await house.browser("agent")
    assert ("asked for no more messages" in (await agent.get(f"{HERE}/{talk}")).text) == (status == 422)
    page = await agent.post(f"{HERE}/{talk}/answer", text="We miss you", key="a" * 24, template="yes")
    assert page.status == status
    assert len(house.voice.said) == (status == 303)


async def test_what_a_person_does_is_in_the_journal_whose_chain_holds(house: House) -> None:
    talk, agent = await _talk(house), await house.browser("agent")
    for what in ("take", "take", "hand-back", "hand-back"):
        assert (await agent.post(f"{HERE}/{talk}/{what}")).status == 303
    chain = chain_of(talk.replace("-whatsapp", "/whatsapp"))
    entries = await house.store.org(CLINIC).find("journal", {"machine": chain}, sort=[("seq", 1)])
    assert [(entry["event"], entry["cause"]) for entry in entries] == [
        ("desk.taken", f"person:{agent.user}"), ("desk.returned", f"person:{agent.user}"),
    ]  # fmt: skip
    assert (await verify(house.store, CLINIC, chain)).entries == 2
    assert not [flaw for flaw in (await verify(house.store, CLINIC)).flaws if flaw.machine == chain]
    told = await house.store.org(CLINIC).find("audit", {"actor": agent.user})
    assert {entry["what"] for entry in told} == {"conversations.taken", "conversations.returned"}


async def test_handing_back_tells_what_waits_in_the_conversation(house: House) -> None:
    talk, agent = await _talk(house), await house.browser("agent")
    await agent.post(f"{HERE}/{talk}/take")
    await agent.post(f"{HERE}/{talk}/hand-back")
    contact = talk.removesuffix("-whatsapp")
    assert [(row["to"], row["name"]) for row in house.voice.handed] == [(f"booking:{contact}", "handoff.closed")]


async def test_outside_of_the_window_a_text_is_refused_and_a_template_offered(house: House) -> None:
    talk, agent = await _talk(house, ago=25), await house.browser("agent")
    page = await agent.post(f"{HERE}/{talk}/answer", text="Are you still there?", key="a" * 24)
    assert page.status == 422
    assert "more than 24 hours ago" in page.text
    template = {"templates": {"default": {"name": "our_note", "category": "utility"}}}
    await house.store.commit([Update("orgs", CLINIC, {"set": template})])
    page = await agent.post(f"{HERE}/{talk}/answer", text="Are you still there?", key="a" * 24)
    assert "our_note" in page.text
    assert "Are you still there?" in page.text  # what was written is not lost
    assert house.voice.said == []
    assert await _answer(agent, talk, "Are you still there?", "a" * 24, template="yes") == 303
    assert len(house.voice.said) == 1


@pytest.mark.parametrize(("text", "code"), [("  ", "no-text"), ("x" * 4001, "text-too-long")], ids=["none", "long"])
async def test_what_is_no_message_is_refused_with_a_reason(house: House, text: str, code: str) -> None:
    talk, agent = await _talk(house), await house.browser("agent")
    headers = {"X-CSRF-Token": agent.csrf}
    body = {"text": text, "key": "a" * 24}
    url = house.url(f"{API}/{talk}/answer")
    async with agent.session.post(url, json=body, headers=headers) as answer:
        assert answer.status == 422
        assert (await answer.json())["error"]["code"] == code
    assert house.voice.said == []


async def test_the_list_is_filtered_searched_and_paged(house: House) -> None:
    for number in range(35):
        await _talk(house, name=f"Customer {number:02d}", phone=f"+2547000001{number:02d}", ago=number)
    agent = await house.browser("agent")

    async def names(query: str) -> list[str]:
        found = json.loads((await agent.get(f"{API}?{query}")).text)
        assert all(talk["flow"] == "" and talk["state"] == "naming" for talk in found["talks"])
        return [talk["name"] for talk in found["talks"]]

    first = json.loads((await agent.get(API)).text)
    assert [talk["name"] for talk in first["talks"]] == [f"Customer {number:02d}" for number in range(30)]
    after = first["after"].replace("+", "%2B")
    assert await names(f"after={after}") == [f"Customer {number:02d}" for number in range(30, 35)]
    assert await names("which=open") == [f"Customer {number:02d}" for number in range(24)]
    assert await names("which=needs") == []
    assert await names("q=0700000107") == ["Customer 07"]
    assert await names("q=mer+12") == ["Customer 12"]
    assert await names("q=nobody+at+all") == []
    assert "Customer 29" in (await agent.get(HERE)).text


async def test_a_conversation_is_another_business_s_own(house: House) -> None:
    talk, stranger = await _talk(house), await house.browser("owner", org=OTHER)
    assert (await stranger.get(f"/api/v1/orgs/{OTHER}/conversations/{talk}")).status == 404
    assert (await stranger.post(f"/o/{OTHER}/conversations/{talk}/take")).status == 404
    assert (await _row(house, talk))["handler"] == "bot"


async def test_somebody_forgotten_leaves_a_conversation_that_still_opens(house: House) -> None:
    talk, agent = await _talk(house), await house.browser("agent")
    await agent.post(f"{HERE}/{talk}/take")
    await (await house.vault.org(CLINIC)).forget(talk.removesuffix("-whatsapp"))
    page = await agent.get(f"{HERE}/{talk}")
    assert page.status == 200
    assert "Wanjiku" not in page.text
    assert "Their data was erased." in page.text


async def test_a_stream_tells_of_what_changes_and_ends_when_one_signs_out(house: House) -> None:
    talk, agent = await _talk(house), await house.browser("agent")
    headers = {"Accept": "text/event-stream"}
    async with agent.session.get(house.url(f"{API}/{talk}/live"), headers=headers) as stream:
        assert stream.headers["Content-Type"].startswith("text/event-stream")
        first = await _mark(stream)
        desk = Desk(house.store, house.vault, house.voice, lambda: datetime.now(UTC))
        await desk.take(CLINIC, talk.replace("-whatsapp", "/whatsapp"), agent.user)
        second = await _mark(stream)
        assert first != second
        await sessions.end_all(house.store, agent.user)
        rest = await asyncio.wait_for(stream.content.read(), 15)
        assert b"event: over" in rest
    assert (await agent.get(f"{API}/{talk}/live")).status == 401


async def test_a_stream_goes_on_where_it_broke_off(house: House) -> None:
    talk, agent = await _talk(house), await house.browser("agent")
    mark = json.loads((await agent.get(f"{API}/{talk}/live")).text)["mark"]
    headers = {"Accept": "text/event-stream", "Last-Event-ID": mark}
    async with agent.session.get(house.url(f"{API}/{talk}/live"), headers=headers) as stream:
        lines = [await asyncio.wait_for(stream.content.readline(), 5) for _ in range(3)]
        assert not any(line.startswith(b"id:") for line in lines)


async def _mark(stream: object) -> str:
    while True:
        line = await asyncio.wait_for(stream.content.readline(), 10)  # type: ignore[attr-defined]
        if line.startswith(b"id: "):
            return line.decode()


async def test_a_name_is_found_however_many_came_after(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("insights.seeking._LATEST", 1)
    first = await _talk(house, name="Wanjikũ Kamau", phone="+254700000011", ago=9)
    await _talk(house, name="Wanja Otieno", phone="+254700000012", ago=8)
    await _talk(house, name="Baraka Juma", phone="+254700000013")
    agent = await house.browser("agent")

    async def ids(sought: str) -> list[str]:
        found = json.loads((await agent.get(f"{API}?q={sought}")).text)["talks"]
        return [talk["id"] for talk in found]

    assert await ids("wanjiku") == [first]
    assert await ids("Kamau%20WANJ") == [first]
    assert len(await ids("wanj")) == 2
    assert await ids("kamau%20otieno") == []
    assert await ids("zuri") == []
    store, vault = house.store.org(CLINIC), await house.vault.org(CLINIC)
    contact = await store.get("contacts", first.removesuffix("-whatsapp")) or {}
    await store.commit(await contacts.changed(vault, contact, {"name": "Achieng Kamau"}))
    assert (await ids("wanjiku"), await ids("achieng")) == ([], [first])
    kept = await store.find("names", {"contact": contact["_id"]})
    assert len(kept) == 4
    assert not any("kamau" in str(row).casefold() for row in kept)
    await store.commit([Delete("names", row["_id"]) for row in kept])
    assert await ids("achieng") == []
    assert await names.rebuild(store, vault) == 3
    assert await ids("achieng") == [first]
