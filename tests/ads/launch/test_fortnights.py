"""The demo's fortnight: one at a time, whoever asks, and how far it is can be seen."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from ads.desk import Refused
from ads.wording import Said
from composition import commentary, fortnight, fortnights
from composition.fortnight import Fortnight, Lived, Told
from composition.fortnights import Fortnights

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)


class Days:
    """Stands for the days that pass: goes on when the test says so."""

    def __init__(self) -> None:
        self.go = asyncio.Event()
        self.fails = False

    async def live(self, _house: Any, _orders: Any, wish: Fortnight, tell: Any, passed: Any) -> Lived:
        tell(Told(at=NOW, said=commentary.approved()))
        passed("c1", 5)
        await self.go.wait()
        if self.fails:
            raise Refused("ads.demo", "It did not come to active.")
        passed("c1", wish.length)
        return Lived(campaign="c1", changes=1, said=Said(en="A is kept", sw="A imebakizwa"))


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
    assert [each.said.sw for each in seen.told] == ["Amina anaidhinisha uzinduzi."]
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
    assert (stands.state, stands.told[0].said.en) == ("failed", "It did not come to active.")


INTENT = {
    "angle": "A", "kind": "budget", "wanted": {"budget": 180_000}, "budget_before": 120_000, "state": "held_back",
    "reason": "Its budget was changed less than 6 hours ago", "outcome": "2 changes in the last hour",
}  # fmt: skip
SPACE = "\N{NO-BREAK SPACE}"


def test_a_change_is_told_in_both_languages_with_its_reason_and_what_became_of_it() -> None:
    told = commentary.came_of(INTENT)
    assert told.en.replace(SPACE, " ") == (
        "A: budget KSh 1,200 → KSh 1,800, because: Its budget was changed less than 6 hours ago "
        "[held back: 2 changes in the last hour]"
    )
    assert told.sw.replace(SPACE, " ") == (
        "A: bajeti KSh 1,200 → KSh 1,800, kwa sababu: Bajeti yake ilibadilishwa chini ya saa 6 zilizopita "
        "[imezuiwa: Mabadiliko 2 katika saa iliyopita]"
    )
    assert "mtu alitaka hivyo" in commentary.approves({**INTENT, "reason": ""}).sw


class _Org:
    async def find(self, collection: str, *_: object, **__: object) -> list[dict[str, Any]]:
        facts = {"spend": 50_000, "conversions": 3, "profit": -20_000}
        return [{"_id": "c1", "angle": "A", "stage": "kept", "facts": facts}]


class _Store:
    def __init__(self, *languages: str) -> None:
        self._languages = list(languages)

    def org(self, _id: str) -> _Org:
        return _Org()

    async def get(self, _collection: str, _id: str) -> dict[str, Any]:
        return {"languages": self._languages}


@pytest.mark.parametrize(
    ("languages", "told"),
    [
        (("sw", "en"), "A imebakizwa: zimetumika KSh 500, oda 3, faida -KSh 200"),
        (("en", "sw"), "A is kept: KSh 500 spent, 3 orders, -KSh 200 profit"),
    ],
)
async def test_a_terminal_is_told_in_the_language_of_the_business(languages: tuple[str, ...], told: str) -> None:
    house: Any = SimpleNamespace(
        store=_Store(*languages), vault=None, clock=_House.clock, runtime=SimpleNamespace(hand_in=None)
    )
    lived = await fortnight.live(house, list, Fortnight(days=0), lambda _told: None)
    assert lived.text.replace(SPACE, " ") == told
