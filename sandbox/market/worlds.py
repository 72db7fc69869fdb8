"""Families of markets, drawn by seed: the fair ones, the hard ones, and those that no model of ours expects."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from sandbox.market.world import Ad, Outage, World

_DELAYED = ((0, 0.5), (24, 0.2), (48, 0.1), (72, 0.08), (96, 0.05), (120, 0.03), (144, 0.02), (168, 0.02))
_WEEK = (0.9, 0.9, 0.95, 1.0, 1.15, 1.25, 0.85)


def stationary(seed: int, *, ads: int = 6, by_clicks: float = 0.5) -> World:
    """True costs of an order are lognormal(ln 6, .45) at a margin of 8; 35 % of orders come a day late.

    `by_clicks` is the share of that variance which comes from what a click costs; the rest is what a click is worth.
    """
    random = np.random.Generator(np.random.PCG64([seed, 1]))
    clicks, orders = random.standard_normal((2, ads)) * 0.45
    cpc = 0.24 * np.exp(clicks * np.sqrt(by_clicks))
    cvr = 0.04 * np.exp(-orders * np.sqrt(1 - by_clicks))
    ctr = 0.015 * np.exp(random.standard_normal(ads) * 0.2)
    saturation = np.exp(np.log(SATURATION) + random.standard_normal(ads) * 0.5)
    made = tuple(
        Ad(
            cpm=float(1000 * cpc[i] * ctr[i]),
            ctr=float(ctr[i]),
            cvr=float(min(cvr[i], 0.5)),
            saturation=float(saturation[i]),
        )
        for i in range(ads)
    )
    return World(ads=made, seed=seed)


SATURATION = 60.0


def by_orders(seed: int) -> World:
    """All that tells the ads apart is what their clicks are worth, which shows slowly."""
    return stationary(seed, by_clicks=0.0)


def fatigue_and_delays(seed: int, *, least: float = 0.005, most: float = 0.03) -> World:
    """Click rates fade by 0.5 to 3 % a day (a seventh to a half in four weeks), half of the orders come up to a week
    late, and weekends differ."""
    world = stationary(seed)
    random = np.random.Generator(np.random.PCG64([seed, 2]))
    fading = tuple(replace(ad, fatigue=float(random.uniform(least, most))) for ad in world.ads)
    return replace(world, ads=fading, delays=_DELAYED, days_of_week=_WEEK)


def fast_fatigue(seed: int) -> World:
    """Click rates fade by 1 to 5 % a day: an ad may be worth a quarter of itself in the end."""
    return fatigue_and_delays(seed, least=0.01, most=0.05)


def losing(seed: int) -> World:
    """Every ad costs more than an order earns: at least 15 % more, typically 60 %."""
    world = stationary(seed)
    random = np.random.Generator(np.random.PCG64([seed, 3]))
    over = np.maximum(1.15, np.exp(np.log(1.6) + 0.2 * random.standard_normal(len(world.ads))))
    dear = tuple(
        replace(ad, cvr=ad.cvr * ad.cpa / (world.margin * float(times)))
        for ad, times in zip(world.ads, over, strict=True)
    )
    return replace(world, ads=dear)


def alike(seed: int, *, lift: float = 0.0, ads: int = 2) -> World:
    """The same ad several times (A/A), the first better by `lift`; 200 clicks a day each, 3 % of which order."""
    same = Ad(cpm=3.0, ctr=0.015, cvr=0.03, saturation=1e6)
    first = replace(same, cvr=same.cvr * (1 + lift))
    budget = 200 * ads * same.cpm / 1000 / same.ctr
    return World(
        ads=(first, *(same,) * (ads - 1)), seed=seed, budget=budget, margin=10.0, price=25.0, delays=((0, 1.0),)
    )


def hill(seed: int) -> World:
    """The response bends another way than the model thinks."""
    return replace(stationary(seed), curve="hill")


def drifting(seed: int) -> World:
    """Order rates wander by 8 % a day."""
    return replace(stationary(seed), drift=0.08)


def shocked(seed: int) -> World:
    """The currency falls on some day: everything costs 1.2 to 1.8 times as much from then on."""
    random = np.random.Generator(np.random.PCG64([seed, 4]))
    return replace(stationary(seed), shock=(int(random.integers(5, 20)) * 24, float(random.uniform(1.2, 1.8))))


def over_reported(seed: int) -> World:
    """The platform claims 20 to 60 % more orders than there were, and takes back 5 % of its clicks."""
    random = np.random.Generator(np.random.PCG64([seed, 5]))
    return replace(stationary(seed), over_report=float(random.uniform(0.2, 0.6)), shrink=0.05)


def failing(seed: int) -> World:
    """Two failures a fortnight: ads that are not shown, or orders that we do not see, for 6 to 24 hours."""
    random = np.random.Generator(np.random.PCG64([seed, 6]))
    outages = []
    for _ in range(4):
        first = int(random.integers(24, 600))
        kind = "delivery" if random.random() < 0.5 else "tracking"
        outages.append(Outage(kind=kind, first=first, last=first + int(random.integers(6, 25))))
    return replace(stationary(seed), outages=tuple(outages))


def full(seed: int) -> World:
    """Only so many orders a day can be served: some twelve to twenty; what is beyond earns nothing."""
    random = np.random.Generator(np.random.PCG64([seed, 7]))
    return replace(stationary(seed), capacity=int(random.integers(12, 21)))


def two(seed: int) -> World:
    """Only two ads."""
    return stationary(seed, ads=2)


FAMILIES: dict[str, Callable[[int], World]] = {
    "stationary": stationary,
    "fatigue and delays": fatigue_and_delays,
    "losing": losing,
    "fast fatigue": fast_fatigue,
    "by orders only": by_orders,
    "hill": hill,
    "drifting": drifting,
    "currency shock": shocked,
    "over-reported": over_reported,
    "failing": failing,
    "full": full,
    "two ads": two,
}
