"""What the server measured of ads: a day's report over a million events, and how well a known over-report is found.

The million events are ninety days of one business, a third of them of its last day. The report is what a person looks
at in the morning: the day by arrival, its hours, and all ninety days by the hour of the click. The peer of the sums is
the same events folded by a plain loop in memory, which must come to the same money.

The over-report is recovered in unseen worlds: a platform that claims each conversion, and so many of them twice, days
of unequal size, conversions that come up to six days late, half of the days still to be corrected downwards. Factors
are of sixty ripe days with 25 conversions each.
"""

from __future__ import annotations

import asyncio
import random
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from ads.truth import daily, money
from ads.truth.events import KINDS, Credit, Happened, event_id
from ads.truth.events import document as document_of
from ads.truth.reconciling import Day, factor
from bench.figures import Figure, figure, percentile
from crm.orgs import NewOrg, create
from storage.sqlite import SqliteStore, open_sqlite
from storage.store import Insert

EVENTS, BATCH, VARIATIONS = 1_000_000, 2_000, 30
ORG, ZONE = "bench", "Africa/Nairobi"
TODAY = datetime(2026, 11, 23, tzinfo=UTC) - timedelta(hours=3)  # midnight in Nairobi
WORLDS, DAYS, MEAN = 400, 60, 25
FACTORS = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6)
_SHARES = (70, 12, 8, 5, 4, 1)  # of the kinds, in their order


def event(number: int, chance: random.Random) -> Happened:
    today = number % 3 == 0
    at = TODAY + timedelta(seconds=chance.randrange(86_400)) - timedelta(days=0 if today else chance.randrange(1, 90))
    kind = chance.choices(KINDS, _SHARES)[0]
    variation = f"v{chance.randrange(VARIATIONS)}" if chance.random() < 0.8 else ""
    clicked = at - timedelta(hours=chance.randrange(168))
    credit = Credit(platform="meta", campaign="c1", variation=variation, clicked_at=clicked, by="tag")
    worth = 50_000 if kind in ("payment", "refund") else 0
    return Happened(
        kind=kind, key=str(number), at=at, credit=credit if variation else Credit(), contact=f"p{number // 5}",
        value=worth, currency="KES", offer=f"o{number % 4}",
    )  # fmt: skip


async def filled(store: SqliteStore) -> int:
    """The million, and the money that they come to."""
    chance = random.Random(1)
    total = 0
    for first in range(0, EVENTS, BATCH):
        rows = []
        for number in range(first, min(first + BATCH, EVENTS)):
            happened = event(number, chance)
            row = document_of(happened) | {"_id": event_id(ORG, happened.kind, happened.key), "org": ORG}
            total += row["net"]
            rows.append(Insert("ad_events", row))
        await store.commit(rows)
    return total


async def _reported(folder: Path) -> list[Figure]:
    store = await open_sqlite(folder / "truth.db")
    await create(store, NewOrg(id=ORG, name="Bench", zone=ZONE))
    total = await filled(store)
    began, busy = time.perf_counter(), time.process_time()
    report = await daily.report(store.org(ORG), TODAY.date() + timedelta(days=1), ZONE, "KES")
    took, worked = time.perf_counter() - began, time.process_time() - busy
    began = time.perf_counter()
    since, until = TODAY - timedelta(days=100), TODAY + timedelta(days=2)
    everything = await money.measured(store.org(ORG), since, until, "KES", by="arrival")
    whole = time.perf_counter() - began
    await store.close()
    if sum(each.revenue for each in everything.values()) != total:
        raise RuntimeError("the sums are not the money that came in")
    if not report.hours or not report.variations:
        raise RuntimeError("the report is empty")
    return [
        figure("truth.daily_report.1m", took, "s", 10.0, "the brief's 180 s", round(180 / took, 2)),
        figure("truth.daily_report.1m.processor", worked, "s"),
        figure("truth.sums.1m", whole, "s", 10.0),
    ]


def world(chance: random.Random, over: float) -> list[Day]:
    """What is left of a world when its days are ripe: late conversions have come, shrunk numbers have shrunk."""
    found = []
    for _ in range(DAYS):
        size = MEAN * chance.uniform(0.5, 1.5)
        measured = sum(chance.random() < size / 400 for _ in range(400))
        twice = sum(chance.random() < over for _ in range(measured))
        found.append(Day(float(measured + twice), measured))
    return found


def _reconciled() -> list[Figure]:
    chance = random.Random(20_261_121)
    wrong: list[float] = []
    covered = widths = 0.0
    for number in range(WORLDS):
        over = FACTORS[number % len(FACTORS)]
        found = factor(world(chance, over))
        if found.value is None:
            raise RuntimeError("there was enough to compare")
        wrong.append(abs(found.value - 1 - over) * 100)
        covered += found.low <= 1 + over <= found.high
        widths += (found.high - found.low) * 100
    within = sum(error <= 5 for error in wrong) / WORLDS
    return [
        figure("truth.over_report.within_5_points", within * 100, "% of worlds", 95),
        figure("truth.over_report.error.p95", percentile(wrong, 0.95), "points"),
        figure("truth.over_report.interval_covers", covered / WORLDS * 100, "% of worlds", 93),
        figure("truth.over_report.interval_width", widths / WORLDS, "points"),
    ]


def run() -> list[Figure]:
    """All figures of the measure."""
    with tempfile.TemporaryDirectory(prefix="aais-bench-") as folder:
        return [*asyncio.run(_reported(Path(folder))), *_reconciled()]


if __name__ == "__main__":
    for line in run():
        print(line)
