"""Claims between variations that stay true under any number of looks, exactly."""

from __future__ import annotations

import numpy as np
import pytest

from ads.statistics.counting import chance_wrong, evidence


def looks(rates, days, seed, runs, *, follow=False):
    """In how many runs, looked at every hour, it was ever claimed that the first (or the second) is the best."""
    random = np.random.default_rng(seed)
    hours = days * 24
    share = np.full((runs, 2), 0.5)
    orders, spend = np.zeros((runs, 2, hours)), np.zeros((runs, 2, hours))
    claimed = np.zeros((runs, 2), dtype=bool)
    for hour in range(hours):
        spend[:, :, hour] = share * 10
        orders[:, :, hour] = random.poisson(spend[:, :, hour] * rates)
        if hour % 6:
            continue
        seen = orders[:, :, : hour + 1].sum(2) / spend[:, :, : hour + 1].sum(2)
        leader = seen.argmax(1)
        best, _ = chance_wrong(evidence(orders[:, :, : hour + 1], spend[:, :, : hour + 1], leader), leader)
        claimed[np.arange(runs), leader] |= best < 0.05
        if follow:  # budgets follow what was seen, which must not make it easier to be wrong
            share = np.clip(seen / seen.sum(1, keepdims=True), 0.05, 0.95) if hour > 24 else share
    return claimed


@pytest.mark.parametrize("follow", [False, True])
def test_two_that_are_alike_are_hardly_ever_told_apart_whatever_the_budgets_do(follow):
    assert looks(np.array([0.1, 0.1]), 10, 3, 150, follow=follow).any(1).mean() <= 0.05


def test_one_that_is_half_as_good_again_is_found():
    claimed = looks(np.array([0.15, 0.1]), 21, 4, 100)
    assert claimed[:, 0].mean() >= 0.8
    assert claimed[:, 1].mean() <= 0.05


def test_the_evidence_is_a_likelihood_ratio_mixed_over_lifts_by_hand():
    orders = np.array([[3.0, 0.0], [1.0, 1.0]])
    spend = np.array([[10.0, 10.0], [10.0, 30.0]])
    lifts = np.log1p(np.array([0.15, 0.3, 0.5, 0.8, 1.5]))
    by_hand = []
    for lift in lifts:
        first = 3 * lift - 4 * np.log(0.5 * np.exp(lift) + 0.5)
        second = -1 * np.log(0.25 * np.exp(lift) + 0.75)
        by_hand.append(np.exp(first + second))
    found = evidence(orders, spend, np.array(0))
    assert found[0] == 0
    assert found[1] == pytest.approx(np.log(np.mean(by_hand)))


def test_an_order_says_nothing_in_an_hour_in_which_only_one_was_shown():
    orders = np.array([[5.0, 2.0], [0.0, 1.0]])
    spend = np.array([[10.0, 10.0], [0.0, 10.0]])
    alone = evidence(orders[:, 1:], spend[:, 1:], np.array(0))
    assert evidence(orders, spend, np.array(0)) == pytest.approx(alone)


def test_a_variation_alone_beats_nobody_and_is_beaten_by_nobody():
    best, worse = chance_wrong(evidence(np.ones((1, 5)), np.ones((1, 5)), np.array(0)), np.array(0))
    assert (best, worse.tolist()) == (0, [1.0])
