"""The published test values of GrowthBook's gbstats, reproduced to five decimals, and its known fault avoided."""

from __future__ import annotations

import math

import numpy as np
import pytest

from ads.statistics.allocation import floored, thompson, top_two
from ads.statistics.effects import bayes, effect, mean_of, proportion_of, welch, welch_greater
from ads.statistics.normal import risk
from ads.statistics.sequential import greater, two_sided

A, B = mean_of(1396.87, 52377.9767, 3407), mean_of(2422.7, 134698.29, 3461)
A3000 = mean_of(1396.87, 52377.9767, 3000)
FEW, MORE = mean_of(100, 1002.25, 10), mean_of(105, 1111.5, 10)


def close(found: float, wanted: float) -> bool:
    return abs(found - wanted) <= 0.5e-5 + 1e-12


def test_two_proportions_with_a_flat_prior():
    found = bayes(effect(proportion_of(49, 100), proportion_of(51, 100)))
    assert close(found.effect, 0.04082)
    assert close(found.low, -0.24779)
    assert close(found.high, 0.32943)
    assert close(found.sd, 0.14725)
    assert close(found.chance_to_win, 0.60918)
    assert close(found.risk_of_staying, 0.0814)
    assert close(found.risk_of_switching, 0.04058)


def test_two_means_with_a_flat_prior_and_with_another():
    flat, other = bayes(effect(FEW, MORE)), bayes(effect(FEW, MORE), prior=(0.1, 0.1))
    for found, wanted in [
        ((flat.effect, flat.low, flat.high, flat.sd), (0.05, -0.02, 0.12, 0.03572)),
        ((flat.chance_to_win, flat.risk_of_staying, flat.risk_of_switching), (0.91923, 0.05131, 0.00131)),
        ((other.effect, other.low, other.high), (0.05063, -0.01893, 0.12019)),
        ((other.chance_to_win, other.risk_of_staying, other.risk_of_switching), (0.92315, 0.05186, 0.00123)),
    ]:
        assert all(close(a, b) for a, b in zip(found, wanted, strict=True)), (found, wanted)


def test_risks_and_a_spread_so_small_that_the_quotient_would_overflow():
    assert risk(0.1, 0.05) == pytest.approx((0.1004245351, 0.0004245351), abs=1e-10)
    assert risk(0.01, 4.5e-9) == (0.01, 0.0)
    assert risk(-0.01, 5e-324) == (0.0, 0.01)


def test_a_fixed_horizon_by_welch():
    relative, absolute = welch(effect(A, B)), welch(effect(A, B, relative=False))
    assert close(effect(A, B).value, 0.70732)
    assert (close(relative.low, -0.03526), close(relative.high, 1.44989), close(relative.p, 0.06191)) == (True,) * 3
    assert close(effect(A, B, relative=False).value, 0.29)
    assert (close(absolute.low, 0.04538), close(absolute.high, 0.53462), close(absolute.p, 0.02016)) == (True,) * 3
    counted = effect(proportion_of(14, 28), proportion_of(16, 30))
    found = welch(counted)
    assert close(counted.value, 0.06667)
    assert (close(found.low, -0.47767), close(found.high, 0.61101), close(found.p, 0.80707)) == (True,) * 3


def test_one_side_by_welch():
    relative, absolute = welch_greater(effect(A3000, B)), welch_greater(effect(A3000, B, relative=False))
    assert relative.low == pytest.approx(-0.0451367, abs=5e-8)
    assert relative.p == pytest.approx(0.0655826, abs=5e-8)
    assert absolute.low == pytest.approx(0.0207915, abs=5e-8)
    assert absolute.p == pytest.approx(0.0355427, abs=5e-8)
    assert math.isinf(relative.high)


def test_confidence_sequences():
    means = effect(A3000, B)
    found = two_sided(means, tuning=1000)
    assert (close(means.value, 0.50336), close(found.low, -0.55844), close(found.high, 1.56516)) == (True,) * 3
    assert found.p == 1
    shares = effect(proportion_of(1396, 3000), proportion_of(2422, 3461))
    found = two_sided(shares)
    assert (close(shares.value, 0.50386), close(found.low, 0.40098), close(found.high, 0.60675)) == (True,) * 3
    assert close(found.p, 0)


@pytest.mark.parametrize("sequence", [two_sided, greater])
@pytest.mark.parametrize("alpha", [0.01, 0.05, 0.2])
def test_a_sequence_excludes_nothing_just_when_its_p_value_is_below_alpha(sequence, alpha):
    excluded = []
    for hits in range(300, 460, 2):
        found = sequence(effect(proportion_of(300, 3000), proportion_of(hits, 3000)), alpha=alpha)
        assert (found.low > 0) == (found.p < alpha)
        excluded.append(found.low > 0)
    assert {True, False} == set(excluded)


def test_nothing_seen_is_a_toss_up_that_loses_nothing():
    nothing = bayes(effect(proportion_of(0, 0), proportion_of(0, 0)))
    assert (nothing.chance_to_win, nothing.effect, nothing.risk_of_switching) == (0.5, 0.0, 0.0)
    assert welch(effect(proportion_of(0, 0), proportion_of(0, 0))).p == 1
    assert bayes(effect(proportion_of(0, 0), proportion_of(0, 0)), prior=(0.0, 0.1)).chance_to_win == 0.5


def test_a_floor_is_given_to_each_before_the_rest_is_shared():
    weights = np.array([0.7, 0.2, 0.1, 0.0])
    assert floored(weights, 0.1) == pytest.approx(0.1 + 0.6 * weights)
    assert floored(weights, 0.5) == pytest.approx([0.25] * 4)
    assert floored(weights, -1) == pytest.approx(weights)
    assert floored(np.zeros(4), 0.1) == pytest.approx([0.25] * 4)


@pytest.mark.parametrize("better", ["higher", "lower"])
def test_a_certain_winner_is_never_left_with_the_floor(better):
    """gbstats gives [.01, .49, .49, .01] where lower is better, and fails with two arms."""
    random = np.random.default_rng(1)
    means = np.array([10.0, 11, 12, 13]) if better == "lower" else np.array([13.0, 12, 11, 10])
    draws = means + random.standard_normal((1000, 4)) * 0.01
    assert thompson(draws, better) == pytest.approx([1, 0, 0, 0])
    assert top_two(draws, better) == pytest.approx([0.5, 0.5, 0, 0])
    assert top_two(draws[:, :2], better) == pytest.approx([0.5, 0.5])
    assert thompson(draws[:, :2], better) == pytest.approx([1, 0])
    assert top_two(draws[:, :1], better) == pytest.approx([1])


def test_a_cost_and_its_negative_as_a_gain_are_judged_alike():
    random = np.random.default_rng(2)
    draws = random.gamma(4, 1, (500, 5))
    assert thompson(draws, "lower") == pytest.approx(thompson(-draws, "higher"))
    assert top_two(draws, "lower") == pytest.approx(top_two(-draws, "higher"))
    seen = effect(FEW, MORE)
    up, down = bayes(seen), bayes(seen, better="lower")
    assert up.chance_to_win == pytest.approx(1 - down.chance_to_win)
    assert (up.risk_of_staying, up.risk_of_switching) == (down.risk_of_switching, down.risk_of_staying)


def test_what_is_tied_shares_its_places():
    assert thompson(np.ones((10, 4))) == pytest.approx([0.25] * 4)
    assert top_two(np.ones((10, 4))) == pytest.approx([0.25] * 4)
