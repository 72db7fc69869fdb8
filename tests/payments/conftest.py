"""What the payments room's tests share: a loopback Daraja, an account on it, a real store with a vault."""

from __future__ import annotations

import importlib.util
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx
import pytest

from engine.model import Snapshot
from payments.mpesa.account import Account, Accounts
from payments.mpesa.client import Clients
from payments.mpesa.links import Links
from payments.verbs import bind
from runtime.verbs import Context, Handlers
from storage.sqlite import open_sqlite
from storage.vault import Vault

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


def _load(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"payments_{name}", Path(__file__).parent / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def daraja_module() -> ModuleType:
    return _load("daraja")


@pytest.fixture
async def daraja(daraja_module: ModuleType) -> AsyncIterator[Any]:
    async with daraja_module.running() as fake:
        yield fake


@pytest.fixture
def account(daraja: Any) -> Account:
    return Account(
        consumer_key="key", consumer_secret="secret", shortcode="174379", passkey="pass", base_url=daraja.url
    )


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(timeout=2.0) as client:
        yield client


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Any]:
    store = await open_sqlite(tmp_path / "store.db")
    yield store
    await store.close()


@pytest.fixture
def vaults(store: Any) -> Vault:
    return Vault(store, [b"k" * 32])


@pytest.fixture
def links() -> Links:
    return Links("a secret", "https://aais.example")


@pytest.fixture
def handlers(store: Any, vaults: Vault, account: Account, http: httpx.AsyncClient, links: Links) -> Handlers:
    return Handlers(bind(Accounts(store, vaults, account), Clients(http), links))


@pytest.fixture
async def context(store: Any, vaults: Vault) -> Any:
    """Makes the context of a verb: by default the first step of a conversation with contact c1."""
    vault = await vaults.org("o1")
    await vault.ensure("c1")

    def make(*, key: str = "k1", now: datetime = NOW, org: str = "o1", machine: str = "conversation:1") -> Context:
        snapshot = Snapshot(
            machine=machine, definition="d", name="deposit", state="paying",
            about={"contact": "c1", "channel": "whatsapp", "language": "en"},
        )  # fmt: skip
        return Context(store=store.org(org), vault=vault, now=now, machine=snapshot, key=key)

    return make
