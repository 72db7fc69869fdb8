"""One person is one contact, however they come; what is personal is sealed; no business sees another's."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from crm import contacts, identity
from crm.identity import Identity
from storage.errors import Conflict, Unreadable
from storage.store import Insert

PHONE = Identity(phone="+254712345678", name="Achieng Odhiambo")
USER = Identity(user_id="KE.13491208655302741918", name="achi")
BOTH = Identity(phone=PHONE.phone, user_id=USER.user_id)


async def meet(house: Any, who: Identity) -> contacts.Met:
    while True:
        met = await contacts.meet(house.org, house.own, who, house.now)
        try:
            await house.org.commit(met.ops)
        except Conflict:
            continue
        house.now += timedelta(seconds=1)
        return met


async def test_the_same_number_is_the_same_contact(house: Any) -> None:
    first, second = await meet(house, PHONE), await meet(house, PHONE)
    assert first.id == second.id
    assert (first.new, second.new, second.ops) == (True, False, ())


async def test_twenty_first_messages_at_once_make_one_contact(house: Any) -> None:
    met = await asyncio.gather(*(meet(house, PHONE) for _ in range(20)))
    assert len({each.id for each in met}) == 1


async def test_a_user_id_learns_its_number_when_that_becomes_known(house: Any) -> None:
    first = await meet(house, USER)
    second = await meet(house, BOTH)
    assert second.id == first.id
    assert (await meet(house, PHONE)).id == first.id
    stored = await house.org.get("contacts", first.id)
    assert contacts.address(house.own, stored) == (PHONE.phone, USER.user_id)


async def test_two_contacts_that_turn_out_to_be_one_are_merged_with_what_they_had(house: Any) -> None:
    by_phone, by_user = await meet(house, PHONE), await meet(house, USER)
    await house.org.commit(
        [Insert("bookings", {"_id": "b1", "contact": by_user.id, "ref": "AAAAA", "start": house.now, "state": "held"})]
    )
    await house.org.commit(await _opted_out(by_user))
    both = await meet(house, BOTH)
    assert both.id == by_phone.id
    assert (await house.org.get("bookings", "b1"))["contact"] == by_phone.id
    merged = await contacts.find(house.org, by_user.id)
    assert merged is not None
    assert merged["_id"] == by_phone.id
    assert merged["opted_out"] is True
    assert contacts.record(house.own, merged)["name"] == "Achieng Odhiambo"
    assert (await meet(house, USER)).id == by_phone.id


async def _opted_out(met: contacts.Met) -> list[Any]:
    from storage.store import Update

    return [Update("contacts", met.id, {"set": {"opted_out": True}})]


async def test_a_corrected_name_is_not_overwritten_by_the_profile(house: Any) -> None:
    met = await meet(house, PHONE)
    await house.org.commit(await contacts.changed(house.own, met.contact, {"name": "Grace Achieng"}))
    after = await meet(house, PHONE)
    assert contacts.record(house.own, after.contact)["first_name"] == "Grace"


async def test_nothing_personal_stands_in_the_clear(house: Any) -> None:
    met = await meet(house, Identity(phone="+254712345678", user_id=USER.user_id, email="a@b.ke", name="Achieng"))
    stored = str(await house.org.get("contacts", met.id))
    for secret in ("712345678", "1349120865", "a@b.ke", "Achieng"):
        assert secret not in stored


async def test_an_erased_person_is_unreadable_and_comes_back_as_somebody_new(house: Any) -> None:
    from storage.store import Delete

    met = await meet(house, PHONE)
    await house.own.forget(met.id)
    with pytest.raises(Unreadable):
        contacts.record(house.own, met.contact)
    await house.org.commit([Delete("contacts", met.id)])
    assert (await meet(house, PHONE)).id != met.id


async def test_another_business_knows_nothing_of_the_contact(house: Any) -> None:
    met = await meet(house, PHONE)
    other, vault = house.store.org("other"), await house.vault.org("other")
    theirs = await contacts.meet(other, vault, PHONE, house.now)
    assert theirs.new
    assert theirs.id != met.id
    assert theirs.contact["phone_key"] != met.contact["phone_key"]
    assert await contacts.find(other, met.id) is None


@pytest.mark.parametrize(
    ("text", "phone"),
    [
        ("0712 345 678", "+254712345678"),
        ("+254712345678", "+254712345678"),
        ("+256 772 123456", "+256772123456"),
        ("KE.13491208655302741918", ""),
        ("254.ABC", ""),
        ("12", ""),
        ("call me", ""),
    ],
)
def test_only_what_has_the_shape_of_a_phone_is_one(text: str, phone: str) -> None:
    assert identity.phone(text) == phone


@pytest.mark.parametrize(
    ("full", "first"), [("Dr. Jane Otieno", "Jane"), ("Mama Njeri", "Njeri"), ("Ali", "Ali"), ("", "")]
)
def test_people_are_called_by_their_first_name(full: str, first: str) -> None:
    assert identity.first_name(full) == first
