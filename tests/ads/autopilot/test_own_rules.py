"""Rules that an owner writes, as docs/ads-rules.md has them: asked at every look, and what they answer is done."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import hooks.verbs
from ads.platform import Reach
from hooks.desk import Desk as HooksDesk
from hooks.hosts import hosts
from hooks.posting import Poster
from hooks.sending import Sender
from storage.store import Update
from tests.ads.autopilot.past import HOUR, At, lived
from tests.ads.autopilot.pilot import ORG, ROOT, Pilot, kes, sources
from tests.hooks.town import Receiver, verified

PAGE = (ROOT / "docs" / "ads-rules.md").read_text(encoding="utf-8")
PLACES = {
    "data": "  stage:   {type: text, default: testing}\n",
    "ads.looked, decide": "      - table: ad_brakes\n",
    "judging, next": "  judging:\n    next:\n",
}
MONTH = 28 * 24 + 12


def pages_rule(name: str = "last_week", label: str = "", more: Mapping[str, str] | None = None) -> dict[str, str]:
    """`label` stands behind the names of the places that the page gives to this table; `more` are places besides."""
    (table,) = re.findall(rf"```yaml\n# rules/{name}\.yaml\n(.*?)```", PAGE, re.DOTALL)
    texts = dict(sources())
    path = next(path for path in texts if path.endswith("/variation.yaml"))
    for place, anchor in (PLACES | dict(more or {})).items():
        (piece,) = re.findall(rf"```yaml\n# {place}{label}\n(.*?)```", PAGE, re.DOTALL)
        assert texts[path].count(anchor) == 1
        both = piece + anchor if place.startswith("ads.looked") else anchor + piece
        texts[path] = texts[path].replace(anchor, both)
    return {**texts, str(Path(path).parents[2] / "rules" / f"{name}.yaml"): table}


async def _with_the_pages_rule(pilot: Pilot, name: str = "last_week", label: str = "", **more: str) -> None:
    await pilot.published.publish(pages_rule(name, label, more))


async def test_what_the_last_seven_days_cost_pauses_an_ad_whose_month_was_good(pilot: Pilot) -> None:
    await _with_the_pages_rule(pilot)
    await pilot.launched(1000)
    await lived(pilot, "A", MONTH, lambda ago: At(orders=int(ago % 4 == 0 if ago > 8 * 24 else ago % 60 == 0)))
    await pilot.pass_(hours=1)
    (paused,) = await pilot.intents(kind="pause")
    assert (paused["state"], paused["reason"]) == ("done", "seven days were too dear")
    assert (await pilot.variation("A"))["stage"] == "killed"


async def test_another_program_hears_of_the_pause_once_it_was_read_back(pilot: Pilot) -> None:
    """Over real HTTP, to a receiver that is busy at first."""
    receiver = await Receiver().open()
    receiver.answers = [(503, {}), (200, {})]
    allowed = hosts(["127.0.0.1"])
    sender = Sender(Poster(allowed), lambda: datetime.now(UTC))
    desk = HooksDesk(pilot.store, pilot.vault, sender, allowed, pilot.clock.now)
    secret = await desk.add(ORG, "sheet", receiver.url, "What the autopilot pauses", ())
    pilot.besides = hooks.verbs.bind(sender)
    await pilot.crash()
    await _with_the_pages_rule(pilot, killed="  killed:\n")
    await pilot.launched(1000)
    await lived(pilot, "A", MONTH, lambda ago: At(orders=int(ago % 4 == 0 if ago > 8 * 24 else ago % 60 == 0)))
    assert receiver.got == []
    await pilot.pass_(hours=1)
    await receiver.close()
    assert [body for _, body in receiver.got] == [receiver.got[0][1]] * 2
    message = verified(secret, *receiver.got[1], datetime.now(UTC))
    assert (message["event"], message["business"]) == ("ad.paused", ORG)
    assert message["data"] == {
        "ad": pilot.id_of("A"), "reason": "seven days were too dear", "at": message["data"]["at"],
    }  # fmt: skip
    (paused,) = await pilot.intents(kind="pause")
    assert (paused["state"], "hooks.sent" in await pilot.heard(message["machine"])) == ("done", True)
    assert await pilot.dead() == []


async def test_a_good_week_raises_a_budget_within_the_approvals_and_once_a_day(pilot: Pilot) -> None:
    await _with_the_pages_rule(pilot)
    await pilot.launched(1000)
    await lived(pilot, "A", MONTH, lambda ago: At(orders=int(ago % 4 == 0)))
    await pilot.pass_(hours=3)
    (raised,) = [each for each in await pilot.intents(kind="budget") if each["reason"] == "by the last seven days"]
    assert (raised["state"], raised["wanted"]["budget"]) == ("done", kes(1150).amount)


@pytest.mark.parametrize(
    ("people", "recent_clicks", "paused"),
    [(40_000, 12, True), (60_000, 12, False), (40_000, 20, False), (0, 12, False)],
)
async def test_what_everybody_has_seen_is_paused_once_fewer_click(
    pilot: Pilot, people: int, recent_clicks: int, paused: bool
) -> None:
    await _with_the_pages_rule(pilot, "seen_by_all", ": seen_by_all")
    await pilot.launched(1000)
    days = 3 * 24 + 12
    await lived(
        pilot, "A", MONTH, lambda ago: At(orders=int(ago % 4 == 0), clicks=recent_clicks if ago <= days else 20)
    )
    adset = f"s{pilot.id_of('A')}"
    reached = Reach(external=adset, people=people, impressions=7 * 24 * 1000 if people else 0)
    pilot.platform.reached = {adset: reached} if people else {}
    await pilot.pass_(hours=1)
    reasons = [each["reason"] for each in await pilot.intents(kind="pause")]
    assert reasons == (["everybody has seen it, and fewer click"] if paused else [])
    assert (await pilot.variation("A"))["stage"] == ("killed" if paused else "testing")


async def _asked_about_bids(pilot: Pilot, orders: int, spend: float = 40.0) -> None:
    """A month of hours in which so much was spent, and one of so many brought an order."""
    await _with_the_pages_rule(pilot, "what_an_order_may_cost", ": what_an_order_may_cost")
    await pilot.launched(1000)
    await lived(pilot, "A", MONTH, lambda ago: At(spend=spend, orders=int(ago % orders == 0)))


def _bid(pilot: Pilot) -> int:
    bid = pilot.platform.sets[pilot.id_of("A")].bid
    assert bid is not None
    return bid.amount


async def test_an_order_may_cost_so_much_at_first_and_less_a_day_after_where_orders_are_dear(pilot: Pilot) -> None:
    await _asked_about_bids(pilot, 16)
    facts = await pilot.facts("A")
    at_first = facts["max_cpa"].amount
    assert facts["last_7d"]["cpa"] < facts["max_cpa"]
    await pilot.pass_(hours=1)
    (first,) = await pilot.intents(kind="bid")
    assert (first["state"], first["reason"], first["wanted"]["bid"]) == ("done", "what an order may cost", at_first)
    assert first["decision"]["decision"] == "first"
    assert _bid(pilot) == at_first == (await pilot.variation("A"))["bid"]
    await pilot.pass_(hours=20)
    assert len(await pilot.intents(kind="bid")) == 1, "asked at every look, and tried for a day"
    back = await pilot.desk.rollback(ORG, first["_id"], "juma")
    await pilot.idle()
    assert ((await pilot.intent(back))["state"], _bid(pilot)) == ("done", 0)


@pytest.mark.parametrize(("spend", "becomes"), [(130.0, 45_000), (40.0, 55_000)], ids=["dear", "cheap"])
async def test_a_bid_follows_what_the_weeks_orders_cost(pilot: Pilot, spend: float, becomes: int) -> None:
    await _asked_about_bids(pilot, 14, spend)
    await pilot.desk.propose(ORG, pilot.id_of("A"), "juma", bid=kes(500))
    await pilot.idle()
    begun = {"bid_changed_at": pilot.clock.now() - timedelta(hours=30), "bid_steps": []}
    await pilot.store.org(ORG).commit([Update("variations", pilot.id_of("A"), {"set": begun})])
    await pilot.pass_(minutes=40)
    (step,) = [each for each in await pilot.intents(kind="bid") if each["by"] == "autopilot"]
    assert (step["state"], step["reason"]) == ("done", "by what a week of orders cost")
    assert _bid(pilot) == becomes


async def test_a_row_of_anomaly_tells_people_of_a_day_without_customers(pilot: Pilot) -> None:
    texts = dict(sources())
    table = next(path for path in texts if path.endswith("/anomaly.yaml"))
    lifecycle = next(path for path in texts if path.endswith("/variation.yaml"))
    row = """  - id: half_gone
    when: today.spend > 0.5 * budget and today.conversions == 0
    then: {decision: ask, data_ok: true}
    because: "Half of the day's budget is gone, and nobody came"
