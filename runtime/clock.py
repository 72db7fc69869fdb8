"""Where the time comes from. Only the runtime and the server read a clock; the engine is told `now`."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta


class Clock:
    """The machine's own clock, optionally moved forward (the sandbox lets a person skip to tomorrow)."""

    def __init__(self) -> None:
        self._ahead = timedelta()
        self._listeners: list[Callable[[], None]] = []

    def now(self) -> datetime:
        """The present: aware, UTC, whole milliseconds."""
        moment = datetime.now(UTC)
        if self._ahead:
            moment += self._ahead
        return moment.replace(microsecond=moment.microsecond // 1000 * 1000)

    @property
    def ahead(self) -> timedelta:
        return self._ahead

    def move(self, by: timedelta) -> None:
        """Move forward; time never runs backwards."""
        if by < timedelta():
            raise ValueError("a clock can only be moved forward")
        self._ahead += by
        for listener in self._listeners:
            listener()

    def on_move(self, listener: Callable[[], None]) -> None:
        self._listeners.append(listener)


async def sleep_until(clock: Clock, due: datetime, wake: asyncio.Event) -> None:
    """Sleep until `due` by `clock`, or until `wake` is set."""
    seconds = max(0.0, (due - clock.now()).total_seconds())
    try:
        await asyncio.wait_for(wake.wait(), timeout=seconds)
    except TimeoutError:
        return
