"""tiktok-business-api-sdk, TikTok's own SDK, as an independent client of the simulated Business API."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from hashlib import md5
from pathlib import Path
from typing import Any

import pytest

from sandbox.ads_faults import AdBehaviour
from tests.sandbox.ads import Platforms, running

sdk = pytest.importorskip("business_api_client")
TiktokSDKError = importlib.import_module("business_api_client.tiktok_business.tiktok_exceptions").TiktokSDKError


def _client(platforms: Platforms) -> Any:
    configuration = sdk.Configuration()
    configuration.host = f"{platforms.base}/tiktok"
    return sdk.ApiClient(configuration)


def _filmed(client: Any, own: Any, path: Path, pass_time: Callable[[], None]) -> tuple[str, str]:
    """A film and its cover, as an ad needs them."""
    path.write_bytes(b"a film of twelve seconds")
    files = sdk.FileApi(client)
    film = files.ad_video_upload(
        own.token, advertiser_id=own.id, upload_type="UPLOAD_BY_FILE", video_file=str(path), file_name="braids",
        video_signature=md5(path.read_bytes(), usedforsecurity=False).hexdigest(),
    )["data"][0]["video_id"]  # fmt: skip
    assert files.ad_video_info(own.id, [film], own.token)["data"]["list"][0]["video_cover_url"] == ""  # not yet
    pass_time()
    (shown,) = files.ad_video_search(own.id, own.token)["data"]["list"]
    cover = files.ad_image_upload(
        own.token, advertiser_id=own.id, upload_type="UPLOAD_BY_URL", image_url=shown["video_cover_url"]
    )
    return film, cover["data"]["image_id"]


def _launch(client: Any, own: Any, film: str, cover: str) -> str:
    """The ad group's id."""
    body = sdk.CampaignCreateBody(advertiser_id=own.id, campaign_name="Braids", objective_type="TRAFFIC")
    campaign = sdk.CampaignCreationApi(client).campaign_create(own.token, body=body)["data"]["campaign_id"]
    group = sdk.AdgroupCreateBody(
        advertiser_id=own.id, campaign_id=campaign, adgroup_name="Nairobi", budget=500.0,
        budget_mode="BUDGET_MODE_DAY", billing_event="CPC", optimization_goal="CLICK", pacing="PACING_MODE_SMOOTH",
        schedule_type="SCHEDULE_FROM_NOW", schedule_start_time="2026-11-21 07:00:00", location_ids=["192950"],
    )  # fmt: skip
    adgroup = sdk.AdgroupApi(client).adgroup_create(own.token, body=group)["data"]["adgroup_id"]
    creative = {
        "ad_name": "Trust", "identity_type": "CUSTOMIZED_USER", "identity_id": own.identity, "ad_text": "Braids",
        "video_id": film, "image_ids": [cover], "ad_format": "SINGLE_VIDEO", "landing_page_url": "https://mara.example",
    }  # fmt: skip
    ad = sdk.AdCreateBody(advertiser_id=own.id, adgroup_id=adgroup, creatives=[creative])
    sdk.AdApi(client).ad_create(own.token, body=ad)
    return str(adgroup)


async def test_the_sdk_uploads_a_film_and_creates_changes_and_reports_an_ad_group(tmp_path: Path) -> None:
    async with running() as platforms:
        client, own = _client(platforms), platforms.account("tiktok")
        film, cover = await platforms.call(
            lambda: _filmed(client, own, tmp_path / "braids.mp4", lambda: platforms.pass_hours(1))
        )
        adgroup = await platforms.call(lambda: _launch(client, own, film, cover))
        platforms.pass_hours(5)
        report = await platforms.call(
            lambda: sdk.ReportingApi(client).report_integrated_get(
                own.id, "BASIC", ["adgroup_id", "stat_time_hour"], own.token, data_level="AUCTION_ADGROUP",
                metrics=["spend", "clicks"], start_date="2026-11-21", end_date="2026-11-21", page_size=100,
            )
        )  # fmt: skip
        rows = report["data"]["list"]
        assert [row["dimensions"]["adgroup_id"] for row in rows] == [adgroup] * 5
        assert sum(float(row["metrics"]["spend"]) for row in rows) > 0
        off = sdk.AdgroupStatusUpdateBody(advertiser_id=own.id, adgroup_ids=[adgroup], operation_status="DISABLE")
        await platforms.call(lambda: sdk.AdgroupApi(client).adgroup_status_update(own.token, body=off))
        got = await platforms.call(lambda: sdk.AdgroupApi(client).adgroup_get(own.id, own.token))
        assert [row["operation_status"] for row in got["data"]["list"]] == ["DISABLE"]


