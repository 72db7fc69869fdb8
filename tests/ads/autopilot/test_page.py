"""The campaign's page and its twin show caps, variations, and each decision with its reason."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, cast

import msgspec
import pytest

from ads.failures import RetryLater
from ads.platform import Reach
from insights import ads as insight
from people.signing_in import Visitor
from tests.ads.autopilot.past import At, lived
from tests.ads.autopilot.pilot import ORG, Pilot, kes
from web.console import frame
from web.console.ads import Ads
from web.console.caller import Caller


class _Request:
    def __init__(self, id: str) -> None:
        self.match_info = {"id": id}
        self.query: dict[str, str] = {}


async def _page(pilot: Pilot, id: str, language: str = "en") -> str:
    """The campaign's page as its owner sees it; without an id the list of them."""
    caller = Caller(now=datetime.now(UTC), language=language, visitor=Visitor(), org=ORG, role="owner", program="x")
    pages, request = Ads(pilot.store, pilot.desk, pilot.clock.now), cast("Any", _Request(id))
    return (await (pages.one_page if id else pages.list_page)(request, caller)).text or ""


@pytest.mark.parametrize("language", ["en", "sw"])
async def test_the_page_shows_what_waits_and_why(pilot: Pilot, language: str) -> None:
    id = await pilot.launched(1000, 500)
    change = await pilot.desk.propose(ORG, pilot.id_of("A"), "juma", budget=kes(2000), reason="more for Christmas")
    await pilot.pass_(minutes=35)
    shown = await _page(pilot, id, language)
    assert "more for Christmas" in shown
    assert change in shown
    assert "KSh" in shown
    assert frame.Words(language)("ads.approve") in shown
    assert id in await _page(pilot, "", language)
    twin = await insight.one(pilot.store.org(ORG), id, pilot.clock.now())
    assert twin.summary.asking == 1
    assert msgspec.json.encode(twin)


@pytest.mark.parametrize(
    ("language", "said"), [("en", "(seen 2.5 times each in 7 days)"), ("sw", "(kila mtu ameliona mara 2.5 kwa siku 7)")]
)
async def test_the_page_and_its_twin_show_the_click_rate_and_how_often_each_person_saw_it(
    pilot: Pilot, language: str, said: str
) -> None:
    id = await pilot.launched(1000, 500)
    adset = f"s{pilot.id_of('A')}"
    await lived(pilot, "A", 48, lambda ago: At(clicks=25))
    pilot.platform.reached = {adset: Reach(external=adset, people=400, impressions=1000)}
    await pilot.pass_(minutes=35)
    page = await _page(pilot, id, language)
    assert "2.5 %" in page
    assert page.count(said) == 1, "of B nothing is known"
    assert frame.Words(language)("ads.click-rate") in page
    a, b = (await insight.one(pilot.store.org(ORG), id, pilot.clock.now())).variations
    assert (a.click_rate, a.frequency) == (0.025, 2.5)
    assert (b.click_rate, b.frequency) == (None, None)


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", "was not told: Meta is asked too often. It is asked again after"),
     ("sw", "mara ngapi: Meta inaulizwa mara nyingi mno. Itaulizwa tena baada ya")],
)  # fmt: skip
async def test_the_page_says_why_it_is_not_known_how_often_people_saw_an_ad(
    pilot: Pilot, language: str, said: str
) -> None:
    id = await pilot.launched(1000)
    pilot.platform.reached = RetryLater("ads.meta.rate", "Meta is asked too often", after=timedelta(minutes=1))
    await pilot.pass_(minutes=35)
    assert said in await _page(pilot, id, language)
    untold = (await insight.one(pilot.store.org(ORG), id, pilot.clock.now())).untold
    assert untold is not None
    assert timedelta(hours=5) < untold.again - pilot.clock.now() < timedelta(hours=6)
    pilot.platform.reached = {}
    await pilot.pass_(hours=6)
    assert said not in await _page(pilot, id, language)


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", ("at most KSh 300 a result", "lowest cost → KSh 300", "bids as set on the platform")),
     ("sw", ("si zaidi ya KSh 300 kwa tokeo", "gharama ya chini kabisa → KSh 300", "zabuni kama ilivyowekwa"))],
)  # fmt: skip
async def test_the_page_and_its_twin_show_bids_and_what_became_of_them(
    pilot: Pilot, language: str, said: tuple[str, str, str]
) -> None:
    id = await pilot.launched(1000, 500, 250)
    await pilot.desk.propose(ORG, pilot.id_of("A"), "juma", bid=kes(300))
    other = pilot.platform.sets[pilot.id_of("B")]
    other.bid, other.fingerprint = None, "bid cap"
    await pilot.pass_(minutes=95)
    page = await _page(pilot, id, language)
    page = page.replace("\N{NO-BREAK SPACE}", " ")
    assert [page.count(each) for each in said] == [1, 1, 1]
    assert frame.Words(language)("ads.remove-bid") in page
    twin = await insight.one(pilot.store.org(ORG), id, pilot.clock.now())
    assert [each.bid for each in twin.variations] == [kes(300), None, kes(0)]
    change = next(each for each in twin.decisions if each.kind == "bid")
    assert (change.bid_before, change.bid_after) == (kes(0), kes(300))


async def test_the_page_says_what_is_odd_about_an_ad(pilot: Pilot) -> None:
    id = await pilot.launched(1000)
    nothing = At(spend=0, impressions=0, clicks=0, orders=0)
    await lived(pilot, "A", 240, lambda ago: At(orders=int(ago % 24 == 0)) if ago > 8 else nothing)
    await pilot.pass_(minutes=35)
    page = await _page(pilot, id)
    assert "It is hardly shown any more" in page


@pytest.mark.parametrize(("days", "said"), [(9, False), (15, True)])
async def test_the_page_says_what_comes_next_or_that_it_cannot(pilot: Pilot, days: int, said: bool) -> None:
    id = await pilot.launched(1000, 500)
    for angle in "AB":
        await lived(pilot, angle, days * 24, lambda ago: At(orders=int(ago % 4 == 0)))
    await pilot.pass_(hours=6, minutes=35)
    page = await _page(pilot, id)
    outlook = (await insight.one(pilot.store.org(ORG), id, pilot.clock.now())).outlook
    assert outlook is not None
    assert ("What comes next cannot be said yet: 9 days with 108 orders are known" in page) != said
    assert ("In the next 72 hours about" in page) == said
    assert [each.hours for each in outlook.next] == ([24, 72] if said else [])
    for each in outlook.next:
        assert each.low <= each.expected <= each.high
        assert each.low <= each.hours / 2 <= each.high, "two ads with an order every four hours each"
