"""What waits for a person: listed for each as far as they may see it, ended by who may, once."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from runtime.inbox import open_row
from storage.store import Delete, Document, Insert, Update
from tests.console.conftest import CLINIC, House
from tests.console.test_bookings import OFFER
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


# money that served nothing


async def _late(house: House, *, state: str = "confirmed", booking: str = "confirmed", **changes: object) -> None:
    """A booking K7Q2, and a late payment that waits for a decision."""
    at = datetime.now(UTC)
    start = (at + timedelta(days=7)).replace(hour=6, minute=0, second=0, microsecond=0)
    row = {
        "_id": "b1", "ref": "K7Q2", "contact": "c1", "offer": "cleaning", "offer_name": "Cleaning", "resource": "chair",
        "resource_name": "Chair", "unit": 0, "kind": "time", "start": start, "end": start + timedelta(hours=1),
        "price": 350000, "deposit": 100000, "currency": "KES", "paid": 0, "moved": 0, "sequence": 0, "state": booking,
        "held_until": at, "machine": "booking:b1", "policy": None,
    }  # fmt: skip
    money = {"amount": 50000, "currency": "KES", "contact": "c1", "at": at}
    payment = {"_id": "p1", "state": state, "receipt": "SKL4ABCDEF", "booking": "", "purpose": "deposit", **money}
    task = {"_id": "payment.unused:p1", "kind": "payment.unused", "state": "open", "payment": "p1", **money}
    await house.store.org(CLINIC).commit(
        [
            Insert("bookings", row), Insert("payments", {**payment, **changes}), Insert("tasks", task),
            Insert("machines", {"_id": "payment:p1", "contact": "c1", "status": "live"}),
        ]
    )  # fmt: skip


async def _posted(house: House) -> list[Document]:
    """What machines will hear, in order."""
    return sorted(await house.store.org(CLINIC).find("inbox", {}), key=lambda row: row["order"])


async def _settled(house: House, outcome: str, **form: str) -> tuple[int, dict[str, Any], dict[str, Any]]:
    finance = await house.browser("finance")
    given = {"id": "payment.unused:p1", "outcome": outcome, "reason": "Agreed on the phone", **form}
    answer = await finance.post(f"{HERE}/settle", **given)
    store = house.store.org(CLINIC)
    return answer.status, await store.get("payments", "p1") or {}, await store.get("tasks", "payment.unused:p1") or {}


async def test_late_money_is_counted_for_a_booking_once(house: House) -> None:
    await _late(house)
    for _ in range(2):
        status, payment, task = await _settled(house, "booking", ref=" k7q2 ")
        assert (status, payment["booking"], payment["resolved"]) == (303, "b1", "booking")
        assert (task["state"], task["note"]) == ("done", "Agreed on the phone")
    booking = await house.store.org(CLINIC).get("bookings", "b1") or {}
    assert booking["paid"] == 50000
    told = [(row["to"], row["name"]) for row in await _posted(house)]
    assert told == [("booking:b1", "booking.confirmed"), ("payment:p1", "payment.resolved")]
    assert len(await house.store.org(CLINIC).find("audit", {"what": "tasks.booking"})) == 1


@pytest.mark.parametrize("outcome", ["booking", "refunded", "kept"])
async def test_a_decision_about_money_that_no_machine_carried_takes_effect_and_leaves_no_dead_event(
    house: House, outcome: str
) -> None:
    await _late(house)
    await house.store.org(CLINIC).commit([Delete("machines", "payment:p1")])
    status, payment, task = await _settled(house, outcome, ref="K7Q2")
    assert (status, payment["resolved"], task["state"], task["outcome"]) == (303, outcome, "done", outcome)
    assert len(await house.store.org(CLINIC).find("audit", {"what": f"tasks.{outcome}"})) == 1
    assert [row["to"] for row in await _posted(house)] == (["booking:b1"] if outcome == "booking" else [])


async def test_a_decision_reaches_a_machine_that_is_about_to_start(house: House) -> None:
    await _late(house)
    start = {"_id": "s1", "to": "payment:p1", "kind": "start", "state": "new", "order": 0}
    await house.store.org(CLINIC).commit([Delete("machines", "payment:p1"), Insert("inbox", start)])
    assert (await _settled(house, "kept"))[0] == 303
    assert "payment.resolved" in [row.get("name") for row in await _posted(house)]


@pytest.mark.parametrize("outcome", ["refunded", "kept"])
async def test_late_money_is_noted_as_sent_back_or_kept_with_the_reason(house: House, outcome: str) -> None:
    await _late(house)
    status, payment, task = await _settled(house, outcome)
    assert (status, payment["resolved"], payment["booking"]) == (303, outcome, "")
    assert (task["state"], task["outcome"], task["note"]) == ("done", outcome, "Agreed on the phone")
    (row,) = await _posted(house)
    event = open_row(row, await house.vault.org(CLINIC)).event
    assert event is not None
    assert (row["to"], event.data["outcome"], event.data["reason"]) == ("payment:p1", outcome, "Agreed on the phone")


@pytest.mark.parametrize(
    ("changes", "form", "status"),
    [
        ({}, {"outcome": "booking", "ref": "NONE"}, 422),
        ({}, {"outcome": "booking", "ref": ""}, 422),
        ({}, {"outcome": "refunded", "reason": " "}, 422),
        ({}, {"outcome": "eaten"}, 404),
        ({"state": "confirmed_without_receipt", "receipt": ""}, {"outcome": "booking", "ref": "K7Q2"}, 409),
        ({"booking": "cancelled"}, {"outcome": "booking", "ref": "K7Q2"}, 409),
        ({"booking": "released"}, {"outcome": "booking", "ref": "K7Q2"}, 409),  # there is no offer to take it by
    ],
)
async def test_what_cannot_be_settled_says_why_and_changes_nothing(
    house: House, changes: dict[str, Any], form: dict[str, str], status: int
) -> None:
    await _late(house, **changes)
    answered, payment, task = await _settled(house, **form)
    assert (answered, task["state"], "resolved" in payment) == (status, "open", False)
    assert await _posted(house) == []


async def test_a_hold_that_ran_out_is_taken_again_with_the_late_money(house: House) -> None:
    await _late(house, booking="released")
    week = {day: [["08:00", "17:00"]] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}
    await house.store.org(CLINIC).commit(
        [Insert("resources", {"_id": "chair", "name": "Chair", "hours": week}), Insert("offers", OFFER)]
    )
    status, _, _ = await _settled(house, "booking", ref="K7Q2")
    booking = await house.store.org(CLINIC).get("bookings", "b1") or {}
    assert (status, booking["state"], booking["paid"]) == (303, "confirmed", 50000)
    assert (await _posted(house))[0]["name"] == "lifecycle:booking"


# a receipt that somebody looks for


async def _receiptless(house: House, status: str = "live") -> None:
    at = datetime.now(UTC)
    money = {"amount": 50000, "currency": "KES", "contact": "c1", "at": at}
    paid = {"state": "confirmed", "receipt": "SKLOTHER12", "booking": "", "purpose": "deposit", **money}
    looked_for = {"_id": "p1", **paid, "state": "confirmed_without_receipt", "receipt": ""}
    task = {"_id": "payment.receipt:p1", "kind": "payment.receipt", "state": "open", "payment": "p1", **money}
    machine = {"_id": "payment:p1", "contact": "c1", "status": status}
    ops = [Insert("payments", looked_for), Insert("payments", {"_id": "p2", **paid}), Insert("tasks", task)]
    await house.store.org(CLINIC).commit([*ops, *([Insert("machines", machine)] if status else [])])


async def test_a_receipt_found_on_the_statement_is_told_to_the_payment_once(house: House) -> None:
    await _receiptless(house)
    finance = await house.browser("finance")
    assert 'name="receipt"' in (await finance.get(HERE)).text
    for _ in range(2):
        answer = await finance.post(f"{HERE}/receipt", id="payment.receipt:p1", receipt=" skl1234567 ")
        assert answer.status == 303
    (row,) = await _posted(house)
    event = open_row(row, await house.vault.org(CLINIC)).event
    assert event is not None
    assert (row["to"], event.name, event.data["receipt"]) == ("payment:p1", "payment.receipt_found", "SKL1234567")
    assert [entry["on"] for entry in await house.store.org(CLINIC).find("audit", {"what": "tasks.receipt"})] == [
        "payment.receipt:p1"
    ]


@pytest.mark.parametrize(
    ("receipt", "machine", "status", "why"),
    [
        ("not one", "live", 422, "no M-Pesa receipt"),
        ("SKLOTHER12", "live", 409, "another payment"),
        ("SKL1234567", "done", 409, "Nothing waits"),
        ("SKL1234567", "", 409, "Nothing waits"),
    ],
)
async def test_a_receipt_that_cannot_be_matched_is_refused_in_words(
    house: House, receipt: str, machine: str, status: int, why: str
) -> None:
    await _receiptless(house, machine)
    finance = await house.browser("finance")
    answer = await finance.post(f"{HERE}/receipt", id="payment.receipt:p1", receipt=receipt)
    assert (answer.status, why in answer.text) == (status, True)
    assert await _posted(house) == []
