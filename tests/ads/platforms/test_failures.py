"""Each error of a platform has its class, and its class one behaviour; nothing secret is ever said."""

from __future__ import annotations

import contextlib
import logging
from datetime import timedelta
from typing import Any

import httpx
import msgspec
import pytest

from ads.failures import (
    Gone,
    NeedsPerson,
    OutcomeUnknown,
    PlatformError,
    Refused,
    RetryLater,
    TokenRefused,
)
from ads.line import allow_host, check_host, scrub
from ads.meta.credentials import MetaCredentials
from ads.meta.platform import Meta
from ads.pace import Pace
from ads.platform import Change, Ref
from engine.values import Money
from tests.ads.platforms.acts import pause, set_budget
from tests.ads.platforms.conftest import BEGIN, KES, Ads, Clock, campaign, variation
from tests.ads.platforms.test_platforms import PLATFORMS, every_platform, launched

READ: list[tuple[str, str, type[PlatformError]]] = [
    ("meta", "4", RetryLater),
    ("meta", "17/2446079", RetryLater),
    ("meta", "613/1487742", RetryLater),
    ("meta", "80004", RetryLater),
    ("meta", "1", RetryLater),
    ("meta", "2", RetryLater),
    ("meta", "190/463", TokenRefused),
    ("meta", "10", NeedsPerson),
    ("meta", "200", NeedsPerson),
    ("meta", "368", NeedsPerson),
    ("meta", "100/33", Gone),
    ("meta", "100", Refused),
    ("meta", "99999", Refused),
    ("google", "RESOURCE_EXHAUSTED", RetryLater),
    ("google", "RESOURCE_TEMPORARILY_EXHAUSTED", RetryLater),
    ("google", "TRANSIENT_ERROR", RetryLater),
    ("google", "OAUTH_TOKEN_EXPIRED", TokenRefused),
    ("google", "DEVELOPER_TOKEN_INVALID", NeedsPerson),
    ("google", "USER_PERMISSION_DENIED", NeedsPerson),
    ("google", "CUSTOMER_NOT_ENABLED", NeedsPerson),
    ("google", "RESOURCE_NOT_FOUND", Gone),
    ("google", "SOMETHING_NEW", Refused),
    ("tiktok", "40100", RetryLater),
    ("tiktok", "50000", RetryLater),
    ("tiktok", "40105", TokenRefused),
    ("tiktok", "40001", NeedsPerson),
    ("tiktok", "40002", Refused),
    ("tiktok", "41000", Refused),
]


@pytest.mark.parametrize(("name", "code", "kind"), READ, ids=[f"{name}-{code}" for name, code, _ in READ])
async def test_each_error_of_a_read_has_its_class(ads: Ads, name: str, code: str, kind: type[PlatformError]) -> None:
    platform = ads.platform(name)
    await ads.misbehave(name, error=code)
    with pytest.raises(kind) as refused:
        await platform.account()
    assert type(refused.value) is kind
    assert refused.value.code.startswith(f"ads.{name}.")
    assert refused.value.changed_nothing
    if isinstance(refused.value, RetryLater):
        assert timedelta() < refused.value.after <= timedelta(hours=1)


TROUBLE = [("meta", "1"), ("meta", "2"), ("google", "INTERNAL_ERROR"), ("tiktok", "50000")]


@pytest.mark.parametrize(("name", "code"), TROUBLE, ids=[f"{name}-{code}" for name, code in TROUBLE])
async def test_trouble_in_the_middle_of_a_change_leaves_its_outcome_open(ads: Ads, name: str, code: str) -> None:
    platform = ads.platform(name)
    _, ref = await launched(platform)
    await ads.misbehave(name, error=code, writes_only=True)
    with pytest.raises(OutcomeUnknown):
        await set_budget(platform, ref, Money(60_000, KES))


async def test_google_says_itself_how_long_to_wait(ads: Ads) -> None:
    await ads.misbehave("google", error="RESOURCE_EXHAUSTED")
    with pytest.raises(RetryLater) as later:
        await ads.google().account()
    assert later.value.after == timedelta(seconds=43)


async def test_reports_wait_before_changes_do_and_a_pause_never_waits(ads: Ads) -> None:
    platform = ads.meta()
    _, ref = await launched(platform)
    await ads.misbehave("meta", usage=80)
    await platform.read(ref)
    with pytest.raises(RetryLater) as later:
        await platform.hours(BEGIN, BEGIN + timedelta(hours=1), KES)
    assert later.value.code == "ads.meta.rate"
    await platform.read(ref)
    await ads.misbehave("meta", usage=100)
    with contextlib.suppress(RetryLater):  # its first answer says how much is used
        await platform.read(ref)
    with pytest.raises(RetryLater) as later:
        await platform.read(ref)
    assert later.value.after == timedelta(minutes=12)  # which Meta's header names
    await pause(platform, ref)
    ads.clock.move(timedelta(minutes=13))
    await ads.control("DELETE", "/meta/scenario")
    assert (await platform.read(ref)).status == "paused"


