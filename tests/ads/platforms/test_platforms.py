"""What holds for every ad platform alike: our connectors against the simulated providers, over the wire."""

from __future__ import annotations

import contextlib
from datetime import timedelta
from typing import Any

import pytest

from ads.failures import ChangedByHand, CurrencyChanged, Gone, OutcomeUnknown, PlatformError, RetryLater
from ads.google import states
from ads.platform import Change, Platform, Ref, every_hour
from engine.values import Money
from tests.ads.platforms.acts import pause, restore, resume, set_budget
from tests.ads.platforms.conftest import BEGIN, KES, Ads, campaign, variation

PLATFORMS = ["meta", "google", "tiktok"]
every_platform = pytest.mark.parametrize("name", PLATFORMS)
HOUR = timedelta(hours=1)


async def launched(platform: Platform, id: str = "v1") -> tuple[Ref, Ref]:
    """A campaign with a variation, both switched on."""
    above = (await platform.create_campaign(campaign())).ref
    ref = (await platform.create_variation(above, variation(id))).ref
    await resume(platform, above)
    await resume(platform, ref)
    return above, ref


@every_platform
async def test_an_account_says_its_currency_and_zone(ads: Ads, name: str) -> None:
    account = await ads.platform(name).account()
    assert (account.platform, account.currency, account.zone, account.usable) == (name, KES, "Africa/Nairobi", True)


@every_platform
async def test_what_is_created_is_paused_and_spends_nothing(ads: Ads, name: str) -> None:
    platform = ads.platform(name)
    above = (await platform.create_campaign(campaign())).ref
    ref = (await platform.create_variation(above, variation())).ref
    state = await platform.read(ref)
    assert (state.status, state.budget, state.name) == ("paused", Money(50_000, KES), "Box braids, trust")
    ads.clock.move(5 * HOUR)
    assert await every_hour(platform, BEGIN, ads.clock.now(), KES) == []


@every_platform
async def test_creating_again_finds_what_was_made(ads: Ads, name: str) -> None:
    platform = ads.platform(name)
    first = await platform.create_campaign(campaign())
    again = await platform.create_campaign(campaign())
    assert (again.ref, again.found, again.requests) == (first.ref, True, ())
    made = await platform.create_variation(first.ref, variation())
    again = await platform.create_variation(first.ref, variation())
    assert (again.ref, again.found, again.requests) == (made.ref, True, ())
    assert await platform.find("variation", "v1") == made.ref
    assert await platform.find("campaign", "c1") == first.ref
    assert await platform.find("variation", "v2") is None


@every_platform
@pytest.mark.parametrize("fault", ["lost_answer", "half_answer", "twice"])
async def test_a_crash_or_a_lost_answer_leaves_one_of_each(ads: Ads, name: str, fault: str) -> None:
    platform = ads.platform(name)
    for _ in range(20):
        await ads.misbehave(name, times=1, writes_only=True, **{fault: True})
        try:
            above = (await platform.create_campaign(campaign())).ref
            ref = (await platform.create_variation(above, variation())).ref
        except OutcomeUnknown:
            continue
        break
    await ads.control("DELETE", f"/{name}/scenario")
    above = (await platform.create_campaign(campaign())).ref
    ref = (await platform.create_variation(above, variation())).ref
    assert [len(ads.things(name, kind)) for kind in ("adset", "ad")] == [1, 1]
    assert (await platform.read(ref)).status == "paused"


@every_platform
async def test_a_platform_that_makes_everything_twice_is_tidied_up(ads: Ads, name: str) -> None:
    platform = ads.platform(name)
    await ads.misbehave(name, twice=True)
    above = (await platform.create_campaign(campaign())).ref
    ref = (await platform.create_variation(above, variation())).ref
    assert [len(ads.things(name, kind)) for kind in ("campaign", "adset", "ad")] == [1, 1, 1]
    await resume(platform, above)
    await resume(platform, ref)
    assert (await platform.read(ref)).delivery == "running"


