"""From rows in the store to what is done: what looks odd, is worn out, or could not be served."""

from __future__ import annotations

from datetime import timedelta

from ads.alerting import task_id
from ads.campaigns import variation_machine
from storage.store import Insert, Update
from tests.ads.autopilot.past import HOUR, At, begun, decided, lived, reported
from tests.ads.autopilot.pilot import ORG, Pilot, kes

TEN_DAYS = 240


async def _tasks(pilot: Pilot, state: str = "open") -> list[str]:
    rows = await pilot.store.org(ORG).find("tasks", {"kind": "ads.odd", "state": state}, limit=100)
    return sorted(str(row["_id"]).rpartition("/")[2] for row in rows)


async def _rows(pilot: Pilot, angle: str, table: str) -> list[str]:
    return [each.hit[0] for each in await decided(pilot, variation_machine(pilot.id_of(angle)), table)]


async def _heard(pilot: Pilot, hours: int, was: At, angles: str = "A") -> None:
    """So many hours go by, and the platform reports each of them as `was`."""
    for _ in range(hours):
        at = begun(pilot)
        for angle in angles:
            adset = (await pilot.variation(angle))["external"]["adset"]
            pilot.platform.hour_rows.append(reported(adset, at, was))
        await pilot.pass_(hours=1)


async def test_an_ordinary_hour_is_nothing_to_tell(pilot: Pilot) -> None:
    await pilot.launched(1000)
    await lived(pilot, "A", TEN_DAYS, lambda ago: At())
    await pilot.pass_(minutes=35)
    assert (await _rows(pilot, "A", "anomaly"))[-1] == "otherwise"
    facts = (await pilot.variation("A"))["facts"]
    assert (facts["data_ok"], facts["shrunk"], facts["spend_factor"]) == (True, 0.0, 1.0)
    assert await _tasks(pilot) == []


async def test_orders_that_cease_while_people_click_hold_every_decision_and_are_told_once(pilot: Pilot) -> None:
    id = await pilot.launched(1000, 1000)
    for angle in "AB":
        await lived(pilot, angle, TEN_DAYS, lambda ago: At(orders=int(ago > 24)))
    await pilot.pass_(hours=7)  # with a sharing out in it
    for angle in "AB":
        assert set(await _rows(pilot, angle, "anomaly")) == {"tracking_lost"}
        assert set(await _rows(pilot, angle, "keep_kill_scale")) <= {"not_measured"}
    assert await pilot.intents(by="autopilot") == []
    (task,) = await pilot.store.org(ORG).find("tasks", {"kind": "ads.odd"})
    assert task["note"] == "People click as ever, and nobody orders: our measuring may be broken"
    assert task["_id"] == task_id(id, "tracking_lost")
    assert task["ref"].startswith("Braids ")


async def test_spending_that_nobody_planned_is_stopped_and_told(pilot: Pilot) -> None:
    await pilot.launched(1000)
    await lived(pilot, "A", TEN_DAYS, lambda ago: At(spend=40 if ago > 3 else 130))
    await pilot.pass_(minutes=40)
    assert (await _rows(pilot, "A", "anomaly"))[-1] == "running_away"
    (pause,) = await pilot.intents(kind="pause", by="autopilot")
    assert (pause["state"], pause["decision"]["decision"]) == ("done", "pause")
    assert pilot.platform.live == 0
    assert (await pilot.variation("A"))["stage"] == "killed"
    assert await _tasks(pilot) == ["running_away"]


async def test_an_ad_that_is_hardly_shown_any_more_is_told_and_runs_on_until_it_is_shown_again(pilot: Pilot) -> None:
    await pilot.launched(1000)
    nothing = At(spend=0, impressions=0, clicks=0, orders=0)
    await lived(pilot, "A", TEN_DAYS, lambda ago: At(orders=int(ago % 24 == 0)) if ago > 8 else nothing)
    await pilot.pass_(minutes=35)
    assert (await _rows(pilot, "A", "anomaly"))[-1] == "not_shown"
    assert (await _tasks(pilot), pilot.platform.live) == (["not_shown"], kes(1000).amount)
    await _heard(pilot, 6, At())
    assert (await _rows(pilot, "A", "anomaly"))[-1] == "otherwise"
    assert (await _tasks(pilot), await _tasks(pilot, "done")) == ([], ["not_shown"])
    assert (await pilot.campaign())["oddities"] == {}