async def test_the_sdk_sets_what_a_click_may_cost_and_takes_it_away(tmp_path: Path) -> None:
    async with running() as platforms:
        client, own = _client(platforms), platforms.account("tiktok")
        film, cover = await platforms.call(
            lambda: _filmed(client, own, tmp_path / "braids.mp4", lambda: platforms.pass_hours(1))
        )
        adgroup = await platforms.call(lambda: _launch(client, own, film, cover))

        async def bidding(**fields: Any) -> tuple[Any, Any]:
            body = sdk.AdgroupUpdateBody(advertiser_id=own.id, adgroup_id=adgroup, **fields)
            await platforms.call(lambda: sdk.AdgroupApi(client).adgroup_update(own.token, body=body))
            got = await platforms.call(lambda: sdk.AdgroupApi(client).adgroup_get(own.id, own.token))
            (row,) = got["data"]["list"]
            return row["bid_type"], row["bid_price"]

        assert await bidding(bid_type="BID_TYPE_CUSTOM", bid_price=40.5) == ("BID_TYPE_CUSTOM", 40.5)
        for wrong in (
            {"bid_price": 0.0},
            {"bid_price": 500.0},
            {"bid_price": 1.005},
            {"budget": 130.0, "bid_price": 140.0},
        ):
            with pytest.raises(TiktokSDKError):
                await bidding(bid_type="BID_TYPE_CUSTOM", **wrong)
        assert await bidding(bid_type="BID_TYPE_NO_BID") == ("BID_TYPE_NO_BID", 0)
        with pytest.raises(TiktokSDKError):
            await bidding(bid_type="BID_TYPE_CUSTOM", conversion_bid_price=40.0)  # clicks are paid for


async def test_the_sdk_reads_how_many_people_an_ad_group_reached(tmp_path: Path) -> None:
    async with running() as platforms:
        client, own = _client(platforms), platforms.account("tiktok")
        film, cover = await platforms.call(
            lambda: _filmed(client, own, tmp_path / "braids.mp4", lambda: platforms.pass_hours(1))
        )
        adgroup = await platforms.call(lambda: _launch(client, own, film, cover))
        platforms.pass_hours(9 * 24)

        def reported(last: str, *times: str) -> list[Any]:
            metrics = ["reach", "impressions", "frequency"]
            report = sdk.ReportingApi(client).report_integrated_get(
                own.id, "BASIC", ["adgroup_id", *times], own.token, data_level="AUCTION_ADGROUP", metrics=metrics,
                start_date="2026-11-22", end_date=last, page_size=100,
            )  # fmt: skip
            assert {row["dimensions"]["adgroup_id"] for row in report["data"]["list"]} == {adgroup}
            return [row["metrics"] for row in report["data"]["list"]]

        (week,) = await platforms.call(lambda: reported("2026-11-28"))
        days = await platforms.call(lambda: reported("2026-11-28", "stat_time_day"))
        assert len(days) == 7
        assert sum(int(day["impressions"]) for day in days) == int(week["impressions"])
        people = [int(day["reach"]) for day in days]
        assert max(people) < int(week["reach"]) < sum(people)
        assert float(week["frequency"]) == pytest.approx(int(week["impressions"]) / int(week["reach"]), abs=0.01)
        with pytest.raises(TiktokSDKError) as by_hour:
            await platforms.call(lambda: reported("2026-11-22", "stat_time_hour"))
        assert "40002" in str(by_hour.value)


async def test_the_sdk_understands_the_refusals() -> None:
    async with running() as platforms:
        client, own = _client(platforms), platforms.account("tiktok")
        with pytest.raises(TiktokSDKError) as refused:
            await platforms.call(lambda: sdk.CampaignCreationApi(client).campaign_get(own.id, "another"))
        assert "40105" in str(refused.value)
        platforms.world.faults.choose("tiktok", AdBehaviour(error="40100"))
        with pytest.raises(TiktokSDKError) as limited:
            await platforms.call(lambda: sdk.CampaignCreationApi(client).campaign_get(own.id, own.token))
        assert "40100" in str(limited.value)
