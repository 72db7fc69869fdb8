"""Films at TikTok: uploaded once, shown with the cover that TikTok makes of them."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from hashlib import sha256

import msgspec
import pytest

from ads.failures import Refused, RetryLater
from ads.platform import Asset, VariationPlan
from tests.ads.assets.conftest import movie
from tests.ads.platforms.conftest import Ads, campaign, variation


def asset(kind: str = "video", seconds: float = 12.0) -> Asset:
    content = movie(seconds=seconds)
    return Asset(
        kind=kind,  # type: ignore[arg-type]
        name="chair.mp4", mime_type="video/mp4", checksum=sha256(content).hexdigest(), content=content,
    )  # fmt: skip


def showing(film: str) -> VariationPlan:
    return variation(creative=msgspec.structs.replace(variation().creative, videos=(film,)))


async def test_the_same_film_is_uploaded_once_and_another_beside_it(ads: Ads) -> None:
    platform, before = ads.tiktok(), len(ads.things("tiktok", "video"))
    film = await platform.upload(asset())
    assert await platform.upload(asset()) == film
    assert await platform.upload(asset(seconds=20.0)) != film
    assert len(ads.things("tiktok", "video")) == before + 2


async def test_three_ads_that_are_made_at_once_share_one_upload(ads: Ads) -> None:
    platform, before = ads.tiktok(), len(ads.things("tiktok", "video"))
    assert len(set(await asyncio.gather(*(platform.upload(asset()) for _ in "ABC")))) == 1
    assert len(ads.things("tiktok", "video")) == before + 1


async def test_an_upload_whose_answer_was_lost_is_found_again(ads: Ads) -> None:
    platform = ads.tiktok()
    await ads.misbehave("tiktok", lost_answer=True, writes_only=True, times=1)
    with pytest.raises(Exception, match="did not say whether"):
        await platform.upload(asset())
    film = await platform.upload(asset())
    assert [each.id for each in ads.things("tiktok", "video")].count(film) == 1
    assert len(ads.things("tiktok", "video")) == 2  # and the one that was there


async def test_an_ad_waits_for_its_film_to_be_ready_and_nothing_is_made_before(ads: Ads) -> None:
    platform = ads.tiktok()
    above = (await platform.create_campaign(campaign())).ref
    film = await platform.upload(asset())
    with pytest.raises(RetryLater, match="preparing the film"):
        await platform.create_variation(above, showing(film))
    assert ads.things("tiktok", "adset") == ads.things("tiktok", "ad") == []
    ads.clock.move(timedelta(minutes=1))
    await platform.create_variation(above, showing(film))
    await platform.create_variation(above, showing(film))  # again: there already, with no second cover
    (ad,) = ads.things("tiktok", "ad")
    (cover,) = ads.things("tiktok", "image")
    assert (ad.fields["video_id"], ad.fields["image_ids"]) == (film, [cover.id])


async def test_a_picture_and_a_film_that_is_not_there_are_refused_in_words(ads: Ads) -> None:
    platform = ads.tiktok()
    with pytest.raises(Refused, match="shows films, not pictures"):
        await platform.upload(asset("image"))
    above = (await platform.create_campaign(campaign())).ref
    with pytest.raises(Refused, match="has no film 12345"):
        await platform.create_variation(above, showing("12345"))
    assert ads.things("tiktok", "adset") == []
