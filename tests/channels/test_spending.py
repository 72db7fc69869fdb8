"""What a month's messages come to, by the business's own calendar, and what is not known of it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from channels.cost import BadRates, Rates, load_rates
from channels.spending import month, table
from storage.sqlite import open_sqlite
from storage.store import Insert

NAIROBI = ZoneInfo("Africa/Nairobi")
BEGAN = datetime(2026, 10, 31, 21, tzinfo=UTC)  # midnight in Nairobi, the first of November
RATES = Rates(
    as_of="2026-11-01",
    currency="USD",
    free_service_messages_a_month=2,
    countries={"KE": {"service": 4_000, "utility": 5_000, "marketing": None}},
)


@pytest.fixture
async def salon(tmp_path: Path) -> AsyncIterator[Any]:
    store = await open_sqlite(tmp_path / "store.db")
    yield store.org("salon")
    await store.close()


async def sent(
    store: Any, *, at: datetime, count: int = 1, charged: bool = True, status: str = "read", **cost: Any
) -> None:
    known = await store.count("messages", {})
    full = {"number": "1", "category": "service", "country": "KE", "charged": charged, "priced": True, **cost}
    rows = [
        {"_id": f"m{known + number}", "direction": "out", "at": at, "status": status, "cost": full}
        for number in range(count)
    ]
    await store.commit([Insert("messages", row) for row in rows])


async def test_a_month_is_counted_by_the_businesss_clock_and_priced_by_the_table(salon: Any) -> None:
    await sent(salon, at=BEGAN - timedelta(seconds=1), count=7)
    await sent(salon, at=BEGAN, count=5)
    await sent(salon, at=BEGAN + timedelta(days=3), count=3, category="utility")
    await sent(salon, at=BEGAN + timedelta(days=30), count=9)
    found = await month(salon, date(2026, 11, 21), NAIROBI, RATES)
    assert [(c.line.category, c.line.count, c.free, c.micros) for c in found.charges] == [
        ("service", 5, 2, 12_000), ("utility", 3, 0, 15_000),
    ]  # fmt: skip
    assert (found.micros, found.unpriced) == (27_000, 0)
    assert "0.0270" in table(found, RATES)[-1]
    december = await month(salon, date(2026, 12, 1), NAIROBI, RATES)
    assert [charge.line.count for charge in december.charges] == [9]


async def test_what_has_no_price_was_not_charged_or_is_not_known_yet_is_said(salon: Any) -> None:
    await sent(salon, at=BEGAN, count=2, category="marketing")
    await sent(salon, at=BEGAN, count=3, charged=False)
    await sent(salon, at=BEGAN, count=4, charged=False, priced=False, status="sent")
    await sent(salon, at=BEGAN, count=5, charged=False, priced=False, status="failed")
    found = await month(salon, date(2026, 11, 1), NAIROBI, RATES)
    assert (found.micros, found.unpriced, found.unbilled, found.open) == (0, 2, 3, 4)
    said = " ".join(table(found, RATES))
    assert "not known" in said
    assert "2 messages have no price" in said


def test_a_rate_table_of_ones_own_is_checked(tmp_path: Path) -> None:
    own = tmp_path / "rates.yaml"
    head = "as_of: '2026-11-01'\ncurrency: USD\nfree_service_messages_a_month: 1000\n"
    own.write_text(head + "countries: {KE: {service: 4000}}\n")
    assert load_rates(own).rate("KE", "service") == 4000
    for wrong in ("countries: {KE: {service: cheap}}", "countries: {KE: {service: -1}}", "countries: ["):
        own.write_text(head + wrong)
        with pytest.raises(BadRates, match=r"rates\.yaml"):
            load_rates(own)
    with pytest.raises(BadRates, match="cannot be read"):
        load_rates(tmp_path / "nowhere.yaml")
