"""How many people saw an ad: asked of the platform for whole days, read strictly, and agreeing over spans."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import msgspec
import pytest

from ads.failures import Refused, RetryLater
from ads.meta import reach as meta_reach
from ads.platform import Platform, Reach
from ads.tiktok import reach as tiktok_reach
from tests.ads.platforms.acts import resume
from tests.ads.platforms.conftest import Ads, piloted, variation
from tests.ads.platforms.test_bad_input import Account
from tests.ads.platforms.test_failures import HALF
from tests.ads.platforms.test_platforms import launched

FIRST, LAST = date(2026, 11, 22), date(2026, 11, 28)
who_tells = pytest.mark.parametrize("name", ["meta", "tiktok"])


async def _several(platform: Platform, *ids: str) -> None:
    """Variations of one campaign, switched on."""
    first, *more = ids
    above, _ = await launched(platform, first)
    for id in more:
        await resume(platform, (await platform.create_variation(above, variation(id))).ref)


def _shown(ads: Ads, name: str, adset: str, first: date, last: date, zone: str = "Africa/Nairobi") -> int:
    """The impressions of those days by the account's clock, as the market had them."""

    def within(hour: datetime) -> bool:
        return first <= hour.astimezone(ZoneInfo(zone)).date() <= last

    return sum(row.impressions for hour, row in ads.world.hours[name, adset].items() if within(hour))


@who_tells
@pytest.mark.parametrize("zone", ["Africa/Nairobi", "America/New_York"])
async def test_people_are_told_of_whole_days_by_the_accounts_clock(ads: Ads, name: str, zone: str) -> None:
    await ads.control("PATCH", f"/{name}/accounts/{ads.account(name).id}", {"zone": zone})
    platform = ads.platform(name)
    await _several(platform, "v1", "v2")
    ads.clock.move(timedelta(days=9))
    found = await platform.reach(FIRST, LAST)
    assert set(found) == {thing.id for thing in ads.things(name, "adset")}
    for external, reach in found.items():
        assert reach.external == external
        assert reach.impressions == _shown(ads, name, external, FIRST, LAST, zone)
        assert 0 < reach.people < reach.impressions


@who_tells
async def test_a_longer_span_has_no_fewer_people_and_fewer_than_its_days_together(ads: Ads, name: str) -> None:
    platform = ads.platform(name)
    _, ref = await launched(platform)
    ads.clock.move(timedelta(days=9))
    adset = ref.external["adset"]
    spans = [(await platform.reach(FIRST, FIRST + timedelta(days=n)))[adset] for n in range(7)]
    days = [
        (await platform.reach(day, day))[adset].people for day in (FIRST + timedelta(days=n) for n in range(7))
    ]  # fmt: skip
    assert [one.people for one in spans] == sorted(one.people for one in spans)
    assert max(days) <= spans[-1].people < sum(days)


async def test_google_tells_of_nobody_and_is_not_even_asked(ads: Ads) -> None:
    platform = ads.google()
    await launched(platform)
    ads.clock.move(timedelta(days=9))
    await ads.misbehave("google", outage=503)
    assert await platform.reach(FIRST, LAST) == {}


@who_tells
async def test_an_account_that_showed_nothing_in_those_days_has_no_rows(ads: Ads, name: str) -> None:
    platform = ads.platform(name)
    await launched(platform)
    ads.clock.move(timedelta(days=1))
    assert await platform.reach(date(2026, 11, 1), date(2026, 11, 7)) == {}