@pytest.mark.parametrize("name", ["meta", "tiktok"])
async def test_an_ad_sets_budget_changes_four_times_an_hour_and_no_more(ads: Ads, name: str) -> None:
    platform = ads.platform(name)
    _, ref = await launched(platform)
    for n in range(1, 5):
        await set_budget(platform, ref, Money(50_000 + n * 1000, KES))
        ads.clock.move(timedelta(minutes=5))
    with pytest.raises(RetryLater) as later:
        await set_budget(platform, ref, Money(60_000, KES))
    assert later.value.code == f"ads.{name}.budget_rate"
    assert later.value.after == timedelta(minutes=40)
    assert (await platform.read(ref)).budget == Money(54_000, KES)
    ads.clock.move(timedelta(minutes=41))
    await set_budget(platform, ref, Money(60_000, KES))
    assert (await platform.read(ref)).budget == Money(60_000, KES)


async def test_a_new_process_that_forgot_the_four_is_refused_by_meta_itself(ads: Ads) -> None:
    _, ref = await launched(ads.meta())
    for n in range(1, 5):
        await set_budget(ads.meta(), ref, Money(50_000 + n * 1000, KES))
    with pytest.raises(RetryLater) as later:
        await set_budget(ads.meta(), ref, Money(60_000, KES))
    assert later.value.code == "ads.meta.budget_rate"


@pytest.mark.parametrize("name", PLATFORMS)
async def test_an_ad_that_the_review_rejects_says_so(ads: Ads, name: str) -> None:
    await ads.misbehave(name, rejected=True)
    platform = ads.platform(name)
    _, ref = await launched(platform)
    state = await platform.read(ref)
    assert (state.status, state.delivery) == ("active", "rejected")
    assert state.reason


@pytest.mark.parametrize("name", PLATFORMS)
async def test_a_campaign_has_no_budget_of_its_own(ads: Ads, name: str) -> None:
    platform = ads.platform(name)
    above, _ = await launched(platform)
    with pytest.raises(Refused) as refused:
        await set_budget(platform, above, Money(60_000, KES))
    assert refused.value.field == "budget"


@pytest.mark.parametrize("name", PLATFORMS)
async def test_deleting_is_one_way_and_pausing_the_campaign_stops_all(ads: Ads, name: str) -> None:
    platform = ads.platform(name)
    above, ref = await launched(platform)
    await pause(platform, above)
    state = await platform.read(ref)
    assert (state.status, state.delivery) == ("active", "paused")
    await platform.change(ref, Change(status="deleted"))
    with pytest.raises(Gone):
        await platform.change(ref, Change(status="active"))


@pytest.mark.parametrize("name", PLATFORMS)
async def test_an_id_that_is_none_is_never_put_into_a_path_or_query(ads: Ads, name: str) -> None:
    bad = "1 OR 1=1/../me"
    ref = Ref(kind="variation", id="v1", external=dict.fromkeys(("campaign", "adset", "budget", "ad", "label"), bad))
    with pytest.raises(Refused):
        await ads.platform(name).read(ref)


