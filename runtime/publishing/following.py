"""Every process follows the store: what another one published is in force here a moment later, and nothing is left.

Which version a machine starts on does not hang on that moment: in a store that is shared the pointer is read anew
for each start (`Published.refresh`). This is for decision tables, for what is left to be moved or drained, and for
requests to read the folders again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from engine.findings import Findings
from runtime.clock import Clock
from runtime.faults import fault
from runtime.metrics import Metrics
from runtime.publishing.tasks import Tasks
from runtime.release import Published
from storage.errors import StoreError

SECONDS = 1.0

log = structlog.get_logger("publishing")

Beat = Callable[[], Awaitable[None]]


class Following:
    """`shared`: other processes may publish too. `works`: this one does work. `beat` is done besides."""

    def __init__(
        self, published: Published, tasks: Tasks, clock: Clock, metrics: Metrics, *, shared: bool, works: bool,
        beat: Beat | None = None,
    ) -> None:  # fmt: skip
        self._published = published
        self._tasks = tasks
        self._metrics = metrics
        self._shared = shared
        self._works = works
        self._beat = beat
        self._wake = asyncio.Event()
        self._closing = False
        self._task: asyncio.Task[None] | None = None
        clock.on_move(self.nudge)

    def nudge(self) -> None:
        self._wake.set()

    def start(self) -> None:
        self._task = asyncio.get_running_loop().create_task(self._run())

    async def close(self) -> None:
        self._closing = True
        self._wake.set()
        if self._task is not None:
            await self._task

    async def _run(self) -> None:
        while not self._closing:
            self._wake.clear()
            try:
                await self._once()
            except StoreError as error:
                log.warning("following waits for the store", error=type(error).__name__)
            except Findings as findings:
                self._metrics.alert("publishing_unloadable", f"a version of another process: {findings}")
            except Exception as error:  # whatever it is, the next publication is to be followed all the same
                self._metrics.alert("publishing_following", fault(error))
            try:
                await asyncio.wait_for(self._wake.wait(), SECONDS)
            except TimeoutError:
                continue

    async def _once(self) -> None:
        if self._shared and await self._published.refresh():
            log.info("follows a new version", orgs=len(self._published.owners()))
        if self._works:
            await self._tasks.look()
        if self._beat is not None:
            await self._beat()
