"""Bookings by hand: made, moved, cancelled and marked as the flows do it, by whoever may, and written down."""

from __future__ import annotations

import asyncio
import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from bookings.desk import Desk, Made, Refused, Taken
from engine.values import Money
from payments.desk import Asked
from payments.desk import Desk as Cashier
from payments.desk import Refused as NotAsked
from runtime.inbox import open_row
from storage.store import Document, Insert, Update
from tests.console.conftest import CLINIC, Answer, Browser, House

NOW = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)  # Monday 08:00 in Nairobi
NINE = NOW + timedelta(days=1, hours=1)
WEEK = {day: [["08:00", "17:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}
OFFER: Document = {
    "_id": "cleaning", "name": {"en": "Cleaning", "sw": "Kusafisha"}, "price": 350000, "deposit": 100000,
    "duration_minutes": 60, "granularity_minutes": 30, "notice_minutes": 120, "resources": ["chair"], "active": True,
}  # fmt: skip


@pytest.fixture
async def clinic(house: House) -> House:
    """The clinic with a chair and a thing to do in it."""
    await house.store.org(CLINIC).commit(
        [Insert("resources", {"_id": "chair", "name": "Chair", "hours": WEEK}), Insert("offers", OFFER)]
    )
    return house


class Desked:
    """A desk with a clock of its own, and what it handed in."""

    def __init__(self, house: House) -> None:
        self.house, self.now = house, NOW
        self.handed: list[Document] = []
        self.desk = Desk(house.store, house.vault, lambda: self.now, self._hand_in)

    async def _hand_in(self, rows: Any) -> None:
        self.handed += list(rows)

    async def made(self, start: datetime = NINE, key: str = "k1", contact: str = "c1") -> Document:
        wanted = Made(key=key, contact=contact, offer="cleaning", start=start, resource="chair")
        return await self.desk.make(CLINIC, wanted)

    def events(self) -> list[str]:
        return [row["name"] for row in self.handed]


@pytest.fixture
def desked(clinic: House) -> Desked:
    return Desked(clinic)


async def test_a_booking_made_by_hand_starts_its_lifecycle_and_tells_it(desked: Desked) -> None:
    booking = await desked.made()
    assert (booking["state"], booking["start"], booking["resource"]) == ("confirmed", NINE, "chair")
    assert desked.events() == ["lifecycle:booking", "booking.confirmed"]
    assert {row["to"] for row in desked.handed} == {booking["machine"]}
    assert {row["lane"] for row in desked.handed} == {"contact:c1"}


async def test_the_same_request_twice_makes_one_booking(desked: Desked) -> None:
    first, second = await desked.made(), await desked.made()
    assert first["_id"] == second["_id"]
    assert len(desked.handed) == 2


async def test_of_two_at_one_time_one_gets_the_slot(desked: Desked) -> None:
    outcomes = await asyncio.gather(*(desked.made(key=key) for key in ("k1", "k2")), return_exceptions=True)
    assert sorted(type(each).__name__ for each in outcomes) == ["Taken", "dict"]


async def test_the_desk_books_within_the_notice_but_not_in_the_past(desked: Desked) -> None:
    soon = NOW + timedelta(minutes=30)
    assert (await desked.made(soon))["start"] == soon
    desked.now = NOW + timedelta(hours=3)
    with pytest.raises(Taken):
        await desked.made(NOW + timedelta(hours=1), key="k2")


async def test_moving_frees_the_old_time_and_is_done_once(desked: Desked) -> None:
    booking = await desked.made()
    later = NINE + timedelta(hours=2)
    for _ in range(2):
        moved = await desked.desk.move(CLINIC, booking["_id"], later, "chair")
        assert (moved["start"], moved["moved"]) == (later, 1)
    assert desked.events()[2:] == ["booking.moved"]
    assert (await desked.made(NINE, key="k2"))["state"] == "confirmed"
    with pytest.raises(Taken):
        await desked.desk.move(CLINIC, booking["_id"], NINE, "chair")


@pytest.mark.parametrize(("by", "refund"), [("customer", 0), ("business", 100000)])
async def test_cancelling_gives_back_what_the_policy_says(desked: Desked, by: Any, refund: int) -> None:
    booking = await desked.made()
    store = desked.house.store.org(CLINIC)
    await store.commit([Update("bookings", booking["_id"], {"set": {"paid": 100000}})])
    desked.now = NINE - timedelta(hours=1)
    booking = await store.get("bookings", booking["_id"]) or {}
    assert (await desked.desk.splits(CLINIC, booking))[by].refund == refund
    cancelled = await desked.desk.cancel(CLINIC, booking["_id"], by, "ill")
    assert (cancelled["state"], cancelled["refund"], cancelled["reason"]) == ("cancelled", refund, "ill")
    assert len(await store.find("tasks", {"kind": "refund"})) == (1 if refund else 0)
    assert desked.events()[2:] == ["booking.cancelled"]
    await desked.desk.cancel(CLINIC, booking["_id"], by, "again")
    assert desked.events()[2:] == ["booking.cancelled"]
    with pytest.raises(Refused, match="cancelled"):
        await desked.desk.move(CLINIC, booking["_id"], NINE, "chair")


async def test_who_came_is_said_when_it_has_begun_and_can_be_corrected(desked: Desked) -> None:
    booking = await desked.made()
    with pytest.raises(Refused, match="too_early"):
        await desked.desk.mark(CLINIC, booking["_id"], "attended")
    desked.now = NINE + timedelta(minutes=10)
    for state in ("no_show", "no_show", "attended"):
        assert (await desked.desk.mark(CLINIC, booking["_id"], state))["state"] == state  # type: ignore[arg-type]
    assert desked.events()[2:] == ["booking.no_show", "booking.attended"]


async def _told(desked: Desked) -> dict[str, Any]:
    """What the booking's lifecycle was told last."""
    event = open_row(desked.handed[-1], await desked.house.vault.org(CLINIC)).event
    assert event is not None
    return {"event": event.name, **event.data}


async def test_the_lifecycle_hears_that_it_was_done_by_hand_and_by_whom(desked: Desked) -> None:
    booking = await desked.made()
    await desked.desk.move(CLINIC, booking["_id"], NINE + timedelta(hours=2), "chair")
    told = await _told(desked)
    assert (told["event"], told["by_hand"]) == ("booking.moved", True)
    await desked.desk.cancel(CLINIC, booking["_id"], "business", "ill")
    told = await _told(desked)
    assert (told["event"], told["by"], told["by_hand"]) == ("booking.cancelled", "business", True)
    assert told["refund"] == Money(0, "KES")


# deposits


PHONE = "0712 345 678"


def _wanted(booking: Document, **changes: Any) -> Asked:
    wanted = Asked(key="k", booking=booking["_id"], amount=Money(100000, "KES"), phone=PHONE)
    return msgspec.structs.replace(wanted, **changes)


@pytest.fixture
async def cashier(desked: Desked) -> Cashier:
    await desked.house.store.org(CLINIC).commit([Insert("contacts", {"_id": "c1", "at": NOW, "sealed": {}})])
    return Cashier(desked.house.store, desked.house.vault, lambda: desked.now, desked._hand_in)


async def test_a_deposit_is_asked_for_once_and_the_bookings_lifecycle_hears_of_it(
    desked: Desked, cashier: Cashier
) -> None:
    booking = await desked.made()
    for _ in range(2):
        await cashier.ask(CLINIC, _wanted(booking))
    (payment,) = await desked.house.store.org(CLINIC).find("payments", {"booking": booking["_id"]})
    assert (payment["state"], payment["amount"], payment["owner"]) == ("open", 100000, booking["machine"])
    begun = [
        open_row(row, await desked.house.vault.org(CLINIC)).start for row in desked.handed if row["kind"] == "start"
    ]
    assert begun[-1] is not None
    assert (begun[-1].definition, begun[-1].owner) == ("lifecycle:payment", booking["machine"])
    with pytest.raises(NotAsked, match="prompt_open"):
        await cashier.ask(CLINIC, _wanted(booking, key="another"))


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"phone": "0800 000"}, "bad_number"),
        ({"phone": "+14155550100"}, "bad_number"),
        ({"amount": Money(0, "KES")}, "bad_amount"),
        ({"amount": Money(150, "KES")}, "bad_amount"),
        ({"amount": Money(350100, "KES")}, "bad_amount"),  # more than the price
    ],
)
async def test_what_cannot_be_asked_for_is_refused_and_nothing_is_stored(
    desked: Desked, cashier: Cashier, changes: dict[str, Any], reason: str
) -> None:
    booking = await desked.made()
    with pytest.raises(NotAsked, match=reason):
        await cashier.ask(CLINIC, _wanted(booking, **changes))
    assert await desked.house.store.org(CLINIC).count("payments", {}) == 0


