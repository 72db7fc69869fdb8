"""What waits for a person: listed for each as far as they may see it, ended by who may, once."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from storage.store import Insert, Update
from tests.console.conftest import CLINIC, House
from tests.console.test_conversations import _talk

HERE, API = "/o/clinic/tasks", "/api/v1/orgs/clinic/tasks"


async def _tasks(house: House) -> str:
    """A customer who waits for a person, and a refund; the conversation."""
    talk, store = await _talk(house), house.store.org(CLINIC)
    contact, conversation = talk.removesuffix("-whatsapp"), talk.replace("-whatsapp", "/whatsapp")
    now = datetime.now(UTC)
    shared = {"state": "open", "contact": contact, "at": now}
    await store.commit(
        [
            Insert("tasks", {"_id": "handoff:1", "kind": "handoff", "conversation": conversation, **shared}),
            Insert("tasks", {"_id": "refund:1", "kind": "refund", "amount": 50000, "currency": "KES", **shared}),
            Update("conversations", conversation, {"set": {"handler": "agent"}}),
        ]
    )
    return talk


@pytest.mark.parametrize(
    ("role", "names", "money"),
    [("owner", True, True), ("agent", True, False), ("finance", False, True), ("viewer", False, False)],
)
async def test_each_sees_of_a_task_what_they_may(house: House, role: str, names: bool, money: bool) -> None:
    await _tasks(house)
    browser = await house.browser(role)  # type: ignore[arg-type]
    for path in (HERE, API):
        answer = await browser.get(path)
        assert answer.status == 200
        assert ("Wanjiku Kamau" in answer.text) is names
        assert ("500.00" in answer.text) is money


@pytest.mark.parametrize(
    ("role", "task", "status"),
    [
        ("agent", "handoff:1", 303), ("agent", "refund:1", 403), ("finance", "refund:1", 303),
        ("finance", "handoff:1", 403), ("viewer", "handoff:1", 403), ("marketer", "refund:1", 403),
    ],
)  # fmt: skip
async def test_a_task_is_ended_by_who_may(house: House, role: str, task: str, status: int) -> None:
    await _tasks(house)
    browser = await house.browser(role)  # type: ignore[arg-type]
    assert (await browser.post(f"{HERE}/done", id=task, note="Seen to")).status == status
    row = await house.store.org(CLINIC).get("tasks", task) or {}
    assert row["state"] == ("done" if status == 303 else "open")
    assert (row.get("note"), row.get("done_by")) == (("Seen to", browser.user) if status == 303 else (None, None))


async def test_money_asks_for_the_second_factor(house: House) -> None:
    await _tasks(house)
    browser = await house.browser("owner", strong=False)
    assert (await browser.post(f"{HERE}/done", id="refund:1")).status == 403
    assert ((await house.store.org(CLINIC).get("tasks", "refund:1")) or {})["state"] == "open"


async def test_ending_a_task_about_a_conversation_hands_that_back(house: House) -> None:
    talk, agent = await _tasks(house), await house.browser("agent")
    for _ in range(2):  # a second time is nothing
        assert (await agent.post(f"{HERE}/done", id="handoff:1")).status == 303
    row = await house.store.org(CLINIC).get("conversations", talk.replace("-whatsapp", "/whatsapp")) or {}
    assert row["handler"] == "bot"
    assert [posted["name"] for posted in house.voice.handed] == ["handoff.closed"]
    told = await house.store.org(CLINIC).find("audit", {"actor": agent.user})
    assert [entry["what"] for entry in told] == ["tasks.done"]
    assert [task["id"] for task in json.loads((await agent.get(API)).text)["tasks"]] == ["refund:1"]
