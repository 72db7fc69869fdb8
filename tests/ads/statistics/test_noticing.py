"""Forecasts that say when they know too little; anomalies; ads that wear out."""

from __future__ import annotations

import numpy as np
import pytest

from ads.statistics import anomalies, surprise, wear
from ads.statistics.forecasting import forecast

DAY = 1 + 0.8 * np.sin(np.arange(24) / 24 * 2 * np.pi)


def counted(days, per_hour=10.0, seed=0, drift=0.0):
    hours = np.arange(days * 24)
    return np.random.default_rng(seed).poisson(per_hour * DAY[hours % 24] * np.exp(drift * hours / 24)).astype(float)


@pytest.mark.parametrize(("days", "per_hour"), [(9, 10.0), (0, 1.0), (20, 0.05)])
def test_too_little_is_not_forecast_and_said_so(days, per_hour):
    found = forecast(counted(days, per_hour), 24)
    assert not found.enough
    assert found.expected == ()
    assert "a forecast needs 10 days" in found.sentence


def test_a_steady_series_is_carried_on_with_its_hours_of_the_day():
    found = forecast(counted(28), 24)
    assert found.enough
    assert np.array(found.expected) == pytest.approx(10 * DAY, rel=0.35, abs=1)
    assert found.total[1] < 240 < found.total[2]
    assert "80%" in found.sentence


def test_a_forecast_from_the_middle_of_a_day_begins_with_that_hour():
    found = forecast(counted(20, 50.0)[: 20 * 24 - 9], 9)
    assert np.array(found.expected) == pytest.approx(50 * DAY[15:], rel=0.25, abs=3)


def test_intervals_hold_what_they_promise():
    inside = []
    for seed in range(40):
        series = counted(24, 8.0, seed, drift=-0.01)
        found = forecast(series[: 23 * 24], 24)
        inside += list((series[-24:] >= found.low) & (series[-24:] <= found.high))
    assert 0.75 <= np.mean(inside) <= 0.87


@pytest.mark.parametrize("ahead", [0, 73])
def test_further_than_three_days_is_not_asked(ahead):
    with pytest.raises(ValueError, match="1 to 72"):
        forecast([1.0] * 500, ahead)


def hours(**changed):
    series = {
        "spend": np.full(200, 10.0), "impressions": np.full(200, 1000.0), "clicks": np.full(200, 15.0),
        "orders": np.full(200, 0.5), "rate": np.full(200, 240.0),
    }  # fmt: skip
    for name, (last, factor) in changed.items():
        series[name] = series[name].copy()
        series[name][-last:] *= factor
    return anomalies.facts(anomalies.Recent(**series))


def test_a_day_like_the_others_surprises_nobody():
    assert max(value for name, value in hours().items() if name.endswith("surprise")) < 1


@pytest.mark.parametrize(
    ("changed", "fact", "least"),
    [
        ({"spend": (3, 3.0)}, "spend_surprise", 4),
        ({"impressions": (4, 0.02)}, "delivery_surprise", 3),
        ({"orders": (12, 0.0)}, "silence_surprise", 2.4),
        ({"orders": (48, 0.2)}, "silence_surprise", 2.4),
        ({"clicks": (6, 0.2)}, "click_price_surprise", 4),
        ({"clicks": (6, 4.0)}, "click_price_surprise", 4),
    ],
)
def test_what_is_odd_surprises(changed, fact, least):
    assert hours(**changed)[fact] > least


def test_the_hours_since_the_last_order_are_what_is_odd_however_many_they_are():
    surprises = [hours(orders=(last, 0.0))["silence_surprise"] for last in range(1, 25)]
    assert surprises == sorted(surprises)
    assert surprises[3] < 1 < 2.4 < surprises[12]
    assert surprises[8] > surprises[7] > surprises[6]


def test_a_budget_that_was_raised_is_no_runaway():
    assert hours(spend=(3, 3.0), rate=(3, 3.0))["spend_surprise"] < 1
    assert hours(spend=(3, 3.0))["spend_factor"] == pytest.approx(3)


def test_a_new_ad_is_not_odd():
    few = anomalies.Recent(spend=[5.0], impressions=[1.0], clicks=[0.0], orders=[0.0], rate=[1.0])
    assert anomalies.facts(few)["spend_surprise"] == 0


def test_surprises_are_powers_of_ten_of_the_counts_chance():
    assert surprise.few(0, 6.9077, 1e9) == pytest.approx(3, abs=0.01)  # exp(−6.9077) is a thousandth
    assert surprise.many(0, 3, 10) == 0
    assert surprise.many(5, 0, 10) == surprise.MOST
    assert surprise.few(0, 6.9, 10) < surprise.few(0, 6.9, 1000)  # what is less known surprises less


def test_an_ad_whose_click_rate_fell_is_worn_and_one_that_did_not_is_not():
    shown = [1000.0] * 480
    fallen = wear.facts(shown, [15.0] * 432 + [10.0] * 48)
    assert fallen["ctr_change"] == pytest.approx(-1 / 3, abs=0.001)
    assert fallen["chance_fatigued"] > 0.999
    assert wear.facts(shown, [15.0] * 480)["chance_fatigued"] == 0.5
    assert wear.facts(shown[:60], [15.0] * 60) == {
        "impressions_recent": 48_000, "ctr_change": None, "chance_fatigued": None
    }  # fmt: skip
    assert wear.facts([], [])["ctr_change"] is None