@every_platform
async def test_what_is_created_late_is_not_created_again(ads: Ads, name: str) -> None:
    platform = ads.platform(name)
    await ads.misbehave(name, late_creation=600.0)
    made: list[Ref] = []
    for _ in range(20):
        try:
            above = (await platform.create_campaign(campaign())).ref
            made = [(await platform.create_variation(above, variation())).ref]
            break
        except RetryLater as later:
            ads.clock.move(max(later.after, timedelta(minutes=6)))
    assert made
    ads.clock.move(HOUR)
    assert await platform.find("variation", "v1") == made[0]
    assert len(ads.things(name, "adset")) == 1


@every_platform
async def test_a_dry_run_changes_nothing_and_says_what_would_be_sent(ads: Ads, name: str) -> None:
    platform = ads.platform(name)
    receipt = await platform.create_campaign(campaign(), dry_run=True)
    planned = await platform.create_variation(receipt.ref, variation(), dry_run=True)
    assert receipt.dry_run
    assert receipt.validated
    assert planned.requests
    assert ads.things(name, "campaign") == ads.things(name, "adset") == []
    above, ref = await launched(platform)
    before = await platform.read(ref)
    changed = await set_budget(platform, ref, Money(60_000, KES), dry_run=True)
    assert changed.requests
    assert await platform.read(ref) == before
    assert (await pause(platform, above, dry_run=True)).dry_run
    assert (await platform.read(above)).status == "active"


@every_platform
async def test_a_change_is_read_back_and_rolled_back_exactly(ads: Ads, name: str) -> None:
    platform = ads.platform(name)
    _, ref = await launched(platform)
    before = await platform.read(ref)
    assert (before.status, before.delivery) == ("active", "running")
    wanted = Change(status="paused", budget=Money(75_000, KES), name="Braids, urgent", bid=Money(20_000, KES))
    await platform.change(ref, wanted)
    after = await platform.read(ref)
    assert (after.status, after.budget, after.name) == ("paused", Money(75_000, KES), "Braids, urgent")
    assert after.bid == Money(20_000, KES)
    await restore(platform, before)
    assert await platform.read(ref) == before


@every_platform
async def test_what_is_so_already_is_not_sent_again(ads: Ads, name: str) -> None:
    platform = ads.platform(name)
    _, ref = await launched(platform)
    assert (await set_budget(platform, ref, Money(50_000, KES))).requests == ()
    assert (await resume(platform, ref)).found


@every_platform
async def test_an_ad_edited_by_hand_is_noticed_and_not_written_over(ads: Ads, name: str) -> None:
    platform = ads.platform(name)
    _, ref = await launched(platform)
    seen = await platform.read(ref)
    await set_budget(platform, ref, Money(55_000, KES))
    with pytest.raises(ChangedByHand) as edited:
        await set_budget(platform, ref, Money(90_000, KES), expect=seen)
    assert edited.value.fields == ("budget",)
    assert edited.value.found.budget == Money(55_000, KES)
    assert (await platform.read(ref)).budget == Money(55_000, KES)


@every_platform
async def test_what_was_deleted_by_hand_is_gone(ads: Ads, name: str) -> None:
    platform = ads.platform(name)
    above, ref = await launched(platform)
    for thing in ads.things(name, "campaign"):
        await ads.control("DELETE", f"/{name}/things/{thing.id}")
    with contextlib.suppress(Gone):
        assert (await platform.read(ref)).status == "deleted"
    with pytest.raises(Gone):
        await set_budget(platform, ref, Money(60_000, KES))
    assert await platform.find("variation", "v1") is None
    assert above.kind == "campaign"


@every_platform
async def test_a_changed_currency_stops_every_amount(ads: Ads, name: str) -> None:
    platform = ads.platform(name)
    above, ref = await launched(platform)
    ads.clock.move(3 * HOUR)
    await ads.control("PATCH", f"/{name}/accounts/{ads.account(name).id}", {"currency": "USD"})
    with pytest.raises(CurrencyChanged) as changed:
        await set_budget(platform, ref, Money(60_000, KES))
    assert (changed.value.expected, changed.value.found) == (KES, "USD")
    with pytest.raises(CurrencyChanged):
        await platform.create_variation(above, variation("v2"))
    with pytest.raises(CurrencyChanged):
        await platform.hours(BEGIN, ads.clock.now(), KES)
    await pause(platform, ref)  # stopping is always possible
    assert (await platform.read(ref)).status == "paused"


