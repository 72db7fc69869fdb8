"""Running policies in simulated markets: ours, by the shipped tables, and those that it is measured against."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ads.deciding import Campaign, Decision, Hours, Pass, Tables, Variation, decide
from composition.definitions import compile_sources, read_sources, yaml_files
from engine.tables import Table
from runtime.release import Compiled
from sandbox.market.simulator import Market
from sandbox.market.world import World

ROOT = Path(__file__).resolve().parents[1]
Array = NDArray[np.float64]
REST = 12  # hours, as in flows/lifecycles/variation.yaml
MINOR = 100  # cents in a unit of the markets' money


class Policy(Protocol):
    """Asked at the beginning of each hour for the daily budgets from then on; None: as they are."""

    def __call__(self, market: Market, budgets: Array) -> Array | None: ...


def play(worlds: Sequence[World], policy: Policy, seed: int = 1) -> Market:
    market = Market(worlds, seed)
    budgets = even(market)
    while market.hour < market.hours:
        found = policy(market, budgets)
        if found is not None:
            budgets = found
        market.step(budgets)
    return market


def even(market: Market) -> Array:
    return np.repeat(total(market) / market.shape[1], market.shape[1], axis=1)


def total(market: Market) -> Array:
    return np.array([[world.budget] for world in market.worlds])


def _release() -> Compiled:
    return compile_sources(read_sources(yaml_files([ROOT / "flows", ROOT / "rules"])))


def shipped() -> Tables:
    return Tables.of(_release())


def shipped_table(name: str) -> Table:
    table = _release().definitions[f"rules:{name}"]
    assert isinstance(table, Table)
    return table


class Autopilot:
    """Our policy: what the tables that ship decide, every so many hours, with nothing beside them.

    It sees what the server sees: spend and clicks as the platform reports them, verified orders by the hour of their
    click as far as they have come, and the offer's margin. `seen` may note each pass. An ad for whose customers there
    is no room is paused and comes back twelve hours later with the budget that it had, as `variation.yaml` does it.
    """

    def __init__(
        self, tables: Tables, every: int = 6, seen: Callable[[int, Sequence[Pass]], None] | None = None
    ) -> None:
        self._tables, self._every, self._seen = tables, every, seen
        self._changed: list[list[float | None]] = []
        self._live: NDArray[np.bool_] | None = None
        self._kept, self._back = np.zeros(0), np.zeros(0)  # budgets that are kept while paused; hours of coming back

    def __call__(self, market: Market, budgets: Array) -> Array | None:
        if market.hour == 0 or market.hour % self._every:
            return None
        if self._live is None:
            self._live = np.ones(market.shape, dtype=bool)
            self._kept, self._back = budgets.copy(), np.zeros(market.shape)
            self._changed = [[None] * market.shape[1] for _ in market.worlds]
        self._back[self._back <= market.hour] = 0
        campaigns = [self._campaign(market, row) for row in range(market.shape[0])]
        passes = decide(self._tables, campaigns)
        if self._seen is not None:
            self._seen(market.hour, passes)
        for row, found in enumerate(passes):
            for each in found.decisions:
                self._do(each, row, int(each.variation), market.hour)
        running = np.where(self._live & (self._back == 0), self._kept, 0.0)
        return np.asarray(running * np.minimum(1.0, total(market) / np.maximum(running.sum(1, keepdims=True), 1e-9)))

    def _do(self, decision: Decision, row: int, column: int, hour: int) -> None:
        assert self._live is not None
        budget = decision.budget.amount / MINOR
        if decision.decision == "kill":
            self._live[row, column] = False
        elif decision.decision == "reduce" and decision.budget_change_pct <= -90:
            self._back[row, column] = hour + REST
        elif abs(budget - self._kept[row, column]) > 1 / MINOR:
            self._kept[row, column] = budget
            self._changed[row][column] = float(hour)

    def _campaign(self, market: Market, row: int) -> Campaign:
        assert self._live is not None
        hour, world = market.hour, market.worlds[row]
        margin, tracked = round(world.margin * MINOR), _trusted(market, row)
        variations = tuple(
            Variation(
                id=str(column),
                hours=Hours(
                    spend=market.spend[row, column, :hour] * MINOR,
                    clicks=market.clicks[row, column, :hour],
                    orders=market.known[row, column, :hour],
                    rate=market.budgets[row, column, :hour] * MINOR,
                ),
                budget=round(float(self._kept[row, column]) * MINOR),
                impressions=int(market.impressions[row, column, :hour].sum()),
                revenue=round(float(market.known[row, column, :hour].sum()) * world.price * MINOR),
                hours_running=float(hour),
                hours_since_change=None if (last := self._changed[row][column]) is None else hour - last,
                live=bool(self._live[row, column] and not self._back[row, column]),
            )
            for column in range(market.shape[1])
        )
        changes = [each for each in self._changed[row] if each is not None]
        return Campaign(
            id=str(row),
            currency="USD",
            budget=round(world.budget * MINOR),
            margin=margin,
            max_cpa=round(0.8 * margin),
            break_even_roas=world.price / world.margin,
            variations=variations,
            delays=np.repeat(market.delays, market.delays_seen[row].astype(int)) + 0.5,
            capacity=world.capacity,
            capacity_left=_left(market, row),
            data_ok=tracked,
            hours_running=float(hour),
            hours_since_change=hour - max(changes) if changes else None,
        )


def _trusted(market: Market, row: int) -> bool:
    """Whether the figures may be used: what the anomaly table would say, here known of the outage itself after 3 h."""
    return not any(
        each.kind == "tracking" and each.first + 3 <= market.hour < each.last + 1 for each in market.worlds[row].outages
    )


def _left(market: Market, row: int) -> int | None:
    """Places left today, after those that are taken."""
    limit = market.worlds[row].capacity
    if limit is None:
        return None
    today = market.hour // 24 * 24
    return max(0, limit - int(market.arrived[row, :, today : market.hour].sum()))
