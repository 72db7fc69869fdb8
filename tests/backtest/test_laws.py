"""Whatever the candidate is, a backtest ends with something true to say: defects of a catalogue as candidates."""

from __future__ import annotations

import json

import pytest

from engine import Findings
from runtime.backtest import Backtest, Report, Selection
from runtime.backtest.running import Passed
from tests.backtest.town import ORG, Town
from tests.backtest.versions import shipped
from tests.mutation import Defect, sample

TOUCHED = ("flows/booking.yaml", "flows/deposit.yaml", "flows/lifecycles/payment.yaml", "rules/mpesa_results.yaml")


def backtest(town: Town, defect: Defect) -> Backtest | None:
    """None where the defect does not even compile."""
    from engine import load

    sources = shipped()
    content = defect.seeded(load(sources[defect.file], defect.file).content)
    try:
        return town.backtest({**sources, defect.file: json.dumps(content, ensure_ascii=False)})
    except Findings:
        return None


async def holds(town: Town, defect: Defect) -> str:
    """Raises AssertionError with the defect. The worst that became of a machine, "" where it does not compile."""
    candidate = backtest(town, defect)
    if candidate is None:
        return ""
    report, passed = Report(), [each async for each in candidate.run(Selection(org=ORG))]
    for each in passed:
        _says_something_true(each, str(defect))
        report.add(each)
    assert report.machines == report.followed + report.unchanged == len(passed), defect
    return next((name for name in ("parks", "differs", "undecided", "otherwise") if report.outcome(name)), "same")


def _says_something_true(passed: Passed, defect: str) -> None:
    result = passed.result
    if result is None:
        assert passed.why == "unchanged", defect
        return
    ends_alike = result.old_end == result.new_end
    if result.outcome == "same":
        assert (result.parting, result.old, ends_alike) == (None, result.new, True), defect
    elif result.outcome == "otherwise":
        assert result.parting is not None, defect
        assert ends_alike, defect
    elif result.outcome == "differs":
        assert result.parting is not None, defect
        assert not ends_alike, defect
    else:
        assert result.why, defect


def candidates(count: int) -> list[Defect]:
    return [defect for defect in sample(count) if defect.file in TOUCHED]


async def test_a_backtest_of_any_defect_ends_with_something_true(week: Town) -> None:
    became = [await holds(week, defect) for defect in candidates(60)]
    assert len(became) > 10
    assert len(set(became) - {""}) > 1, became  # else agreement would mean little


@pytest.mark.soak
@pytest.mark.timeout(3600)
async def test_a_backtest_of_many_defects_ends_with_something_true(week: Town) -> None:
    for defect in candidates(1500):
        await holds(week, defect)
