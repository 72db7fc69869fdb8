"""Films at Meta: sent in parts, once; an ad waits until Meta has prepared its film, and shows Meta's still of it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from hashlib import sha256
from typing import Any

import httpx
import msgspec
import pytest

from ads.failures import OutcomeUnknown, Refused, RetryLater
from ads.line import check_host
from ads.meta.client import MetaClient
from ads.meta.credentials import MetaCredentials
from ads.meta.platform import Meta
from ads.platform import Asset, Change, VariationPlan
from sandbox.ads_faults import AdBehaviour
from sandbox.ads_meta_films import PART
from tests.ads.assets.conftest import box, movie
from tests.ads.platforms.conftest import Ads, Clock, campaign, variation

WHOLE = ["start", 0, PART, 2 * PART, "finish"]  # a film of two parts and a bit


def asset(content: bytes = b"", seconds: float = 12.0) -> Asset:
    content = content or movie(seconds=seconds) + box(b"free", bytes(2 * PART))
    return Asset(
        kind="video", name="chair.mp4", mime_type="video/mp4", checksum=sha256(content).hexdigest(), content=content
    )


def showing(film: str, **more: Any) -> VariationPlan:
    return variation(creative=msgspec.structs.replace(variation().creative, videos=(film,), **more))


class Wire:
    """Passes everything on to the simulated Meta; notes the steps of uploads and where no token went."""

    def __init__(self, ads: Ads) -> None:
        self._ads = ads
        self.steps: list[str | int] = []
        self.largest = 0
        self.bare: list[str] = []
        self.before: Callable[[str | int], None] = lambda step: None
        self.after: Callable[[str | int], None] = lambda step: None

    async def answer(self, request: httpx.Request) -> httpx.Response:
        content = await request.aread()
        passed = httpx.Request(request.method, request.url, headers=request.headers, content=content)
        if "authorization" not in request.headers:
            self.bare.append(request.url.path)
        if (request.method, request.url.path[-9:]) != ("POST", "/advideos"):
            return await self._ads.http.send(passed)
        phase = re.search(rb"start|transfer|finish", content.replace(b"start_offset", b""))
        offset = re.search(rb'name="start_offset"\r\n\r\n(\d+)', content)
        step = int(offset[1]) if offset else phase[0].decode() if phase else ""
        self.steps.append(step)
        self.largest = max(self.largest, len(content))
        self.before(step)
        answer = await self._ads.http.send(passed)
        self.after(step)
        return answer


@pytest.fixture
def wire(ads: Ads) -> Wire:
    return Wire(ads)


@pytest.fixture
async def meta(ads: Ads, wire: Wire) -> AsyncIterator[Callable[[], Meta]]:
    """Connectors of as many processes as one likes."""
    async with httpx.AsyncClient(transport=httpx.MockTransport(wire.answer)) as http:
        yield lambda: Ads(ads.server, http, ads.clock).meta()


def films(ads: Ads) -> list[Any]:
    """Those that were not there before."""
    return [film for film in ads.things("meta", "video") if film.fields["title"] != "braids.mp4"]


def lose(at: str | int) -> Callable[[str | int], None]:
    """Once, when that step is gone through."""
    left = [at]

    def lost(step: str | int) -> None:
        if left == [step]:
            left.clear()
            raise httpx.ReadError("the line is dead")

    return lost


async def test_a_film_goes_in_parts_and_the_same_one_only_once(ads: Ads, wire: Wire, meta: Any) -> None:
    film = await meta().upload(asset())
    assert wire.steps == WHOLE
    assert wire.largest < PART + 2000
    (kept,) = films(ads)
    assert (kept.id, kept.fields["title"], kept.fields["size"]) == (film, asset().checksum, len(asset().content))
    assert await meta().upload(asset()) == film  # another process finds it by its title
    assert wire.steps == WHOLE
    assert await meta().upload(asset(seconds=20.0)) != film
    assert len(films(ads)) == 2


async def test_three_ads_that_are_made_at_once_share_one_upload(ads: Ads, wire: Wire, meta: Any) -> None:
    platform = meta()
    assert len(set(await asyncio.gather(*(platform.upload(asset()) for _ in "ABC")))) == 1
    assert (wire.steps, len(films(ads))) == (WHOLE, 1)


@pytest.mark.parametrize("lost", ["before", "after"], ids=["the request", "the answer"])
async def test_a_film_that_broke_off_in_its_middle_is_gone_on_with(ads: Ads, wire: Wire, meta: Any, lost: str) -> None:
    platform = meta()
    setattr(wire, lost, lose(PART))
    with pytest.raises(RetryLater):
        await platform.upload(asset())
    await platform.upload(asset())
    # of the answer that was lost Meta says where it stands: what it has is refused, and not sent a third time
    assert wire.steps == ["start", 0, PART, PART, 2 * PART, "finish"]
    assert len(films(ads)) == 1


async def test_after_a_crash_in_the_middle_it_is_sent_anew_and_is_there_once(ads: Ads, wire: Wire, meta: Any) -> None:
    wire.before = lose(PART)
    with pytest.raises(RetryLater):
        await meta().upload(asset())
    await meta().upload(asset())
    assert wire.steps == ["start", 0, PART, *WHOLE]
    assert len(films(ads)) == 1


@pytest.mark.parametrize("lost", ["before", "after"], ids=["the request", "the answer"])
async def test_a_last_step_that_was_not_answered_makes_one_film(ads: Ads, wire: Wire, meta: Any, lost: str) -> None:
    platform = meta()
    await ads.misbehave("meta", late_creation=600.0)  # its list does not show the film for a while
    setattr(wire, lost, lose("finish"))
    with pytest.raises(OutcomeUnknown):
        await platform.upload(asset())
    film = await platform.upload(asset())
    assert await platform.upload(asset()) == film
    ads.clock.move(timedelta(minutes=11))
    assert await platform.upload(asset()) == film
    assert [kept.id for kept in films(ads)] == [film]
    assert wire.steps.count("start") == 1


async def test_an_upload_that_meta_forgot_begins_anew_and_in_the_end_a_person_is_asked(
    ads: Ads, wire: Wire, meta: Any
) -> None:
    platform, forgotten = meta(), AdBehaviour(error="6000/1363019")
    wire.before = lambda step: ads.world.faults.choose("meta", forgotten, times=1) if step == PART else None
    for _ in range(4):
        with pytest.raises(RetryLater, match="did not get to Meta"):
            await platform.upload(asset())
    with pytest.raises(Refused) as refused:
        await platform.upload(asset())
    assert refused.value.code == "ads.meta.broken_off"
    wire.before = lambda step: None
    await platform.upload(asset())
    assert (wire.steps, len(films(ads))) == (["start", 0, PART] * 5 + WHOLE, 1)


async def test_a_long_film_leaves_an_action_in_time_and_goes_on_in_the_next(ads: Ads, wire: Wire, meta: Any) -> None:
    platform = meta()
    wire.after = lambda step: ads.clock.move(timedelta(seconds=26))
    for n in range(3):
        with pytest.raises(RetryLater) as later:
            await platform.upload(asset())
        assert (later.value.code, later.value.after) == ("ads.meta.uploading", timedelta(seconds=1))
        assert wire.steps == WHOLE[: n + 1]
    await platform.upload(asset())
    assert (wire.steps, len(films(ads))) == (WHOLE, 1)


async def test_an_account_that_may_ask_little_sends_its_film_bit_by_bit(ads: Ads, wire: Wire, meta: Any) -> None:
    platform, long = meta(), asset(movie() + box(b"free", bytes(30 * PART)))
    ads.account("meta").level = "development"  # twenty writes in five minutes
    waits = 0
    while not films(ads):
        try:
            await platform.upload(long)
        except RetryLater as later:
            assert later.code == "ads.meta.rate"
            ads.clock.move(later.after)
            waits += 1
    assert waits == 1
    assert wire.steps.count("start") == 1


async def test_an_ad_waits_for_its_film_to_be_ready_and_nothing_is_made_before(ads: Ads, wire: Wire, meta: Any) -> None:
    platform = meta()
    above = (await platform.create_campaign(campaign())).ref
    film = await platform.upload(asset())
    for plan in (showing(film), showing(film, images=("a still of one's own",))):
        with pytest.raises(RetryLater) as later:
            await platform.create_variation(above, plan)
        assert (later.value.code, later.value.after) == ("ads.meta.processing", timedelta(minutes=1))
    assert ads.things("meta", "adset") == ads.things("meta", "creative") == ads.things("meta", "image") == []
    ads.clock.move(timedelta(minutes=1))
    made = await platform.create_variation(above, showing(film))
    again = await platform.create_variation(above, showing(film))
    assert (again.found, again.ref, again.requests) == (True, made.ref, ())
    (creative,) = ads.things("meta", "creative")
    (still,) = ads.things("meta", "image")
    shown = creative.fields["object_story_spec"]["video_data"]
    assert (shown["video_id"], shown["image_hash"]) == (film, still.id)
    assert wire.bare == [f"/meta/still/{film}/1.png"]  # the one that Meta prefers, and nobody was shown a token there
    assert len(ads.things("meta", "ad")) == 1


async def test_an_ad_with_a_film_is_read_back_as_it_was_made(ads: Ads) -> None:
    platform = ads.meta()
    above = (await platform.create_campaign(campaign())).ref
    film = await platform.upload(asset())
    ads.clock.move(timedelta(minutes=1))
    ref = (await platform.create_variation(above, showing(film))).ref
    state = await platform.read(ref)
    await platform.change(ref, Change(status="active"), expect=state)
    ads.clock.move(timedelta(days=3))
    later = await ads.meta().read(ref)
    assert state.differences(later) == ("status",)
    await platform.change(ref, Change(status="paused"), expect=later)
    other = ads.world.add("meta", ads.account("meta").id, "creative", "99", {"name": "by hand"})
    await ads.edit("meta", ref.external["ad"], creative={"id": other.id})
    assert "settings" in state.differences(await platform.read(ref))


async def test_a_film_that_meta_cannot_prepare_is_refused_and_not_sent_again(ads: Ads, wire: Wire, meta: Any) -> None:
    platform = meta()
    above = (await platform.create_campaign(campaign())).ref
    broken = asset(b"no film at all" * 1000)
    film = await platform.upload(broken)
    ads.clock.move(timedelta(minutes=1))
    for again in (platform.create_variation(above, showing(film)), platform.upload(broken)):
        with pytest.raises(Refused, match="save it anew as MP4") as refused:
            await again
        assert (refused.value.code, refused.value.said) == ("ads.meta.film_failed", "The video file could not be read")
    assert (len(films(ads)), ads.things("meta", "adset"), wire.steps.count("start")) == (1, [], 1)


async def test_a_film_that_is_not_there_is_refused_in_words(ads: Ads) -> None:
    platform = ads.meta()
    above = (await platform.create_campaign(campaign())).ref
    for film in ("12345", "../me"):
        with pytest.raises(Refused, match=f"has no film {film}"):
            await platform.create_variation(above, showing(film))
    assert ads.things("meta", "adset") == []


async def test_metas_own_word_that_a_film_is_not_ready_is_waited_for(ads: Ads) -> None:
    platform = ads.meta()
    film = await platform.upload(asset())
    shown = {"video_id": film, "message": "Braids", "image_url": "https://mara.example/1.jpg"}
    story = {"page_id": ads.account("meta").page, "video_data": shown}
    body = {"name": "Braids", "object_story_spec": story}
    client = platform._client
    with pytest.raises(RetryLater) as later:
        await client.post(f"{client.act}/adcreatives", body)
    assert later.value.code == "ads.meta.processing"
    ads.clock.move(timedelta(minutes=1))
    await client.post(f"{client.act}/adcreatives", body)


async def test_stills_come_from_metas_own_hosts_and_nowhere_else(ads: Ads) -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.host)
        assert "authorization" not in request.headers
        return httpx.Response(302 if request.url.path == "/moved" else 200, content=b"a picture")

    async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as http:
        client = MetaClient(MetaCredentials(account="1", token="SECRET"), http, Clock().now)
        assert await client.fetch("https://scontent-nbo1-1.xx.fbcdn.net/v/t15/1.jpg?oh=0&oe=1") == b"a picture"
        for address in (
            "https://evil.example/1.jpg", "http://scontent.xx.fbcdn.net/1.jpg", "https://fbcdn.net.evil.example/1.jpg",
            "https://evilfbcdn.net/1.jpg", "https://169.254.169.254/", "file:///etc/passwd", "",
        ):  # fmt: skip
            with pytest.raises(Refused, match="nothing is fetched from"):
                await client.fetch(address)
        with pytest.raises(RetryLater, match="HTTP 302"):
            await client.fetch("https://scontent.xx.fbcdn.net/moved")
    assert asked == ["scontent-nbo1-1.xx.fbcdn.net", "scontent.xx.fbcdn.net"]


def test_films_go_to_metas_host_for_them_and_where_all_else_goes_in_a_simulator() -> None:
    own = MetaCredentials(account="1", token="t")
    assert own.films_go_to == "https://graph-video.facebook.com"
    check_host(own.films_go_to)
    assert msgspec.structs.replace(own, base_url="http://127.0.0.1/meta").films_go_to == "http://127.0.0.1/meta"
    with pytest.raises(ValueError):
        Meta(msgspec.structs.replace(own, video_url="https://evil.example"), httpx.AsyncClient(), Clock().now)
