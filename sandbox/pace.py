"""Simulated delays and the tasks that wait for them.

Everything a provider does later (a status, a callback, a prompt that runs out) is a task of one `Pace`, so that a test
can run it fast and a shutdown can end it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any

log = logging.getLogger("sandbox")


class Pace:
    """Sleeps divided by `speed`, and the tasks in flight."""

    def __init__(self, speed: float) -> None:
        if speed <= 0:
            raise ValueError(f"speed must be above 0, not {speed}")
        self._speed = speed
        self._tasks: set[asyncio.Task[None]] = set()

    async def sleep(self, seconds: float) -> None:
        """Wait for simulated seconds; zero still lets other tasks run."""
        await asyncio.sleep(max(seconds, 0) / self._speed)

    def later(self, work: Coroutine[Any, Any, None]) -> None:
        """Run in the background; a failure is logged, never lost."""
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._finished)

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("a simulated delay ended in an error", exc_info=error)

    async def close(self) -> None:
        """Cancel what still waits."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
