"""Jobs: something to be done soon or at a time, at least once, by whichever worker is free.

The truth is the rows in the store; a job only says "look there". So the default keeps jobs in the process: what a
crash forgets, the next start finds again in the store. Several worker processes share theirs by Redis
(`runtime.jobs_arq`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any, Protocol

import structlog

from runtime.clock import Clock, sleep_until
from runtime.faults import fault

JobHandler = Callable[[dict[str, Any]], Awaitable[None]]

log = structlog.get_logger("runtime")


class Jobs(Protocol):
    """`local` says that jobs are done by the very process that enqueues them."""

    local: bool

    async def enqueue(self, name: str, key: str, payload: dict[str, Any], at: datetime | None = None) -> bool:
        """False when a job with this key is waiting already. Payloads are JSON data, without personal content."""
        ...

    async def run(self, handlers: Mapping[str, JobHandler]) -> None:
        """Do jobs until `close`. A handler that raises is called again later."""
        ...

    async def close(self) -> None: ...


class EmbeddedJobs:
    """In this process. A failed job is tried again after a second, up to `attempts` times."""

    local = True

    def __init__(self, clock: Clock, *, attempts: int = 5, again_seconds: float = 1.0) -> None:
        self._clock = clock
        self._attempts = attempts
        self._again = again_seconds
        self._waiting: dict[str, tuple[str, dict[str, Any], datetime]] = {}
        self._handlers: Mapping[str, JobHandler] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._closed = asyncio.Event()
        self._wake: set[asyncio.Event] = set()
        clock.on_move(self._rouse)

    async def enqueue(self, name: str, key: str, payload: dict[str, Any], at: datetime | None = None) -> bool:
        if key in self._waiting:
            return False
        self._waiting[key] = (name, payload, at or self._clock.now())
        if self._handlers:
            self._launch(key)
        return True

    async def run(self, handlers: Mapping[str, JobHandler]) -> None:
        self._handlers = dict(handlers)
        for key in list(self._waiting):
            self._launch(key)
        await self._closed.wait()

    def _launch(self, key: str) -> None:
        task = asyncio.get_running_loop().create_task(self._do(key))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _do(self, key: str) -> None:
        name, payload, at = self._waiting[key]
        if not await self._due(at):
            return
        del self._waiting[key]
        for attempt in range(1, self._attempts + 1):
            try:
                await self._handlers[name](payload)
                return
            except Exception as error:
                log.warning("job failed", job=name, key=key, attempt=attempt, fault=fault(error))
            if not await self._pause():
                return

    async def _due(self, at: datetime) -> bool:
        wake = asyncio.Event()
        self._wake.add(wake)
        try:
            while not self._closed.is_set() and self._clock.now() < at:
                wake.clear()
                await sleep_until(self._clock, at, wake)
        finally:
            self._wake.discard(wake)
        return not self._closed.is_set()

    async def _pause(self) -> bool:
        try:
            await asyncio.wait_for(self._closed.wait(), self._again)
        except TimeoutError:
            return True
        return False

    def _rouse(self) -> None:
        for wake in self._wake:
            wake.set()

    async def close(self) -> None:
        self._closed.set()
        self._rouse()
        if self._tasks:
            await asyncio.wait(self._tasks)
