"""Many things at once, one at a time per lane: the in-process queues of the inbox and of the outbox."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime
from typing import Generic, TypeVar

from runtime.clock import Clock, sleep_until

T = TypeVar("T")


class Lanes(Generic[T]):
    """Each lane is a queue with one worker task while it has work. At most `width` items are worked at a time."""

    def __init__(self, work: Callable[[str, T], Awaitable[None]], clock: Clock, *, width: int) -> None:
        self._work = work
        self._clock = clock
        self._queues: dict[str, deque[T]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._width = asyncio.Semaphore(width)
        self._quiet = asyncio.Event()
        self._quiet.set()
        self._resting: set[asyncio.Event] = set()
        self._closing = False
        clock.on_move(self._rouse)

    def put(self, lane: str, item: T) -> None:
        queue = self._queues.get(lane)
        if queue is not None:
            queue.append(item)
            return
        self._open(lane, deque((item,)))

    def put_next(self, lane: str, items: Iterable[T]) -> None:
        """Before everything that waits in the lane: what follows from the item that is being worked."""
        queue = self._queues.get(lane)
        if queue is not None:
            queue.extendleft(reversed(list(items)))
            return
        self._open(lane, deque(items))

    def _open(self, lane: str, queue: deque[T]) -> None:
        if self._closing or not queue:
            return  # the rows stay in the store; the next start takes them up
        self._queues[lane] = queue
        self._quiet.clear()
        task = asyncio.get_running_loop().create_task(self._run(lane, queue))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _run(self, lane: str, queue: deque[T]) -> None:
        try:
            while queue and not self._closing:
                async with self._width:
                    await self._work(lane, queue.popleft())
        finally:
            del self._queues[lane]
            self._look()

    async def rest(self, until: datetime) -> bool:
        """A wait inside of an item's work, which then counts neither as busy nor against the width.

        True when it is time; False when the lanes close and the item is to be left.
        """
        wake = asyncio.Event()
        self._resting.add(wake)
        self._width.release()
        try:
            while not self._closing and self._clock.now() < until:
                wake.clear()
                self._look()
                await sleep_until(self._clock, until, wake)
        finally:
            self._resting.discard(wake)
            self._quiet.clear()
            await self._width.acquire()
        return not self._closing

    def _rouse(self) -> None:
        for wake in self._resting:
            wake.set()
        if self._resting:
            self._quiet.clear()  # until each has looked at the moved clock

    def _look(self) -> None:
        if len(self._queues) <= len(self._resting) and not any(wake.is_set() for wake in self._resting):
            self._quiet.set()

    @property
    def closing(self) -> bool:
        return self._closing

    @property
    def busy(self) -> bool:
        return not self._quiet.is_set()

    async def quiet(self) -> None:
        await self._quiet.wait()

    async def close(self) -> None:
        """Finish what is in hand; what waits stays in the store."""
        self._closing = True
        self._rouse()
        while self._tasks:
            await asyncio.wait(self._tasks)
