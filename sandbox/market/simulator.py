"""Many markets stepped together, hour by hour: budgets in, what the platform reports and what our server measures out.

All worlds of one simulator have as many ads, days and delays; they are arrays with one row a world, which is what
makes a benchmark over hundreds of them quick. `sandbox.market.single` steps one world for the simulated platforms.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sandbox.market.world import World

Array = NDArray[np.float64]
_LIVELY = 0.08  # how unevenly a platform spends a budget from hour to hour


@dataclass(frozen=True)
class Hour:
    """One hour of every ad: arrays of worlds × ads. `reported` is what the platform says it sold (over-reported)."""

    spend: Array
    impressions: Array
    clicks: Array
    reported: Array
    arrived: Array  # orders that our server saw in this hour, whenever their click was
    missing: NDArray[np.bool_]  # worlds in which the platform reports nothing now


class Market:
    """What has happened so far in some worlds. `known` are the orders by the hour of their click, as seen by now."""

    def __init__(self, worlds: Sequence[World], seed: int = 0) -> None:
        first = worlds[0]
        self.worlds = tuple(worlds)
        self.hours = first.days * 24
        self.shape = (len(worlds), len(first.ads))
        self.delays = np.array([hours for hours, _ in first.delays])
        shares = np.array([[share for _, share in world.delays] for world in worlds])
        self._delay_shares = shares / shares.sum(1, keepdims=True)
        self._random = np.random.Generator(np.random.PCG64([seed, *(world.seed for world in worlds)]))
        self._truth(worlds)
        size = (*self.shape, self.hours)
        self.spend, self.impressions, self.clicks = np.zeros(size), np.zeros(size), np.zeros(size)
        self.reported, self.arrived, self.known, self.born = (np.zeros(size) for _ in range(4))
        self.budgets, self.likely = np.zeros(size), np.zeros(size)  # the orders that the budgets bring on average
        self._pending = np.zeros((*size, len(self.delays)))
        self.delays_seen = np.zeros((len(worlds), len(self.delays)))
        self.hour = 0

    def _truth(self, worlds: Sequence[World]) -> None:
        self.cpm, self.ctr, self.cvr, self.saturation, self.fatigue = (
            np.array([[getattr(ad, name) for ad in world.ads] for world in worlds])
            for name in ("cpm", "ctr", "cvr", "saturation", "fatigue")
        )
        self.margin = np.array([[world.margin] for world in worlds])
        self.over_report = np.array([[world.over_report] for world in worlds])
        self.hill = np.array([[world.curve == "hill"] for world in worlds])
        self._of_day = np.array([np.array(world.hours_of_day) / sum(world.hours_of_day) for world in worlds])
        self._of_week = np.array([world.days_of_week for world in worlds])
        drifting = np.array([[world.drift] for world in worlds])
        days = self._random.standard_normal((*self.shape, worlds[0].days)) * drifting[:, :, None]
        self._drifted = np.exp(np.cumsum(days, axis=2))

    def prices(self, hour: int) -> Array:
        """How many times dearer than at first the platform is, per world."""
        return np.array([[world.shock[1] if world.shock and hour >= world.shock[0] else 1.0] for world in self.worlds])

    def rates(self, hour: int) -> tuple[Array, Array, Array]:
        """The truth of an hour: impressions per unit of the smallest spend, click rate, order rate."""
        day, weekday = hour // 24, hour // 24 % 7
        shown = 1000 / (self.cpm * self.prices(hour))
        clicked = self.ctr * np.exp(np.log1p(-self.fatigue) * (hour / 24))
        ordered = self.cvr * self._of_week[:, weekday : weekday + 1] * self._drifted[:, :, min(day, self._last_day)]
        return shown, clicked, ordered

    @property
    def _last_day(self) -> int:
        return int(self._drifted.shape[2]) - 1

    def reach(self, rate: Array) -> Array:
        """What a daily spend is worth, in units of the smallest spend."""
        over = rate / self.saturation
        return np.asarray(np.where(self.hill, rate / (1 + over), self.saturation * np.log1p(over)))

    def idle(self) -> None:
        """The next hour, without any ad."""
        self.step(np.zeros(self.shape))

    def step(self, budgets: Array, most: Array | None = None) -> Hour:
        """The next hour under these daily budgets; `most` is what is spent a day at the most, if bids hold it down.

        What is reported is not yet what is true of it.
        """
        hour, random = self.hour, self._random
        share = self._of_day[:, hour % 24][:, None]
        lively = np.exp(random.standard_normal(self.shape) * _LIVELY - _LIVELY**2 / 2)
        rate = np.where(self._out("delivery", hour), 0.0, np.maximum(budgets, 0.0) * lively)
        if most is not None:
            rate = np.minimum(rate, most)
        shown, clicked, ordered = self.rates(hour)
        self.budgets[:, :, hour] = budgets
        self.spend[:, :, hour] = rate * share
        shows = self.reach(rate) * share * shown
        self.likely[:, :, hour] = shows * np.minimum(clicked, 1.0) * np.minimum(ordered, 1.0)
        self.impressions[:, :, hour] = random.poisson(shows)
        self.clicks[:, :, hour] = random.binomial(
            self.impressions[:, :, hour].astype(np.int64), np.minimum(clicked, 1.0)
        )
        self.born[:, :, hour] = random.binomial(self.clicks[:, :, hour].astype(np.int64), np.minimum(ordered, 1.0))
        self._delay(hour)
        self._arrive(hour)
        self._take_back(hour)
        claimed = self.arrived[:, :, hour]
        self.reported[:, :, hour] = claimed + random.binomial(
            claimed.astype(np.int64), np.minimum(self.over_report, 1.0)
        )
        self.hour += 1
        return Hour(
            self.spend[:, :, hour], self.impressions[:, :, hour], self.clicks[:, :, hour], self.reported[:, :, hour],
            claimed, self._out("report", hour)[:, 0],
        )  # fmt: skip

    def _out(self, kind: str, hour: int) -> NDArray[np.bool_]:
        return np.array(
            [[any(o.kind == kind and o.first <= hour < o.last for o in world.outages)] for world in self.worlds]
        )

    def _delay(self, hour: int) -> None:
        """Spread the hour's orders over the delays, one after the other of those that are left."""
        left = self.born[:, :, hour].astype(np.int64)
        rest = np.ones((self.shape[0], 1))
        for place in range(len(self.delays)):
            share = self._delay_shares[:, place : place + 1]
            chance = np.clip(np.divide(share, rest, out=np.ones_like(rest), where=rest > 1e-12), 0.0, 1.0)
            late = self._random.binomial(left, chance)
            self._pending[:, :, hour, place] = late
            left = left - late
            rest = rest - share

    def _arrive(self, hour: int) -> None:
        lost = self._out("tracking", hour)
        for place, delay in enumerate(self.delays):
            clicked = hour - int(delay)
            if clicked < 0:
                continue
            seen = np.where(lost, 0.0, self._pending[:, :, clicked, place])
            self.known[:, :, clicked] += seen
            self.arrived[:, :, hour] += seen
            self.delays_seen[:, place] += seen.sum(1)

    def _take_back(self, hour: int) -> None:
        """Platforms find invalid clicks later, and lower what they had reported."""
        before = hour - 48
        shares = np.array([[world.shrink] for world in self.worlds])
        if before >= 0 and shares.any():
            self.clicks[:, :, before] -= self._random.binomial(self.clicks[:, :, before].astype(np.int64), shares)

    def came(self) -> list[tuple[int, int, int]]:
        """The orders that came in the last hour of the first world: ad, hour of the click, how many. Seen or not."""
        now, found = self.hour - 1, []
        for place, delay in enumerate(self.delays):
            clicked = now - int(delay)
            if clicked >= 0:
                counts = self._pending[0, :, clicked, place]
                found += [(int(ad), clicked, int(counts[ad])) for ad in np.flatnonzero(counts)]
        return found

    def served(self) -> Array:
        """Of the orders that were made, how many could be served, per world and day of their click."""
        made = self.born.sum(1).reshape(self.shape[0], -1, 24).sum(2)
        limits = np.array([[np.inf if world.capacity is None else world.capacity] for world in self.worlds])
        return np.asarray(np.minimum(made, limits))

    def profit(self) -> Array:
        """What each world has really earned: all orders that its clicks led to, seen or not, less what was spent."""
        return np.asarray(self.margin[:, 0] * self.served().sum(1) - self.spend.sum((1, 2)))

    def expected_profit(self) -> Array:
        """What the budgets of each world earn on average: profit without the luck of who happens to order.

        Its mean over worlds is that of `profit`, with a fraction of the spread. Where only so many can be served, luck
        decides how many of them come on one day, and it is left in.
        """
        free = np.array([world.capacity is None for world in self.worlds])
        likely = self.margin[:, 0] * self.likely.sum((1, 2)) - self.spend.sum((1, 2))
        return np.where(free, likely, self.profit())
