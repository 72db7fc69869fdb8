"""How fast messages may go: to one person, and from one business number.

Token buckets in memory, one set a process. With several workers the provider's own refusal (131056, 130429)
is the last word; these keep a single server from ever meeting it. Facts: protocols.md 1.12.
"""

from __future__ import annotations

from collections.abc import Hashable
from datetime import datetime, timedelta

PAIR_RATE = 1 / 6  # messages a second to one person, in the long run
PAIR_BURST = 45.0  # borrowed at once, and paid back at that rate
_MANY = 20_000
_FORGOTTEN = timedelta(hours=1)


class Bucket:
    """Holds up to `burst` tokens, refilled at `rate` a second; below zero are those who have a turn reserved."""

    __slots__ = ("_at", "_burst", "_rate", "_tokens")

    def __init__(self, rate: float, burst: float, now: datetime) -> None:
        self._rate = rate
        self._burst = burst
        self._tokens = burst
        self._at = now

    def _fill(self, now: datetime) -> None:
        passed = (now - self._at).total_seconds()
        if passed > 0:
            self._tokens = min(self._burst, self._tokens + passed * self._rate)
            self._at = now

    def wait(self, now: datetime) -> timedelta:
        """How long until there is a token; zero if there is one."""
        self._fill(now)
        missing = 1.0 - self._tokens
        return timedelta() if missing <= 1e-9 else timedelta(seconds=missing / self._rate)

    def take(self) -> None:
        self._tokens -= 1.0

    def drain(self, now: datetime, pause: timedelta) -> None:
        """The provider said that it was too fast: no token for `pause`."""
        self._fill(now)
        self._tokens = min(self._tokens, 1.0 - pause.total_seconds() * self._rate)

    def full(self, now: datetime) -> bool:
        self._fill(now)
        return self._tokens >= self._burst


class Pace:
    """The buckets of all persons and numbers that this process has sent to lately.

    Who has to wait gets a place reserved: it waits once, however many wait with it.
    """

    def __init__(self, *, pair_rate: float = PAIR_RATE, pair_burst: float = PAIR_BURST) -> None:
        self._pair_rate = pair_rate
        self._pair_burst = pair_burst
        self._pairs: dict[Hashable, Bucket] = {}
        self._numbers: dict[str, Bucket] = {}
        self._reserved: dict[str, datetime] = {}

    def take(self, number: str, person: str, throughput: float, ticket: str, now: datetime) -> timedelta:
        """Zero: go. Otherwise how long until the turn of this `ticket`, which is to be shown again then."""
        due = self._reserved.get(ticket)
        if due is None:
            pair, whole = self._pair(number, person, now), self._number(number, throughput, now)
            wait = max(pair.wait(now), whole.wait(now))
            pair.take()
            whole.take()
            if not wait:
                return wait
            self._reserve(ticket, now + wait, now)
            return wait
        if due > now:
            return due - now
        del self._reserved[ticket]
        return timedelta()

    def slow_person(self, number: str, person: str, pause: timedelta, now: datetime) -> None:
        self._pair(number, person, now).drain(now, pause)

    def slow_number(self, number: str, throughput: float, pause: timedelta, now: datetime) -> None:
        self._number(number, throughput, now).drain(now, pause)

    def _reserve(self, ticket: str, due: datetime, now: datetime) -> None:
        if len(self._reserved) >= _MANY:  # of messages that were withheld or given up while they waited
            self._reserved = {each: at for each, at in self._reserved.items() if at > now - _FORGOTTEN}
        self._reserved[ticket] = due

    def _pair(self, number: str, person: str, now: datetime) -> Bucket:
        bucket = self._pairs.get((number, person))
        if bucket is None:
            if len(self._pairs) >= _MANY:
                self._pairs = {key: kept for key, kept in self._pairs.items() if not kept.full(now)}
            bucket = self._pairs[(number, person)] = Bucket(self._pair_rate, self._pair_burst, now)
        return bucket

    def _number(self, number: str, throughput: float, now: datetime) -> Bucket:
        bucket = self._numbers.get(number)
        if bucket is None:
            bucket = self._numbers[number] = Bucket(throughput, max(1.0, throughput), now)
        return bucket
