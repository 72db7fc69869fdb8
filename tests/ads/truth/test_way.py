"""From an ad to the deposit: what the rooms do is noted once, in the same commit, under the ad that brought it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from runtime.verbs import Changed
from storage.store import Document, Update
from tests.ads.truth.conftest import NOW, Clinic, referral

AD = "https://clinic.ke/?utm_source=meta&utm_campaign=c1&utm_content=vA&fbclid=IwAR0"


def owed_to(event: Document) -> tuple[str, str, str]:
    return event["platform"], event["campaign"], event["variation"]


async def test_a_leads_way_from_the_page_to_the_deposit_stands_under_the_variation_that_brought_it(
    clinic: Clinic,
) -> None:
    code = await clinic.visit(AD)
    clinic.wait(minutes=5)
    contact = await clinic.writes(f"Hi! (ref {code})")
    clinic.wait(minutes=5)
    await clinic.do("leads.note", contact, event="asked_time")
    await clinic.books(contact)
    clinic.wait(minutes=5)
    await clinic.pays(contact)
    found = await clinic.events()
    assert [event["kind"] for event in found] == ["conversation", "booking", "lead", "payment"]
    assert {owed_to(event) for event in found} == {("meta", "c1", "vA")}
    assert {event["cohort"] for event in found} == {NOW}, "late money counts in the hour of its click"
    assert [(event["value"], event["net"]) for event in found if event["kind"] == "payment"] == [(50_000, 50_000)]
    assert "IwAR0" not in repr(found), "click ids stand with the click, and nowhere else"


async def test_a_message_straight_from_an_ad_is_owed_to_the_ad_that_the_referral_names(clinic: Clinic) -> None:
    await clinic.writes(referral=referral("1203"))
    (event,) = await clinic.events()
    assert owed_to(event) == ("meta", "c1", "vB")
    assert event["by"] == "ad"


async def test_a_message_that_is_delivered_twice_is_one_conversation(clinic: Clinic) -> None:
    for _ in range(2):
        await clinic.writes(referral=referral(), id="wamid.same")
    assert len(await clinic.events("conversation")) == 1


async def test_each_verb_repeated_by_a_retry_or_told_twice_is_one_event(clinic: Clinic) -> None:
    contact = await clinic.writes(referral=referral())
    await clinic.books(contact)
    for _ in range(3):
        await clinic.do("leads.note", contact, event="asked_time")
        await clinic.do("bookings.confirm", contact, booking="b1")
        await clinic.pays(contact)
    assert [event["kind"] for event in await clinic.events()].count("payment") == 1
    assert len(await clinic.events()) == 4


async def test_chatting_on_is_no_new_conversation_and_a_day_of_silence_makes_one(clinic: Clinic) -> None:
    for number in range(3):
        await clinic.writes(id=f"wamid.{number}")
        clinic.wait(hours=1)
    assert len(await clinic.events("conversation")) == 1
    clinic.wait(hours=25)
    await clinic.writes(id="wamid.later")
    assert len(await clinic.events("conversation")) == 2


async def test_somebody_whom_no_ad_brought_is_measured_and_owed_to_none(clinic: Clinic) -> None:
    contact = await clinic.writes()
    await clinic.books(contact)
    await clinic.pays(contact)
    for event in await clinic.events():
        assert owed_to(event) == ("", "", "")
        assert event["cohort"] == event["at"]


async def test_the_last_of_two_ad_clicks_is_credited(clinic: Clinic) -> None:
    contact = await clinic.writes(referral=referral("1202"), id="wamid.1")
    clinic.wait(days=1)
    await clinic.writes(referral=referral("1203", "other"), id="wamid.2")
    clinic.wait(hours=1)
    await clinic.books(contact)
    (booking,) = await clinic.events("booking")
    assert booking["variation"] == "vB"


@pytest.mark.parametrize(("days", "variation"), [(6.9, "vA"), (7.1, "")])
async def test_after_seven_days_a_click_is_credited_no_more(clinic: Clinic, days: float, variation: str) -> None:
    contact = await clinic.writes(referral=referral())
    clinic.wait(days=days)
    await clinic.books(contact)
    (booking,) = await clinic.events("booking")
    assert booking["variation"] == variation


async def test_a_business_may_choose_another_window(clinic: Clinic) -> None:
    from crm import orgs

    await orgs.change(clinic.whole, "clinic", settings={"ads_window_days": 30})
    contact = await clinic.writes(referral=referral())
    clinic.wait(days=29)
    await clinic.books(contact)
    (booking,) = await clinic.events("booking")
    assert booking["variation"] == "vA"


async def test_a_deposit_follows_its_booking_though_the_window_has_closed_meanwhile(clinic: Clinic) -> None:
    contact = await clinic.writes(referral=referral())
    clinic.wait(days=6)
    await clinic.books(contact)
    clinic.wait(days=2)
    await clinic.pays(contact)
    (payment,) = await clinic.events("payment")
    assert payment["variation"] == "vA"
    assert payment["cohort"] == NOW
    assert payment["at"] == NOW + timedelta(days=8)


async def test_what_goes_back_is_taken_from_the_variation_that_had_brought_it(clinic: Clinic) -> None:
    contact = await clinic.writes(referral=referral())
    await clinic.books(contact)
    await clinic.pays(contact)
    clinic.wait(hours=2)
    for _ in range(2):
        await clinic.do("bookings.cancel", contact, booking="b1", by="customer")
    (refund,) = await clinic.events("refund")
    assert (refund["value"], refund["net"], refund["variation"]) == (50_000, -50_000, "vA")
    assert sum(event["net"] for event in await clinic.events()) == 0


async def test_what_was_paid_twice_is_no_revenue(clinic: Clinic) -> None:
    contact = await clinic.writes(referral=referral())
    await clinic.books(contact)
    await clinic.pays(contact, id="p1")
    await clinic.pays(contact, id="p2")
    assert sum(event["net"] for event in await clinic.events()) == 50_000


async def test_a_claim_without_a_receipt_is_no_money(clinic: Clinic) -> None:
    contact = await clinic.writes()
    from storage.store import Insert

    row = {"_id": "p9", "contact": contact, "subject": contact, "amount": 1, "currency": "KES", "payer": "h",
           "purpose": "deposit", "booking": "", "owner": "o", "state": "open", "at": NOW}  # fmt: skip
    await clinic.store.commit([Insert("payments", row)])
    await clinic.do("payments.settle", contact, payment="p9")
    assert await clinic.events("payment") == []


async def test_another_business_sees_nothing_of_it(clinic: Clinic) -> None:
    await clinic.writes(referral=referral())
    assert await clinic.whole.org("other").count("ad_events", {}) == 0


async def test_money_that_a_person_sends_back_is_no_revenue_and_money_that_is_kept_after_all_is(clinic: Clinic) -> None:
    contact = await clinic.writes(referral=referral())
    await clinic.books(contact)
    for id in ("p1", "p2", "p3"):
        await clinic.pays(contact, id=id)
    assert sum(event["net"] for event in await clinic.events()) == 50_000
    for id, outcome in (("p1", "refunded"), ("p2", "refunded"), ("p3", "kept")):
        decided = Changed(ops=(Update("payments", id, {"set": {"resolved": outcome}}),))
        for _ in range(2):
            seen = await clinic.watch.seen("payments.resolve", clinic.context(contact), {}, decided)
            await clinic.store.commit(list(seen.ops))
    events = await clinic.events()
    assert sum(event["net"] for event in events) == 50_000, "the first was sent back, the third kept"
    assert {event["variation"] for event in events} == {"vA"}
