"""The life of a change: weighed, rehearsed, approved, made, read back, and taken back exactly."""

from __future__ import annotations

import pytest

from ads.desk import Refused
from tests.ads.autopilot.pilot import ORG, Pilot, kes


async def test_a_campaign_is_launched_after_an_approval_and_read_back(pilot: Pilot) -> None:
    id = await pilot.launched(1000, 500)
    assert (await pilot.campaign(id))["state"] == "active"
    assert pilot.platform.live == kes(1500).amount
    assert (await pilot.campaign(id))["ledger"]["live"] == {pilot.id_of("A"): 100_000, pilot.id_of("B"): 50_000}
    made = await pilot.intents(kind="launch")
    assert [intent["state"] for intent in made] == ["done", "done"]
    assert all(intent["before"] is None and intent["after"]["status"] == "active" for intent in made)
    assert await pilot.dead() == []


async def test_without_a_cap_there_is_no_launch(pilot: Pilot) -> None:
    id = await pilot.drafted(1000, daily=0)
    await pilot.desk.submit(ORG, id, "juma")
    await pilot.idle()
    assert (await pilot.campaign(id))["state"] == "draft"
    assert "no cap, no launch" in (await pilot.campaign(id))["reason"]
    assert pilot.platform.sets == {}


async def test_a_step_above_the_percentage_waits_for_an_approval_and_a_small_one_does_not(pilot: Pilot) -> None:
    await pilot.launched(1000)
    small = await pilot.desk.propose(ORG, pilot.id_of("A"), "juma", budget=kes(1200))
    await pilot.idle()
    assert (await pilot.intent(small))["state"] == "done"
    large = await pilot.desk.propose(ORG, pilot.id_of("A"), "juma", budget=kes(1500))
    await pilot.idle()
    assert (await pilot.intent(large))["state"] == "asking"
    assert pilot.platform.live == kes(1200).amount
    await pilot.desk.approve(ORG, large, "amina")
    await pilot.idle()
    assert (await pilot.intent(large))["state"] == "done"
    assert pilot.platform.live == kes(1500).amount


async def test_small_steps_within_a_day_count_as_the_large_one_that_they_are(pilot: Pilot) -> None:
    await pilot.launched(1000)
    first = await pilot.desk.propose(ORG, pilot.id_of("A"), "juma", budget=kes(1190))
    await pilot.idle()
    second = await pilot.desk.propose(ORG, pilot.id_of("A"), "juma", budget=kes(1400))
    await pilot.idle()
    assert (await pilot.intent(first))["state"] == "done"
    assert (await pilot.intent(second))["state"] == "asking"


async def test_nobody_approves_what_they_asked_for_where_two_people_are_wanted(pilot: Pilot) -> None:
    await pilot.launched(1000)
    from storage.store import Update

    await pilot.store.commit([Update("orgs", ORG, {"set": {"settings.two_person_rule": True}})])
    change = await pilot.desk.propose(ORG, pilot.id_of("A"), "juma", budget=kes(2000))
    await pilot.idle()
    with pytest.raises(Refused, match="Somebody else"):
        await pilot.desk.approve(ORG, change, "juma")
    await pilot.desk.approve(ORG, change, "amina")
    await pilot.idle()
    assert (await pilot.intent(change))["state"] == "done"


async def test_what_is_declined_or_not_answered_in_two_days_is_not_made(pilot: Pilot) -> None:
    await pilot.launched(1000)
    change = await pilot.desk.propose(ORG, pilot.id_of("A"), "juma", budget=kes(2000))
    await pilot.idle()
    await pilot.desk.decline(ORG, change, "amina", "too much")
    await pilot.idle()
    assert (await pilot.intent(change))["state"] == "declined"
    change = await pilot.desk.propose(ORG, pilot.id_of("A"), "juma", budget=kes(2000))
    await pilot.pass_(hours=49)
    assert (await pilot.intent(change))["state"] == "expired"
    assert pilot.platform.live == kes(1000).amount


async def test_what_would_go_over_the_daily_cap_is_refused_even_when_approved(pilot: Pilot) -> None:
    await pilot.launched(1000, 1500)
    change = await pilot.desk.propose(ORG, pilot.id_of("A"), "juma", budget=kes(1600))
    await pilot.idle()
    found = await pilot.intent(change)
    assert (found["state"], found["outcome"]) == ("held_back", "it would go over the daily cap")


