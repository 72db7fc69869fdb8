"""Meta's two sending limits: messages a second for a number, and one message in six seconds to the same person."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime

PAIR_SECONDS = 6.0
PAIR_BURST = 45  # messages that may be borrowed from the future


class Rates:
    """Virtual scheduling: each message books its slot; too far ahead of the clock is too fast."""

    def __init__(self, now: Callable[[], datetime], per_second: int, *, pair: bool) -> None:
        self._now = now
        self._per_second = per_second
        self._pair = pair
        self._pairs: dict[tuple[str, str], float] = {}
        self._numbers: dict[str, float] = {}

    def take_number(self, phone_number_id: str) -> bool:
        """Whether the number may send now. Real time, because throughput is about load and not about the calendar."""
        if self._per_second <= 0:
            return True
        now = time.monotonic()
        booked = max(self._numbers.get(phone_number_id, 0.0), now) + 1 / self._per_second
        if booked - now > 1.0 + 1e-9:
            return False
        self._numbers[phone_number_id] = booked
        return True

    def take_pair(self, phone_number_id: str, recipient: str) -> bool:
        """Whether the number may send to this person now."""
        if not self._pair:
            return True
        now = self._now().timestamp()
        key = (phone_number_id, recipient)
        booked = max(self._pairs.get(key, 0.0), now) + PAIR_SECONDS
        if booked - now > PAIR_BURST * PAIR_SECONDS:
            return False
        self._pairs[key] = booked
        return True
