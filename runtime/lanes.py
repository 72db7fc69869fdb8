"""Many things at once, one at a time per lane: the in-process queues of the inbox and of the outbox."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime
from typing import Generic, TypeVar

from runtime.clock import Clock, sleep_until

T = TypeVar("T")


class _Queue(Generic[T]):
    """What follows from work that is done comes before what arrived meanwhile, in the order in which it followed: so
    a crash finds it again too.
    """

    __slots__ = ("arrived", "following")

    def __init__(self) -> None:
        self.following: deque[T] = deque()
        self.arrived: deque[T] = deque()

    def __bool__(self) -> bool:
        return bool(self.following or self.arrived)

    def next(self) -> T:
        return (self.following or self.arrived).popleft()


class Lanes(Generic[T]):
    """Each lane is a queue with one worker task while it has work. At most `width` items are worked at a time."""

    def __init__(self, work: Callable[[str, T], Awaitable[None]], clock: Clock, *, width: int) -> None:
        self._work = work
        self._clock = clock
        self._queues: dict[str, _Queue[T]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._width = asyncio.Semaphore(width)
        self._quiet = asyncio.Event()
        self._quiet.set()
        self._resting: set[asyncio.Event] = set()
        self._closing = False
        clock.on_move(self._rouse)

    def put(self, lane: str, item: T) -> None:
        queue = self._queue(lane)
        if queue is not None:
            queue.arrived.append(item)

    def put_next(self, lane: str, items: Iterable[T]) -> None:
        """Before everything that arrived in the lane: what follows from an item that was worked."""
        items = list(items)
        queue = self._queue(lane) if items else None
        if queue is not None:
            queue.following.extend(items)

    def _queue(self, lane: str) -> _Queue[T] | None:
        """The lane's queue, with somebody to work it. None when the lanes close: the rows stay in the store."""
        queue = self._queues.get(lane)
        if queue is None and not self._closing:
            queue = self._queues[lane] = _Queue()
            self._quiet.clear()
            task = asyncio.get_running_loop().create_task(self._run(lane, queue))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return queue

    async def _run(self, lane: str, queue: _Queue[T]) -> None:
        try:
            while queue and not self._closing:
                async with self._width:
                    await self._work(lane, queue.next())
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
