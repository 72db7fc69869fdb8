"""What a platform, a person on it, or a crash may do to a change: each has one outcome, and a journal entry."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest

from ads.ledger import day_of
from storage.store import Update
from tests.ads.autopilot.fakes import hour
from tests.ads.autopilot.pilot import ORG, Pilot, kes


async def _changed(pilot: Pilot, budget: int) -> str:
    change = await pilot.desk.propose(ORG, pilot.id_of("A"), "juma", budget=kes(budget))
    await pilot.idle()
    return change


@pytest.mark.parametrize("fault", ["busy", "lost", "applied", "late"])
async def test_a_platform_that_is_busy_or_silent_is_asked_again_and_told_once(pilot: Pilot, fault: str) -> None:
    await pilot.launched(1000)
    pilot.platform.writes.clear()
    pilot.platform.faults = ["", "", "", "", "", fault]  # rehearsal reads twice; account, then the change itself
    change = await _changed(pilot, 1100)
    pilot.platform.catch_up()
    await pilot.pass_(minutes=5)
    assert (await pilot.intent(change))["state"] == "done"
    assert pilot.platform.live == kes(1100).amount
    assert (await pilot.campaign())["ledger"]["live"] == {pilot.id_of("A"): kes(1100).amount}


async def test_a_platform_that_never_answers_leaves_the_larger_budget_counted_and_is_looked_at_later(
    pilot: Pilot,
) -> None:
    await pilot.launched(1000)
    change = await pilot.desk.propose(ORG, pilot.id_of("A"), "juma", budget=kes(1100))
    pilot.platform.luck = lambda: "lost"
    await pilot.pass_(hours=20)
    assert (await pilot.intent(change))["state"] == "failed"
    pilot.platform.luck = None
    await pilot.pass_(hours=2)
    assert (await pilot.campaign())["ledger"]["live"] == {pilot.id_of("A"): pilot.platform.live}
    assert not (await pilot.variation("A"))["open_change"]


async def test_a_crash_between_telling_and_noting_is_finished_on_the_next_start(pilot: Pilot) -> None:
    await pilot.launched(1000)
    change = await _changed(pilot, 1200)
    # as if the process had died right after the platform did it: our records know of nothing
    intent, variation = await pilot.intent(change), await pilot.variation("A")
    undone = {"state": "executing", "after": None}
    await pilot.store.org(ORG).commit(
        [
            Update("ad_intents", change, {"set": undone}),
            Update("variations", variation["_id"], {"set": {"budget": kes(1000).amount, "open_change": change}}),
            Update(
                "outbox", f"change:{change}/{await _seq(pilot, change)}/0", {"set": {"state": "new", "by": ""}}
            ),
        ]
    )  # fmt: skip
    assert intent["state"] == "done"
    writes = len(pilot.platform.writes)
    await pilot.dispatcher.execute(await _context(pilot, change), {"change": change})
    assert len(pilot.platform.writes) == writes  # it was there already


async def _seq(pilot: Pilot, change: str) -> int:
    rows = await pilot.store.org(ORG).find("outbox", {"machine": f"change:{change}", "verb": "ads.execute"})
    return int(str(rows[0]["_id"]).split("/")[-2])


async def _context(pilot: Pilot, change: str):  # type: ignore[no-untyped-def]
    from engine.model import Snapshot
    from runtime.verbs import Context

    machine = Snapshot(machine=f"change:{change}", definition="", name="ad_change", state="executing", about={})
    vault = await pilot.vault.org(ORG)
    return Context(store=pilot.store.org(ORG), vault=vault, now=pilot.clock.now(), machine=machine, key="k")


async def test_a_process_that_dies_in_the_middle_is_taken_up_by_the_next_one(pilot: Pilot) -> None:
    await pilot.launched(1000)
    pilot.platform.luck = lambda: "busy"
    change = await pilot.desk.propose(ORG, pilot.id_of("A"), "juma", budget=kes(1100))
    await pilot.idle()
    await pilot.crash()
    pilot.platform.luck = None
    await pilot.pass_(minutes=30)
    assert (await pilot.intent(change))["state"] == "done"


async def test_an_ad_edited_by_hand_is_not_written_over_and_what_is_there_counts(pilot: Pilot) -> None:
    await pilot.launched(1000)
    await pilot.pass_(hours=1)
    ours = pilot.platform.sets[pilot.id_of("A")]
    ours.budget = kes(1300)
    await pilot.pass_(minutes=61)
    assert (await pilot.variation("A"))["budget"] == kes(1300).amount
    assert (await pilot.campaign())["ledger"]["live"] == {pilot.id_of("A"): kes(1300).amount}
    assert "ads.found_edited" in await pilot.heard(f"campaign:{(await pilot.campaign())['_id']}")
    assert "ads.found_edited" in await pilot.heard(f"variation:{pilot.id_of('A')}")


async def test_an_edit_by_hand_that_breaks_the_caps_is_paused(pilot: Pilot) -> None:
    await pilot.launched(1000, 500)
    pilot.platform.sets[pilot.id_of("A")].budget = kes(9000)
    await pilot.pass_(minutes=95)
    assert pilot.platform.live <= kes(3000).amount
    paused = await pilot.intents(kind="pause", by="guard")
    assert [(intent["angle"], intent["reason"]) for intent in paused] == [
        ("A", "its budgets come to more than the daily cap")
    ]


async def test_an_edit_between_rehearsal_and_change_holds_the_change_back(pilot: Pilot) -> None:
    await pilot.launched(1000)
    change = await pilot.desk.propose(ORG, pilot.id_of("A"), "juma", budget=kes(2000))
    await pilot.idle()
    pilot.platform.sets[pilot.id_of("A")].budget = kes(700)
    await pilot.desk.approve(ORG, change, "amina")
    await pilot.idle()
    found = await pilot.intent(change)
    assert (found["state"], found["outcome"]) == ("held_back", "somebody edited it on the platform meanwhile")
    assert pilot.platform.live == kes(700).amount


async def test_a_deleted_ad_is_gone_for_good_and_counts_for_nothing(pilot: Pilot) -> None:
    await pilot.launched(1000, 500)
    pilot.platform.sets[pilot.id_of("A")].status = "deleted"
    await pilot.pass_(minutes=95)
    assert (await pilot.variation("A"))["status"] == "gone"
    assert (await pilot.campaign())["ledger"]["live"] == {pilot.id_of("B"): kes(500).amount}
    assert "ads.found_gone" in await pilot.heard(f"variation:{pilot.id_of('A')}")


async def test_a_campaign_that_was_deleted_by_hand_is_paused_and_says_why(pilot: Pilot) -> None:
    id = await pilot.launched(1000, 500)
    for ours in pilot.platform.sets.values():
        ours.status = "deleted"
    await pilot.pass_(hours=3)  # one is found at each look
    found = await pilot.campaign(id)
    assert (found["state"], found["reason"]) == ("paused", "all of its ads were deleted on the platform")
    assert found["ledger"]["live"] == {}
    assert (await pilot.heard(f"campaign:{id}")).count("ads.found_gone") == 2
    assert await pilot.dead() == []


async def test_a_campaign_that_was_paused_by_hand_spends_nothing_and_is_not_switched_on_again(pilot: Pilot) -> None:
    id = await pilot.launched(1000, 500)
    for ours in pilot.platform.sets.values():
        ours.status = "paused"
    await pilot.pass_(hours=8)
    assert pilot.platform.live == 0
    assert (await pilot.campaign(id))["ledger"]["live"] == {}
    assert await pilot.intents(kind="resume") == []
    assert "ads.found_edited" in await pilot.heard(f"variation:{pilot.id_of('B')}")


async def test_another_currency_stops_the_campaign(pilot: Pilot) -> None:
    id = await pilot.launched(1000)
    pilot.platform.currency = "USD"
    await pilot.pass_(minutes=61)
    assert (await pilot.campaign(id))["state"] == "paused"
    assert "USD" in (await pilot.campaign(id))["reason"]


async def test_a_report_that_shrinks_gives_nothing_back_of_what_was_spent(pilot: Pilot) -> None:
    id = await pilot.launched(1000)
    begun = pilot.clock.now()
    pilot.platform.hour_rows = [hour(pilot.id_of("A"), begun, kes(800).amount)]
    await pilot.pass_(minutes=61)
    pilot.platform.hour_rows = [hour(pilot.id_of("A"), begun, kes(100).amount)]
    await pilot.pass_(minutes=61)
    today = str(day_of(begun, "Africa/Nairobi"))
    assert (await pilot.campaign(id))["ledger"]["reported"][today] == {pilot.id_of("A"): kes(800).amount}
    assert "ads.hour_corrected" in await pilot.heard(f"variation:{pilot.id_of('A')}")


async def test_a_budget_is_told_at_most_four_times_in_an_hour(pilot: Pilot) -> None:
    await pilot.launched(1000)
    for budget in (990, 980, 970, 960, 950):
        await pilot.desk.propose(ORG, pilot.id_of("A"), "juma", budget=kes(budget))
        await pilot.idle()
    assert pilot.platform.live == kes(960).amount
    await pilot.pass_(minutes=90)
    assert pilot.platform.live == kes(950).amount
    told = [at for at, _, change in pilot.platform.writes if change.budget is not None and change.status is None]
    assert all(sum(1 for at in told if first <= at < first + timedelta(hours=1)) <= 4 for first in told)


async def test_the_month_is_kept_across_midnight(pilot: Pilot) -> None:
    id = await pilot.launched(1000, monthly=2500)
    await pilot.pass_(hours=24 * 5)
    ours = pilot.platform.sets[pilot.id_of("A")]
    assert ours.status == "paused"
    ledger = (await pilot.campaign(id))["ledger"]
    assert sum(sum(day.values()) for day in ledger["days"].values()) <= kes(2500).amount
    assert msgspec.json.encode(ledger)


async def test_lower_caps_pause_what_they_cannot_hold(pilot: Pilot) -> None:
    id = await pilot.launched(1000, 500)
    await pilot.desk.set_caps(ORG, id, daily=kes(800))
    await pilot.pass_(minutes=61)
    assert pilot.platform.live == kes(500).amount


async def test_a_launch_that_was_given_up_and_came_about_all_the_same_is_followed(pilot: Pilot) -> None:
    id = await pilot.drafted(1000, 500)
    await pilot.desk.submit(ORG, id, "juma")
    await pilot.idle()
    await pilot.desk.decide(ORG, id, "amina", approve=True)
    await pilot.idle()
    ours = await pilot.variation("A")
    lost = {"status": "draft", "external": {}, "known": None, "unsure": True}
    await pilot.store.org(ORG).commit([Update("variations", ours["_id"], {"set": lost})])
    await pilot.pass_(minutes=95)
    assert (await pilot.variation("A"))["status"] == "active"
    assert (await pilot.campaign(id))["ledger"]["live"][ours["_id"]] == kes(1000).amount
