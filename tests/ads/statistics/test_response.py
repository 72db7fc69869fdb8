"""What is believed of ads from their hours, and the budgets that follow."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ads.statistics import delays
from ads.statistics.allocation import pour
from ads.statistics.response import FADING, WIDTHS, Seen, believe, draw


def seen(spend, clicks, orders, *, margin=800.0, counts=None, rate=None):
    spend, clicks, orders = (np.asarray(each, dtype=float)[None] for each in (spend, clicks, orders))
    bins = len(delays.EDGES) - 1
    return Seen(
        spend=spend, clicks=clicks, orders=orders, rate=spend * 24 if rate is None else np.asarray(rate)[None],
        delays=np.zeros((1, bins)) if counts is None else counts[None], margin=np.array([margin]),
        budget=np.array([spend[..., -1].sum() * 24]), places=np.array([np.inf]),
        live=np.ones(spend.shape[:2], dtype=bool),
    )  # fmt: skip


def noise(draws, ads, seed=0):
    random = np.random.default_rng(seed)
    made = random.standard_normal((1, draws, ads, 3))
    made[..., 2] = random.random((1, draws, ads))
    return made


def test_an_order_rate_is_learned_and_one_that_was_hardly_seen_leans_on_the_others():
    hours = 240
    spend = np.array([[100.0] * hours, [100.0] * hours, [0.1] * hours])
    clicks = np.array([[10.0] * hours, [10.0] * hours, [0.01] * hours])
    orders = np.zeros((3, hours))
    orders[0, ::3], orders[1, ::6] = 1, 1
    beliefs = believe(seen(spend, clicks, orders))
    rates = (beliefs.order_shape / beliefs.order_scale)[0]
    assert rates[0] == pytest.approx(1 / 30, rel=0.2)
    assert rates[1] == pytest.approx(1 / 60, rel=0.2)
    assert rates[1] < rates[2] < rates[0]


def test_an_ad_that_fades_is_valued_at_what_it_is_worth_now():
    days = np.arange(20 * 24) / 24
    clicks = np.random.default_rng(1).poisson(40 * np.exp(-0.035 * days))
    spend = np.full(days.shape, 100.0)
    beliefs = believe(seen([spend], [clicks], [np.zeros(days.shape)]))
    worth = draw(beliefs, np.array([800.0]), noise(400, 1))
    over = 2400.0 / worth.width
    per_click = worth.worth * np.log1p(over) / over / 800 / (beliefs.order_shape / beliefs.order_scale)
    assert np.median(per_click) * 100 == pytest.approx(40 * np.exp(-0.035 * 20), rel=0.12)


def fades(beliefs, place):
    """By how much a day, on average over what is believed of one variation."""
    chances = beliefs.shape_chance[0, place].reshape(len(WIDTHS), len(FADING)).sum(0)
    return float((chances * FADING).sum())


def test_an_ad_that_has_said_little_is_believed_to_fade_as_its_siblings_do():
    days = np.arange(14 * 24) / 24
    spend = np.full((4, len(days)), 100.0)
    spend[3] = 1.0
    fading, steady = (
        believe(seen(spend, spend * 0.4 * np.exp(-rate * days), np.zeros(spend.shape))) for rate in (0.035, 0.0)
    )
    assert fades(fading, 0) > 0.025
    assert fades(fading, 3) > fades(steady, 3) + 0.008
    assert abs(fades(steady, 0)) < 0.005


def test_a_day_on_which_more_people_order_each_week_is_expected_to_come_again():
    days = np.arange(27 * 24) // 24
    clicks = np.full((2, len(days)), 20.0)
    orders = np.where(days % 7 == 6, 2.0, 1.0) * np.ones((2, 1))
    spend = clicks * 10

    def rate(last):
        beliefs = believe(seen(spend[:, :last], clicks[:, :last], orders[:, :last]))
        return (beliefs.order_shape / beliefs.order_scale)[0, 0]

    ordinary, before_it = rate(26 * 24), rate(27 * 24)
    assert before_it > 1.3 * ordinary


def test_returns_that_diminish_are_seen_once_the_budget_has_moved():
    hours = np.arange(20 * 24)
    rate = np.where(hours // 48 % 2 == 0, 1200.0, 6000.0)
    width = 1500.0
    clicks = np.random.default_rng(2).poisson(width * np.log1p(rate / width) / 24 * 0.4)
    facts = seen([rate / 24], [clicks], [np.zeros(hours.shape)], rate=[rate])
    beliefs = believe(facts)
    chances = beliefs.shape_chance.reshape(-1, 6).sum(1)
    likely = float((chances * np.log(beliefs.width[0])).sum())
    assert np.exp(likely) == pytest.approx(width, rel=0.5)


def test_young_clicks_are_not_counted_as_if_nobody_would_order_any_more():
    """All orders come two days late: what was clicked since is no evidence of a fall."""
    hours = 240
    clicks = np.full((1, hours), 50.0)
    orders = np.zeros((1, hours))
    orders[0, : hours - 48 : 2] = 1
    counts = np.zeros(len(delays.EDGES) - 1)
    counts[delays.bin_of(48.5)] = orders.sum()
    late = believe(seen(np.full((1, hours), 500.0), clicks, orders, counts=counts))
    assert (late.order_shape / late.order_scale)[0, 0] == pytest.approx(0.01, rel=0.12)


def test_the_curve_of_delays_is_right_while_half_of_the_orders_are_still_to_come():
    random = np.random.default_rng(3)
    clicks = np.full(120, 60.0)
    counts = np.zeros(len(delays.EDGES) - 1)
    for clicked in range(120):
        for _ in range(random.poisson(6)):
            delay = 0.5 if random.random() < 0.5 else 72.5
            if clicked + delay < 120:
                counts[delays.bin_of(delay)] += 1
    curve = delays.curve(counts, clicks)
    share = curve[list(delays.EDGES).index(48)]
    assert share == pytest.approx(0.5, abs=0.06)
    assert counts[0] / counts.sum() > 0.6  # what came so far would have said
    assert curve[-1] == 1
    assert (np.diff(curve) >= 0).all()


worths = st.lists(st.floats(0, 10), min_size=1, max_size=6)


@settings(max_examples=200)
@given(worths, st.floats(1, 1e5), st.floats(10, 1e4), st.floats(1, 1.5))
def test_poured_budgets_are_the_best_ones(worth, budget, width, least):
    worths, widths = np.array(worth), np.full(len(worth), width)
    found = pour(worths, widths, np.array(budget), least)
    assert found.sum() <= budget * (1 + 1e-9)
    assert (found >= 0).all()
    edge = worths * widths / (widths + found)  # what the next unit would earn
    used = found > 1e-9 * budget
    if used.any():
        assert edge[used] == pytest.approx(edge[used][0], rel=1e-6)
        assert edge[used].min() >= least * (1 - 1e-9)
        assert edge[~used].max(initial=0) <= edge[used].min() * (1 + 1e-9)
    else:
        assert worths.max() <= least * (1 + 1e-9)
    if found.sum() < budget * (1 - 1e-6) and used.any():
        assert edge[used][0] == pytest.approx(least, rel=1e-6)
