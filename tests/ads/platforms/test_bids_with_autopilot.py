"""A bid the whole way: from a wish through runtime, dispatcher and connector to each platform, which misbehaves."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from ads.campaigns import variation_machine
from sandbox.ads_faults import AdBehaviour
from storage.store import Insert
from tests.ads.autopilot.pilot import ORG, Pilot, kes
from tests.ads.platforms.conftest import Ads, piloted, variation
from tests.ads.platforms.test_platforms import every_platform

BY_HAND: dict[str, tuple[str, dict[str, Any]]] = {
    "meta": ("adset", {"bid_strategy": "COST_CAP", "bid_amount": 9_000}),
    "google": ("campaign", {"targetSpend": {"cpcBidCeilingMicros": "90000000"}}),
    "tiktok": ("adset", {"bid_type": "BID_TYPE_CUSTOM", "bid_price": 90.0}),
}


class Account:
    """A campaign for chats that the autopilot runs at a simulated platform."""

    def __init__(self, pilot: Pilot, ads: Ads) -> None:
        self.pilot = pilot
        self.ads = ads
        self.name = ""

    async def launched(self, name: str) -> None:
        self.name = name
        self.pilot.platform = self.ads.platform(name)  # type: ignore[assignment]
        if name != "meta":
            account = {"_id": f"{ORG}/{name}", "org": ORG, "platform": name, "currency": "KES"}
            await self.pilot.store.commit([Insert("ad_accounts", account)])
        plan = variation()
        await self.pilot.launched(600, 500, platform=name, audience=plan.audience, creative=plan.creative)

    async def set(self, bid: int) -> str:
        change = await self.pilot.desk.propose(ORG, self.pilot.id_of("A"), "juma", bid=kes(bid))
        await self.pilot.pass_(minutes=5)
        return str((await self.pilot.intent(change))["state"])

    async def bid(self) -> int | None:
        """By the platform's own word, to a connector that knows nothing."""
        ref = await self.ads.platform(self.name).find("variation", self.pilot.id_of("A"))
        assert ref is not None
        found = (await self.ads.platform(self.name).read(ref)).bid
        return None if found is None else found.amount


@pytest.fixture
async def account(tmp_path: Path) -> AsyncIterator[Account]:
    async with piloted(tmp_path / "account.db") as (pilot, ads):
        yield Account(pilot, ads)


@every_platform
async def test_a_bid_is_made_read_back_and_taken_back_exactly(account: Account, name: str) -> None:
    await account.launched(name)
    assert await account.set(200) == "done"
    assert (await account.bid(), (await account.pilot.variation("A"))["bid"]) == (20_000, 20_000)
    (made,) = await account.pilot.intents(kind="bid")
    assert (made["before"]["bid"], made["after"]["bid"], len(made["requests"])) == (0, 20_000, 1)
    back = await account.pilot.desk.rollback(ORG, made["_id"], "juma")
    await account.pilot.pass_(minutes=5)
    assert (await account.pilot.intent(back))["after"] == made["before"]
    assert (await account.bid(), (await account.pilot.variation("A"))["bid"]) == (0, 0)
    await account.pilot.pass_(hours=2)
    assert "ads.found_edited" not in await account.pilot.heard(variation_machine(account.pilot.id_of("A")))


@every_platform
@pytest.mark.parametrize("fault", ["lost_answer", "half_answer", "lost_request", "outage"])
async def test_a_bid_whose_answer_is_lost_or_half_or_late_is_read_back(account: Account, name: str, fault: str) -> None:
    await account.launched(name)
    behaves: dict[str, Any] = {fault: 503 if fault == "outage" else True, "writes_only": True}
    account.ads.world.faults.choose(name, AdBehaviour(**behaves), times=3)
    change = await account.pilot.desk.propose(ORG, account.pilot.id_of("A"), "juma", bid=kes(200))
    await account.pilot.pass_(hours=2)
    assert (await account.pilot.intent(change))["state"] == "done"
    assert (await account.bid(), (await account.pilot.variation("A"))["bid"]) == (20_000, 20_000)


@every_platform
async def test_a_bid_that_is_edited_by_hand_is_followed_and_said_to_be_one(account: Account, name: str) -> None:
    await account.launched(name)
    kind, fields = BY_HAND[name]
    of_a = (await account.pilot.variation("A"))["external"]["campaign" if kind == "campaign" else "adset"]
    await account.ads.edit(name, of_a, **fields)
    await account.pilot.pass_(minutes=95)
    document = await account.pilot.variation("A")
    assert (document["bid"], document["budget"], document["status"]) == (9_000, 60_000, "active")
    assert "ads.found_edited" in await account.pilot.heard(variation_machine(document["_id"]))
    assert await account.set(80) == "done"
    assert await account.bid() == 8_000


@every_platform
async def test_a_bid_of_what_was_deleted_by_hand_fails(account: Account, name: str) -> None:
    await account.launched(name)
    external = (await account.pilot.variation("A"))["external"]
    await account.ads.control("DELETE", f"/{name}/things/{external['campaign' if name == 'google' else 'adset']}")
    assert await account.set(200) == "failed"
    assert (await account.pilot.variation("A"))["status"] == "gone"


@every_platform
async def test_an_ad_whose_results_are_dearer_than_its_bid_is_not_shown_until_it_is_gone(
    account: Account, name: str
) -> None:
    await account.launched(name)
    assert await account.set(1) == "done"
    adset = (await account.pilot.variation("A"))["external"]["adset"]

    def spent() -> float:
        return sum(row.spend for row in account.ads.world.hours.get((name, adset), {}).values())

    account.ads.clock.move(timedelta(hours=5))
    account.ads.world.advance()
    assert spent() == 0
    assert await account.set(0) == "done"
    account.ads.clock.move(timedelta(hours=5))
    account.ads.world.advance()
    assert spent() > 0
