"""Tells open phone pages that something on a phone changed. A page then receives the whole phone anew."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager


class Feed:
    """Subscriptions by customer, "" for every customer.

    A change for "" concerns everybody: the clock, a prompt on a stranger's number.
    """

    def __init__(self) -> None:
        self._watchers: set[tuple[str, asyncio.Event]] = set()
        self._closing = False

    @contextmanager
    def watch(self, customer_id: str) -> Iterator[asyncio.Event]:
        """An event that is set on each change, for as long as the block lasts."""
        entry = (customer_id, asyncio.Event())
        self._watchers.add(entry)
        try:
            yield entry[1]
        finally:
            self._watchers.discard(entry)

    def changed(self, customer_id: str = "") -> None:
        for watched, event in self._watchers:
            if not customer_id or watched in ("", customer_id):
                event.set()

    @property
    def closing(self) -> bool:
        return self._closing

    def close(self) -> None:
        """Wake every watcher so that its response can end."""
        self._closing = True
        self.changed()
