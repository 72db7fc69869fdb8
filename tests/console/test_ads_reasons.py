"""A person who reads Swahili reads in Swahili why the rules did something, and an owner's own words as they are."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from ads import campaigns
from ads.intents import Wanted, Wish, recorded
from ads.platform import Audience, Creative
from engine.values import Money
from storage.store import Insert, Update
from tests.console.conftest import CLINIC, Browser, House

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
SPENT = "KSh 1,500 spent without one order; at KSh 250 an order there should have been six"
SHOWN = Creative(texts=("Clean teeth",))
OWN = "Tunafunga siku ya Ijumaa"


@pytest.fixture
async def campaign(house: House) -> str:
    """One with a change that its rule gave a reason for, one with an owner's own, and trouble at the platform."""
    made = campaigns.NewCampaign(
        key="teeth", name="Teeth", offer="o1", platform="meta", daily_cap=Money(100_000, "KES"),
        monthly_cap=Money(1_000_000, "KES"), audience=Audience(countries=("KE",)),
        variations=tuple(
            campaigns.NewVariation(
                angle=each, name=f"{each}: Teeth", budget=Money(30_000, "KES"), creative=SHOWN
            )
            for each in "AB"
        ),
    )  # fmt: skip
    store = house.store.org(CLINIC)
    id, ops = campaigns.drafted(CLINIC, made, "owner", NOW)
    await store.commit(ops)
    for place, reason in enumerate((SPENT, OWN)):
        variation = (await campaigns.variations(store, id))[place]
        wish = Wish(kind="pause", wanted=Wanted(status="paused"), by="autopilot", reason=reason)
        await store.commit(recorded(f"i{place}", wish, variation, NOW))
    trouble = {"trouble": "Meta is asked too often", "reason": "it would go over the daily cap"}
    task = {"kind": "ads.odd", "state": "open", "contact": "", "campaign": id, "at": NOW, "ref": "Teeth A",
            "note": "It is hardly shown any more"}  # fmt: skip
    await store.commit([Update("campaigns", id, {"set": trouble}), Insert("tasks", {"_id": "ads.odd:1", **task})])
    return id


@pytest.fixture
async def reader(house: House) -> Browser:
    owner = await house.browser("owner")
    user = await house.users.get(owner.user)
    assert user is not None
    await house.users.change(user, language="sw")
    return owner


async def test_a_campaigns_page_gives_its_reasons_in_swahili(reader: Browser, campaign: str) -> None:
    page = (await reader.get(f"/o/{CLINIC}/ads/campaigns/{campaign}")).text
    for said in (
        "Zimetumika KSh 1,500 bila oda hata moja",
        "Meta inaulizwa mara nyingi mno",
        "ingepita kikomo cha siku",
        OWN,
    ):
        assert said in page
    assert "without one order" not in page


async def test_so_do_the_list_and_the_tasks(reader: Browser, campaign: str) -> None:
    assert "Meta inaulizwa mara nyingi mno" in (await reader.get(f"/o/{CLINIC}/ads/campaigns")).text
    assert "Karibu halionyeshwi tena" in (await reader.get(f"/o/{CLINIC}/tasks")).text


async def test_who_reads_english_reads_them_as_they_are_journaled(house: House, campaign: str) -> None:
    page = (await (await house.browser("viewer")).get(f"/o/{CLINIC}/ads/campaigns/{campaign}")).text
    assert SPENT in page
