"""One market behind the simulated ad platforms: what they report for each hour, and the orders that come of it.

Plugs into the sandbox where `sandbox.ads_market.Steady` stands. Each ad set that is seen for the first time takes the
next of the world's ads, in the order in which they appear, and has it for good. The hours of a day and the days of a
week are the business's.

The simulator and numpy are imported with the first hour: a demo whose ads nobody looks at starts without them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING

from sandbox.ads_market import Live, Result
from sandbox.market.world import World

if TYPE_CHECKING:
    from sandbox.market.simulator import Market

PLACES = 24  # ad sets that one market has room for; the world's ads come round again
DAYS = 120  # after that the market begins anew
HOUR = timedelta(hours=1)


@dataclass(frozen=True, kw_only=True)
class Order:
    """Somebody buys: `id` is the ad set whose ad they clicked, in the hour `clicked`. `value` in major units."""

    id: str
    clicked: datetime
    value: float


class LiveMarket:
    """`unit`: how many of the account's major units one of the world's is (130 for shillings to the dollar)."""

    def __init__(self, world: World, *, seed: int = 0, unit: float = 1.0, utc_offset: int = 3) -> None:
        self._world = world
        self._seed = seed
        self._unit = unit
        self._zone = timezone(timedelta(hours=utc_offset))
        self._places: dict[str, int] = {}
        self._market: Market | None = None
        self._began = datetime.min
        self._due: list[Order] = []

    def step(self, hour: datetime, live: Sequence[Live]) -> Mapping[str, Result]:
        """The hour that begins at `hour`. Hours must come in order; those left out passed without any ad."""
        import numpy as np

        from sandbox.market import bidding

        market = self._ready(hour)
        budgets, bids = np.zeros(market.shape), np.full(market.shape, np.inf)
        clicks = np.zeros(market.shape, dtype=np.bool_)
        for each in live:
            place = self._places.setdefault(each.id, len(self._places))
            if place < PLACES:
                budgets[0, place] = each.budget / self._unit
                clicks[0, place] = each.result == "click"
                if each.bid is not None:
                    bids[0, place] = each.bid / self._unit
        passed = market.step(budgets, bidding.most(market, bids, clicks) if np.isfinite(bids).any() else None)
        self._collect(market, hour)
        if passed.missing[0]:
            return {}
        return {each.id: self._result(market, self._places[each.id]) for each in live}

    def due(self) -> list[Order]:
        """The orders of the hours stepped since the last call, for whoever plays the customers."""
        due, self._due = self._due, []
        return due

    def _ready(self, hour: datetime) -> Market:
        market = self._market
        if market is None or hour - self._began >= DAYS * 24 * HOUR:
            market = self._market = self._new(hour)
            self._began = hour
        ahead = int((hour - self._began) / HOUR)
        if ahead < market.hour:
            raise ValueError(f"the hour {hour.isoformat()} has passed in this market")
        while market.hour < ahead:
            market.idle()
            self._collect(market, self._began + (market.hour - 1) * HOUR)
        return market

    def _new(self, hour: datetime) -> Market:
        from sandbox.market.simulator import Market

        local = hour.astimezone(self._zone)
        world, first, day = self._world, local.hour, local.weekday()
        ads = tuple(world.ads[place % len(world.ads)] for place in range(PLACES))
        turned = replace(
            world,
            ads=ads,
            days=DAYS,
            hours_of_day=world.hours_of_day[first:] + world.hours_of_day[:first],
            days_of_week=world.days_of_week[day:] + world.days_of_week[:day],
        )
        return Market([turned], self._seed)

    def _result(self, market: Market, place: int) -> Result:
        if place >= PLACES:
            return Result()
        now = market.hour - 1
        claimed = float(market.reported[0, place, now])
        return Result(
            spend=round(float(market.spend[0, place, now]) * self._unit, 2),
            impressions=int(market.impressions[0, place, now]),
            clicks=int(market.clicks[0, place, now]),
            conversions=claimed,
            value=round(claimed * self._world.price * self._unit, 2),
        )

    def _collect(self, market: Market, hour: datetime) -> None:
        ids = {place: id for id, place in self._places.items()}
        for place, clicked, count in market.came():
            value = round(self._world.price * self._unit, 2)
            when = hour - (market.hour - 1 - clicked) * HOUR
            self._due += [Order(id=ids[place], clicked=when, value=value)] * count
