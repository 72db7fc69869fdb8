"""Thousands of changes under faults: a sample on every run, ten thousand in `make soak`."""

from __future__ import annotations

import pytest

from tests.ads.platforms.conftest import Ads
from tests.ads.platforms.fuzzing import Fuzz
from tests.ads.platforms.test_platforms import every_platform


@every_platform
async def test_a_sample_of_fuzzed_steps_leaves_nothing_half_done_or_twice(ads: Ads, name: str) -> None:
    fuzz = Fuzz(ads, name, seed=1)
    await fuzz.run(120)
    assert fuzz.errors.get("OutcomeUnknown", 0) > 3  # the faults did come


@pytest.mark.soak
@pytest.mark.timeout(3600)
@every_platform
@pytest.mark.parametrize("seed", range(4))
async def test_ten_thousand_fuzzed_steps_leave_nothing_half_done_or_twice(ads: Ads, name: str, seed: int) -> None:
    fuzz = Fuzz(ads, name, seed=100 + seed)
    await fuzz.run(850)  # 3 platforms, 4 seeds: 10,200 steps
    assert sum(fuzz.errors.values()) > 50
