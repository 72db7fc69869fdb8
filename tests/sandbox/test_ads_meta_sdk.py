"""facebook-business, Meta's own SDK, as an independent client of the simulated Marketing API."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from requests import PreparedRequest, Response
from requests.adapters import HTTPAdapter

from tests.ads.assets.conftest import box, movie
from tests.sandbox.ads import Platforms, running

pytest.importorskip("facebook_business")

from facebook_business.adobjects.ad import Ad
from facebook_business.adobjects.adaccount import AdAccount
from facebook_business.adobjects.adcreative import AdCreative
from facebook_business.adobjects.adset import AdSet
from facebook_business.adobjects.advideo import AdVideo
from facebook_business.adobjects.campaign import Campaign
from facebook_business.api import FacebookAdsApi
from facebook_business.exceptions import FacebookRequestError
from facebook_business.session import FacebookSession
from facebook_business.video_uploader import VideoUploadRequest


@pytest.fixture
def graph() -> Iterator[None]:
    before, api = FacebookSession.GRAPH, FacebookAdsApi.get_default_api()
    yield
    FacebookSession.GRAPH = before
    FacebookAdsApi.set_default_api(api)


def _account(platforms: Platforms, token: str = "") -> AdAccount:
    own = platforms.account("meta")
    FacebookSession.GRAPH = f"{platforms.base}/meta"
    FacebookAdsApi.init(access_token=token or own.token, app_secret=own.client_secret, crash_log=False)
    return AdAccount(f"act_{own.id}")


def _campaign(account: AdAccount) -> Campaign:
    return account.create_campaign(
        params={
            "name": "Braids", "objective": "OUTCOME_TRAFFIC", "status": "ACTIVE", "special_ad_categories": [],
            "is_adset_budget_sharing_enabled": False,
        }
    )  # fmt: skip


def _adset(account: AdAccount, campaign: str, **changes: Any) -> AdSet:
    params = {
        "name": "Nairobi", "campaign_id": campaign, "daily_budget": 50_000, "billing_event": "IMPRESSIONS",
        "optimization_goal": "LINK_CLICKS", "bid_strategy": "LOWEST_COST_WITHOUT_CAP", "status": "ACTIVE",
        "targeting": {"geo_locations": {"countries": ["KE"]}},
    }  # fmt: skip
    return account.create_ad_set(params={**params, **changes})


def _ad(account: AdAccount, adset: str, page: str) -> Ad:
    story = {"page_id": page, "link_data": {"link": "https://mara.example", "message": "Braids"}}
    creative = account.create_ad_creative(params={"name": "Trust", "object_story_spec": story})
    ad = {"name": "Ad", "adset_id": adset, "creative": {"creative_id": creative["id"]}, "status": "ACTIVE"}
    return account.create_ad(params=ad)


@pytest.mark.usefixtures("graph")
async def test_the_sdk_creates_reads_changes_and_reports_an_ad() -> None:
    async with running() as platforms:
        account = _account(platforms)
        page = platforms.account("meta").page
        campaign = await platforms.call(lambda: _campaign(account))
        adset = await platforms.call(lambda: _adset(account, campaign["id"]))
        ad = await platforms.call(lambda: _ad(account, adset["id"], page))
        read = await platforms.call(lambda: Ad(ad["id"]).api_get(fields=["effective_status", "adset_id"]))
        assert (read["effective_status"], read["adset_id"]) == ("ACTIVE", adset["id"])
        await platforms.call(lambda: AdSet(adset["id"]).api_update(params={"daily_budget": 60_000}))
        read = await platforms.call(lambda: AdSet(adset["id"]).api_get(fields=["daily_budget"]))
        assert read["daily_budget"] == "60000"
        platforms.pass_hours(30)
        params = {
            "level": "adset", "time_increment": 1, "limit": 7,
            "breakdowns": ["hourly_stats_aggregated_by_advertiser_time_zone"],
            "time_range": {"since": "2026-11-21", "until": "2026-11-22"},
        }  # fmt: skip
        rows = await platforms.call(lambda: list(account.get_insights(fields=["spend", "adset_id"], params=params)))
        assert len(rows) == 30  # five pages, which the SDK turned by itself
        assert sum(float(row["spend"]) for row in rows) > 0
        await platforms.call(lambda: Campaign(campaign["id"]).api_delete())
        assert await platforms.call(lambda: list(account.get_ad_sets(fields=["name"]))) == []


@pytest.mark.usefixtures("graph")
async def test_the_sdk_reads_how_many_people_an_ad_set_reached() -> None:
    async with running() as platforms:
        account = _account(platforms)
        page = platforms.account("meta").page
        campaign = await platforms.call(lambda: _campaign(account))
        for name in ("Nairobi", "Mombasa", "Kisumu"):
            adset = await platforms.call(lambda name=name: _adset(account, campaign["id"], name=name))
            await platforms.call(lambda adset=adset: _ad(account, adset["id"], page))
        platforms.pass_hours(9 * 24)

        def reached(until: str, **more: Any) -> dict[str, Any]:
            params = {"level": "adset", "limit": 2, "time_range": {"since": "2026-11-22", "until": until}, **more}
            fields = ["adset_id", "reach", "impressions", "frequency"]
            return {row["adset_id"]: row for row in account.get_insights(fields=fields, params=params)}

        day = await platforms.call(lambda: reached("2026-11-22"))
        week = await platforms.call(lambda: reached("2026-11-28"))
        assert len(week) == 3  # two pages, which the SDK turned by itself
        for id, row in week.items():
            people, shown = int(row["reach"]), int(row["impressions"])
            assert 0 < int(day[id]["reach"]) < people < shown
            assert float(row["frequency"]) == pytest.approx(shown / people, abs=1e-6)
        hourly = {"breakdowns": ["hourly_stats_aggregated_by_advertiser_time_zone"]}
        by_hour = await platforms.call(lambda: reached("2026-11-28", **hourly))
        assert all("reach" not in row for row in by_hour.values())


@pytest.mark.usefixtures("graph")
async def test_the_sdk_understands_the_refusals() -> None:
    async with running() as platforms:
        account = _account(platforms)
        campaign = await platforms.call(lambda: _campaign(account))
        with pytest.raises(FacebookRequestError) as low:
            await platforms.call(lambda: _adset(account, campaign["id"], daily_budget=1))
        assert (low.value.api_error_code(), low.value.api_error_subcode()) == (100, 1885272)
        adset = await platforms.call(lambda: _adset(account, campaign["id"]))
        for n in range(1, 5):
            await platforms.call(lambda n=n: AdSet(adset["id"]).api_update(params={"daily_budget": 50_000 + 1000 * n}))
        with pytest.raises(FacebookRequestError) as often:
            await platforms.call(lambda: AdSet(adset["id"]).api_update(params={"daily_budget": 70_000}))
        assert (often.value.api_error_code(), often.value.api_error_subcode()) == (613, 1487632)
        platforms.pass_hours(1.1)
        await platforms.call(lambda: AdSet(adset["id"]).api_update(params={"daily_budget": 70_000}))
        wrong = _account(platforms, token="another")
        with pytest.raises(FacebookRequestError) as refused:
            await platforms.call(lambda: wrong.api_get(fields=["currency"]))
        assert refused.value.api_error_code() == 190


@pytest.mark.usefixtures("graph")
async def test_the_sdk_sets_a_cost_cap_and_takes_it_away() -> None:
    async with running() as platforms:
        account = _account(platforms)
        campaign = await platforms.call(lambda: _campaign(account))
        adset = await platforms.call(lambda: _adset(account, campaign["id"]))

        async def bidding(**params: Any) -> tuple[Any, Any]:
            await platforms.call(lambda: AdSet(adset["id"]).api_update(params=params))
            read = await platforms.call(lambda: AdSet(adset["id"]).api_get(fields=["bid_strategy", "bid_amount"]))
            return read["bid_strategy"], read.get("bid_amount")

        words = AdSet.BidStrategy
        assert await bidding(bid_strategy=words.cost_cap, bid_amount=4_000) == ("COST_CAP", 4_000)
        assert await bidding(bid_amount=5_000) == ("COST_CAP", 5_000)
        lowest = words.lowest_cost_without_cap
        assert await bidding(bid_strategy=lowest) == ("LOWEST_COST_WITHOUT_CAP", None)
        with pytest.raises(FacebookRequestError) as without:
            await bidding(bid_strategy=words.cost_cap)
        assert (without.value.api_error_code(), without.value.api_error_subcode()) == (100, 1815857)
        with pytest.raises(FacebookRequestError) as both:
            await bidding(bid_strategy=lowest, bid_amount=4_000)
        assert both.value.api_error_code() == 100
        capped = await platforms.call(
            lambda: _adset(account, campaign["id"], bid_strategy="COST_CAP", bid_amount=4_000)
        )
        read = await platforms.call(lambda: AdSet(capped["id"]).api_get(fields=["bid_amount"]))
        assert read["bid_amount"] == 4_000


@pytest.mark.usefixtures("graph")
async def test_the_sdk_meets_the_limit_of_a_development_app() -> None:
    async with running() as platforms:
        platforms.account("meta").level = "development"
        account = _account(platforms)
        for _ in range(60):
            await platforms.call(lambda: account.api_get(fields=["currency"]))
        with pytest.raises(FacebookRequestError) as limited:
            await platforms.call(lambda: account.api_get(fields=["currency"]))
        assert (limited.value.api_error_code(), limited.value.api_error_subcode()) == (17, 2446079)
        platforms.pass_hours(0.2)
        assert (await platforms.call(lambda: account.api_get(fields=["currency"])))["currency"] == "KES"


class _ToTheSandbox(HTTPAdapter):
    """What the SDK sends to Meta's own host for films, which it knows by heart, goes to the sandbox."""

    def __init__(self, base: str) -> None:
        super().__init__()
        self._base = base

    def send(self, request: PreparedRequest, *args: Any, **more: Any) -> Response:
        request.url = str(request.url).replace("https://graph-video.facebook.com", self._base)
        return super().send(request, *args, **more)


