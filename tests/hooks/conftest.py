"""A salon that tells a sheet of its orders."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from runtime.verify import verify
from storage.sqlite import SqliteStore, open_sqlite
from tests.hooks.town import ORG, Receiver, Town


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    opened = await open_sqlite(tmp_path / "town.db")
    yield opened
    await opened.close()


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    opened = await Receiver().open()
    yield opened
    await opened.close()


@pytest.fixture
async def town(store: SqliteStore) -> AsyncIterator[Town]:
    """Closed with a sound journal."""
    made = await Town(store).open()
    yield made
    await made.runtime.close()
    assert (await verify(store, ORG)).flaws == ()


@pytest.fixture
async def secret(town: Town, receiver: Receiver) -> str:
    """Of the endpoint "sheet", which is the receiver."""
    return await town.desk.add(ORG, "sheet", receiver.url, "Orders for the books", ())
