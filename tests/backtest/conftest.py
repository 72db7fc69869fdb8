"""A week of the salon, recorded once; each test reads a copy of its store."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.backtest.town import FILE, Town, a_week, reopened, town


async def _record(folder: Path) -> None:
    async with town(folder) as made:
        await a_week(made)


@pytest.fixture(scope="session")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("salon")
    asyncio.run(_record(folder))
    return folder / FILE


@pytest.fixture
async def week(recorded: Path, tmp_path: Path) -> AsyncIterator[Town]:
    shutil.copy(recorded, tmp_path / FILE)
    async with reopened(tmp_path) as made:
        yield made
