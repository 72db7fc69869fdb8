"""Two businesses on a real store with real keys."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from crm.orgs import NewOrg, create
from engine.model import Event, Snapshot
from runtime.inbox import Inbound
from runtime.verbs import Context
from storage.collections import COLLECTIONS, Catalogue, Collection
from storage.errors import BadQuery
from storage.sqlite import SqliteStore, open_sqlite
from storage.vault import OrgVault, Vault

NOW = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)


def catalogue() -> Catalogue:
    try:
        COLLECTIONS["tasks"]
    except BadQuery:
        return Catalogue((*COLLECTIONS, Collection(name="tasks", doc="What a person has to do.")))
    return COLLECTIONS


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    opened = await open_sqlite(tmp_path / "test.db", catalogue=catalogue())
    yield opened
    await opened.close()


class House:
    """A store, its vault, and shorthands for what the runtime does around a room."""

    def __init__(self, store: SqliteStore, vault: Vault) -> None:
        self.store, self.vault, self.now = store, vault, NOW
        self.own: OrgVault

    async def open(self) -> House:
        for id in ("clinic", "other"):
            await create(self.store, NewOrg(id=id, name=id.title()))
        self.own = await self.vault.org("clinic")
        return self

    @property
    def org(self) -> Any:
        return self.store.org("clinic")

    def context(self, contact: str, machine: str = "booking:talk", **about: Any) -> Context:
        snapshot = Snapshot(
            machine=machine, definition="h", name="booking", state="s", seq=3,
            about={"org": "clinic", "contact": contact, "channel": "whatsapp", "language": "en", **about},
        )  # fmt: skip
        return Context(store=self.org, vault=self.own, now=self.now, machine=snapshot, key=f"{machine}/3/0")

    def inbound(self, text: str = "Hi", *, id: str = "wamid.1", event: Event | None = None, **sender: Any) -> Inbound:
        said = event or Event(name="message", data={"text": text, "kind": "text", "message_id": id})
        who = {"channel": "whatsapp", "phone": "+254712345678", "user_id": "", "name": "Achieng Odhiambo", **sender}
        return Inbound(org="clinic", source="whatsapp", id=id, lane="l", event=said, sender=who)


@pytest.fixture
async def house(store: SqliteStore) -> House:
    return await House(store, Vault(store, [b"k" * 32])).open()
