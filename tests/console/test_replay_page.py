"""The replay's page: the days that were chosen are the days that it names."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from runtime.backtest.report import Report
from tests.console.conftest import CLINIC, House
from web.console.replay import ReplayPages
from workshop.replaying import Run


@pytest.mark.parametrize(
    ("since", "until", "says"),
    [
        ("2026-11-20", "2026-11-25", "20 Nov 2026 to 25 Nov 2026, both days whole"),
        ("2026-11-25", "2026-11-25", "25 Nov 2026 to 25 Nov 2026, both days whole"),
        ("2026-11-20", "", "20 Nov 2026 until now"),
        ("", "2026-11-25", "Until 25 Nov 2026, that day whole"),
    ],
)
async def test_a_period_is_named_by_the_days_that_it_holds(
    house: House, monkeypatch: pytest.MonkeyPatch, since: str, until: str, says: str
) -> None:
    pages, whose = ReplayPages(house.store, None, lambda: datetime.now(UTC)), SimpleNamespace(org=CLINIC)
    begins, ends = await pages._period(whose, since, until)  # type: ignore[arg-type]
    run = Run(
        id="r", org=CLINIC, by="u", files=("flows/a.yaml",), since=begins, until=ends, began=datetime.now(UTC),
        running=False, report=Report(),
    )  # fmt: skip
    monkeypatch.setattr(ReplayPages, "_run", lambda _pages, _caller: run)
    owner = await house.browser("owner")
    page = (await owner.get("/o/clinic/replay")).text
    assert says in page
    assert "00:00" not in page
    assert "26 Nov" not in page
