"""A business with a campaign on a platform that a test commands: the real runtime, store, YAML and dispatcher."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from storage.sqlite import open_sqlite
from tests.ads.autopilot.pilot import Pilot


@pytest.fixture
async def pilot(tmp_path: Path) -> AsyncIterator[Pilot]:
    store = await open_sqlite(tmp_path / "pilot.db")
    made = await Pilot(store).open()
    yield made
    await made.close()
    await store.close()


def pytest_make_parametrize_id(config: Any, val: Any, argname: str) -> str | None:
    return None
