"""The store of an installation and the keys to it, for the server and for commands that only look in."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import engine
from composition.definitions import compile_sources
from composition.settings import Settings
from runtime.release import Published
from runtime.replay import Replay
from storage.base import BaseStore
from storage.errors import StoreError
from storage.open import open_store
from storage.vault import Vault, parse_master_keys

DATABASE = "aais.sqlite"


class UnknownOrg(StoreError):
    """A command named an org that is not there."""


def master_keys(settings: Settings) -> list[bytes]:
    return parse_master_keys(settings.encryption_keys)


@asynccontextmanager
async def opened_store(settings: Settings, *, read_only: bool = False) -> AsyncIterator[BaseStore]:
    """`read_only` works while the server runs."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    store = await open_store(
        mongodb_uri=settings.mongodb_uri or None,
        mongodb_db=settings.mongodb_db,
        path=settings.data_dir / DATABASE,
        read_only=read_only,
    )
    try:
        yield store
    finally:
        await store.close()


def vault(store: BaseStore, settings: Settings) -> Vault:
    return Vault(store, master_keys(settings))


async def org_or_refuse(store: BaseStore, id: str) -> str:
    """The org's id. Raises `UnknownOrg` naming those that there are."""
    if await store.get("orgs", id) is not None:
        return id
    known = [org["_id"] for org in await store.find("orgs", {}, sort=[("_id", 1)], limit=20, everyone=True)]
    raise UnknownOrg(f"there is no org {id!r}; known: {', '.join(known) or 'none yet'}")


def replay(store: BaseStore, settings: Settings) -> Replay:
    """Runs journals again, with the definitions that they were written with."""
    return Replay(store, vault(store, settings), Published(store, compile_sources), engine)
