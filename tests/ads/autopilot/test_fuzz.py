"""No cap, approval or limit breached, no spend unaccounted, every rollback exact: 10,000 steps soak, a sample here."""

from __future__ import annotations

from pathlib import Path

import pytest

from storage.sqlite import open_sqlite
from tests.ads.autopilot.fuzzing import Fuzz
from tests.ads.autopilot.pilot import Pilot


async def _fuzzed(folder: Path, seed: int, steps: int) -> Fuzz:
    store = await open_sqlite(folder / f"{seed}.db")
    pilot = await Pilot(store).open()
    fuzz = Fuzz(pilot, seed)
    await fuzz.begin()
    await fuzz.run(steps)
    await pilot.close()
    await store.close()
    return fuzz


@pytest.mark.parametrize("seed", [1, 2])
async def test_a_sample_of_fuzzed_steps_breaks_nothing(tmp_path: Path, seed: int) -> None:
    assert (await _fuzzed(tmp_path, seed, 60)).steps == 60


@pytest.mark.soak
@pytest.mark.timeout(3000)
@pytest.mark.parametrize("seed", range(20))
async def test_ten_thousand_fuzzed_steps_break_nothing(tmp_path: Path, seed: int) -> None:
    assert (await _fuzzed(tmp_path, 100 + seed, 500)).steps == 500