async def test_nobody_is_asked_for_what_is_paid_cancelled_or_over(desked: Desked, cashier: Cashier) -> None:
    booking, store = await desked.made(), desked.house.store.org(CLINIC)
    await store.commit([Update("bookings", booking["_id"], {"set": {"paid": 100000}})])
    with pytest.raises(NotAsked, match="paid"):
        await cashier.ask(CLINIC, _wanted(booking))
    await store.commit([Update("bookings", booking["_id"], {"set": {"paid": 0}})])
    desked.now = NINE + timedelta(hours=2)
    with pytest.raises(NotAsked, match="over"):
        await cashier.ask(CLINIC, _wanted(booking))
    desked.now = NOW
    await desked.desk.cancel(CLINIC, booking["_id"], "customer", "")
    with pytest.raises(NotAsked, match="not_confirmed"):
        await cashier.ask(CLINIC, _wanted(booking))


# pages and addresses


async def _send(browser: Browser, method: str, path: str, body: Any = None) -> tuple[int, Any]:
    headers = {"X-CSRF-Token": browser.csrf}
    async with browser.session.request(method, browser.house.url(path), json=body, headers=headers) as answer:
        return answer.status, json.loads(await answer.text())


async def _tomorrow(browser: Browser) -> dict[str, Any]:
    """A free time of the next working day."""
    day = datetime.now(UTC).date() + timedelta(days=1)
    while day.weekday() > 4:
        day += timedelta(days=1)
    status, found = await _send(browser, "GET", f"/api/v1/orgs/clinic/bookings/free?offer=cleaning&day={day}")
    assert status == 200
    return dict(found["times"][0])


