"""Holding, confirming, releasing, moving: on the real store, also when everybody wants the same slot."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from bookings.errors import NoBooking
from engine.values import Money
from storage.store import Insert, Update

MONDAY = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)  # 08:00 in Nairobi: the room's now
TEN = datetime(2026, 11, 24, 7, 0, tzinfo=UTC)  # Tuesday, 10:00 in Nairobi


async def _claims(room: Any) -> int:
    return int(await room.store.org("clinic").count("slots_taken", {}))


@pytest.mark.parametrize(("offer", "capacity"), [("cleaning", 1), ("massage", 2), ("stay", 1)])
async def test_of_fifty_people_who_want_one_slot_exactly_its_capacity_get_it(
    room: Any, offer: str, capacity: int
) -> None:
    (slot, *_) = await room.ask("bookings.free_slots", offer=offer, day=date(2026, 11, 24))
    people = [room.context(f"c{number}") for number in range(50)]
    answers = await asyncio.gather(*(room.do("bookings.hold", ctx, offer=offer, slot=slot) for ctx in people))
    names = [answer.event.name for answer in answers]
    assert names.count("bookings.held") == capacity
    assert names.count("bookings.taken") == 50 - capacity
    assert await room.store.org("clinic").count("bookings", {}) == capacity


async def test_overlapping_slots_exclude_each_other_however_they_begin(room: Any) -> None:
    starts = [TEN + timedelta(minutes=30 * step) for step in range(-2, 3)] * 6
    people = [(room.context(f"c{number}"), start) for number, start in enumerate(starts)]
    await asyncio.gather(*(room.do("bookings.hold", ctx, offer="cleaning", at=start) for ctx, start in people))
    held = await room.store.org("clinic").find("bookings", {}, sort=[("start", 1)])
    assert held
    for before, after in pairwise(held):
        assert before["end"] <= after["start"]


async def test_a_hold_starts_its_lifecycle_and_says_until_when_it_holds(room: Any) -> None:
    done = await room.do("bookings.hold", offer="cleaning", at=TEN)
    booking = done.event.data["booking"]
    assert booking["label"] == "Tue 24 Nov, 10:00"
    assert booking["deposit"] == Money(100000, "KES")
    assert booking["held_until"] == MONDAY + timedelta(minutes=20)
    (start,) = done.starts
    assert (start.definition, start.machine) == ("lifecycle:booking", f"booking:{booking['id']}")
    assert start.links == {"conversation": "booking-talk:c1"}
    assert done.links == {"booking": start.machine}


async def test_a_hold_whose_time_is_up_still_holds_until_it_is_released(room: Any) -> None:
    await room.do("bookings.hold", offer="cleaning", at=TEN)
    room.now += timedelta(hours=3)
    other = await room.do("bookings.hold", room.context("c2"), offer="cleaning", at=TEN)
    assert other.event.name == "bookings.taken"


async def test_a_released_slot_is_free_again_and_its_claims_are_gone(room: Any) -> None:
    held = await room.do("bookings.hold", offer="cleaning", at=TEN)
    assert await _claims(room) == 12
    await room.do("bookings.release", booking=held.event.data["booking"])
    assert await _claims(room) == 0
    other = await room.do("bookings.hold", room.context("c2"), offer="cleaning", at=TEN)
    assert other.event.name == "bookings.held"


@pytest.mark.parametrize("machine", ["booking-talk:c1", "booking:0123456789abcdef0123"])
async def test_whoever_chooses_again_gives_back_what_they_held_even_for_the_same_slot(room: Any, machine: str) -> None:
    first = await room.do("bookings.hold", room.context(machine=machine), offer="cleaning", at=TEN)
    talk = {"machine": machine, "links": first.links}  # a flow called "booking" has machines named like bookings
    again = await room.do("bookings.hold", room.context(**talk), offer="cleaning", at=TEN)
    assert again.event.name == "bookings.held"
    assert await _claims(room) == 12
    assert [post.event.name for post in again.posts] == ["booking.released"]


async def test_a_confirmed_booking_is_not_released_by_a_late_timer(room: Any) -> None:
    booking = await room.booked()
    done = await room.do("bookings.release", booking=booking)
    assert done.ops == ()
    assert (await room.store.get("bookings", booking["id"]))["state"] == "confirmed"


async def test_a_payment_after_the_hold_ran_out_takes_the_slot_again_if_it_is_free(room: Any) -> None:
    booking = (await room.do("bookings.hold", offer="cleaning", at=TEN)).event.data["booking"]
    await room.do("bookings.release", booking=booking)
    done = await room.do("bookings.confirm", booking=booking, paid=Money(100000, "KES"))
    assert done.event.name == "bookings.confirmed"
    assert await _claims(room) == 12
    (start,) = done.starts
    assert start.machine != f"booking:{booking['id']}"
    assert done.posts[0].machine == start.machine


async def test_a_payment_after_somebody_else_took_the_slot_is_told_so(room: Any) -> None:
    booking = (await room.do("bookings.hold", offer="cleaning", at=TEN)).event.data["booking"]
    await room.do("bookings.release", booking=booking)
    await room.do("bookings.hold", room.context("c2"), offer="cleaning", at=TEN)
    done = await room.do("bookings.confirm", booking=booking)
    assert done.event.name == "bookings.taken"


async def test_confirming_counts_what_was_really_paid(room: Any) -> None:
    booking = (await room.do("bookings.hold", offer="cleaning", at=TEN)).event.data["booking"]
    paid = {"booking": booking["id"], "currency": "KES", "purpose": "deposit", "contact": "c1"}
    await room.store.org("clinic").commit(
        [
            Insert("payments", {"_id": "p1", "amount": 100000, "state": "confirmed", **paid}),
            Insert("payments", {"_id": "p2", "amount": 70000, "state": "failed", **paid}),
        ]
    )
    done = await room.do("bookings.confirm", booking=booking)
    assert done.event.data["booking"]["paid"] == Money(100000, "KES")


async def test_moving_frees_the_old_time_and_takes_the_new(room: Any) -> None:
    booking = await room.booked()
    done = await room.do("bookings.move", booking=booking, at=booking["start"] + timedelta(minutes=30))
    assert done.event.name == "bookings.moved"
    assert done.event.data["booking"]["start"] == booking["start"] + timedelta(minutes=30)
    assert await _claims(room) == 12
    assert done.posts[0].event.name == "booking.moved"


async def test_moving_offers_the_times_that_overlap_its_own(room: Any) -> None:
    booking = await room.booked()
    wanted = booking["start"] + timedelta(minutes=30)
    assert [slot["start"] for slot in await room.ask("bookings.free_slots", booking=booking, near=wanted)] == [wanted]


async def test_moving_too_late_or_too_often_is_refused(room: Any) -> None:
    booking = await room.booked(hours=48)
    for _ in range(2):
        await room.do("bookings.move", booking=booking, at=booking["start"] + timedelta(hours=1))
        booking = {**booking, "start": booking["start"] + timedelta(hours=1)}
    often = await room.do("bookings.move", booking=booking, at=booking["start"] + timedelta(hours=1))
    assert often.event.data == {"reason": "too_often"}
    room.now = booking["start"] - timedelta(hours=2)
    late = await room.do("bookings.move", booking=booking, at=booking["start"] + timedelta(hours=24))
    assert late.event.data == {"reason": "too_late"}


async def test_cancelling_splits_the_deposit_and_leaves_the_refund_to_a_person(room: Any) -> None:
    booking = (await room.do("bookings.hold", offer="cleaning", at=TEN + timedelta(days=2))).event.data["booking"]
    await room.do("bookings.confirm", booking=booking, paid=Money(100000, "KES"))
    done = await room.do("bookings.cancel", booking=booking, reason="travelling")
    assert done.event.data["refund"] == Money(100000, "KES")
    task = await room.store.get("tasks", f"refund:{booking['id']}")
    assert (task["amount"], task["state"]) == (100000, "open")
    again = await room.do("bookings.cancel", booking=booking)
    assert again.ops == ()
    assert again.event.data["refund"] == Money(100000, "KES")
    assert await _claims(room) == 0


async def test_who_cancels_is_refunded_also_what_has_no_receipt_yet(room: Any) -> None:
    booking = (await room.do("bookings.hold", offer="cleaning", at=TEN + timedelta(days=2))).event.data["booking"]
    paid = {"booking": booking["id"], "currency": "KES", "purpose": "deposit", "contact": "c1"}
    kept = Insert("payments", {"_id": "p1", "amount": 100000, "state": "confirmed_without_receipt", **paid})
    await room.store.org("clinic").commit([kept])
    confirmed = await room.do("bookings.confirm", booking=booking)
    assert confirmed.event.data["booking"]["paid"] == Money(0, "KES")
    done = await room.do("bookings.cancel", booking=booking)
    assert done.event.data["refund"] == Money(100000, "KES")


async def test_attending_counts_a_visit_once_and_a_no_show_takes_it_back(room: Any) -> None:
    org = room.store.org("clinic")
    await org.commit([Insert("contacts", {"_id": "c1", "visits": 0, "at": MONDAY})])
    booking = await room.booked()
    room.now = booking["end"] + timedelta(hours=3)
    for _ in range(2):
        await room.do("bookings.mark", booking=booking, **{"as": "attended"})
    assert (await org.get("contacts", "c1"))["visits"] == 1
    await room.do("bookings.mark", booking=booking, **{"as": "no_show"})
    assert (await org.get("contacts", "c1"))["visits"] == 0


async def test_days_and_upcoming_are_worded_in_the_customers_language(room: Any) -> None:
    swahili = room.context(language="sw")
    days = await room.ask("bookings.days", swahili, offer="cleaning")
    assert len(days) == 9
    assert (days[0]["label"], days[0]["date"]) == ("Jumatatu 23 Nov", date(2026, 11, 23))
    booking = await room.booked()
    (upcoming,) = await room.ask("bookings.upcoming", room.context(language="sw"))
    assert (upcoming["id"], upcoming["offer_name"]) == (booking["id"], "cleaning sw")


async def test_the_price_of_a_stay_is_that_of_its_nights(room: Any) -> None:
    (slot, *_) = await room.ask("bookings.free_slots", offer="stay", day=date(2026, 11, 24), nights=3)
    assert slot["label"] == "Tue 24 Nov, 3 nights"
    held = await room.do("bookings.hold", offer="stay", slot=slot)
    assert held.event.data["booking"]["price"] == Money(1350000, "KES")
    assert await _claims(room) == 3


async def test_another_business_neither_sees_nor_touches_a_booking(room: Any) -> None:
    booking = await room.booked()
    elsewhere = room.context(org="other")
    assert await room.ask("offers.active", elsewhere) == []
    assert await room.ask("bookings.upcoming", elsewhere) == []
    assert (await room.do("bookings.hold", elsewhere, offer="cleaning", at=TEN)).event.name == "bookings.taken"
    with pytest.raises(NoBooking):
        await room.do("bookings.cancel", elsewhere, booking=booking)


async def test_nobody_cancels_the_booking_of_another_customer(room: Any) -> None:
    booking = await room.booked()
    with pytest.raises(NoBooking):
        await room.do("bookings.cancel", room.context("c2"), booking=booking)


async def test_an_offer_taken_off_the_list_is_taken(room: Any) -> None:
    await room.store.org("clinic").commit([Update("offers", "cleaning", {"set": {"active": False}})])
    assert (await room.do("bookings.hold", offer="cleaning", at=TEN)).event.name == "bookings.taken"
