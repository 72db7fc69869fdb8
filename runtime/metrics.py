"""What the runtime counts. A protocol, so that Prometheus stays in the rooms above."""

from __future__ import annotations

from collections import Counter
from typing import Protocol


class Metrics(Protocol):
    """Counts by name; `alert` is for what a person has to look at (parked machines, dead letters)."""

    def count(self, name: str, amount: int = 1) -> None: ...
    def alert(self, name: str, detail: str) -> None: ...


class Tally:
    """The metrics kept in memory: the default, and what tests read."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.alerts: list[tuple[str, str]] = []

    def count(self, name: str, amount: int = 1) -> None:
        self.counts[name] += amount

    def alert(self, name: str, detail: str) -> None:
        self.counts[name] += 1
        if len(self.alerts) < 1000:
            self.alerts.append((name, detail))