def _filmed(account: AdAccount, base: str, path: Path) -> AdVideo:
    api = FacebookAdsApi.get_default_api()
    api._session.requests.mount("https://graph-video.facebook.com", _ToTheSandbox(base))
    path.write_bytes(movie() + box(b"free", bytes(600_000)))
    film = AdVideo(parent_id=account["id"])
    film[AdVideo.Field.filepath] = str(path)
    film.remote_create()
    return film


def _creative(account: AdAccount, page: str, **shown: Any) -> AdCreative:
    button = {"type": "LEARN_MORE", "value": {"link": "https://mara.example"}}
    story = {"page_id": page, "video_data": {"message": "Braids", "call_to_action": button, **shown}}
    return account.create_ad_creative(params={"name": "Trust", "object_story_spec": story})


@pytest.mark.usefixtures("graph")
async def test_the_sdk_uploads_a_film_in_parts_and_shows_it_once_it_is_ready(tmp_path: Path) -> None:
    async with running() as platforms:
        account, own = _account(platforms), platforms.account("meta")
        film = await platforms.call(lambda: _filmed(account, f"{platforms.base}/meta", tmp_path / "braids.mp4"))
        (kept,) = [one for one in platforms.world.things.values() if one.kind == "video"]
        assert (kept.id, kept.fields["size"]) == (film["id"], (tmp_path / "braids.mp4").stat().st_size)
        assert await platforms.call(lambda: list(film.get_thumbnails(fields=["uri"]))) == []
        with pytest.raises(FacebookRequestError) as early:
            await platforms.call(
                lambda: _creative(account, own.page, video_id=film["id"], image_url="https://x.example")
            )
        assert (early.value.api_error_code(), early.value.api_error_subcode()) == (100, 1885252)
        assert early.value.api_transient_error()
        platforms.pass_hours(0.1)
        await platforms.call(lambda: film.waitUntilEncodingReady(interval=1, timeout=5))
        titled = {"title": "braids.mp4"}
        (found,) = await platforms.call(lambda: list(account.get_ad_videos(fields=["title", "status"], params=titled)))
        assert (found["id"], found["status"]["video_status"]) == (film["id"], "ready")
        assert await platforms.call(lambda: list(account.get_ad_videos(params={"title": "another"}))) == []
        stills = await platforms.call(lambda: list(film.get_thumbnails(fields=["uri", "is_preferred"])))
        assert [one["is_preferred"] for one in stills].count(True) == 1
        with pytest.raises(FacebookRequestError) as bare:
            await platforms.call(lambda: _creative(account, own.page, video_id=film["id"]))
        assert (bare.value.api_error_code(), bare.value.api_error_subcode()) == (100, 1443226)
        with pytest.raises(FacebookRequestError):
            await platforms.call(lambda: _creative(account, own.page, video_id="1", image_url=stills[0]["uri"]))
        made = await platforms.call(
            lambda: _creative(account, own.page, video_id=film["id"], image_url=stills[0]["uri"])
        )
        campaign = await platforms.call(lambda: _campaign(account))
        adset = await platforms.call(lambda: _adset(account, campaign["id"]))
        ad = {"name": "Ad", "adset_id": adset["id"], "creative": {"creative_id": made["id"]}, "status": "ACTIVE"}
        created = await platforms.call(lambda: account.create_ad(params=ad))
        read = await platforms.call(lambda: Ad(created["id"]).api_get(fields=["effective_status"]))
        assert read["effective_status"] == "ACTIVE"


