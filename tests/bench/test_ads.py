"""The benchmarks of ads run, small, and their intervals are what they say."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from bench import ads, ads_noticing, truth
from bench.__main__ import measured
from bench.markets import play
from bench.rivals import RIVALS, Told
from sandbox.market.oracle import best_profit
from sandbox.market.simulator import Market
from sandbox.market.world import World
from sandbox.market.worlds import FAMILIES, alike, stationary


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


def test_the_later_one_is_told_everything_the_less_is_left_to_earn():
    worlds = [stationary(seed) for seed in range(40)]
    best = float(best_profit(Market(worlds)).sum())
    at_once, after_two_days, never = (float(play(worlds, Told(hours)).profit().sum()) for hours in (0, 48, 10_000))
    assert at_once == pytest.approx(best, rel=0.05)
    assert at_once > after_two_days > never


def test_what_is_noticed_is_measured(monkeypatch):
    for name in ("FORECAST_WORLDS", "ALARM_WORLDS", "WEAR_WORLDS"):
        monkeypatch.setattr(ads_noticing, name, 2)
    named = {figure["name"]: figure["value"] for figure in ads_noticing.run()}
    assert named["ads.anomaly: no delivery for 36 hours, found"] == 100
    assert len(named) == 27


class Alone:
    """A pool of one, in this process."""

    def __init__(self, **_: Any) -> None: ...
    def __enter__(self) -> Alone:
        return self

    def __exit__(self, *_: object) -> None: ...

    map = staticmethod(map)


def short(make: Callable[..., World]) -> Callable[..., World]:
    return lambda *seed, **options: replace(make(*seed, **options), days=3)


def test_the_whole_measure_of_ads_runs_small_from_end_to_end(monkeypatch):
    monkeypatch.setattr(ads, "ProcessPoolExecutor", Alone)
    for name, value in {"WORLDS": 2, "TESTS": 2, "PASS": 7}.items():
        monkeypatch.setattr(ads, name, value)
    kinds = ("stationary", "losing", "two ads")
    monkeypatch.setattr(ads, "FAMILIES", {name: short(FAMILIES[name]) for name in kinds})
    monkeypatch.setattr(ads, "alike", short(alike))
    named = {figure["name"] for figure in ads.run()}
    assert {"ads.pass over 7 variations", "ads.A/A: wrong ships or kills"} <= named
    assert {"ads.stationary: lower end of that", "ads.losing: lost in the 95th of 100 worlds"} <= named


def test_what_the_server_measured_is_measured_small_in_a_process_of_its_own(monkeypatch):
    monkeypatch.setenv("BENCH_EVENTS", "900")
    monkeypatch.setenv("BENCH_WORLDS", "7")
    found = {figure["name"]: figure["value"] for figure in measured("truth") or []}
    assert found["truth.over_report.within_5_points"] > 80
    assert len(found) == 8


def test_a_platforms_claims_are_those_that_our_server_saw_and_some_of_them_twice():
    for number, days in enumerate(truth.days_of(range(2))):
        over = truth.world(number).over_report
        assert len(days) == truth.DAYS - 7
        assert all(day.measured <= day.claimed <= 2 * day.measured for day in days)
        assert (sum(day.claimed for day in days) > sum(day.measured for day in days)) == (over > 0)