"""
    facts = "facts:\n  today: {type: ad_period}\n  budget: {type: money}\n"
    texts[table] = (
        texts[table].replace("facts:\n", facts, 1).replace("  - id: otherwise\n", f"{row}  - id: otherwise\n")
    )
    told = "      facts: &odd\n        today: event.facts.today\n        budget: event.facts.budget\n"
    texts[lifecycle] = texts[lifecycle].replace("      facts: &odd\n", told, 1)
    await pilot.published.publish(texts)
    await pilot.launched(1000)
    await pilot.pass_(hours=13)  # 22 o'clock in Nairobi
    await lived(pilot, "A", 300, lambda ago: At(orders=int(ago > 24 and ago % 8 == 0)))
    await pilot.pass_(minutes=35)
    rows = await pilot.store.org(ORG).find("tasks", {"kind": "ads.odd", "state": "open"}, limit=10)
    assert [each["note"] for each in rows] == ["Half of the day's budget is gone, and nobody came"]


async def test_periods_are_whole_days_by_the_ad_accounts_clock(pilot: Pilot) -> None:
    from ads import periods
    from ads.truth.money import whole

    await pilot.launched(1000)
    await lived(pilot, "A", 30 * 24, lambda ago: At(orders=int(ago % 24 == 0)))
    campaign, variation = await pilot.campaign(), await pilot.variation("A")
    now = pilot.clock.now()
    found = (await periods.of_campaign(pilot.store.org(ORG), campaign, [variation], now, whole))[variation["_id"]]
    midnight = (now + timedelta(hours=3)).replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(hours=3)
    assert found["today"]["spend"] == kes(40 * int((now - midnight) / HOUR))
    assert [found[name]["spend"] for name in ("yesterday", "last_3d", "last_7d", "last_28d")] == [
        kes(40 * 24 * days) for days in (1, 3, 7, 28)
    ]
    assert (found["last_7d"]["conversions"], found["last_7d"]["cpa"]) == (7, kes(960))
    assert found["last_7d"]["roas"] == 3.125
