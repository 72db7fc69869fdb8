"""People of two businesses, on a real store with real keys."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from people.signing_in import Door, Visitor
from people.users import Users
from storage.sqlite import SqliteStore, open_sqlite
from storage.vault import Vault

NOW = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
PASSWORD = "maziwa lala na mandazi"
HERE = Visitor(address="197.232.1.1", agent="Firefox")


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    opened = await open_sqlite(tmp_path / "test.db")
    yield opened
    await opened.close()


@pytest.fixture
def users(store: SqliteStore) -> Users:
    return Users(store, Vault(store, [b"k" * 32]))


@pytest.fixture
def door(store: SqliteStore, users: Users) -> Door:
    return Door(store, users)
