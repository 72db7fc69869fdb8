"""A week of the salon, recorded once; each test reads a copy of its store."""

from __future__ import annotations

import asyncio
import shutil
from base64 import b64encode
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from composition.stores import DATABASE
from tests.backtest.town import KEY, Town, a_week, reopened, town
from tests.backtest.versions import ROOT


async def _record(folder: Path) -> None:
    async with town(folder) as made:
        await a_week(made)


@pytest.fixture(scope="session")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("salon")
    asyncio.run(_record(folder))
    return folder / DATABASE


@pytest.fixture
async def week(recorded: Path, tmp_path: Path) -> AsyncIterator[Town]:
    shutil.copy(recorded, tmp_path / DATABASE)
    async with reopened(tmp_path) as made:
        yield made


@pytest.fixture
def installed(recorded: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The recorded week as the store of an installation."""
    shutil.copy(recorded, tmp_path / DATABASE)
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    monkeypatch.setenv("ENCRYPTION_KEY", b64encode(KEY).decode())
    return tmp_path
