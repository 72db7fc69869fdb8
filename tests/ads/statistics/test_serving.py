"""Where few can be served, no more leads are bought than there are places for."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import gammaincc

from ads.statistics.allocation import pour
from ads.statistics.serving import poured

WORTH, WIDTH = np.full((1, 50, 3), [6.0, 4.0, 3.0]), np.full((1, 50, 3), 5000.0)
BUDGET, MARGIN = np.array([20_000.0]), np.array([800.0])


def orders(spends):
    return float((WORTH[0, 0] / 800 * WIDTH[0, 0] * np.log1p(spends[0] / WIDTH[0, 0])).sum())


@pytest.mark.parametrize("places", [5, 10, 15])
def test_the_next_shilling_earns_itself_back_only_as_often_as_a_place_is_left(places):
    found = poured(WORTH, WIDTH, BUDGET, MARGIN, np.array([float(places)]))
    assert orders(found) < 1.5 * places
    left = gammaincc(places, orders(found))
    used = found[0] > 1
    assert (WORTH[0, 0] / (1 + found[0] / WIDTH[0, 0]) * left)[used] == pytest.approx(1, rel=0.02)


def test_the_dearest_ads_go_first_as_places_run_out():
    best, second, third = poured(WORTH, WIDTH, BUDGET, MARGIN, np.array([8.0]))[0]
    assert best > second >= third == pytest.approx(0, abs=1)


def test_places_in_plenty_change_nothing():
    free = pour(WORTH, WIDTH, np.full((1, 50), 20_000.0)).mean(1)
    assert poured(WORTH, WIDTH, BUDGET, MARGIN, np.array([500.0])) == pytest.approx(free, rel=0.01)


def test_without_a_place_nothing_is_bought():
    assert poured(WORTH, WIDTH, BUDGET, MARGIN, np.array([0.0])).sum() == 0