@every_platform
async def test_hours_come_page_by_page_in_utc(ads: Ads, name: str) -> None:
    platform = ads.platform(name)
    _, ref = await launched(platform)
    ads.clock.move(timedelta(days=3, minutes=20))
    rows = await every_hour(platform, BEGIN, ads.clock.now(), KES)
    assert {row.external for row in rows} == {ref.external["adset"]}
    assert [row.hour for row in rows] == [BEGIN + n * HOUR for n in range(72)]
    spent = sum((row.spend.amount for row in rows), 0)
    truth = [thing.id for thing in ads.things(name, "adset")]
    reported = [row.spend for id in truth for row in ads.world.hours.get((name, id), {}).values()]
    assert spent == round(100 * sum(reported)) > 0
    assert sum(row.conversions for row in rows) > 0
    assert all(row.clicks <= row.impressions for row in rows)


@every_platform
@pytest.mark.parametrize("zone", ["Africa/Lagos", "Africa/Johannesburg", "America/New_York", "Asia/Kolkata"])
async def test_hours_are_ours_whatever_the_accounts_clock(ads: Ads, name: str, zone: str) -> None:
    await ads.control("PATCH", f"/{name}/accounts/{ads.account(name).id}", {"zone": zone})
    platform = ads.platform(name)
    await launched(platform)
    ads.clock.move(timedelta(days=2))
    rows = await every_hour(platform, BEGIN + 20 * HOUR, BEGIN + 30 * HOUR, KES)
    assert [row.hour for row in rows] == [BEGIN + n * HOUR for n in range(20, 30)]


@every_platform
async def test_numbers_that_shrink_are_told_as_they_are(ads: Ads, name: str) -> None:
    platform = ads.platform(name)
    await launched(platform)
    ads.clock.move(6 * HOUR)
    before = await every_hour(platform, BEGIN, ads.clock.now(), KES)
    await ads.misbehave(name, shrink=0.5)
    after = await every_hour(platform, BEGIN, ads.clock.now(), KES)
    assert len(after) == len(before)
    assert 0 < sum(row.spend.amount for row in after) < sum(row.spend.amount for row in before)


FAULTS = [
    ("lost_request", True, OutcomeUnknown),
    ("lost_answer", True, OutcomeUnknown),
    ("half_answer", True, OutcomeUnknown),
    ("outage", 503, OutcomeUnknown),
]


@every_platform
@pytest.mark.parametrize(("fault", "value", "raised"), FAULTS, ids=[fault for fault, _, _ in FAULTS])
async def test_a_change_without_a_clear_answer_is_unknown_and_a_read_is_later(
    ads: Ads, name: str, fault: str, value: object, raised: type[PlatformError]
) -> None:
    platform = ads.platform(name)
    _, ref = await launched(platform)
    await ads.misbehave(name, writes_only=True, **{fault: value})
    with pytest.raises(raised) as unknown:
        await set_budget(platform, ref, Money(60_000, KES))
    assert not unknown.value.changed_nothing
    await ads.control("DELETE", f"/{name}/scenario")
    done = fault in ("lost_answer", "half_answer")
    assert (await platform.read(ref)).budget == Money(60_000 if done else 50_000, KES)
    await ads.misbehave(name, **{fault: value})
    with pytest.raises(RetryLater) as later:
        await platform.read(ref)
    assert later.value.after > timedelta()


@every_platform
async def test_an_expired_token_is_refreshed_once_and_kept(ads: Ads, name: str) -> None:
    platform = ads.platform(name)
    await ads.misbehave(name, token_expired=True)
    account = await platform.account()
    assert account.currency == KES
    token = ads.account(name).token
    await platform.account()
    assert ads.account(name).token == token
    if name != "google":  # whose access tokens live an hour and are not kept
        assert ads.tokens[name] == [token]


