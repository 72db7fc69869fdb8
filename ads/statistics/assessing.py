"""What is believed of the variations of each campaign, and the budgets that follow: the way from hours to facts.

Campaigns with equally many variations are computed together. What is drawn at random is seeded by a campaign's own
totals, so the same facts give the same figures, alone or among others; figures are rounded to what they can carry.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from ads.statistics import allocation, counting, delays, response, serving

Array = NDArray[np.float64]

DRAWS = 200
TOGETHER = 100  # campaigns computed at once: arrays of some tens of megabytes
FORGET = 60 * 24  # hours further back are not looked at
ALPHA = 0.05  # of all claims that one variation is better than another, how many may ever be wrong


class _Hours(Protocol):
    spend: Sequence[float]
    clicks: Sequence[float]
    orders: Sequence[float]
    rate: Sequence[float]


class _Variation(Protocol):
    @property
    def hours(self) -> _Hours: ...
    @property
    def budget(self) -> int: ...
    @property
    def live(self) -> bool: ...


class _Campaign(Protocol):
    @property
    def variations(self) -> Sequence[Any]: ...
    @property
    def budget(self) -> int: ...
    @property
    def margin(self) -> int | None: ...
    @property
    def delays(self) -> Sequence[float]: ...
    @property
    def capacity(self) -> int | None: ...


@dataclass(frozen=True)
class Way:
    """How a budget is to be shared: hold, even, top_two, thompson or water_filling; the table `rebalance` says it."""

    method: str
    floor: float
    boldness: float


@dataclass(frozen=True)
class Assessment:
    """Of one campaign, a value for each variation in its order. Money in minor units a day."""

    wanted: tuple[float, ...]
    chance_to_win: tuple[float, ...]
    chance_profitable: tuple[float, ...]
    expected_loss: tuple[float, ...]
    best: tuple[bool, ...]
    worse: tuple[bool, ...]


def assess(campaigns: Sequence[_Campaign], ways: Sequence[Way]) -> list[Assessment]:
    """In the order of the campaigns."""
    groups: dict[int, list[int]] = defaultdict(list)
    for place, campaign in enumerate(campaigns):
        groups[len(campaign.variations)].append(place)
    found: dict[int, Assessment] = {}
    for count, places in groups.items():
        for first in range(0, len(places), TOGETHER):
            chunk = places[first : first + TOGETHER]
            if count:
                found |= zip(chunk, _together([campaigns[i] for i in chunk], [ways[i] for i in chunk]), strict=True)
            else:
                found |= dict.fromkeys(chunk, Assessment((), (), (), (), (), ()))
    return [found[place] for place in range(len(campaigns))]


def _together(campaigns: Sequence[_Campaign], ways: Sequence[Way]) -> Iterator[Assessment]:
    seen = _seen(campaigns)
    beliefs = response.believe(seen)
    noise = np.stack([_noise(seen, place) for place in range(len(campaigns))])
    drawn = response.draw(beliefs, seen.margin, noise)
    worth = np.where(seen.live[:, None], drawn.worth, 0.0)
    leader = worth.mean(1).argmax(-1)
    now = np.array([[each.budget for each in campaign.variations] for campaign in campaigns], dtype=float)
    wanted = _wanted(seen, beliefs, noise, worth, ways, now)
    best, worse = _proven(seen, leader)
    top = worth.max(-1, keepdims=True)
    tops = (worth == top) & seen.live[:, None]
    win = (tops / np.maximum(tops.sum(-1, keepdims=True), 1)).mean(1)
    profitable = (worth > 1).mean(1)
    loss = ((top - worth).mean(1)) * now
    for place in range(len(campaigns)):
        yield Assessment(
            wanted=tuple(np.round(wanted[place], 0).tolist()),
            chance_to_win=tuple(np.round(win[place], 4).tolist()),
            chance_profitable=tuple(np.round(profitable[place], 4).tolist()),
            expected_loss=tuple(np.round(loss[place], 0).tolist()),
            best=tuple(best[place].tolist()),
            worse=tuple(worse[place].tolist()),
        )


def _seen(campaigns: Sequence[_Campaign]) -> response.Seen:
    longest = max((len(each.hours.spend) for campaign in campaigns for each in campaign.variations), default=0)
    hours = max(1, min(FORGET, longest))
    shape = (len(campaigns), len(campaigns[0].variations), hours)
    spend, clicks, orders, rate = (np.zeros(shape) for _ in range(4))
    counts = np.zeros((len(campaigns), len(delays.EDGES) - 1))
    for row, campaign in enumerate(campaigns):
        for column, variation in enumerate(campaign.variations):
            kept = min(hours, len(variation.hours.spend))
            if kept:
                for array, name in ((spend, "spend"), (clicks, "clicks"), (orders, "orders"), (rate, "rate")):
                    array[row, column, -kept:] = np.asarray(getattr(variation.hours, name), dtype=float)[-kept:]
        if len(campaign.delays):
            np.add.at(counts[row], delays.bin_of(np.asarray(campaign.delays, dtype=float)), 1.0)
    return response.Seen(
        spend=np.maximum(spend, 0.0),
        clicks=np.maximum(clicks, 0.0),
        orders=np.maximum(orders, 0.0),
        rate=np.maximum(rate, 0.0),
        delays=counts,
        margin=np.array([float(campaign.margin or 0) or _unknown(campaign) for campaign in campaigns]),
        budget=np.array([max(1.0, float(campaign.budget)) for campaign in campaigns]),
        places=np.array([np.inf if each.capacity is None else float(each.capacity) for each in campaigns]),
        live=np.array([[bool(each.live) for each in campaign.variations] for campaign in campaigns]),
    )


def _unknown(campaign: _Campaign) -> float:
    """A margin to count with where none is known: only relations between the variations are then of use."""
    return max(1.0, campaign.budget / 10)


def _noise(seen: response.Seen, place: int) -> Array:
    totals = [array[place].sum(-1).round(3).tobytes() for array in (seen.spend, seen.clicks, seen.orders)]
    hashed = hashlib.sha256(b"".join(totals) + seen.margin[place].tobytes()).digest()
    random = np.random.Generator(np.random.PCG64(int.from_bytes(hashed[:8], "big")))
    noise = random.standard_normal((DRAWS, seen.spend.shape[1], 3))
    noise[..., 2] = random.random(noise.shape[:-1])
    return noise


def _wanted(
    seen: response.Seen, beliefs: response.Beliefs, noise: Array, worth: Array, ways: Sequence[Way], now: Array
) -> Array:
    boldness = np.array([way.boldness for way in ways])[:, None, None, None]
    tempered = noise * np.where(np.arange(3) < 2, boldness, 1.0)
    drawn = response.draw(beliefs, seen.margin, tempered)
    worths = np.where(seen.live[:, None], drawn.worth, 0.0)
    poured = allocation.pour(worths, drawn.width, np.repeat(seen.budget[:, None], DRAWS, 1)).mean(1)
    few = np.isfinite(seen.places)
    if few.any():
        poured[few] = serving.poured(
            worths[few], drawn.width[few], seen.budget[few], seen.margin[few], seen.places[few]
        )
    wanted = np.zeros(now.shape)
    for place, way in enumerate(ways):
        live = seen.live[place]
        wanted[place] = now[place] * live
        if way.method == "hold" or not live.any():
            continue
        if way.method == "water_filling":
            least = min(max(0.0, way.floor), 1 / live.sum()) * seen.budget[place]
            wanted[place] = np.where(live, np.maximum(poured[place], least), 0.0)
            continue
        wanted[place, live] = _shares(way, worth[place][:, live]) * seen.budget[place]
        wanted[place, ~live] = 0.0
    total = wanted.sum(-1, keepdims=True)
    return np.asarray(wanted * np.minimum(1.0, seen.budget[:, None] / np.maximum(total, 1e-9)))


def _shares(way: Way, worth: Array) -> Array:
    count = worth.shape[-1]
    if way.method == "top_two":
        return allocation.floored(allocation.top_two(worth), way.floor)
    if way.method == "thompson":
        return allocation.floored(allocation.thompson(worth), way.floor)
    return np.full(count, 1 / count)


def _proven(seen: response.Seen, leader: NDArray[np.intp]) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Which variation is proven to sell most for its money as it is spent now, and which to sell less than that one."""
    orders = np.where(seen.live[..., None], seen.orders, 0.0)
    spend = np.where(seen.live[..., None], seen.spend, 0.0)
    evidence = counting.evidence(orders, spend, leader)
    evidence = np.where(seen.live, evidence, np.inf)  # who does not run any more is no rival
    alone = seen.live.sum(-1) < 2
    sure_best, sure_worse = counting.chance_wrong(evidence, leader)
    is_leader = np.arange(seen.live.shape[1]) == leader[:, None]
    best = is_leader & (sure_best < ALPHA)[:, None] & ~alone[:, None]
    return best, (sure_worse < ALPHA) & seen.live & ~is_leader