def _form(page: Answer) -> dict[str, str]:
    return dict(re.findall(r'name="(key|offer|day|nights)" value="([^"]*)"', page.text))


async def test_the_pages_make_move_and_cancel_a_booking(clinic: House) -> None:
    agent = await clinic.browser("agent")
    time = await _tomorrow(agent)
    page = await agent.get(f"/o/clinic/bookings/new?offer=cleaning&day={time['start'][:10]}")
    slot = re.search(r'name="slot" value="([^"]+)"', page.text)
    assert slot is not None
    form = _form(page) | {"slot": slot[1].replace("&#43;", "+"), "name": "Achieng"}
    wrong = await agent.post("/o/clinic/bookings/new", **form, phone="nonsense")
    assert (wrong.status, "no phone number" in wrong.text, "Achieng" in wrong.text) == (422, True, True)
    made = await agent.post("/o/clinic/bookings/new", **form, phone="0712345678")
    again = await agent.post("/o/clinic/bookings/new", **form, phone="0712345678")
    assert made.place == again.place
    shown = await agent.get(made.place)
    assert "+254712345678" in shown.text
    assert "Achieng" in shown.text
    assert "Achieng" in (await agent.get(f"/o/clinic/bookings?view=week&day={time['start'][:10]}")).text
    id = made.place.split("?")[0].rsplit("/", 1)[1]
    other = await agent.post("/o/clinic/bookings/new", **{**form, "key": "another"}, phone="0712345679")
    assert (other.status, "just taken" in other.text) == (422, True)
    moving = await agent.get(f"/o/clinic/bookings/{id}/move")
    slots = [each.replace("&#43;", "+") for each in re.findall(r'name="slot" value="([^"]+)"', moving.text)]
    assert (await agent.post("/o/clinic/bookings/move", id=id, slot=slots[-1])).place.endswith("?done=booking-moved")
    assert (await agent.post("/o/clinic/bookings/move", id=id, slot="soon")).status == 409
    assert 'name="shillings"' in (await agent.get(f"/o/clinic/bookings/{id}")).text
    bad = await agent.post("/o/clinic/bookings/deposit", id=id, key="d1", shillings="1000", phone="12")
    assert (bad.status, "cannot take an M-Pesa prompt" in bad.text) == (409, True)
    for _ in range(2):
        asked = await agent.post("/o/clinic/bookings/deposit", id=id, key="d1", shillings="1000", phone="0712345678")
        assert asked.place.endswith("?done=deposit-asked")
    assert "M-Pesa is asking the customer for" in (await agent.get(f"/o/clinic/bookings/{id}")).text
    assert (await agent.post("/o/clinic/bookings/deposit", id=id, shillings="x", phone=PHONE)).status == 409
    early = await agent.post("/o/clinic/bookings/mark", id=id, state="attended")
    assert (early.status, "not begun" in early.text) == (409, True)
    done = await agent.post("/o/clinic/bookings/cancel", id=id, by="customer", reason="ill")
    assert done.place.endswith("?done=booking-cancelled")
    assert "cancelled" in (await agent.get(done.place)).text
    log = (await (await clinic.browser("owner")).get("/o/clinic/audit")).text
    for each in ("made a booking", "moved a booking", "cancelled a booking", "asked for a deposit"):
        assert log.count(each) == 1, each


