"""How far a long command has come, on standard error: a line that changes in place, or a line now and then in a log."""

from __future__ import annotations

import sys
import time
from datetime import timedelta


class Progress:
    """`things` (machines, of how many entries) are what there is left to do."""

    def __init__(self, name: str, things: int, entries: int, *, called: str = "machines") -> None:
        self.done = 0
        self._name = name
        self._things = things
        self._called = called
        self._entries = entries
        self._read = 0
        self._began = self._said = time.monotonic()
        self._live = sys.stderr.isatty()
        self._width = 0

    def add(self, entries: int) -> None:
        self.done += 1
        self._read += entries
        now = time.monotonic()
        if now - self._said >= (0.2 if self._live else 10.0):
            self._said = now
            self._say(now)

    def close(self) -> None:
        if self._width:
            print("\r" + " " * self._width + "\r", end="", file=sys.stderr, flush=True)

    def _say(self, now: float) -> None:
        rate = self._read / max(now - self._began, 0.001)
        left = timedelta(seconds=round(max(self._entries - self._read, 0) / max(rate, 0.001)))
        done = f"{self.done:,} of {self._things:,} {self._called}"
        line = f"{self._name}: {done}, {rate:,.0f} entries/s, {left} left"
        if self._live:
            print("\r" + line.ljust(self._width), end="", file=sys.stderr, flush=True)
            self._width = max(self._width, len(line))
        else:
            print(line, file=sys.stderr, flush=True)
