"""How often each person has seen an ad: asked now and then beside the hourly report, kept a while, told as a fact."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from ads.failures import NeedsPerson, PlatformError, RetryLater
from ads.platform import Reach
from tests.ads.autopilot.fakes import hour
from tests.ads.autopilot.pilot import ORG, Pilot

BUSY = RetryLater("ads.fake.busy", "Too many requests", after=timedelta(minutes=1))
CLOSED = NeedsPerson("ads.fake.closed", "It may not be read")


def reached(pilot: Pilot, people: int, impressions: int, *angles: str, key: str = "one") -> dict[str, Reach]:
    ids = [f"s{pilot.id_of(angle, key)}" for angle in angles]
    return {id: Reach(external=id, people=people, impressions=impressions) for id in ids}


async def told(pilot: Pilot, angle: str = "A") -> Any:
    """The fact as it was at the last look."""
    return (await pilot.variation(angle))["facts"]["frequency"]


async def noted(pilot: Pilot) -> dict[str, Any]:
    found = await pilot.store.org(ORG).get("ad_reach", f"{ORG}/meta")
    assert found is not None
    return found


async def test_how_often_each_person_saw_an_ad_is_a_fact_of_the_last_seven_whole_days(pilot: Pilot) -> None:
    await pilot.launched(1000, 500)
    pilot.platform.reached = reached(pilot, 400, 1000, "A")
    await pilot.pass_(minutes=35)
    assert pilot.platform.asked_reach == [(date(2030, 2, 25), date(2030, 3, 3))]  # it is Monday, 4 March, in Nairobi
    assert await told(pilot) == 2.5
    assert await told(pilot, "B") is None  # whom the platform does not name, nobody saw
    assert (await pilot.variation("A"))["reach"]["impressions"] == 1000


async def test_the_days_are_the_ad_accounts(pilot: Pilot) -> None:
    await pilot.pass_(hours=3)
    await pilot.launched(1000)
    await pilot.pass_(hours=12, minutes=35)  # 00:35 of the fifth in Nairobi, still the fourth by UTC
    assert pilot.platform.asked_reach[-1] == (date(2030, 2, 26), date(2030, 3, 4))


async def test_an_account_is_asked_every_six_hours_whatever_number_of_campaigns_it_has(pilot: Pilot) -> None:
    await pilot.launched(1000)
    other = await pilot.launched(500, key="two")
    pilot.platform.reached = {**reached(pilot, 400, 1000, "A"), **reached(pilot, 100, 400, "A", key="two")}
    await pilot.pass_(hours=5, minutes=55)
    assert len(pilot.platform.asked_reach) == 1
    assert await told(pilot) == 2.5
    (second,) = await pilot.store.org(ORG).find("variations", {"campaign": other}, limit=5)
    assert second["facts"]["frequency"] == 4.0
    pilot.platform.reached = reached(pilot, 400, 1200, "A")
    await pilot.pass_(hours=1)
    assert len(pilot.platform.asked_reach) == 2
    assert await told(pilot) == 3.0


async def test_another_process_that_starts_does_not_ask_anew(pilot: Pilot) -> None:
    await pilot.launched(1000)
    await pilot.pass_(minutes=35)
    await pilot.crash()
    await pilot.pass_(hours=2)
    assert len(pilot.platform.asked_reach) == 1


@pytest.mark.parametrize("error", [BUSY, CLOSED], ids=["busy", "closed"])
async def test_without_an_answer_the_hours_come_all_the_same_and_the_old_number_ages(
    pilot: Pilot, error: PlatformError
) -> None:
    id = await pilot.launched(1000)
    pilot.platform.reached = reached(pilot, 400, 1000, "A")
    await pilot.pass_(minutes=35)
    pilot.platform.reached = error
    pilot.platform.hour_rows = [hour(pilot.id_of("A"), pilot.clock.now(), 4000)]
    await pilot.pass_(hours=47)
    assert await told(pilot) == 2.5
    found = await noted(pilot)
    assert (found["trouble"], len(pilot.platform.asked_reach)) == (error.text, 8)
    assert (await pilot.campaign(id))["trouble"] == ""
    assert (await pilot.variation("A"))["facts"]["spend"] == 4000
    heard = await pilot.heard(f"campaign:{id}")
    assert "ads.not_collected" not in heard
    assert not await pilot.dead()
    await pilot.pass_(hours=2)
    assert await told(pilot) is None
    pilot.platform.reached = reached(pilot, 500, 1000, "A")
    await pilot.pass_(hours=6)
    assert await told(pilot) == 2.0
    assert (await noted(pilot))["trouble"] == ""


async def test_a_platform_that_never_answers_is_waited_for_a_minute(
    pilot: Pilot, monkeypatch: pytest.MonkeyPatch
) -> None:
    import asyncio

    async def never(first: date, last: date) -> Any:
        await asyncio.sleep(3600)

    monkeypatch.setattr("ads.frequency._SECONDS", 0.01)
    monkeypatch.setattr(pilot.platform, "reach", never)
    await pilot.launched(1000)
    await pilot.pass_(minutes=35)
    assert "did not answer" in (await noted(pilot))["trouble"]
    assert await told(pilot) is None


async def test_an_ad_that_nobody_saw_lately_loses_its_number(pilot: Pilot) -> None:
    await pilot.launched(1000)
    pilot.platform.reached = reached(pilot, 400, 1000, "A")
    await pilot.pass_(minutes=35)
    pilot.platform.reached = {}
    await pilot.pass_(hours=6)
    assert await told(pilot) is None
