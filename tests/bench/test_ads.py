"""The benchmarks of ads run, small, and their intervals are what they say."""

from __future__ import annotations

import numpy as np
import pytest

from bench import ads, ads_noticing
from bench.markets import play
from bench.rivals import RIVALS
from sandbox.market.worlds import stationary


def test_a_bootstrap_is_as_wide_as_the_spread_over_worlds_makes_it():
    values = np.random.default_rng(1).standard_normal(400)
    low, high = ads.bootstrap(values)
    assert low < values.mean() < high
    assert high - low == pytest.approx(2 * 1.96 / 20, rel=0.15)
    assert ads.bootstrap(np.full(10, 3.0), np.full(10, 6.0)) == (0.5, 0.5)


@pytest.mark.parametrize("name", RIVALS)
def test_a_rival_spends_no_more_than_there_is(name):
    market = play([stationary(seed) for seed in range(3)], RIVALS[name]())
    assert (market.budgets.sum(1) <= 120 * (1 + 1e-9)).all()
    if name not in ("equal split", "rule bot"):
        assert market.budgets.sum(1).mean() == pytest.approx(120)


def test_a_family_is_played_by_all_in_the_same_worlds(monkeypatch):
    monkeypatch.setattr(ads, "WORLDS", 2)
    found = ads._played("losing", 0)
    assert set(found) >= {ads.OURS, "oracle", *RIVALS}
    assert found["autopilot spent"].sum() < 0.5 * found["equal split spent"].sum()
    assert [figure["target"] for figure in ads._losing(found)] == [15, None, 10]


def test_what_is_noticed_is_measured(monkeypatch):
    for name in ("FORECAST_WORLDS", "ALARM_WORLDS", "WEAR_WORLDS"):
        monkeypatch.setattr(ads_noticing, name, 2)
    named = {figure["name"]: figure["value"] for figure in ads_noticing.run()}
    assert named["ads.anomaly: no delivery for 36 hours, found"] == 100
    assert len(named) == 27
