"""A number that only grows, so that rows are worked in the order in which they were stored."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Order:
    """Microseconds since 1970 by the runtime's clock, never twice the same in one process."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._last = 0

    def next(self) -> int:
        since = self._now() - _EPOCH
        micros = (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds
        self._last = max(self._last + 1, micros)
        return self._last
