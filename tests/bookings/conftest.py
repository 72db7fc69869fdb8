"""A clinic with one busy chair and one with two units, on a real store."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bookings.verbs import bound
from engine.model import Snapshot
from runtime.verbs import Changed, Context
from storage.collections import COLLECTIONS, Catalogue, Collection
from storage.errors import BadQuery, Conflict
from storage.sqlite import SqliteStore, open_sqlite
from storage.store import Insert

MONDAY = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)  # 08:00 in Nairobi
WEEK = {day: [["08:00", "17:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}


def catalogue() -> Catalogue:
    try:
        COLLECTIONS["tasks"]
    except BadQuery:
        return Catalogue((*COLLECTIONS, Collection(name="tasks", doc="What a person has to do.")))
    return COLLECTIONS


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    opened = await open_sqlite(tmp_path / "test.db", catalogue=catalogue())
    for org in ("clinic", "other"):
        await opened.commit(
            [Insert("orgs", {"_id": org, "name": "Clinic", "zone": "Africa/Nairobi", "currency": "KES"})]
        )
    await opened.org("clinic").commit(
        [
            Insert(
                "resources", {"_id": "chair", "name": "Chair", "hours": WEEK, "breaks": {"mon": [["13:00", "14:00"]]}}
            ),
            Insert("resources", {"_id": "pair", "name": "Pair", "capacity": 2, "hours": WEEK}),
            Insert("resources", {"_id": "flat", "name": "Flat", "capacity": 1}),
            Insert("offers", _offer("cleaning", ["chair"], 1)),
            Insert("offers", _offer("massage", ["pair"], 2)),
            Insert("offers", {**_offer("stay", ["flat"], 3), "unit": "night", "nights": 1, "price": 450000}),
        ]
    )
    yield opened
    await opened.close()


def _offer(id: str, resources: list[str], order: int) -> dict[str, Any]:
    return {
        "_id": id, "name": {"en": id.title(), "sw": f"{id} sw"}, "price": 350000, "deposit": 100000,
        "duration_minutes": 60, "granularity_minutes": 30, "notice_minutes": 60, "resources": resources,
        "active": True, "order": order,
    }  # fmt: skip


class Room:
    """Calls the room's verbs as the runtime does: with a fresh key a step, again after a conflict."""

    def __init__(self, store: SqliteStore) -> None:
        self.store = store
        self.now = MONDAY
        self._verbs = {each.name: each.handler for each in bound(store)}
        self._keys = itertools.count()

    def context(self, contact: str = "c1", org: str = "clinic", **about: Any) -> Context:
        machine = about.pop("machine", f"booking-talk:{contact}")
        snapshot = Snapshot(
            machine=machine, definition="h", name="booking", state="s",
            about={"org": org, "contact": contact, "channel": "whatsapp", "language": "en", **about},
        )  # fmt: skip
        key = f"{machine}/{next(self._keys)}"
        return Context(store=self.store.org(org), vault=None, now=self.now, machine=snapshot, key=key)

    async def ask(self, verb: str, ctx: Context | None = None, **args: Any) -> Any:
        return await self._verbs[verb](ctx or self.context(), args)

    async def do(self, verb: str, ctx: Context | None = None, **args: Any) -> Changed:
        ctx = ctx or self.context()
        while True:
            changed: Changed = await self._verbs[verb](ctx, args)
            try:
                await ctx.store.commit(changed.ops)
            except Conflict:
                continue
            return changed

    async def booked(self, offer: str = "cleaning", *, contact: str = "c1", hours: float = 48) -> dict[str, Any]:
        """A confirmed booking about that many hours from now."""
        ctx = self.context(contact)
        slots = await self.ask("bookings.free_slots", ctx, offer=offer, near=self.now + timedelta(hours=hours))
        held = await self.do("bookings.hold", ctx, offer=offer, slot=slots[0])
        assert held.event is not None
        booking = held.event.data["booking"]
        await self.do("bookings.confirm", ctx, booking=booking)
        return dict(booking)


@pytest.fixture
def room(store: SqliteStore) -> Room:
    return Room(store)


@pytest.fixture
def made() -> Callable[..., Any]:
    return _offer