async def test_a_report_that_shrinks_by_a_third_holds_decisions(pilot: Pilot) -> None:
    await pilot.launched(1000)
    await lived(pilot, "A", TEN_DAYS, lambda ago: At())
    adset, now = (await pilot.variation("A"))["external"]["adset"], begun(pilot)
    pilot.platform.hour_rows = [reported(adset, now - ago * HOUR, At(spend=15)) for ago in range(1, 49)]
    await pilot.pass_(minutes=35)
    assert (await _rows(pilot, "A", "anomaly"))[-1] == "figures_shrank"
    assert not (await pilot.variation("A"))["facts"]["data_ok"]
    assert await _tasks(pilot) == ["figures_shrank"]
    assert "ads.hour_corrected" in await pilot.heard(variation_machine(pilot.id_of("A")))


async def test_what_spends_although_it_is_paused_is_told(pilot: Pilot) -> None:
    await pilot.launched(1000)
    await lived(pilot, "A", TEN_DAYS, lambda ago: At())
    await pilot.desk.propose(ORG, pilot.id_of("A"), "juma", status="paused")
    await pilot.idle()
    await _heard(pilot, 6, At(spend=30))
    assert await _tasks(pilot) == ["spends_while_paused"]
    assert (await decided(pilot, variation_machine(pilot.id_of("A")), "anomaly"))[-1].facts["running"] is False


async def test_a_night_in_which_it_was_paused_is_no_sign_of_anything(pilot: Pilot) -> None:
    await pilot.launched(1000)
    nothing, now = At(spend=0, impressions=0, clicks=0, orders=0), begun(pilot)
    await lived(pilot, "A", TEN_DAYS, lambda ago: nothing if 4 <= ago < 16 else At())
    switches = [
        {"at": now - 16 * HOUR, "status": "paused"},
        {"at": now - 4 * HOUR, "status": "active"},
    ]
    await pilot.store.org(ORG).commit([Update("variations", pilot.id_of("A"), {"set": {"switches": switches}})])
    await pilot.pass_(minutes=35)
    assert (await _rows(pilot, "A", "anomaly"))[-1] == "otherwise"


async def test_an_ad_that_people_have_seen_too_often_and_that_no_longer_pays_is_replaced(pilot: Pilot) -> None:
    await pilot.launched(1000)
    await lived(
        pilot, "A", 480,
        lambda ago: At(clicks=11 if ago <= 80 else 20, orders=int(ago % (40 if ago <= 200 else 15) == 0), spend=60),
    )  # fmt: skip
    await pilot.pass_(hours=7)
    table = (await decided(pilot, variation_machine(pilot.id_of("A")), "fatigue"))[0]
    assert (table.hit, table.facts["still_pays"]) == (("worn_out",), False)
    assert table.facts["chance_fatigued"] > 0.9
    assert table.facts["ctr_change"] < -0.3
    (pause,) = await pilot.intents(kind="pause", by="autopilot")
    assert (pause["state"], (await pilot.variation("A"))["stage"]) == ("done", "rotated")


async def test_a_full_day_stops_buying_at_the_next_look_and_the_next_day_goes_on(pilot: Pilot) -> None:
    await pilot.launched(1000)
    costs = {"cost": 100_000, "orders_a_day": 3}
    booking = {"offer": "braids", "state": "confirmed", "start": pilot.clock.now() + timedelta(days=3)}
    await pilot.store.org(ORG).commit(
        [
            Update("offers", "braids", {"set": {"costs": costs}}),
            *(Insert("bookings", {**booking, "_id": f"b{n}", "confirmed_at": pilot.clock.now()}) for n in range(2)),
            Insert("bookings", {**booking, "_id": "b-old", "confirmed_at": pilot.clock.now() - timedelta(days=1)}),
            Insert("bookings", {**booking, "_id": "b-off", "confirmed_at": pilot.clock.now(), "state": "cancelled"}),
        ]
    )
    await pilot.pass_(minutes=35)
    assert ((await pilot.variation("A"))["facts"]["capacity_left"], pilot.platform.live) == (1, kes(1000).amount)
    await pilot.store.org(ORG).commit([Insert("bookings", {**booking, "_id": "b3", "confirmed_at": pilot.clock.now()})])
    await pilot.pass_(minutes=35)
    assert (await _rows(pilot, "A", "ad_brakes"))[-1] == "full"
    assert pilot.platform.live == 0
    await pilot.pass_(hours=12)  # it is 22:10 in Nairobi
    assert pilot.platform.live == 0
    await pilot.pass_(hours=4)
    assert pilot.platform.live == kes(1000).amount
    resumed = (await pilot.intents(kind="resume"))[-1]
    assert (resumed["state"], resumed["reason"]) == ("done", "there is room again")