@pytest.mark.parametrize("name", PLATFORMS)
async def test_no_secret_is_said_or_logged(ads: Ads, name: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    platform, own = ads.platform(name), ads.account(name)
    secrets = (own.token, own.refresh_token, own.client_secret, own.developer_token)
    said = []
    for fault in (
        {"lost_request": True},
        {"error": {"meta": "190", "google": "OAUTH_TOKEN_INVALID"}.get(name, "40105")},
    ):
        await ads.misbehave(name, **fault)
        with pytest.raises(PlatformError) as refused:
            await platform.create_campaign(campaign())
        said.append(f"{refused.value} {refused.value!r} {refused.value.__cause__!r}")
        await ads.control("DELETE", f"/{name}/scenario")
    logged = [f"{one.getMessage()}" for one in caplog.records if not one.name.startswith("aiohttp")]
    for text in (*said, *logged, repr(getattr(platform, "_own", "")), str(getattr(platform, "_own", ""))):
        assert not [secret for secret in secrets if secret in text]


def test_a_secret_is_taken_out_of_what_a_platform_says() -> None:
    assert scrub("token EAAB is bad", ("EAAB", "")) == "token … is bad"


@pytest.mark.parametrize(
    "url",
    [
        "http://graph.facebook.com",
        "https://graph.facebook.com.evil.example",
        "https://evil.example",
        "https://user@graph.facebook.com",
        "https://graph.facebook.com?x=1",
        "ftp://127.0.0.1",
        "",
        "https://169.254.169.254",
    ],
)
async def test_no_token_goes_to_a_host_that_is_not_on_the_list(url: str) -> None:
    with pytest.raises(ValueError):
        check_host(url)
    async with httpx.AsyncClient() as http:
        with pytest.raises(ValueError):
            Meta(MetaCredentials(account="1", token="t", base_url=url), http, Clock().now)


def test_the_operator_may_name_another_host() -> None:
    with pytest.raises(ValueError):
        check_host("https://ads-proxy.example")
    allow_host("ads-proxy.example")
    check_host("https://ads-proxy.example")


async def test_a_redirect_is_not_followed() -> None:
    asked = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(str(request.url.host))
        return httpx.Response(302, headers={"Location": "https://evil.example/steal"})

    async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as http:
        meta = Meta(MetaCredentials(account="1", token="t"), http, Clock().now)
        with pytest.raises(Refused):
            await meta.account()
    assert asked == ["graph.facebook.com"]


HALF: list[Any] = [
    b"", b"null", b"[]", b"{}", b'"text"', b"[" * 100_000, b'{"data": 7}', b'{"data": [{"adset_id": 1}]}', b"\xff\xfe",
    b'{"data":[{"adset_id":"1","date_start":"2026-11-21","spend":"NaN"}]}',
]  # fmt: skip


@every_platform
@pytest.mark.parametrize("body", HALF, ids=range(len(HALF)))
async def test_a_report_that_is_half_or_nonsense_is_taken_not_at_all(ads: Ads, name: str, body: bytes) -> None:
    """All but the report is as the simulated platform answers; what stands in the report's place is `body`."""
    if (name, body) == ("google", b"{}"):
        return  # in proto3's JSON that is a search without a row
    await launched(ads.platform(name))
    ads.clock.move(timedelta(hours=3))
    torn = 0

    async def answer(request: httpx.Request) -> httpx.Response:
        nonlocal torn
        asked = f"{request.url} {(await request.aread())!r}"
        if any(each in asked for each in ("/insights", "segments.hour", "report/integrated")):
            torn += 1
            return httpx.Response(200, content=body)
        passed = httpx.Request(request.method, request.url, headers=request.headers, content=request.content)
        return await ads.http.send(passed)

    async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as http:
        platform = ads.platform(name, http)
        with pytest.raises((RetryLater, Refused)):
            await platform.hours(BEGIN, BEGIN + timedelta(hours=1), KES)
    assert torn


def test_the_pace_remembers_an_hour_and_no_longer() -> None:
    clock = Clock()
    pace = Pace("meta", clock.now)
    for _ in range(4):
        pace.check_budget("1")
        pace.took_budget("1")
    pace.check_budget("2")
    with pytest.raises(RetryLater):
        pace.check_budget("1")
    clock.move(timedelta(minutes=60))
    pace.check_budget("1")


def test_credentials_are_never_printed() -> None:
    from ads.google.credentials import GoogleCredentials
    from ads.tiktok.credentials import TikTokCredentials

    google = GoogleCredentials(
        account="1", refresh_token="SECRET", client_id="c", client_secret="SECRET", developer_token="SECRET"
    )
    for own in (MetaCredentials(account="1", token="SECRET"), google, TikTokCredentials(account="1", token="SECRET")):
        assert "SECRET" not in repr(own)
        assert msgspec.json.decode(msgspec.json.encode(own), type=type(own)) == own
        with pytest.raises(ValueError):
            msgspec.structs.replace(own, account="act_1")


@pytest.mark.parametrize("name", PLATFORMS)
async def test_a_variation_without_its_campaign_is_refused(ads: Ads, name: str) -> None:
    with pytest.raises(Refused):
        await ads.platform(name).create_variation(Ref(kind="campaign", id="c1"), variation())


@pytest.mark.parametrize("name", ["google", "tiktok"])
async def test_what_was_made_but_is_not_shown_yet_is_waited_for(ads: Ads, name: str) -> None:
    platform = ads.platform(name)
    above = (await platform.create_campaign(campaign())).ref
    plan = variation(creative=msgspec.structs.replace(variation().creative, images=("cover",)))
    ads.world.add("meta", ads.account("meta").id, "image", "cover", {})
    await ads.misbehave(name, late_creation=600.0)
    await ads.misbehave(name, lost_answer=True, writes_only=True, times=1)
    with pytest.raises(OutcomeUnknown):
        await platform.create_variation(above, plan)
    with pytest.raises(RetryLater) as later:
        await platform.create_variation(above, plan)
    assert later.value.code == f"ads.{name}.lag"
    ads.clock.move(timedelta(minutes=11))
    await platform.create_variation(above, plan)
    assert len(ads.things(name, "adset")) == 1