@every_platform
async def test_a_budget_below_the_platforms_least_is_refused(ads: Ads, name: str) -> None:
    platform = ads.platform(name)
    above = (await platform.create_campaign(campaign())).ref
    with pytest.raises(PlatformError) as refused:
        await platform.create_variation(above, variation(budget=Money(100, KES)))
    assert refused.value.behaviour == "refused"


@every_platform
async def test_an_unsettled_account_needs_a_person(ads: Ads, name: str) -> None:
    platform = ads.platform(name)
    await ads.control("PATCH", f"/{name}/accounts/{ads.account(name).id}", {"status": 3})
    account = await platform.account()
    assert not account.usable
    assert account.reason
    with pytest.raises(PlatformError) as blocked:
        await platform.create_campaign(campaign())
    assert blocked.value.behaviour == "needs_person"


EDITS: list[tuple[str, str, dict[str, Any]]] = [
    ("meta", "adset", {"targeting": {"geo_locations": {"countries": ["UG"]}}}),
    ("meta", "ad", {"creative": {"id": "999"}}),  # Meta makes a new creative of an ad whose text is edited
    ("google", "ad_group_criterion", {"keyword": {"text": "cheap wigs", "matchType": "BROAD"}}),
    ("google", "ad_group_criterion", {"cpcBidMicros": "90000000"}),
    ("google", "ad_group_criterion", {"negative": True}),
    ("google", "campaign_criterion", {"negative": True}),
    ("google", "adset", {"cpcBidMicros": "90000000"}),
    ("google", "ad", {"ad": {"responsiveSearchAd": {"headlines": [{"text": "Another"}]}}}),
    ("tiktok", "adgroup", {"bid_price": 9.5}),
    ("tiktok", "ad", {"ad_text": "Something else"}),
]


@pytest.mark.parametrize(
    ("name", "kind", "fields"), EDITS, ids=[f"{name}-{kind}-{next(iter(fields))}" for name, kind, fields in EDITS]
)
async def test_keywords_bids_and_texts_that_are_edited_by_hand_are_noticed(
    ads: Ads, name: str, kind: str, fields: dict[str, Any]
) -> None:
    platform = ads.platform(name)
    _, ref = await launched(platform)
    seen = await platform.read(ref)
    assert (await platform.read(ref)).fingerprint == seen.fingerprint
    things = ads.things(name, kind) or ads.things(name, "adset")
    await ads.edit(name, things[0].id, **fields)
    with pytest.raises(ChangedByHand) as edited:
        await set_budget(platform, ref, Money(90_000, KES), expect=seen)
    assert edited.value.fields == ("settings",)
    assert not (await pause(platform, ref)).found, "what stops spending is not held back"


async def test_a_keyword_that_is_added_by_hand_is_noticed(ads: Ads) -> None:
    platform = ads.google()
    _, ref = await launched(platform)
    seen = await platform.read(ref)
    (word,) = ads.things("google", "ad_group_criterion")
    made = {**word.fields, "keyword": {"text": "weave", "matchType": "BROAD"}}
    ads.world.add("google", word.account, "ad_group_criterion", "77", made)
    assert seen.differences(await platform.read(ref)) == ("settings",)


def test_what_is_asked_of_google_is_what_google_has() -> None:
    """Each field that is selected is one of the API's own messages."""
    from google.ads.googleads.v26.services.types.google_ads_service import GoogleAdsRow

    queries = (states.campaign_of("1"), states.ads_of("1"), states.groups_of("1"), *states.criteria_of("1"))
    for query in queries:
        for path in query.removeprefix("SELECT ").partition(" FROM ")[0].split(", "):
            at = GoogleAdsRow.pb().DESCRIPTOR
            for part in path.split("."):
                assert part in at.fields_by_name, path
                at = at.fields_by_name[part].message_type
