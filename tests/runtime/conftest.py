"""A house of toys in a fresh store, and a runtime in it that must leave a sound journal."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from runtime.loop import Runtime
from tests.runtime.house import House, open_house


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    """Whatever a test ran in it: at the end every chain verifies and every journal replays, byte for byte."""
    house = await open_house(tmp_path)
    yield house
    if not house.tampered:
        await house.holds()
    await house.store.close()


@pytest.fixture
async def runtime(house: House) -> AsyncIterator[Runtime]:
    """Started, and closed at the end."""
    runtime = house.runtime()
    await runtime.start()
    yield runtime
    await runtime.idle()
    await runtime.close()
