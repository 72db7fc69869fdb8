"""The most that a result may cost on average: set, read back, taken away, and edited by hand, at each platform."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
import pytest

from ads.failures import ChangedByHand, CurrencyChanged, Gone, OutcomeUnknown, Refused
from ads.google import bodies as google
from ads.meta import bodies as meta
from ads.meta.credentials import MetaCredentials
from ads.platform import Change, Platform, Ref, every_hour
from ads.tiktok import bodies as tiktok
from ads.units import BadUnit
from engine.values import Money
from tests.ads.platforms.acts import restore, set_bid, set_budget
from tests.ads.platforms.conftest import BEGIN, KES, Ads, campaign, variation
from tests.ads.platforms.test_platforms import HOUR, every_platform, launched

NONE, BID = Money(0, KES), Money(20_000, KES)
REF = Ref(kind="variation", id="v1", external={"campaign": "1", "budget": "2", "adset": "3", "ad": "4"})


@every_platform
@pytest.mark.parametrize("objective", ["sales", "leads", "traffic", "messages"])
async def test_a_bid_is_set_read_back_and_taken_away_whatever_is_bought(ads: Ads, name: str, objective: Any) -> None:
    platform = ads.platform(name)
    above = (await platform.create_campaign(campaign(objective=objective))).ref
    ref = (await platform.create_variation(above, variation(objective=objective))).ref
    before = await platform.read(ref)
    assert before.bid == NONE
    await set_bid(platform, ref, BID)
    set_ = await platform.read(ref)
    assert (set_.bid, before.differences(set_)) == (BID, ("bid",))
    assert not (await set_bid(platform, ref, BID)).requests, "what is so already is not sent"
    await set_bid(platform, ref, NONE)
    assert await platform.read(ref) == before


@every_platform
async def test_an_ad_may_have_a_bid_from_its_first_hour_on(ads: Ads, name: str) -> None:
    platform = ads.platform(name)
    above = (await platform.create_campaign(campaign())).ref
    without = await platform.read((await platform.create_variation(above, variation("v2"))).ref)
    ref = (await platform.create_variation(above, variation(bid=BID))).ref
    assert (await platform.read(ref)).bid == BID
    assert without.bid == NONE


@every_platform
async def test_a_bid_beside_all_else_is_rolled_back_exactly(ads: Ads, name: str) -> None:
    platform = ads.platform(name)
    _, ref = await launched(platform)
    await set_bid(platform, ref, BID)
    before = await platform.read(ref)
    for bid in (NONE, Money(15_050, KES)):
        await platform.change(ref, Change(status="paused", budget=Money(75_000, KES), name="Other", bid=bid))
        assert (await platform.read(ref)).bid == bid
        await restore(platform, before)
        assert await platform.read(ref) == before


@every_platform
async def test_a_rehearsed_bid_is_shown_and_not_set(ads: Ads, name: str) -> None:
    platform = ads.platform(name)
    _, ref = await launched(platform)
    before = await platform.read(ref)
    receipt = await set_bid(platform, ref, BID, dry_run=True)
    assert receipt.requests
    assert receipt.validated == ("us" if name == "tiktok" else "platform")
    assert await platform.read(ref) == before


BY_HAND: list[tuple[str, str, dict[str, Any]]] = [
    ("meta", "adset", {"bid_strategy": "COST_CAP", "bid_amount": 9_000}),
    ("google", "campaign", {"maximizeConversions": {"targetCpaMicros": "90000000"}}),
    ("tiktok", "adset", {"bid_type": "BID_TYPE_CUSTOM", "conversion_bid_price": 90.0}),
]


@pytest.mark.parametrize(("name", "kind", "fields"), BY_HAND, ids=[name for name, _, _ in BY_HAND])
async def test_a_bid_that_is_set_by_hand_is_called_a_bid_and_not_written_over(
    ads: Ads, name: str, kind: str, fields: dict[str, Any]
) -> None:
    platform = ads.platform(name)
    _, ref = await launched(platform)
    seen = await platform.read(ref)
    await ads.edit(name, ads.things(name, kind)[0].id, **fields)
    with pytest.raises(ChangedByHand) as edited:
        await set_bid(platform, ref, BID, expect=seen)
    assert edited.value.fields == ("bid",)
    assert edited.value.found.bid == Money(9_000, KES)
    await set_bid(platform, ref, NONE, expect=edited.value.found)
    assert await platform.read(ref) == seen


OTHERWISE: list[tuple[str, str, dict[str, Any]]] = [
    ("meta", "adset", {"bid_strategy": "LOWEST_COST_WITH_BID_CAP", "bid_amount": 9_000}),
    ("meta", "adset", {"bid_strategy": "LOWEST_COST_WITH_MIN_ROAS"}),
    ("google", "campaign", {"manualCpc": {}}),
    ("tiktok", "adset", {"bid_type": "BID_TYPE_MAX_CONVERSION"}),
]


@pytest.mark.parametrize(
    ("name", "kind", "fields"),
    OTHERWISE,
    ids=[f"{name}-{next(iter(fields.values()))}" for name, _, fields in OTHERWISE],
)
async def test_another_way_of_bidding_that_somebody_chose_is_seen_and_not_replaced(
    ads: Ads, name: str, kind: str, fields: dict[str, Any]
) -> None:
    platform = ads.platform(name)
    _, ref = await launched(platform)
    seen = await platform.read(ref)
    thing = ads.things(name, kind)[0]
    thing.fields.pop("maximizeConversions", None)
    await ads.edit(name, thing.id, **fields)
    found = await platform.read(ref)
    assert seen.differences(found) == ("bid", "settings")
    assert found.bid is None
    for bid in (BID, NONE):
        with pytest.raises(Refused) as refused:
            await set_bid(platform, ref, bid, expect=found)
        assert (refused.value.code, refused.value.field) == (f"ads.{name}.bidding", "bid")
    await set_budget(platform, ref, Money(60_000, KES), expect=found)
    await restore(platform, found)
    assert await platform.read(ref) == found, "what we do not know we leave"


@every_platform
async def test_a_bid_without_a_clear_answer_is_unknown(ads: Ads, name: str) -> None:
    platform = ads.platform(name)
    _, ref = await launched(platform)
    await ads.misbehave(name, writes_only=True, lost_answer=True, times=1)
    with pytest.raises(OutcomeUnknown):
        await set_bid(platform, ref, BID)
    assert (await platform.read(ref)).bid == BID
    await ads.misbehave(name, writes_only=True, lost_request=True, times=1)
    with pytest.raises(OutcomeUnknown):
        await set_bid(platform, ref, NONE)
    assert (await platform.read(ref)).bid == BID


@every_platform
async def test_no_bid_is_set_in_another_currency_on_a_campaign_or_on_what_is_gone(ads: Ads, name: str) -> None:
    platform = ads.platform(name)
    above, ref = await launched(platform)
    with pytest.raises(CurrencyChanged):
        await set_bid(platform, ref, Money(200, "USD"))
    with pytest.raises(Refused) as refused:
        await set_bid(platform, above, BID)
    assert refused.value.code == f"ads.{name}.bid"
    for thing in ads.things(name, "campaign"):
        await ads.control("DELETE", f"/{name}/things/{thing.id}")
    with pytest.raises(Gone):
        await set_bid(platform, ref, BID)


@every_platform
async def test_results_that_cost_more_than_the_bid_are_not_bought(ads: Ads, name: str) -> None:
    platform = ads.platform(name)
    _, ref = await launched(platform)
    ads.clock.move(24 * HOUR)
    spent = await _spent(platform, ads, ref)
    assert spent > 0
    await set_bid(platform, ref, Money(100, KES))
    ads.clock.move(24 * HOUR)
    assert await _spent(platform, ads, ref) == spent
    await set_bid(platform, ref, NONE)
    ads.clock.move(24 * HOUR)
    assert await _spent(platform, ads, ref) > spent


async def _spent(platform: Platform, ads: Ads, ref: Ref) -> int:
    rows = await every_hour(platform, BEGIN, ads.clock.now() + timedelta(hours=1), KES)
    return sum(row.spend.amount for row in rows if row.external == ref.external["adset"])


def test_a_bid_crosses_into_each_platforms_unit_exactly_or_not_at_all() -> None:
    own = MetaCredentials(account="1", token="t", page="2", pixel="3")
    plan = variation(budget=Money(5_000_000, "UGX"), bid=Money(3_000, "UGX"))
    assert meta.adset(plan, "1", msgspec.structs.replace(own, offset=1))["bid_amount"] == 3_000
    assert meta.adset(plan, "1", msgspec.structs.replace(own, offset=100))["bid_amount"] == 300_000
    with pytest.raises(BadUnit):
        meta.adset(plan, "1", own)
    with pytest.raises(BadUnit):  # half a forint, which Meta has not
        meta.change("v1", Change(bid=Money(10_050, "HUF")), None)
    (operation,) = google.change("customers/1", REF, Change(bid=Money(3_000, "UGX")), "TARGET_SPEND")
    assert operation["campaignOperation"]["update"]["targetSpend"] == {"cpcBidCeilingMicros": "3000000000"}
    assert operation["campaignOperation"]["updateMask"] == "targetSpend.cpcBidCeilingMicros"
    (request,) = tiktok.change(REF, Change(bid=Money(10_050, KES)), "CPC")
    assert request.body == {"adgroup_id": "3", "bid_type": "BID_TYPE_CUSTOM", "bid_price": 100.5}
    for refused in (Money(-1, KES), Money(1.5, KES)):  # type: ignore[arg-type]
        with pytest.raises(BadUnit):
            tiktok.change(REF, Change(bid=refused), "CPC")


def test_without_a_bid_meta_is_sent_no_amount() -> None:
    assert meta.change("v1", Change(bid=NONE), None) == {"bid_strategy": "LOWEST_COST_WITHOUT_CAP"}
    assert meta.change("v1", Change(bid=BID), None) == {"bid_strategy": "COST_CAP", "bid_amount": 20_000}


async def test_tiktok_takes_no_bid_of_a_whole_days_budget(ads: Ads) -> None:
    platform = ads.tiktok()
    _, ref = await launched(platform)
    with pytest.raises(Refused) as refused:
        await set_bid(platform, ref, Money(50_000, KES))
    assert refused.value.behaviour == "refused"
    assert (await platform.read(ref)).bid == NONE