async def test_money_that_was_let_go_for_today_is_not_let_go_a_second_time(pilot: Pilot) -> None:
    await pilot.launched(1000, 1900)
    await pilot.desk.propose(ORG, pilot.id_of("B"), "juma", status="paused")
    await pilot.idle()
    today = await pilot.desk.propose(ORG, pilot.id_of("A"), "juma", budget=kes(1180))
    await pilot.idle()
    assert (await pilot.intent(today))["state"] == "held_back"  # B may have spent its day's budget by now
    await pilot.pass_(hours=16)
    tomorrow = await pilot.desk.propose(ORG, pilot.id_of("A"), "juma", budget=kes(1180))
    await pilot.idle()
    assert (await pilot.intent(tomorrow))["state"] == "done"


async def test_the_caps_hold_although_the_table_lets_everything_through(pilot: Pilot) -> None:
    from engine.model import Decision

    await pilot.launched(1000, 1500)
    pilot.table = lambda facts: Decision(
        table="ad_guardrails", definition="", facts=facts, hit=(), result={"verdict": "go"}, because=()
    )
    change = await pilot.desk.propose(ORG, pilot.id_of("A"), "juma", budget=kes(1190))
    other = await pilot.desk.propose(ORG, pilot.id_of("B"), "juma", budget=kes(1790))
    await pilot.idle()
    assert (await pilot.intent(change))["state"] == "done"
    assert (await pilot.intent(other))["state"] == "done"
    more = await pilot.desk.propose(ORG, pilot.id_of("B"), "juma", budget=kes(1799))
    await pilot.idle()
    assert (await pilot.intent(more))["state"] == "done"
    over = await pilot.desk.propose(ORG, pilot.id_of("A"), "juma", budget=kes(1200))
    await pilot.idle()
    assert (await pilot.intent(over))["state"] == "done"
    assert pilot.platform.live == kes(2999).amount
    beyond = await pilot.desk.propose(ORG, pilot.id_of("A"), "juma", budget=kes(1202))
    await pilot.idle()
    assert (await pilot.intent(beyond))["state"] == "held_back"


async def test_rolling_back_restores_the_exact_state_before(pilot: Pilot) -> None:
    await pilot.launched(1000)
    change = await pilot.desk.propose(ORG, pilot.id_of("A"), "juma", budget=kes(900))
    await pilot.idle()
    pause = await pilot.desk.propose(ORG, pilot.id_of("A"), "juma", status="paused")
    await pilot.idle()
    before = (await pilot.intent(change))["before"]
    assert pilot.platform.live == 0
    back = await pilot.desk.rollback(ORG, pause, "juma")
    await pilot.idle()
    assert pilot.platform.live == kes(900).amount
    again = await pilot.desk.rollback(ORG, change, "juma")
    await pilot.idle()
    found = await pilot.intent(again)
    assert (await pilot.intent(back))["state"] == found["state"] == "done"
    assert {key: found["after"][key] for key in ("status", "budget", "name", "fingerprint")} == {
        key: before[key] for key in ("status", "budget", "name", "fingerprint")
    }


async def test_taking_back_a_launch_deletes_what_was_not_there_before(pilot: Pilot) -> None:
    await pilot.launched(1000)
    (launch,) = await pilot.intents(kind="launch")
    await pilot.desk.rollback(ORG, launch["_id"], "juma")
    await pilot.idle()
    assert pilot.platform.sets[pilot.id_of("A")].status == "deleted"
    assert (await pilot.variation("A"))["status"] == "gone"


async def test_a_change_that_was_never_made_has_nothing_to_take_back(pilot: Pilot) -> None:
    await pilot.launched(1000)
    change = await pilot.desk.propose(ORG, pilot.id_of("A"), "juma", budget=kes(5000))
    await pilot.idle()
    with pytest.raises(Refused):
        await pilot.desk.rollback(ORG, change, "juma")


async def test_pausing_a_campaign_stops_everything_and_it_goes_on_as_it_was(pilot: Pilot) -> None:
    id = await pilot.launched(1000, 500)
    await pilot.desk.pause(ORG, id, "stock-taking")
    await pilot.idle()
    assert ((await pilot.campaign(id))["state"], pilot.platform.live) == ("paused", 0)
    await pilot.desk.resume(ORG, id, "")
    await pilot.idle()
    assert ((await pilot.campaign(id))["state"], pilot.platform.live) == ("active", kes(1500).amount)
    await pilot.desk.end(ORG, id, "")
    await pilot.idle()
    assert ((await pilot.campaign(id))["state"], pilot.platform.live) == ("ended", 0)
    assert await pilot.dead() == []


async def test_an_approval_that_is_said_twice_is_said_once(pilot: Pilot) -> None:
    await pilot.launched(1000)
    change = await pilot.desk.propose(ORG, pilot.id_of("A"), "juma", budget=kes(2000))
    await pilot.idle()
    await pilot.desk.approve(ORG, change, "amina")
    with pytest.raises(Refused):
        await pilot.desk.approve(ORG, change, "amina")
    await pilot.idle()
    assert (await pilot.intent(change))["state"] == "done"
