"""What a result may cost is set and taken away where a budget is: on the campaign's page, and by programs."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from ads import campaigns
from ads.platform import Audience, Creative
from engine.values import Money
from people import tokens
from storage.store import Update
from tests.console.conftest import CLINIC, House

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
PAGE = f"/o/{CLINIC}/ads/campaigns"


@pytest.fixture
async def ids(house: House) -> tuple[str, str]:
    """A campaign that runs, and its one variation."""
    made = campaigns.NewCampaign(
        key="teeth", name="Teeth", offer="o1", platform="meta", daily_cap=Money(100_000, "KES"),
        monthly_cap=Money(1_000_000, "KES"), audience=Audience(countries=("KE",)),
        variations=(
            campaigns.NewVariation(
                angle="A", name="A: Teeth", budget=Money(30_000, "KES"), creative=Creative(texts=("Clean",))
            ),
        ),
    )  # fmt: skip
    id, ops = campaigns.drafted(CLINIC, made, "owner", NOW)
    store = house.store.org(CLINIC)
    await store.commit([*ops, Update("campaigns", id, {"set": {"state": "active"}})])
    (variation,) = await campaigns.variations(store, id)
    return id, str(variation["_id"])


async def _wanted(house: House) -> list[Any]:
    made = await house.store.org(CLINIC).find("ad_intents", {}, sort=[("at", 1)], limit=10)
    return [(each["kind"], each["wanted"]["bid"], each["wanted"]["budget"]) for each in made]


@pytest.mark.parametrize(
    ("form", "bid"),
    [({"bid": "650"}, 65_000), ({"bid": "1,250.5"}, 125_050), ({"bid": "", "remove": "1"}, 0), ({"bid": "0"}, 0)],
    ids=str,
)
async def test_the_form_of_the_page_asks_for_a_change_of_the_bid(
    house: House, ids: tuple[str, str], form: dict[str, str], bid: int
) -> None:
    campaign, variation = ids
    owner = await house.browser("owner")
    assert "Set the bid" in (await owner.get(f"{PAGE}/{campaign}")).text
    done = await owner.post(f"{PAGE}/change", campaign=campaign, variation=variation, **form)
    assert (done.status, done.place) == (303, f"{PAGE}/{campaign}?done=ads")
    assert await _wanted(house) == [("bid", bid, None)]


@pytest.mark.parametrize(
    ("typed", "said"), [("", "is no amount"), ("lots", "is no amount"), ("-5", "A bid is an amount in KES")]
)
async def test_what_is_no_bid_is_said_to_be_none(house: House, ids: tuple[str, str], typed: str, said: str) -> None:
    campaign, variation = ids
    owner = await house.browser("owner")
    answer = await owner.post(f"{PAGE}/change", campaign=campaign, variation=variation, bid=typed)
    assert answer.status == 409
    assert said in answer.text
    assert await _wanted(house) == []


async def test_who_may_not_change_budgets_sets_no_bid_and_sees_no_form(house: House, ids: tuple[str, str]) -> None:
    campaign, variation = ids
    viewer = await house.browser("viewer")
    assert "Set the bid" not in (await viewer.get(f"{PAGE}/{campaign}")).text
    refused = await viewer.post(f"{PAGE}/change", campaign=campaign, variation=variation, bid="650")
    assert refused.status in (403, 404)
    assert await _wanted(house) == []


@pytest.mark.parametrize(("body", "status"), [({"bid": 65_000}, 200), ({"bid": 0}, 200), ({"bid": -1}, 409), ({}, 409)])
async def test_a_program_sets_a_bid_in_minor_units(
    house: House, ids: tuple[str, str], body: dict[str, int], status: int
) -> None:
    campaign, variation = ids
    token = await tokens.make(house.store.org(CLINIC), "shop", "owner", datetime.now(UTC), by="test")
    browser, headers = await house.browser(), {"Authorization": f"Bearer {token}"}
    url = house.url(f"/api/v1/orgs/{CLINIC}/campaigns/change")
    async with browser.session.post(url, json={"variation": variation, **body}, headers=headers) as answer:
        assert answer.status == status, await answer.text()
    assert await _wanted(house) == ([("bid", body["bid"], None)] if status == 200 else [])
    async with browser.session.get(house.url(f"/api/v1/orgs/{CLINIC}/campaigns/{campaign}"), headers=headers) as answer:
        (shown,) = (await answer.json())["variations"]
    assert shown["bid"]["amount"] == 0
