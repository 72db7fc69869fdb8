"""The simulated platforms as a demo and other tests use them: late answers, a real market behind, the control API."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import httpx
import pytest

import ads.failures
from ads.failures import OutcomeUnknown, PlatformError, RetryLater
from ads.platform import every_hour
from engine.values import Money
from tests.ads.platforms.acts import set_budget
from tests.ads.platforms.conftest import BEGIN, KES, Ads
from tests.ads.platforms.test_platforms import every_platform, launched

PAGE = Path(__file__).resolve().parents[3] / "docs" / "ads-platforms.md"


@every_platform
async def test_an_answer_that_is_too_late_is_asked_for_again_and_a_lost_one_is_read_back(
    ads: Ads, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    platform = ads.platform(name)
    _, ref = await launched(platform)
    monkeypatch.setattr("ads.line.TIMEOUT", httpx.Timeout(0.3))
    before = await platform.read(ref)
    await ads.misbehave(name, delay=0.8)
    with pytest.raises(RetryLater):
        await platform.read(ref)
    await ads.control("DELETE", f"/{name}/scenario")
    await ads.misbehave(name, lost_answer=True, writes_only=True, times=1)
    with pytest.raises(OutcomeUnknown):
        await set_budget(platform, ref, Money(60_000, KES), expect=before)
    assert (await platform.read(ref)).budget == Money(60_000, KES)


async def test_a_market_of_people_plugs_in_behind_the_platforms(ads: Ads) -> None:
    from sandbox.market.single import LiveMarket
    from sandbox.market.worlds import stationary

    ads.world.market = LiveMarket(stationary(7), seed=7, unit=130.0)
    platform = ads.meta()
    await launched(platform)
    ads.clock.move(timedelta(days=2))
    rows = await every_hour(platform, BEGIN, ads.clock.now(), KES)
    assert len(rows) == 48
    assert 0 < sum(row.spend.amount for row in rows) < 2 * 1.5 * 50_000


async def test_the_control_api_shows_everything_and_refuses_nonsense(ads: Ads) -> None:
    await launched(ads.google())
    shown = await ads.control("GET", "")
    assert {one["kind"] for one in shown["things"]} >= {"label", "campaign", "budget", "adset", "ad"}
    for path, body in (("/meta/scenario", {"colour": 1}), ("/meta/scenario", {"outage": 503, "times": 0})):
        answer = await ads.http.put(f"{ads.base}/control/ads{path}", json=body)
        assert answer.status_code == 400
    assert (await ads.http.patch(f"{ads.base}/control/ads/meta/things/9", json={"fields": {}})).status_code == 404
    assert (await ads.http.put(f"{ads.base}/control/ads/meta/scenario", content=b"{}")).status_code == 415


def test_the_page_names_every_class_of_error() -> None:
    kinds = [
        name for name, value in vars(ads.failures).items()
        if isinstance(value, type) and issubclass(value, PlatformError) and value is not PlatformError
    ]  # fmt: skip
    text = PAGE.read_text(encoding="utf-8")
    assert kinds
    assert all(f"| `{name}` |" in text for name in kinds)
