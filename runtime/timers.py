"""Timers that fall due become events, in the order in which they fell due, also when the clock jumped over many."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta

import structlog

from runtime.clock import Clock, sleep_until
from storage.errors import StoreError
from storage.store import Document, Store

PAGE = 500

log = structlog.get_logger("runtime")

Fire = Callable[[Sequence[Document]], Awaitable[None]]


class Timers:
    """Sleeps until the next timer is due, by the clock and by what is armed meanwhile.

    `look_every` is how long it may sleep at most: short when other processes arm timers too.
    """

    def __init__(self, store: Store, clock: Clock, fire: Fire, *, look_every: timedelta) -> None:
        self._store = store
        self._clock = clock
        self._fire = fire
        self._look_every = look_every
        self._next: datetime | None = None
        self._wake = asyncio.Event()
        self._settled = asyncio.Event()
        self._closing = False
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._clock.on_move(self.nudge)
        self._task = asyncio.get_running_loop().create_task(self._run())

    def armed(self, rows: Sequence[Document]) -> None:
        """These were committed just now."""
        earliest = min((row["due"] for row in rows), default=None)
        if earliest is not None and (self._next is None or earliest < self._next):
            self.nudge()

    def nudge(self) -> None:
        self._settled.clear()
        self._wake.set()

    async def settled(self) -> None:
        """Until nothing that is due is left."""
        if self._task is not None and not self._task.done():
            await self._settled.wait()

    @property
    def busy(self) -> bool:
        return self._task is not None and not self._task.done() and not self._settled.is_set()

    async def next_due(self) -> datetime | None:
        found = await self._store.find("timers", {"state": "armed"}, sort=[("due", 1)], limit=1, everyone=True)
        return found[0]["due"] if found else None

    async def _run(self) -> None:
        while not self._closing:
            try:
                await self._round()
            except StoreError as error:
                log.warning("timers wait for the store", error=type(error).__name__)
                await asyncio.sleep(1)
        self._settled.set()

    async def _round(self) -> None:
        self._wake.clear()
        due = {"state": "armed", "due": {"lte": self._clock.now()}}
        rows = await self._store.find("timers", due, sort=[("due", 1), ("order", 1)], limit=PAGE, everyone=True)
        if rows:
            await self._fire(rows)
            return
        latest = self._clock.now() + self._look_every
        self._next = await self.next_due() or latest
        if self._wake.is_set():
            return
        if self._next > self._clock.now():
            self._settled.set()
        await sleep_until(self._clock, min(self._next, latest), self._wake)

    async def close(self) -> None:
        self._closing = True
        self._wake.set()
        if self._task is not None:
            await self._task
