"""A candidate for an ad table against the decisions that were made: what falls from one row to another."""

from __future__ import annotations

from collections.abc import Mapping

import engine
import language
from composition.definitions import compile_sources, registry
from engine.comparing import compare
from runtime.backtest import Backtest, Report, Selection
from tests.ads.autopilot.past import At, lived
from tests.ads.autopilot.pilot import ORG, Pilot, sources
from tests.ads.autopilot.test_own_rules import MONTH, pages_rule


async def _reported(
    pilot: Pilot, old: str, new: str, table: str = "keep_kill_scale", files: Mapping[str, str] | None = None
) -> Report:
    given = sources() if files is None else files
    edited = next(path for path in given if path.endswith(f"/{table}.yaml"))
    texts = {**given, edited: given[edited].replace(old, new)}
    assert texts != given
    found = Backtest(
        pilot.store, pilot.vault, pilot.published, engine, language.understand, compile_sources(texts), registry()
    )
    report = Report()
    async for passed in found.run(Selection(org=ORG)):
        report.add(passed)
    return report


async def test_recorded_decisions_about_ads_are_put_to_a_candidate_and_told_in_a_confusion_table(pilot: Pilot) -> None:
    await pilot.launched(1000, 1000)
    await lived(pilot, "A", 60, lambda ago: At(orders=int(ago % 5 == 0)))
    await lived(pilot, "B", 60, lambda ago: At(orders=int(ago % 6 == 0)))
    await pilot.pass_(hours=14)  # shared out twice
    patient = (await _reported(pilot, "hours_running < 12", "hours_running < 500")).tables["keep_kill_scale"]
    assert patient.decisions == 4
    assert {cell.new for cell in patient.rows.values()} == {"too_early"}
    assert "too_early" not in {cell.old for cell in patient.rows.values()}
    same = await _reported(pilot, "Its budget is about right", "About right")  # the words are not what it answers
    assert all(table.changed == 0 for table in same.tables.values())


async def test_a_rule_about_bids_is_put_to_the_decisions_that_were_made_and_told_apart_from_its_draft(
    pilot: Pilot,
) -> None:
    files = pages_rule("what_an_order_may_cost", ": what_an_order_may_cost")
    await pilot.published.publish(files)
    await pilot.launched(1000)
    await lived(pilot, "A", MONTH, lambda ago: At(orders=int(ago % 14 == 0)))
    await pilot.pass_(hours=2)
    assert [each["state"] for each in await pilot.intents(kind="bid")] == ["done"]
    cautious = ("week.conversions >= 10", "week.conversions >= 100", "what_an_order_may_cost", files)
    report = await _reported(pilot, *cautious)
    put = report.tables["what_an_order_may_cost"]
    assert put.decisions >= 3
    assert {(cell.old, cell.new) for cell in put.rows.values()} >= {("first", "otherwise")}
    table = next(text for path, text in files.items() if path.endswith("/what_an_order_may_cost.yaml"))
    deeper = table.replace("change_pct: -10", "change_pct: -20")
    found = compare({"rules/cost.yaml": table}, {"rules/cost.yaml": deeper}, registry())
    assert [each.answer for each in found.behaviour] == ["different"]
    (parting,) = [each.words for each in found.changes]
    assert "-10" in parting
    assert "-20" in parting