@who_tells
async def test_all_pages_are_read(ads: Ads, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    platform = ads.platform(name)
    await _several(platform, "v1", "v2", "v3")
    ads.clock.move(timedelta(days=9))
    whole = await platform.reach(FIRST, LAST)
    assert len(whole) == 3
    for module in (meta_reach, tiktok_reach):
        monkeypatch.setattr(module, "_PAGE", 1)
    assert await platform.reach(FIRST, LAST) == whole
    for module in (meta_reach, tiktok_reach):
        monkeypatch.setattr(module, "_MOST_PAGES", 2)
    with pytest.raises(RetryLater) as endless:
        await platform.reach(FIRST, LAST)
    assert endless.value.said == "it does not end"


def _meta(**fields: Any) -> Any:
    return {"data": [{"adset_id": "7", "reach": "10", "impressions": "30", **fields}]}


def _tiktok(**fields: Any) -> Any:
    row = {"dimensions": {"adgroup_id": "7"}, "metrics": {"reach": "10", "impressions": "30", **fields}}
    return {"code": 0, "message": "OK", "data": {"list": [row], "page_info": {"total_page": 1}}}


BODY = {"meta": _meta, "tiktok": _tiktok}
NONSENSE: list[dict[str, Any]] = [
    {"reach": "31"}, {"reach": "-1"}, {"impressions": "-1"}, {"reach": "1.5"}, {"reach": 1.5}, {"reach": "NaN"},
    {"reach": None}, {"reach": "-"}, {"reach": True}, {"reach": ["10"]}, {"reach": "9" * 16, "impressions": "9" * 17},
    {"impressions": "many"}, {"impressions": None},
]  # fmt: skip


async def _answered(ads: Ads, name: str, body: Any) -> dict[str, Reach]:
    """What the connector makes of `body` where the report would stand."""
    content = body if isinstance(body, bytes) else msgspec.json.encode(body)

    async def answer(_: httpx.Request) -> httpx.Response:
        return httpx.Response(200, content=content)

    async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as http:
        return await ads.platform(name, http).reach(FIRST, LAST)


@who_tells
@pytest.mark.parametrize("wrong", NONSENSE, ids=range(len(NONSENSE)))
async def test_a_number_that_cannot_be_is_refused_with_its_whole_report(
    ads: Ads, name: str, wrong: dict[str, Any]
) -> None:
    assert (await _answered(ads, name, BODY[name]()))["7"].people == 10
    with pytest.raises(RetryLater) as refused:
        await _answered(ads, name, BODY[name](**wrong))
    assert refused.value.code == f"ads.{name}.report"


@who_tells
@pytest.mark.parametrize("body", [*HALF, b'{"code": 0, "data": {"list": 7}}'], ids=range(len(HALF) + 1))
async def test_half_a_report_is_taken_not_at_all(ads: Ads, name: str, body: bytes) -> None:
    with pytest.raises((RetryLater, Refused)):
        await _answered(ads, name, body)


@who_tells
async def test_a_page_that_leads_to_itself_ends(ads: Ads, name: str) -> None:
    body = BODY[name]()
    if name == "meta":
        body["paging"] = {"cursors": {"after": "MQ=="}, "next": "https://graph.facebook.com/next"}
    else:
        body["data"]["page_info"]["total_page"] = 10**9
    with pytest.raises(RetryLater):
        await _answered(ads, name, body)


async def test_reach_waits_as_other_reports_do(ads: Ads) -> None:
    platform = ads.meta()
    await ads.misbehave("meta", usage=80)
    await platform.account()
    with pytest.raises(RetryLater) as later:
        await platform.reach(FIRST, LAST)
    assert later.value.code == "ads.meta.rate"


@who_tells
async def test_the_autopilot_knows_how_often_each_person_saw_an_ad(tmp_path: Path, name: str) -> None:
    async with piloted(tmp_path / "whole.db") as (pilot, ads):
        account = Account(pilot, ads)
        await account.connected(name)
        await account.launched()
        await pilot.pass_(hours=44)  # the first whole day, and a look after the account was asked of it
        variation = await pilot.variation("A")
        told = variation["facts"]["frequency"]
        day = pilot.clock.now().astimezone(ZoneInfo("Africa/Nairobi")).date() - timedelta(days=1)
        adset = variation["external"]["adset"]
        assert variation["reach"]["impressions"] == _shown(ads, name, adset, day - timedelta(days=6), day)
        assert told == round(variation["reach"]["impressions"] / variation["reach"]["people"], 2) > 1
