"""A business with a week of ads in a real store, told as the platforms and our own events tell it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from ads.report.model import Report
from ads.report.reading import report
from ads.truth.events import Credit, Happened, Kind, kept
from storage.collections import COLLECTIONS, Catalogue, Collection
from storage.sqlite import SqliteStore, open_sqlite
from storage.store import Insert, Upsert

DAY = date(2026, 11, 20)
NOW = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)  # 07:00 in Nairobi, the day after
ORG = {"_id": "clinic", "name": "Tabasamu Dental", "zone": "Africa/Nairobi", "currency": "KES"}


def _catalogue() -> Catalogue:
    known = {each.name for each in COLLECTIONS}
    missing = [name for name in ("campaigns", "variations", "ad_intents") if name not in known]
    return Catalogue((*COLLECTIONS, *(Collection(name=name, doc="") for name in missing)))


class Market:
    """Writes what happened, and reads the report of it."""

    def __init__(self, store: SqliteStore) -> None:
        self.store = store
        self.org = store.org("clinic")
        self._events = 0

    async def campaign(self, id: str = "c1", name: str = "Cleaning", platform: str = "meta", **fields: Any) -> None:
        document = {"_id": id, "name": name, "platform": platform, "offer": "o1", "currency": "KES", "state": "active",
                    "at": NOW - timedelta(days=20), **fields}  # fmt: skip
        await self.org.commit([Insert("campaigns", document)])

    async def variation(self, id: str, angle: str = "A", campaign: str = "c1", **fields: Any) -> None:
        document = {"_id": id, "campaign": campaign, "angle": angle, "status": "active", "budget": 50_000,
                    "at": NOW - timedelta(days=20), **fields}  # fmt: skip
        await self.org.commit([Insert("variations", document)])

    async def hours(self, variation: str, spend: int, *, days: int = 7, each: range = range(24), currency: str = "KES",
                    read_at: datetime = NOW, claimed: float = 0.0, campaign: str = "c1") -> None:  # fmt: skip
        """`spend` an hour in minor units, for whole days up to the end of the reported one."""
        ends = datetime(2026, 11, 20, 21, tzinfo=UTC)
        ops = []
        for day in range(days):
            for hour in each:
                at = ends - timedelta(days=day + 1) + timedelta(hours=hour)
                row = {"platform": "meta", "external": variation, "variation": variation, "campaign": campaign,
                       "hour": at, "currency": currency, "spend": spend, "impressions": 100, "clicks": 4,
                       "conversions": claimed, "value": 0, "read_at": read_at, "versions": []}  # fmt: skip
                ops.append(Upsert("ad_hours", f"clinic/{variation}/{at:%Y%m%dT%H}", {"set": row}))
        await self.org.commit(ops)

    async def happened(self, kind: Kind, variation: str = "", *, count: int = 1, value: int = 0, currency: str = "KES",
                       at: datetime = datetime(2026, 11, 20, 9, tzinfo=UTC)) -> None:  # fmt: skip
        ops = []
        for _ in range(count):
            self._events += 1
            credit = Credit(platform="meta", campaign="c1", variation=variation) if variation else Credit()
            event = Happened(kind=kind, key=str(self._events), at=at, credit=credit, offer="o1", value=value,
                             currency=currency)  # fmt: skip
            ops.append(kept("clinic", event))
        await self.org.commit(ops)

    async def intent(self, id: str, kind: str, state: str, **fields: Any) -> None:
        document = {"_id": id, "campaign": "c1", "variation": "v1", "angle": "A", "kind": kind, "state": state,
                    "by_person": False, "reason": "", "outcome": "", "budget_before": 50_000, "wanted": {},
                    "at": datetime(2026, 11, 20, 12, tzinfo=UTC), **fields}  # fmt: skip
        await self.org.commit([Insert("ad_intents", document)])

    async def read(self, **more: Any) -> Report:
        return await report(self.org, ORG, DAY, **{"now": NOW, **more})


@pytest.fixture
async def market(tmp_path: Path) -> AsyncIterator[Market]:
    store = await open_sqlite(tmp_path / "test.db", catalogue=_catalogue())
    yield Market(store)
    await store.close()


@pytest.fixture
async def busy(market: Market) -> Market:
    """A earns well, B spends for nothing, C has two bookings: too few to say. One change made, one wanted."""
    await market.campaign()
    for id, angle in (("v1", "A"), ("v2", "B"), ("v3", "C")):
        await market.variation(id, angle)
        await market.hours(id, 2_000, claimed=0.25 if id == "v1" else 0.0)
    await market.happened("conversation", "v1", count=30)
    await market.happened("booking", "v1", count=20)
    await market.happened("payment", "v1", count=20, value=100_000)
    await market.happened("booking", "v3", count=2)
    await market.happened("payment", "v3", count=2, value=200_000)
    await market.happened("payment", count=1, value=350_000)
    await market.intent("i1", "budget", "done", wanted={"budget": 60_000}, reason="profit is certain enough")
    await market.intent("i2", "pause", "asking", angle="B", reason="nothing came of 3,360")
    return market
