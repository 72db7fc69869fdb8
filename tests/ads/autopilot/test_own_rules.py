"""Rules that an owner writes, as docs/ads-rules.md has them: asked at every look, and what they answer is done."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

from tests.ads.autopilot.past import HOUR, At, lived
from tests.ads.autopilot.pilot import ORG, ROOT, Pilot, kes, sources

PAGE = (ROOT / "docs" / "ads-rules.md").read_text(encoding="utf-8")
PLACES = {
    "data": "  stage:   {type: text, default: testing}\n",
    "ads.looked, decide": "      - table: ad_brakes\n",
    "judging, next": "  judging:\n    next:\n",
}
MONTH = 28 * 24 + 12


async def _with_the_pages_rule(pilot: Pilot) -> None:
    (table,) = re.findall(r"```yaml\n# rules/last_week\.yaml\n(.*?)```", PAGE, re.DOTALL)
    texts = dict(sources())
    path = next(path for path in texts if path.endswith("/variation.yaml"))
    for place, anchor in PLACES.items():
        (piece,) = re.findall(rf"```yaml\n# {place}\n(.*?)```", PAGE, re.DOTALL)
        assert texts[path].count(anchor) == 1
        both = piece + anchor if place.startswith("ads.looked") else anchor + piece
        texts[path] = texts[path].replace(anchor, both)
    await pilot.published.publish({**texts, str(Path(path).parents[2] / "rules" / "last_week.yaml"): table})


async def test_what_the_last_seven_days_cost_pauses_an_ad_whose_month_was_good(pilot: Pilot) -> None:
    await _with_the_pages_rule(pilot)
    await pilot.launched(1000)
    await lived(pilot, "A", MONTH, lambda ago: At(orders=int(ago % 4 == 0 if ago > 8 * 24 else ago % 60 == 0)))
    await pilot.pass_(hours=1)
    (paused,) = await pilot.intents(kind="pause")
    assert (paused["state"], paused["reason"]) == ("done", "seven days were too dear")
    assert (await pilot.variation("A"))["stage"] == "killed"


async def test_a_good_week_raises_a_budget_within_the_approvals_and_once_a_day(pilot: Pilot) -> None:
    await _with_the_pages_rule(pilot)
    await pilot.launched(1000)
    await lived(pilot, "A", MONTH, lambda ago: At(orders=int(ago % 4 == 0)))
    await pilot.pass_(hours=3)
    (raised,) = [each for each in await pilot.intents(kind="budget") if each["reason"] == "by the last seven days"]
    assert (raised["state"], raised["wanted"]["budget"]) == ("done", kes(1150).amount)


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
