"""What is believed of each variation of a campaign: what a click costs and is worth, and how soon it gets dearer.

The model has four parts, each learned where its data are richest:

    clicks of an hour ~ Poisson(yield × spend × thinning(daily rate))      clicks are many: known within a day or two
    orders            ~ Poisson(order rate × clicks that had time)         orders are few: shrunk towards each other
    thinning(x)       = width / x × ln(1 + x / width)                      how returns diminish, over a grid of widths
    a day of the week = its orders over those to be expected               shrunk towards a day like any other

How the ads of a campaign fade, and how soon more money brings less, is learned of all of them together: one that has
said little is believed to be like its siblings (empirical Bayes). Clicks are weighted by age, since what they cost
changes from day to day; order rates are remembered for longer. Arrays are campaigns × variations × hours, so that one
pass serves one campaign or ten thousand.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ads.statistics import delays

Array = NDArray[np.float64]

FADING = np.array([-0.01, 0.0, 0.01, 0.02, 0.035, 0.05])  # the share of its yield that an ad loses each day
_FADING_BEFORE = np.array([0.1, 0.4, 0.15, 0.15, 0.1, 0.1])
WIDTHS = np.array([0.06, 0.12, 0.25, 0.5, 1.0, 2.0, 4.0, 16.0])  # shares of the daily budget
_WIDTHS_BEFORE = np.exp(-0.5 * ((np.log(WIDTHS) - np.log(0.6)) / 0.9) ** 2)
_WIDTHS_BEFORE /= _WIDTHS_BEFORE.sum()
_USUAL, _TURNS = 3.0, 4  # variations' worth of belief in what is usual at all; rounds until that has settled
_CLICKS_REMEMBERED, _ORDERS_REMEMBERED = 168.0, 504.0  # half-lives in hours
_TRUST = 0.3  # clicks vary more than Poisson says, from causes that no model has; so their curve is believed less
_ALIKE = 8.0  # orders' worth of belief that variations of an offer convert alike
_DAYS_ALIKE = 80.0  # orders' worth of belief that the days of the week are alike
_FIRST = 0.7  # before any data: an order costs this share of its margin


@dataclass(frozen=True)
class Seen:
    """Campaigns × variations × hours, the newest hour last; nothing happened in hours that are 0 throughout."""

    spend: Array
    clicks: Array
    orders: Array  # by the hour of the click, as known by now
    rate: Array  # the daily spend at which each hour ran
    delays: Array  # campaigns × delays.EDGES' bins: how many orders took so long
    margin: Array  # campaigns: what an order leaves before ads
    budget: Array  # campaigns: the daily budget of all variations together
    places: Array  # campaigns: orders a day that can be served, else infinite
    live: NDArray[np.bool_]  # campaigns × variations


@dataclass(frozen=True)
class Beliefs:
    """Posteriors, campaigns × variations. Gamma laws have `…_shape` and `…_scale` (mean = shape / scale)."""

    order_shape: Array
    order_scale: Array
    click_shape: Array
    click_scale: Array  # … × shapes: widths × fadings
    shape_chance: Array  # … × shapes
    width: Array  # campaigns × widths, in money
    matured: Array  # campaigns × hours: which share of the orders of a click hour has come


def believe(seen: Seen) -> Beliefs:
    hours = seen.spend.shape[-1]
    ages = np.arange(hours - 1, -1, -1.0)
    recent, long = 0.5 ** (ages / _CLICKS_REMEMBERED), 0.5 ** (ages / _ORDERS_REMEMBERED)
    matured = delays.maturity(delays.curve(seen.delays, seen.clicks.sum(1)), hours)
    width = seen.budget[:, None] * WIDTHS
    click_shape, click_scale, chance = _clicks(seen, recent, width)
    effective = (seen.clicks * matured[:, None, :] * long).sum(-1)
    won = (seen.orders * long).sum(-1)
    order_shape, order_scale = _orders(seen, won, effective)
    coming = _coming_day(seen, matured, order_shape / order_scale)
    return Beliefs(order_shape, order_scale / coming[:, None], click_shape, click_scale, chance, width, matured)


def _coming_day(seen: Seen, matured: Array, rate: Array) -> Array:
    """How many times as many order as usual on a day like the coming one, by those one, two, three… weeks before it."""
    ages = np.arange(seen.spend.shape[-1] - 1, -1, -1)
    alike = ages // 24 % 7 == 6
    expected = (seen.clicks[..., alike] * matured[:, None, alike] * rate[..., None]).sum((1, 2))
    return np.asarray((seen.orders[..., alike].sum((1, 2)) + _DAYS_ALIKE) / (expected + _DAYS_ALIKE))


def thinning(rate: Array, width: Array) -> Array:
    over = np.maximum(rate, 1e-9) / width
    return np.asarray(np.log1p(over) / over)


def _clicks(seen: Seen, weight: Array, width: Array) -> tuple[Array, Array, Array]:
    """What a unit of money yields now, for each way of diminishing and fading that could be, and how likely each is."""
    hours = seen.spend.shape[-1]
    days = np.arange(hours - 1, -1, -1.0) / 24
    faded = np.exp(days[:, None] * FADING)  # how much better it was then
    weighed = seen.clicks * weight
    count, aged = weighed.sum(-1), (weighed * days).sum(-1)
    scales, likely = [], []
    for place in range(len(WIDTHS)):
        thin = thinning(seen.rate, width[:, place][:, None, None])
        exposure = (seen.spend * thin * weight) @ faded
        scales.append(exposure)
        curved = (weighed * np.log(thin)).sum(-1)
        fit = curved[..., None] + aged[..., None] * FADING - count[..., None] * np.log(np.maximum(exposure, 1e-9))
        likely.append(_TRUST * fit)
    chance = _pooled(np.stack(likely, -2))
    scale = np.stack(scales, -2)
    pooled = (count.sum(-1) + 1) / (scale[..., 1].mean(-1).sum(-1) + 1 / _yield_before(seen))
    flat = (*count.shape, -1)
    return count + 1.0, (scale + (1.0 / pooled)[:, None, None, None]).reshape(flat), chance.reshape(flat)


def _pooled(fit: Array) -> Array:
    """How likely each width and fading is of each variation. `fit`: log-likelihoods, … × variations × widths × fadings.

    What is usual in a campaign starts from what is usual at all, and follows what its variations turn out to be.
    """
    likelihood = np.exp(fit - fit.max((-1, -2), keepdims=True))
    width, fading = _WIDTHS_BEFORE, _FADING_BEFORE
    for _ in range(_TURNS):
        chance = likelihood * (width[..., None, :, None] * fading[..., None, None, :])
        chance /= chance.sum((-1, -2), keepdims=True)
        width = _USUAL * _WIDTHS_BEFORE + chance.sum((-3, -1))
        fading = _USUAL * _FADING_BEFORE + chance.sum((-3, -2))
        width, fading = width / width.sum(-1, keepdims=True), fading / fading.sum(-1, keepdims=True)
    return np.asarray(chance)


def _yield_before(seen: Seen) -> Array:
    """Clicks per money before the first click: as if a click cost a thirtieth of an order's margin."""
    return 30.0 / np.maximum(seen.margin, 1e-9)