@pytest.mark.usefixtures("graph")
async def test_the_sdk_is_told_which_part_of_a_film_is_awaited(tmp_path: Path) -> None:
    async with running() as platforms:
        account = _account(platforms)
        await platforms.call(lambda: _filmed(account, f"{platforms.base}/meta", tmp_path / "braids.mp4"))

        def step(part: bytes = b"", **params: Any) -> Any:
            request = VideoUploadRequest(FacebookAdsApi.get_default_api())
            request.setParams(params, {"video_file_chunk": ("braids.mp4", part, "video/mp4")} if part else None)
            return request.send((account["id"], "advideos")).json()

        begun = await platforms.call(lambda: step(upload_phase="start", file_size=400_000))
        assert (begun["start_offset"], begun["end_offset"]) == ("0", str(256 * 1024))
        session = {"upload_session_id": begun["upload_session_id"], "upload_phase": "transfer"}
        await platforms.call(lambda: step(b"x" * 1000, start_offset=0, **session))
        with pytest.raises(FacebookRequestError) as elsewhere:
            await platforms.call(lambda: step(b"x" * 1000, start_offset=0, **session))
        assert (elsewhere.value.api_error_code(), elsewhere.value.api_error_subcode()) == (6001, 1363037)
        assert elsewhere.value.body()["error"]["error_data"] == {"start_offset": 1000, "end_offset": 1000 + 256 * 1024}
        for refused, subcode in (
            ({**session, "upload_phase": "finish"}, 1363033),
            ({**session, "start_offset": 7}, 1363020),
        ):
            with pytest.raises(FacebookRequestError) as error:
                await platforms.call(lambda refused=refused: step(**refused))
            assert error.value.api_error_subcode() == subcode
        assert len([one for one in platforms.world.things.values() if one.kind == "video"]) == 1
