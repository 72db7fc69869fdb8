"""What is asked of the bookings is answered from as few of them as it takes, however many a business has."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import msgspec
import pytest

from bookings import slots, stock, terms
from bookings.hours import Interval
from storage.sqlite import SqliteStore
from storage.store import Insert, Op, Update
from tests.bookings.conftest import MONDAY, Room

HORIZON = 120


def _booking(id: str, start: Any, end: Any, *, resource: str = "chair", kind: str = "time") -> Op:
    return Insert(
        "bookings",
        {"_id": id, "ref": id, "contact": "c9", "offer": "cleaning", "resource": resource, "unit": 0, "kind": kind,
         "start": start, "end": end, "state": "confirmed"},
    )  # fmt: skip


def _full(day: int) -> Op:
    """The chair is taken for the whole of that day from Monday."""
    opens = MONDAY + timedelta(days=day)
    return _booking(f"full{day}", opens, opens + timedelta(hours=9))


@pytest.fixture
async def busy(store: SqliteStore) -> SqliteStore:
    """Taken from the first day until the 40th, and now and then until the horizon, and every day of the last year."""
    days = [*range(-300, 40), *range(45, HORIZON, 3)]
    await store.org("clinic").commit(
        [Update("offers", "cleaning", {"set": {"horizon_days": HORIZON}}), *(_full(day) for day in days)]
    )
    return store


class Counting:
    """How many bookings were read."""

    def __init__(self, store: Any) -> None:
        self.store, self.read = store, 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self.store, name)

    async def find(self, collection: str, *args: Any, **options: Any) -> Any:
        found = await self.store.find(collection, *args, **options)
        self.read += len(found) if collection == "bookings" else 0
        return found


async def _counted(room: Room, verb: str, **args: Any) -> tuple[list[Any], int]:
    ctx = room.context()
    counting = Counting(ctx.store)
    counted = msgspec.structs.replace(ctx, store=counting)
    return await room.ask(verb, counted, **args), counting.read


async def test_the_next_days_with_room_are_those_that_all_bookings_together_leave(
    room: Room, busy: SqliteStore
) -> None:  # fmt: skip
    offer, own = await stock.offer(busy.org("clinic"), "cleaning"), await terms.of(busy, "clinic")
    assert offer is not None
    whole = Interval(MONDAY - timedelta(days=1), MONDAY + timedelta(days=HORIZON + 2))
    everything = await stock.shop(busy.org("clinic"), own, offer, now=MONDAY, within=whole)
    days = await room.ask("bookings.days", offer="cleaning")
    assert [each["date"] for each in days] == [day for day, _ in slots.days(everything, 9)]
    assert days[0]["date"] == date(2027, 1, 4)
    free = await room.ask("bookings.free_slots", offer="cleaning")
    first = [slot for _, found in slots.days(everything, 1) for slot in found]
    assert [each["start"] for each in free] == [slot.start for slot in first][:9]


async def test_of_a_full_diary_only_the_stretches_up_to_the_answer_are_read(room: Room, busy: SqliteStore) -> None:
    _, read = await _counted(room, "bookings.days", offer="cleaning")
    assert read < 60  # of 365
    near, read = await _counted(room, "bookings.free_slots", offer="cleaning", near=MONDAY + timedelta(days=43))
    assert len(near) == 1
    assert read <= 2 * slots.NEAR + 3
    _, read = await _counted(room, "bookings.free_slots", offer="cleaning", day=date(2026, 11, 24))
    assert read <= 2


async def test_when_nothing_is_near_the_soonest_is_offered(room: Room, busy: SqliteStore) -> None:
    found = await room.ask("bookings.free_slots", offer="cleaning", near=MONDAY + timedelta(days=10))
    assert found[0]["start"] == MONDAY + timedelta(days=42)


async def test_a_long_stay_that_began_long_ago_still_occupies_its_room(store: SqliteStore) -> None:
    began = MONDAY - timedelta(days=360)
    await store.org("clinic").commit(
        [_booking("stay", began, MONDAY + timedelta(days=2), resource="flat", kind="night"), _full(0), _full(-30)]
    )
    today = Interval(MONDAY, MONDAY + timedelta(days=1))
    found = await stock.bookings_between(store.org("clinic"), today)
    assert [each["_id"] for each in found] == ["stay", "full0"]
    assert [each["_id"] for each in await stock.bookings_between(store.org("clinic"), today, ["flat"])] == ["stay"]
