"""What the server measured of ads: a day's report over a million events, and how well a known over-report is found.

The million events are ninety days of one business, a third of them of its last day. The report is what a person looks
at in the morning: the day by arrival, its hours, and all ninety days by the hour of the click; then the page that is
made of it, which follows clicks for a week. The peer of the sums is the same events folded by a plain loop in memory,
which must come to the same money.

The over-report is recovered in simulated markets that nobody has tuned on (`sandbox.market`): six ads that wear out,
weekends, orders that come up to a week late. The platform claims each of them in the hour of its click, and so many of
them twice. Factors are of the days that were ripe, some sixty.

Settings: BENCH_EVENTS (1000000), BENCH_WORLDS (400). The targets are those of the full size.
"""

from __future__ import annotations

import asyncio
import os
import random
import tempfile
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from ads.report.reading import report as page_of
from ads.truth import daily, money
from ads.truth.events import KINDS, Credit, Happened, event_id
from ads.truth.events import document as document_of
from ads.truth.reconciling import RIPE, Day, factor
from bench.figures import Figure, figure, percentile
from bench.markets import play
from crm.orgs import NewOrg, create
from sandbox.market.world import World
from sandbox.market.worlds import fatigue_and_delays
from storage.sqlite import SqliteStore, open_sqlite
from storage.store import Insert

EVENTS = int(os.environ.get("BENCH_EVENTS", "1000000"))
BATCH, VARIATIONS = 2_000, 30
ORG, ZONE = "bench", "Africa/Nairobi"
TODAY = datetime(2026, 11, 23, tzinfo=UTC) - timedelta(hours=3)  # midnight in Nairobi
WORLDS = int(os.environ.get("BENCH_WORLDS", "400"))
DAYS, TOGETHER, UNSEEN = 67, 50, 970_000
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
    day = TODAY.date() + timedelta(days=1)
    began, busy = time.perf_counter(), time.process_time()
    report = await daily.report(store.org(ORG), day, ZONE, "KES")
    took, worked = time.perf_counter() - began, time.process_time() - busy
    began = time.perf_counter()
    org = await store.get("orgs", ORG) or {}
    page = await page_of(store.org(ORG), org, day, TODAY + timedelta(days=2))
    made = time.perf_counter() - began
    began = time.perf_counter()
    since, until = TODAY - timedelta(days=100), TODAY + timedelta(days=2)
    everything = await money.measured(store.org(ORG), since, until, "KES", by="arrival")
    whole = time.perf_counter() - began
    await store.close()
    if sum(each.revenue for each in everything.values()) != total:
        raise RuntimeError("the sums are not the money that came in")
    if not report.hours or not report.variations or page.unattributed.amount != report.variations[""].revenue:
        raise RuntimeError("the report is empty")
    return [
        figure("truth.daily_report.1m", took, "s", 10.0, "the brief's 180 s", round(180 / took, 2)),
        figure("truth.daily_report.1m.processor", worked, "s"),
        figure("truth.daily_report.1m.page", made, "s", 10.0),
        figure("truth.sums.1m", whole, "s", 10.0),
    ]


def world(number: int) -> World:
    over = FACTORS[number % len(FACTORS)]
    return replace(fatigue_and_delays(UNSEEN + number, most=0.015), days=DAYS, over_report=over)


def days_of(numbers: range) -> list[list[Day]]:
    """The ripe days of some worlds, each as the platform claims it and as the server saw it, by the click."""
    market = play([world(number) for number in numbers], lambda market, budgets: None, seed=numbers.start)
    chance = np.random.Generator(np.random.PCG64([UNSEEN, numbers.start]))
    twice = chance.binomial(market.known.astype(int), market.over_report[:, :, None])
    seen, claimed = (
        each.sum(1).reshape(len(numbers), DAYS, 24).sum(2)[:, : -RIPE.days]
        for each in (market.known, market.known + twice)
    )
    return [
        [Day(float(told), int(count)) for told, count in zip(*both, strict=True)]
        for both in zip(claimed, seen, strict=True)
    ]


def _reconciled() -> list[Figure]:
    wrong: list[float] = []
    covered = widths = 0.0
    for first in range(0, WORLDS, TOGETHER):
        numbers = range(first, min(first + TOGETHER, WORLDS))
        for number, days in zip(numbers, days_of(numbers), strict=True):
            over = world(number).over_report
            found = factor(days)
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