async def test_programs_do_the_same_and_are_told_why_not(clinic: House) -> None:
    agent, base = await clinic.browser("agent"), "/api/v1/orgs/clinic/bookings"
    time = await _tomorrow(agent)
    body = {"key": "1", "offer": "cleaning", "start": time["start"], "resource": "chair", "phone": "0712345678"}
    status, made = await _send(agent, "POST", base, body)
    assert (status, made["booked"]["booking"]["state"]) == (200, "confirmed")
    one = f"{base}/{made['booked']['booking']['id']}"
    assert made["cancelling"]["business"]["kept"] == {"amount": 0, "currency": "KES"}
    assert (await _send(agent, "POST", base, {**body, "key": "2"}))[1]["error"]["code"] == "slot-taken"
    assert (await _send(agent, "POST", base, {**body, "phone": "no"}))[1]["error"]["code"] == "no-phone"
    assert (await _send(agent, "POST", f"{one}/mark", {"state": "attended"}))[1]["error"]["code"] == "booking-too_early"
    assert (await _send(agent, "POST", f"{base}/none/mark", {"state": "attended"}))[1]["error"]["code"] == "no-booking"
    asking = {"key": "d", "shillings": 1000, "phone": "0712345678"}
    assert (await _send(agent, "POST", f"{one}/deposit", {**asking, "phone": "no"}))[0] == 422
    asked = await _send(agent, "POST", f"{one}/deposit", asking)
    assert (asked[0], asked[1]["booked"]["prompt"]["state"], asked[1]["booked"]["asks"]) == (200, "open", None)
    again = await _send(agent, "POST", f"{one}/deposit", {**asking, "key": "e"})
    assert (again[0], again[1]["error"]["code"]) == (409, "deposit-prompt_open")
    assert (await _send(agent, "POST", f"{one}/cancel", {"by": "business"}))[0] == 200
    moved = await _send(agent, "POST", f"{one}/move", {"start": time["start"], "resource": "chair"})
    assert moved[1]["error"]["code"] == "booking-cancelled"
    assert (await _send(agent, "GET", f"{base}/free?offer=none&day=2026-11-24"))[1]["error"]["code"] == "no-offer"


@pytest.mark.parametrize(
    ("role", "names", "receipts"), [("owner", True, True), ("agent", True, False), ("finance", False, True)]
)
async def test_names_and_receipts_are_for_those_who_may(
    clinic: House, role: Any, names: bool, receipts: bool
) -> None:  # fmt: skip
    agent, base = await clinic.browser("agent"), "/api/v1/orgs/clinic/bookings"
    time = await _tomorrow(agent)
    body = {"key": "1", "offer": "cleaning", "start": time["start"], "resource": "chair", "phone": "0712345678"}
    _, made = await _send(agent, "POST", base, {**body, "name": "Achieng"})
    id = made["booked"]["booking"]["id"]
    payment = {"_id": "p1", "booking": id, "contact": "c", "amount": 100000, "currency": "KES", "state": "confirmed",
               "receipt": "SKL4ABCDEF", "at": NOW}  # fmt: skip
    await clinic.store.org(CLINIC).commit([Insert("payments", payment)])
    page = (await (await clinic.browser(role)).get(f"/o/clinic/bookings/{id}")).text
    assert ("Achieng" in page, "SKL4ABCDEF" in page) == (names, receipts)
