"""Laws of free slots: whatever is offered lies within the hours, and never more is taken than there is."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from bookings.hours import Interval, open_on
from bookings.offers import Offer
from bookings.resources import Resource, Span
from bookings.slots import Busy, Shop, at, days, near, on_day, spread

NAIROBI, LONDON = ZoneInfo("Africa/Nairobi"), ZoneInfo("Europe/London")
MONDAY = date(2026, 11, 23)
EARLY = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
five = st.integers(0, 287).map(lambda n: n * 5)


@st.composite
def spans(draw: st.DrawFn) -> tuple[Span, ...]:
    marks = sorted(draw(st.lists(five, min_size=0, max_size=6, unique=True)))
    return tuple(Span(a, b) for a, b in zip(marks[::2], marks[1::2], strict=False))


@st.composite
def shops(draw: st.DrawFn) -> Shop:
    resources = [
        Resource(
            id=f"r{number}",
            name="R",
            capacity=draw(st.integers(1, 3)),
            hours={day: draw(spans()) for day in ("mon", "tue")},
            breaks={"mon": draw(spans())},
        )
        for number in range(draw(st.integers(1, 3)))
    ]
    offer = Offer(
        id="o",
        name="O",
        price=1000,
        deposit=0,
        resources=tuple(each.id for each in resources),
        duration=timedelta(minutes=draw(st.sampled_from([5, 20, 45, 60, 90]))),
        granularity=timedelta(minutes=draw(st.sampled_from([0, 5, 15, 30]))),
        notice=timedelta(0),
    )
    zone = draw(st.sampled_from([NAIROBI, LONDON]))
    return Shop(offer=offer, resources=resources, busy=[], zone=zone, now=EARLY)


@given(shops())
def test_every_free_slot_lies_within_the_hours_and_outside_the_breaks(shop: Shop) -> None:
    by_id = {each.id: each for each in shop.resources}
    for slot in on_day(shop, MONDAY):
        within = open_on(by_id[slot.resource], MONDAY, shop.zone)
        assert any(each.start <= slot.start and slot.end <= each.end for each in within)
        minutes = slot.start.astimezone(shop.zone).hour * 60 + slot.start.astimezone(shop.zone).minute
        for pause in by_id[slot.resource].breaks["mon"]:
            assert minutes + shop.offer.duration.seconds // 60 <= pause.start or minutes >= pause.end


@settings(max_examples=60)
@given(shops(), st.data())
def test_taking_free_slots_until_none_is_left_never_takes_a_unit_twice(shop: Shop, data: st.DataObject) -> None:
    busy: list[Busy] = []
    for _ in range(40):
        now = Shop(offer=shop.offer, resources=shop.resources, busy=busy, zone=shop.zone, now=shop.now)
        free = on_day(now, MONDAY)
        if not free:
            break
        slot = data.draw(st.sampled_from(free))
        busy.append(Busy(slot.resource, slot.unit, Interval(slot.start, slot.end)))
    capacity = {each.id: each.capacity for each in shop.resources}
    for one in busy:
        assert 0 <= one.unit < capacity[one.resource]
        others = [each for each in busy if each is not one and (each.resource, each.unit) == (one.resource, one.unit)]
        assert not any(one.interval.overlaps(other.interval) for other in others)


def _chair(**changes: object) -> Resource:
    return Resource(id="chair", name="Chair", hours={"mon": (Span(480, 1020),), "tue": (Span(480, 1020),)}, **changes)  # type: ignore[arg-type]


def _shop(resource: Resource, **changes: object) -> Shop:
    offer = Offer(id="o", name="O", price=0, deposit=0, resources=(resource.id,), notice=timedelta(hours=2))
    return Shop(**{"offer": offer, "resources": [resource], "busy": [], "zone": NAIROBI, "now": EARLY, **changes})  # type: ignore[arg-type]


def test_a_slot_too_soon_for_the_notice_is_not_offered() -> None:
    now = datetime(2026, 11, 23, 6, 10, tzinfo=UTC)  # 09:10 in Nairobi
    first = on_day(_shop(_chair(), now=now), MONDAY)[0]
    assert first.start == datetime(2026, 11, 23, 8, 30, tzinfo=UTC)


def test_a_closed_date_has_no_slots_and_is_no_day_with_room() -> None:
    shop = _shop(_chair(closed=frozenset({MONDAY})))
    assert on_day(shop, MONDAY) == []
    assert [day for day, _ in days(shop, 2)] == [date(2026, 11, 24), date(2026, 11, 30)]


def test_the_very_time_that_was_asked_for_is_offered_alone_and_else_the_nearest() -> None:
    ten = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
    assert [slot.start for slot in near(_shop(_chair()), ten, 9)] == [ten]
    odd = near(_shop(_chair()), ten + timedelta(minutes=10), 3)
    assert [slot.start.astimezone(NAIROBI).time() for slot in odd] == [time(9, 30), time(10), time(10, 30)]


def test_a_day_is_shown_from_morning_to_evening() -> None:
    slots = on_day(_shop(_chair()), MONDAY)
    shown = spread(slots, 9)
    assert len(shown) == 9
    assert (shown[0], shown[-1]) == (slots[0], slots[-1])


def test_work_goes_to_the_resource_that_is_least_busy() -> None:
    one, two = _chair(), Resource(id="bench", name="Bench", hours=_chair().hours)
    ten = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
    taken = [Busy("bench", 0, Interval(ten, ten + timedelta(hours=1)))]
    shop = _shop(one, resources=[two, one], busy=taken)
    assert {slot.resource for slot in on_day(shop, MONDAY)} == {"chair"}


def _flat(**changes: object) -> Shop:
    flat = Resource(id="flat", name="Flat", **changes)  # type: ignore[arg-type]
    offer = Offer(id="stay", name="Stay", price=0, deposit=0, resources=("flat",), unit="night", nights=2)
    return _shop(flat, offer=offer, resources=[flat])


def test_a_stay_runs_from_check_in_to_check_out() -> None:
    (slot,) = on_day(_flat(), MONDAY)
    assert slot.start.astimezone(NAIROBI) == datetime(2026, 11, 23, 14, tzinfo=NAIROBI)
    assert slot.end.astimezone(NAIROBI) == datetime(2026, 11, 25, 10, tzinfo=NAIROBI)


def test_a_stay_needs_each_of_its_nights_open_but_not_the_morning_of_departure() -> None:
    assert on_day(_flat(closed=frozenset({date(2026, 11, 24)})), MONDAY) == []
    assert on_day(_flat(closed=frozenset({date(2026, 11, 25)})), MONDAY) != []


def test_guests_may_come_on_the_day_that_others_leave() -> None:
    shop = _flat()
    (slot,) = on_day(shop, MONDAY)
    full = Shop(
        offer=shop.offer, resources=shop.resources, zone=NAIROBI, now=EARLY,
        busy=[Busy("flat", 0, Interval(slot.start, slot.end))],
    )  # fmt: skip
    assert on_day(full, date(2026, 11, 24)) == []
    assert len(on_day(full, date(2026, 11, 25))) == 1
    assert at(full, slot.start) is None
