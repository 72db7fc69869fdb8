"""A candidate for an ad table against the decisions that were made: what falls from one row to another."""

from __future__ import annotations

import engine
import language
from composition.definitions import compile_sources, registry
from runtime.backtest import Backtest, Report, Selection
from tests.ads.autopilot.past import At, lived
from tests.ads.autopilot.pilot import ORG, Pilot, sources


async def _reported(pilot: Pilot, old: str, new: str) -> Report:
    edited = next(path for path in sources() if path.endswith("/keep_kill_scale.yaml"))
    texts = {**sources(), edited: sources()[edited].replace(old, new)}
    assert texts != sources()
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
