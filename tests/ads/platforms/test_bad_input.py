"""What a platform, or somebody on it, does wrong: at each of the three, through the autopilot, with its journal."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from ads.campaigns import variation_machine
from storage.store import Insert
from tests.ads.autopilot.pilot import ORG, Pilot, kes
from tests.ads.platforms.conftest import Ads, piloted, variation
from tests.ads.platforms.test_platforms import every_platform

EDIT: dict[str, tuple[str, dict[str, Any]]] = {
    "meta": ("adset", {"daily_budget": "70000"}),
    "google": ("budget", {"amountMicros": "700000000"}),
    "tiktok": ("adset", {"budget": 700.0}),
}


class Account:
    """A campaign of two ads that the autopilot runs on a simulated platform."""

    def __init__(self, pilot: Pilot, ads: Ads) -> None:
        self.pilot = pilot
        self.ads = ads
        self.name = ""

    async def connected(self, name: str) -> None:
        self.name = name
        self.pilot.platform = self.ads.platform(name)  # type: ignore[assignment]
        if name != "meta":
            account = {"_id": f"{ORG}/{name}", "org": ORG, "platform": name, "currency": "KES"}
            await self.pilot.store.commit([Insert("ad_accounts", account)])

    async def launched(self) -> str:
        plan = variation()
        return await self.pilot.launched(
            600, 500, platform=self.name, audience=plan.audience, creative=plan.creative
        )  # fmt: skip

    async def heard(self, angle: str = "A") -> list[str]:
        return await self.pilot.heard(variation_machine(self.pilot.id_of(angle)))

    def each(self) -> tuple[int, int]:
        return len(self.ads.things(self.name, "adset")), len(self.ads.things(self.name, "ad"))


@pytest.fixture
async def account(tmp_path: Path) -> AsyncIterator[Account]:
    async with piloted(tmp_path / "account.db") as (pilot, ads):
        yield Account(pilot, ads)


@every_platform
@pytest.mark.parametrize("fault", ["lost_answer", "lost_request", "half_answer", "twice"])
async def test_what_is_answered_never_by_half_or_twice_is_made_once(account: Account, name: str, fault: str) -> None:
    await account.connected(name)
    await account.ads.misbehave(name, times=4, writes_only=True, **{fault: True})
    await account.launched()
    await account.pilot.pass_(hours=3)
    assert account.each() == (2, 2)
    assert [each["state"] for each in await account.pilot.intents(kind="launch")] == ["done", "done"]
    for intent in await account.pilot.intents(kind="launch"):
        assert (await account.pilot.heard(f"change:{intent['_id']}")).count("ads.executed") == 1


@every_platform
async def test_an_edit_by_hand_is_followed_and_a_report_that_shrinks_gives_nothing_back(
    account: Account, name: str
) -> None:
    await account.connected(name)
    id = await account.launched()
    await account.pilot.pass_(hours=4)
    kind, fields = EDIT[name]
    own = (await account.pilot.variation("A"))["external"].values()
    (thing,) = (each for each in account.ads.things(name, kind) if each.id in own)  # either may have been made first
    await account.ads.edit(name, thing.id, **fields)
    await account.ads.misbehave(name, shrink=0.5)
    before = sum((await account.pilot.campaign(id))["ledger"]["reported"].popitem()[1].values())
    await account.pilot.pass_(hours=1, minutes=10)
    assert (await account.pilot.variation("A"))["budget"] == kes(700).amount
    found = await account.heard()
    assert "ads.found_edited" in found
    assert "ads.hour_corrected" in found
    after = sum((await account.pilot.campaign(id))["ledger"]["reported"].popitem()[1].values())
    assert after >= before > 0


@every_platform
async def test_another_currency_stops_the_campaign_with_both_named(account: Account, name: str) -> None:
    await account.connected(name)
    id = await account.launched()
    own = account.ads.account(name)
    await account.ads.control("PATCH", f"/{name}/accounts/{own.id}", {"currency": "USD"})
    await account.pilot.pass_(hours=2)
    found = await account.pilot.campaign(id)
    assert found["state"] == "paused"
    assert "USD" in found["reason"]
    assert "KES" in found["reason"]
    assert "ads.pause_asked" in await account.pilot.heard(f"campaign:{id}")


@every_platform
async def test_a_campaign_that_somebody_deletes_is_paused_and_says_why(account: Account, name: str) -> None:
    await account.connected(name)
    id = await account.launched()
    for thing in account.ads.things(name, "campaign"):
        await account.ads.control("DELETE", f"/{name}/things/{thing.id}")
    await account.pilot.pass_(hours=3)
    found = await account.pilot.campaign(id)
    assert (found["state"], found["reason"]) == ("paused", "all of its ads were deleted on the platform")
    for angle in "AB":
        assert "ads.found_gone" in await account.heard(angle)


@every_platform
@pytest.mark.parametrize("zone", ["America/New_York", "Asia/Kolkata"])
async def test_an_account_by_another_clock_is_told_in_our_hours(account: Account, name: str, zone: str) -> None:
    await account.connected(name)
    own = account.ads.account(name)
    await account.ads.control("PATCH", f"/{name}/accounts/{own.id}", {"zone": zone})
    await account.launched()
    began = account.pilot.clock.now()
    await account.pilot.pass_(hours=5)
    rows = await account.pilot.store.org(ORG).find(
        "ad_hours", {"variation": account.pilot.id_of("A")}, sort=[("hour", 1)], limit=100
    )
    hours = [each["hour"] for each in rows if each["spend"]]
    assert len(hours) >= 4
    # the platform's own hour may have begun half an hour off ours, and is kept under ours in which it began
    assert timedelta(hours=-1) <= began - hours[0] < timedelta(minutes=90)
    assert {b - a for a, b in pairwise(hours)} == {timedelta(hours=1)}