def _orders(seen: Seen, won: Array, effective: Array) -> tuple[Array, Array]:
    """Order rates shrink towards the campaign's own typical one, which starts from what would just pay."""
    spent, clicked = seen.spend.sum((1, 2)), seen.clicks.sum((1, 2))
    cost = np.where(clicked > 0, spent / np.maximum(clicked, 1.0), seen.margin / 30.0)
    middle = np.maximum(cost, 1e-9) / (_FIRST * np.maximum(seen.margin, 1e-9))
    for _ in range(3):
        rates = (won + _ALIKE) / (effective + _ALIKE / middle[:, None])
        typical = np.exp(np.log(rates).mean(-1))
        weight = won.sum(-1) / (won.sum(-1) + 4.0)
        middle = middle ** (1 - weight) * typical**weight
    return won + _ALIKE, effective + _ALIKE / middle[:, None]


@dataclass(frozen=True)
class Draws:
    """Possible truths: campaigns × draws × variations. `worth`: what the first unit of money earns, as margin."""

    worth: Array
    width: Array


def draw(beliefs: Beliefs, margin: Array, noise: Array) -> Draws:
    """`noise`: campaigns × draws × variations × 3, standard normal but for the last, which is uniform."""
    order_rate = _gamma(beliefs.order_shape[:, None], noise[..., 0]) / beliefs.order_scale[:, None]
    steps = np.cumsum(beliefs.shape_chance, -1)
    place = (noise[..., 2][..., None] > steps[:, None]).sum(-1)
    place = np.minimum(place, len(WIDTHS) * len(FADING) - 1)
    scale = np.take_along_axis(beliefs.click_scale[:, None], place[..., None], axis=-1)[..., 0]
    clicks = _gamma(beliefs.click_shape[:, None], noise[..., 1]) / scale
    width = np.take_along_axis(beliefs.width[:, None, None, :], place[..., None] // len(FADING), axis=-1)[..., 0]
    return Draws(worth=order_rate * clicks * margin[:, None, None], width=width)


def _gamma(shape: Array, z: Array) -> Array:
    """A gamma variable from a standard normal one, after Wilson and Hilferty: within 1 % for shapes above 1."""
    ninth = 1 / (9 * shape)
    return np.asarray(shape * np.maximum(0.02, 1 - ninth + z * np.sqrt(ninth)) ** 3)
