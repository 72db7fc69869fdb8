"""Keeps what was made lately, up to a weight: so that the same need not be made twice, and memory stays bounded."""

from __future__ import annotations

from collections.abc import Hashable
from threading import Lock
from typing import Generic, TypeVar

V = TypeVar("V")


class Recent(Generic[V]):
    """Values by key. What was not asked for longest goes first once all together weigh more than `most`."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.weight = 0
        self._kept: dict[Hashable, tuple[V, int]] = {}
        self._lock = Lock()

    def get(self, key: Hashable) -> V | None:
        with self._lock:
            found = self._kept.pop(key, None)
            if found is None:
                return None
            self._kept[key] = found  # last asked for, last to go
            return found[0]

    def put(self, key: Hashable, value: V, weight: int = 1) -> V:
        """Keep a value; the newest stays even if it is too heavy by itself."""
        with self._lock:
            before = self._kept.pop(key, None)
            self.weight += weight - (before[1] if before is not None else 0)
            self._kept[key] = (value, weight)
            while self.weight > self.most and len(self._kept) > 1:
                self.weight -= self._kept.pop(next(iter(self._kept)))[1]
        return value

    def __len__(self) -> int:
        return len(self._kept)
