"""What the simulated ad platforms need of a market: results of an hour for the ads that ran in it.

A market is plugged in by whoever starts the sandbox. `Steady` is the one that is there when nobody does: each ad
spends its budget over the day and sells by a rate of its own, the same in every run.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal, Protocol

import msgspec


class Live(msgspec.Struct, frozen=True, kw_only=True):
    """An ad set that may spend in an hour. `budget` is a day's, in major units of `currency`.

    `bid` is the most that a result may cost on average: an order, or a click where those are bought. None: any.
    """

    id: str
    platform: str
    account: str
    name: str
    budget: float
    currency: str
    bid: float | None = None
    result: Literal["order", "click"] = "order"


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """What the platform will report for an hour. `spend` and `value` in major units."""

    spend: float = 0.0
    impressions: int = 0
    clicks: int = 0
    conversions: float = 0.0
    value: float = 0.0


class Market(Protocol):
    """`hour` is the beginning of an hour (UTC); each is asked for once, in order, with all that ran in it."""

    def step(self, hour: datetime, live: Sequence[Live]) -> Mapping[str, Result]: ...


class Steady:
    """No surprises: an ad's click rate and cost are drawn once from its name, an hour's luck from the hour.

    The first result costs what the last one does; so an ad whose results cost more than its bid is not shown.
    """

    def __init__(self, seed: int = 0, *, price: float = 100.0) -> None:
        self._seed = seed
        self._price = price  # what an impression costs, per thousand
        self._days: dict[str, tuple[object, float]] = {}

    def step(self, hour: datetime, live: Sequence[Live]) -> Mapping[str, Result]:
        return {one.id: self._one(hour, one) for one in live}

    def _one(self, hour: datetime, live: Live) -> Result:
        taste = self._random(live.name)
        click_rate, sale_rate = taste.uniform(0.008, 0.02), taste.uniform(0.02, 0.08)
        luck = self._random(live.name, hour.isoformat())
        day, spent = self._days.get(live.id, (None, 0.0))
        spent = spent if day == hour.date() else 0.0
        spend = round(min(live.budget / 24 * luck.uniform(0.7, 1.3), max(live.budget - spent, 0.0)), 2)
        cost = self._price / 1000 / click_rate / (sale_rate if live.result == "order" else 1.0)
        if live.bid is not None and cost > live.bid:
            spend = 0.0
        self._days[live.id] = (hour.date(), spent + spend)
        impressions = int(spend / self._price * 1000)
        clicks = sum(luck.random() < click_rate for _ in range(min(impressions, 20_000)))
        sales = sum(luck.random() < sale_rate for _ in range(clicks))
        return Result(spend=spend, impressions=impressions, clicks=clicks, conversions=sales, value=sales * 1500.0)

    def _random(self, *of: str) -> random.Random:
        digest = hashlib.sha256("\0".join((str(self._seed), *of)).encode()).digest()
        return random.Random(digest)
