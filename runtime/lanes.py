"""Many things at once, one at a time per lane: the in-process queues of the inbox and of the outbox."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from typing import Generic, TypeVar

T = TypeVar("T")


class Lanes(Generic[T]):
    """Each lane is a queue with one worker task while it has work. At most `width` items are worked at a time."""

    def __init__(self, work: Callable[[str, T], Awaitable[None]], *, width: int) -> None:
        self._work = work
        self._queues: dict[str, deque[T]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._width = asyncio.Semaphore(width)
        self._quiet = asyncio.Event()
        self._quiet.set()
        self._resting = 0
        self._closing = False

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

    @asynccontextmanager
    async def rest(self):  # type: ignore[no-untyped-def]
        """Around a wait inside of an item: it then counts neither as busy nor against the width."""
        self._resting += 1
        self._width.release()
        self._look()
        try:
            yield
        finally:
            self._resting -= 1
            self._quiet.clear()
            await self._width.acquire()

    def _look(self) -> None:
        if len(self._queues) <= self._resting:
            self._quiet.set()

    @property
    def busy(self) -> bool:
        return not self._quiet.is_set()

    async def quiet(self) -> None:
        await self._quiet.wait()

    async def close(self) -> None:
        """Finish what is in hand; what waits stays in the store."""
        self._closing = True
        resting = [task for task in self._tasks if self._resting]
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=None if not resting else 5)
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
