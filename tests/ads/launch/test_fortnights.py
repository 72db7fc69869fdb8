"""The demo's fortnight: one at a time, whoever asks, and how far it is can be seen."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest

from ads.desk import Refused
from composition import fortnights
from composition.fortnight import Fortnight, Lived, Told
from composition.fortnights import Fortnights

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)


class Days:
    """Stands for the days that pass: goes on when the test says so."""

    def __init__(self) -> None:
        self.go = asyncio.Event()
        self.fails = False

    async def live(self, _house: Any, _orders: Any, wish: Fortnight, tell: Any, passed: Any) -> Lived:
        tell(Told(at=NOW, text="Amina approves the launch."))
        passed("c1", 5)
        await self.go.wait()
        if self.fails:
            raise Refused("ads.demo", "It did not come to active.")
        passed("c1", wish.length)
        return Lived(campaign="c1", changes=1, text="A is kept")


@pytest.fixture
def days(monkeypatch: pytest.MonkeyPatch) -> Days:
    made = Days()
    monkeypatch.setattr(fortnights.fortnight, "live", made.live)
    return made


class _House:
    class clock:
        @staticmethod
        def now() -> datetime:
            return NOW


class _Market:
    due = list


def made() -> Fortnights:
    house: Any = _House()
    market: Any = _Market()
    return Fortnights(house, market, hours=10)


async def test_the_button_and_the_command_share_one_fortnight(days: Days) -> None:
    passing = made()
    assert passing.stands().state == "none"
    assert passing.begin() is True
    await asyncio.sleep(0)
    seen = passing.stands()
    assert (seen.state, seen.hour, seen.hours, seen.campaign) == ("running", 5, 10, "c1")
    assert [each.text for each in seen.told] == ["Amina approves the launch."]
    assert passing.begin() is False
    with pytest.raises(Refused, match="passing already"):
        await passing.live(Fortnight(days=1), lambda _told: None)
    days.go.set()
    await passing.close()
    days.go.set()
    told: list[Told] = []
    assert (await passing.live(Fortnight(days=1), told.append)).campaign == "c1"
    assert (passing.stands().state, passing.stands().hour, len(told)) == ("done", 24, 1)


async def test_one_that_ends_early_says_why(days: Days) -> None:
    passing, days.fails = made(), True
    days.go.set()
    with pytest.raises(Refused):
        await passing.live(Fortnight(hours=10), lambda _told: None)
    stands = passing.stands()
    assert (stands.state, stands.told[0].text) == ("failed", "It did not come to active.")
