"""Forecasts, anomalies and worn-out ads in simulated markets: how far off, how often found, how often wrongly.

Forecasts are set against the seasonal naive one (the same hour a week before), as the ratio of mean absolute errors
(MASE). The alarms are those of the table `anomaly`, asked every hour; "wrong" are alarms where nothing happened.

Settings: BENCH_WORLDS (400; a quarter of them for alarms, a quarter for worn-out ads).
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from ads.statistics import anomalies, wear
from ads.statistics.forecasting import forecast
from bench.figures import Figure, figure
from bench.markets import Array, play, shipped_table
from engine.tables import Table, decide
from sandbox.market.simulator import Market
from sandbox.market.world import Outage, World
from sandbox.market.worlds import fatigue_and_delays, stationary

UNSEEN = 950_000
FORECAST_WORLDS = int(os.environ.get("BENCH_WORLDS", "400"))
ALARM_WORLDS = WEAR_WORLDS = -(-FORECAST_WORLDS // 4)
AHEAD = (24, 48, 72)
ORIGINS = (14 * 24, 20 * 24 + 6)  # hours at which is forecast
_FELL = 14 * 24  # when click rates fall by 30 %


def run() -> list[Figure]:
    """All figures of this file, in about three minutes."""
    return [*_forecasts(), *_alarms(), *_worn()]


def _market(make: Callable[[int], World], count: int, first: int = 0) -> Market:
    return play([make(UNSEEN + first + place) for place in range(count)], lambda market, budgets: None)


def _forecasts() -> list[Figure]:
    market = _market(fatigue_and_delays, FORECAST_WORLDS)
    figures = []
    for name, series in (("clicks", market.clicks.sum(1)), ("orders", market.arrived.sum(1))):
        for ahead in AHEAD:
            figures += _forecast(f"ads.forecast of {name}, {ahead} h", series, ahead)
    lone = [forecast(row[:336], 24).enough for row in market.arrived[:, 0]]
    figures.append(figure("ads.forecast of one ad's orders: refused as too few", 100 * (1 - float(np.mean(lone))), "%"))
    return figures


def _forecast(name: str, series: Array, ahead: int) -> list[Figure]:
    ours, naive, inside, whole = [], [], [], []
    for row in series:
        for end in ORIGINS:
            found = forecast(row[:end], ahead)
            if not found.enough:
                continue
            came = row[end : end + ahead]
            ours.append(np.abs(came - found.expected).mean())
            naive.append(np.abs(came - row[end - 168 : end - 168 + ahead]).mean())
            inside.append(float(((came >= found.low) & (came <= found.high)).mean()))
            whole.append(float(found.total[1] <= came.sum() <= found.total[2]))
    mase = float(np.sum(ours) / np.sum(naive))
    return [
        figure(f"{name}: closer than seasonal naive by", 100 * (1 - mase), "%", 10, f"MASE {mase:.3f}"),
        figure(f"{name}: 80 % intervals cover hours", 100 * float(np.mean(inside)), "%", None, "75 to 85 wanted"),
        figure(f"{name}: 80 % intervals cover totals", 100 * float(np.mean(whole)), "%", None, "75 to 85 wanted"),
    ]


def _asked(table: Table, market: Market, row: int, end: int) -> str:
    """Which row of the table holds for the whole campaign at an hour."""
    last = slice(max(0, end - 400), end)
    found: dict[str, Any] = anomalies.facts(
        anomalies.Recent(
            spend=market.spend[row, :, last].sum(0),
            impressions=market.impressions[row, :, last].sum(0),
            clicks=market.clicks[row, :, last].sum(0),
            orders=market.arrived[row, :, last].sum(0),
            rate=market.budgets[row, :, last].sum(0),
        )
    )
    calm = {"running": True, "reported": True, "hours_since_report": 1, "currency_same": True, "shrunk": 0.0}
    return decide(table, {**calm, **found}).hit[0]


def _alarms() -> list[Figure]:
    table = shipped_table("anomaly")
    calm = _market(stationary, ALARM_WORLDS)
    wrong, hours = 0, 0
    for row in range(ALARM_WORLDS):
        before = "otherwise"
        for end in range(72, calm.hours):
            now = _asked(table, calm, row, end)
            wrong += now not in ("otherwise", before)
            before, hours = now, hours + 1
    figures = [figure("ads.anomaly: wrong alarms, a campaign and month", wrong / hours * 720, "", 1)]
    for kind, wanted, hours_target in (("delivery", "not_shown", 6.0), ("tracking", "tracking_lost", 6.0)):

        def failing(seed: int, kind: str = kind) -> World:
            first = 400 + seed % 24
            return replace(stationary(seed), outages=(Outage(kind=kind, first=first, last=first + 36),))

        market = _market(failing, ALARM_WORLDS, first=1000)
        delays = []
        for row in range(ALARM_WORLDS):
            first = market.worlds[row].outages[0].first
            hits = (end - first for end in range(first + 1, first + 37) if _asked(table, market, row, end) == wanted)
            delays.append(next(hits, None))
        found = [delay for delay in delays if delay is not None]
        name = f"ads.anomaly: no {kind} for 36 hours"
        figures += [
            figure(f"{name}, found", 100 * len(found) / len(delays), "%", 90),
            figure(f"{name}, median delay", float(np.median(found)) * 3600 if found else 0.0, "s", hours_target * 3600),
        ]
    return figures


def _worn() -> list[Figure]:
    """Ads of four weeks, each judged daily: none of the first half ever fades, all of the second fall by 30 %."""
    table = shipped_table("fatigue")
    market = _market(stationary, WEAR_WORLDS, first=2000)
    random = np.random.Generator(np.random.PCG64(6))
    clicks = market.clicks.reshape(-1, market.hours)
    shown = market.impressions.reshape(-1, market.hours)
    fallen = clicks.copy()
    fallen[:, _FELL:] = random.binomial(fallen[:, _FELL:].astype(int), 0.7)
    wrong, soon, late = [], [], []
    for steady, falls, seen in zip(clicks, fallen, shown, strict=True):
        wrong.append(any(_is_worn(table, seen, steady, day * 24) for day in range(5, 29)))
        days = [day for day in range(1, 15) if _is_worn(table, seen, falls, _FELL + day * 24)]
        soon.append(bool(days) and days[0] <= 2)
        late.append(bool(days))
    return [
        figure("ads.fatigue: wrong in four weeks, of ads that never fade", 100 * float(np.mean(wrong)), "%", 5),
        figure("ads.fatigue: a fall by 30 % found within 2 days", 100 * float(np.mean(soon)), "%", None),
        figure("ads.fatigue: a fall by 30 % found within 2 weeks", 100 * float(np.mean(late)), "%", 90),
    ]


def _is_worn(table: Table, shown: Array, clicks: Array, end: int) -> bool:
    found = wear.facts(shown[:end], clicks[:end])
    return decide(table, {"hours_running": end, "still_pays": True, "data_ok": True, **found}).hit[0] == "tiring"
