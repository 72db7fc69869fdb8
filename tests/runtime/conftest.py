"""A house of toys in a fresh store, and a runtime in it that must leave a sound journal."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from runtime.loop import Runtime
from tests.runtime.house import House, open_house


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    house = await open_house(tmp_path)
    yield house
    await house.store.close()


@pytest.fixture
async def runtime(house: House) -> AsyncIterator[Runtime]:
    """Started, and closed at the end; then every chain must verify and every journal replay."""
    runtime = house.runtime()
    await runtime.start()
    yield runtime
    await runtime.idle()
    await runtime.close()
    await house.holds()
