"""The demo businesses can be booked, and sowing twice changes nothing."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from bookings import offers, policy, resources, terms
from bookings.hours import Interval
from bookings.slots import days
from bookings.stock import shop
from crm import orgs
from crm.seed import APARTMENTS, CLINIC, seed
from storage.errors import Conflict
from storage.store import Update


async def test_every_demo_offer_has_free_times_and_words_in_both_languages(house: Any) -> None:
    assert await seed(house.store, house.vault) == [CLINIC, APARTMENTS]
    for id in (CLINIC, APARTMENTS):
        own, view = await terms.of(house.store, id), house.store.org(id)
        policy.read(own.policy)
        found = [offers.read(stored) for stored in await view.find("offers", {})]
        assert len(found) >= 3
        for offer in found:
            within = Interval(house.now - timedelta(days=1), house.now + timedelta(days=40))
            assert len(days(await shop(view, own, offer, now=house.now, within=within), 9)) == 9
            assert set(offer.name) == set(offer.description) == {"en", "sw"}
            assert max(len(text) for text in offer.name.values()) <= 24
        assert all(resources.read(stored) for stored in await view.find("resources", {}))


async def test_seeding_again_leaves_the_owners_changes(house: Any) -> None:
    await seed(house.store, house.vault)
    await orgs.change(house.store, CLINIC, name="My own clinic", settings={"hold_minutes": 5})
    await seed(house.store, house.vault)
    stored = await house.store.get("orgs", CLINIC)
    assert stored["name"] == "My own clinic"
    assert (stored["settings"]["hold_minutes"], "deposit_policy" in stored["settings"]) == (5, True)


async def test_a_seeding_that_was_cut_short_is_finished_by_the_next(house: Any, monkeypatch: Any) -> None:
    async def crash(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("crm.seed._fill", crash)
    with pytest.raises(KeyboardInterrupt):
        await seed(house.store, house.vault)
    monkeypatch.undo()
    await seed(house.store, house.vault)
    assert await house.store.get("orgs", CLINIC) is not None
    assert len(await house.store.org(CLINIC).find("offers", {})) == 5


async def test_a_message_finds_its_business_by_the_number_it_was_sent_to(house: Any) -> None:
    await seed(house.store, house.vault, numbers={CLINIC: "42"})
    found = await orgs.at_address(house.store, "whatsapp", "42")
    assert found is not None
    assert found["_id"] == CLINIC
    assert await orgs.at_address(house.store, "whatsapp", "43") is None


async def test_a_business_is_found_by_the_account_that_its_number_was_last_seen_with(house: Any) -> None:
    await seed(house.store, house.vault, numbers={CLINIC: "42"})
    assert await orgs.of_account(house.store, "waba-1") == []
    for _ in range(2):
        await orgs.at_address(house.store, "whatsapp", "42", account="waba-1")
    assert await orgs.of_account(house.store, "waba-1") == [CLINIC]
    assert await orgs.of_account(house.store, "") == []


async def test_a_number_moves_with_the_business_that_has_it_and_is_nobody_elses(house: Any) -> None:
    await orgs.change(house.store, "clinic", channels=[{"channel": "whatsapp", "address": "7"}])
    with pytest.raises(Conflict):
        await orgs.change(house.store, "other", channels=[{"channel": "whatsapp", "address": "7"}])
    await orgs.change(house.store, "clinic", channels=[])
    assert await orgs.at_address(house.store, "whatsapp", "7") is None
    await orgs.change(house.store, "other", channels=[{"channel": "whatsapp", "address": "7"}])
    found = await orgs.at_address(house.store, "whatsapp", "7")
    assert found is not None
    assert found["_id"] == "other"


async def test_a_business_of_before_there_were_addresses_is_found_and_written_down(house: Any) -> None:
    await house.store.commit([Update("orgs", "clinic", {"set": {"addresses": ["whatsapp:9"]}})])
    for _ in range(2):
        found = await orgs.at_address(house.store, "whatsapp", "9")
        assert found is not None
        assert found["_id"] == "clinic"
    assert await house.store.get("addresses", "whatsapp:9") is not None
