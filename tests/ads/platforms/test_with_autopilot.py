"""The whole way: an intent through runtime, dispatcher and connector to a simulated platform that misbehaves."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from ads.desk import Refused
from engine.values import Money
from sandbox.ads_faults import AdBehaviour
from tests.ads.autopilot.pilot import ORG, Pilot, kes
from tests.ads.platforms.conftest import Ads, piloted
from tests.ads.platforms.fuzzing import CODES, FAULTS

DAILY = kes(3000)


class Whole:
    """A business whose campaign runs on the simulated Meta."""

    def __init__(self, pilot: Pilot, ads: Ads) -> None:
        self.pilot = pilot
        self.ads = ads

    async def restart(self) -> None:
        self.pilot.platform = self.ads.meta()  # type: ignore[assignment]
        await self.pilot.crash()

    def live(self) -> int:
        """The daily budgets of what may spend, by the platform's own word, in cents."""
        sets = [one for one in self.ads.things("meta", "adset") if one.fields["status"] == "ACTIVE"]
        return sum(int(one.fields["daily_budget"]) for one in sets)

    async def stands(self, angle: str) -> tuple[str, int]:
        document = await self.pilot.variation(angle)
        thing = self.ads.world.get("meta", document["external"]["adset"])
        assert thing is not None
        return thing.fields["status"], int(thing.fields["daily_budget"])


@pytest.fixture
async def whole(tmp_path: Path) -> AsyncIterator[Whole]:
    async with piloted(tmp_path / "whole.db") as (pilot, ads):
        yield Whole(pilot, ads)


async def test_an_approved_campaign_runs_at_the_platform_with_the_budgets_it_was_given(whole: Whole) -> None:
    await whole.pilot.launched(600, 500, 400)
    assert [await whole.stands(angle) for angle in "ABC"] == [
        ("ACTIVE", 60_000),
        ("ACTIVE", 50_000),
        ("ACTIVE", 40_000),
    ]
    await whole.pilot.pass_(hours=5)
    assert sum(len(hours) for hours in whole.ads.world.hours.values()) > 0


@pytest.mark.parametrize("fault", ["lost_answer", "lost_request", "half_answer", "twice"])
async def test_a_launch_through_faults_ends_with_one_of_each(whole: Whole, fault: str) -> None:
    whole.ads.world.faults.choose("meta", AdBehaviour(**{fault: True, "writes_only": True}), times=5)  # type: ignore[arg-type]
    await whole.pilot.launched(600, 500)
    await whole.pilot.pass_(hours=3)
    assert [len(whole.ads.things("meta", kind)) for kind in ("campaign", "adset", "ad")] == [1, 2, 2]
    assert whole.live() == 110_000


async def test_a_change_whose_answer_was_lost_is_read_back_and_rolled_back(whole: Whole) -> None:
    await whole.pilot.launched(600, 500)
    await whole.pilot.pass_(hours=30)
    before = await whole.stands("A")
    whole.ads.world.faults.choose("meta", AdBehaviour(lost_answer=True, writes_only=True), times=1)
    intent = await whole.pilot.desk.propose(ORG, whole.pilot.id_of("A"), "juma", budget=kes(650))
    await whole.pilot.pass_(hours=2)
    found = await whole.pilot.intents(kind="budget", by="juma")
    assert [one["state"] for one in found] == ["done"], intent
    assert await whole.stands("A") == ("ACTIVE", 65_000)
    await whole.pilot.desk.rollback(ORG, found[0]["_id"], "juma")
    await whole.pilot.pass_(hours=2)
    assert await whole.stands("A") == before


async def _fuzzed(whole: Whole, seed: int, steps: int) -> None:
    chance = random.Random(seed)
    pilot, faults = whole.pilot, whole.ads.world.faults
    await pilot.launched(600, 500, 400)
    for _ in range(steps):
        faults.clear("meta")
        if chance.random() < 0.4:
            fault: dict[str, Any] = chance.choice((*FAULTS, *({"error": code} for code in CODES["meta"])))
            faults.choose("meta", AdBehaviour(**fault), times=chance.randint(1, 5))
        try:
            roll = chance.random()
            if roll < 0.2:
                bid = Money(chance.choice((0, chance.randrange(1_000, 15_000))), "KES")
                await pilot.desk.propose(ORG, pilot.id_of(chance.choice("ABC")), "juma", bid=bid)
            elif roll < 0.6:
                budget = Money(chance.randrange(20_000, 200_000), "KES")
                await pilot.desk.propose(ORG, pilot.id_of(chance.choice("ABC")), "juma", budget=budget)
            elif roll < 0.75:
                for asking in await pilot.intents(state="asking"):
                    await pilot.desk.approve(ORG, asking["_id"], "amina")
            elif roll < 0.85 and (done := await pilot.intents(state="done", kind=chance.choice(("budget", "bid")))):
                await pilot.desk.rollback(ORG, chance.choice(done)["_id"], "juma")
            elif roll < 0.9:
                await whole.restart()
        except Refused:
            pass
        await pilot.runtime.skip(timedelta(seconds=chance.choice((1, 60, 900, 3600))))
        assert whole.live() <= DAILY.amount
        assert len(whole.ads.things("meta", "adset")) <= 3
    faults.clear("meta")
    await pilot.pass_(hours=16)
    assert whole.live() <= DAILY.amount
    for intent in await pilot.intents(kind="rollback", state="done"):
        target = await pilot.intent(intent["undoes"])
        assert {name: intent["after"][name] for name in ("status", "budget", "name", "bid")} == {
            name: target["before"][name] for name in ("status", "budget", "name", "bid")
        }


async def test_a_sample_of_fuzzed_intents_never_lets_more_than_the_cap_be_spent(whole: Whole) -> None:
    await _fuzzed(whole, 1, 40)


@pytest.mark.soak
@pytest.mark.timeout(3000)
@pytest.mark.parametrize("seed", range(5))
async def test_two_thousand_fuzzed_intents_never_let_more_than_the_cap_be_spent(whole: Whole, seed: int) -> None:
    await _fuzzed(whole, 100 + seed, 400)
