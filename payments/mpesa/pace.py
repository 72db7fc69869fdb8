"""How fast one shortcode may call Daraja. The agreed rate is not published; a throttled prompt is a lost one."""

from __future__ import annotations

import asyncio
import time

from payments.mpesa.errors import Throttled

DEFAULT_PER_SECOND = 5.0
_LONGEST_WAIT = 3.0


class Pace:
    """A token bucket: each caller takes a place in the queue and sleeps until it is due."""

    def __init__(self, per_second: float = DEFAULT_PER_SECOND, *, longest_wait: float = _LONGEST_WAIT) -> None:
        self._gap = 1.0 / per_second
        self._burst = per_second
        self._longest = longest_wait
        self._next = 0.0  # when a bucket without any reserve would let the next call through

    async def take(self) -> None:
        """Wait for a place; raises Throttled when the queue is longer than a waiting customer should bear."""
        now = time.monotonic()
        place = max(self._next, now - (self._burst - 1) * self._gap)
        wait = place - now
        if wait > self._longest:
            raise Throttled("our own rate limit for this shortcode is used up", code="pace")
        self._next = place + self._gap
        if wait > 0:
            await asyncio.sleep(wait)
