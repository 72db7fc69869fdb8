"""The hands of the runtime: they take rows from the lanes (or from jobs), work them, and pass on what follows."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Any, Protocol

import structlog

from runtime.batch import Batch
from runtime.inbox import is_aside
from runtime.jobs import Jobs
from runtime.lanes import Lanes
from runtime.outbox import Outbox
from runtime.parts import Parts
from runtime.stepping import Stepper
from runtime.trouble import Later
from runtime.work import Work
from storage.errors import StoreError
from storage.store import Document

Follow = Callable[[Batch, str], Awaitable[None]]

log = structlog.get_logger("runtime")


class Limits(Protocol):
    @property
    def width(self) -> int: ...
    @property
    def aside(self) -> int: ...
    @property
    def attempts(self) -> int: ...
    @property
    def action_seconds(self) -> float: ...


class Workers:
    """`inbox` and `outbox` are the lanes of this process; `aside` those of what may fail for a day without anybody
    being the later for it.
    """

    def __init__(self, parts: Parts, limits: Limits, follow: Follow, jobs: Jobs) -> None:
        self._parts = parts
        self._follow = follow
        self._jobs = jobs
        self._stepper = Stepper(parts)
        self._sender = Outbox(parts, attempts=limits.attempts, action_seconds=limits.action_seconds)
        self.inbox: Lanes[Work] = Lanes(self._step, parts.clock, width=limits.width)
        self.outbox: Lanes[Document] = Lanes(self._send, parts.clock, width=limits.width)
        self.aside: Lanes[Document] = Lanes(self._send, parts.clock, width=limits.aside)
        self._spare = asyncio.Semaphore(limits.aside)  # for the same by jobs
        self._fired: dict[str, asyncio.Future[None]] = {}
        self._sending: set[str] = set()

    # events

    async def fire(self, timers: Sequence[Document]) -> None:
        """Put due timers into their lanes, in order, and wait until each has been worked."""
        for row in timers:
            self._fired[row["_id"]] = asyncio.get_running_loop().create_future()
        waiting = list(self._fired.values())
        for row in timers:
            self.inbox.put(row["lane"], Work("timers", row))
        if self.inbox.closing:
            self._release_fired()
        await asyncio.gather(*waiting)

    def _release_fired(self) -> None:
        for future in self._fired.values():
            if not future.done():
                future.set_result(None)
        self._fired.clear()

    async def _step(self, lane: str, work: Work) -> None:
        try:
            while True:
                try:
                    await self._follow(await self._stepper.take(work), lane)
                    return
                except Later as later:
                    self._parts.metrics.count("runtime_postponed")
                    after = later.after
                except StoreError as error:
                    log.warning("step waits for the store", row=work.id, error=type(error).__name__)
                    after = timedelta(seconds=1)
                if not await self.inbox.rest(self._parts.clock.now() + after):
                    return
        finally:
            future = self._fired.pop(work.id, None)
            if future is not None and not future.done():
                future.set_result(None)

    async def inbox_job(self, payload: dict[str, Any]) -> None:
        """Step the lane's events from the oldest on; what another worker has done meanwhile is passed over."""
        lane = payload["lane"]
        waiting = {"lane": lane, "state": "new"}
        sort: Any = [("at", 1), ("order", 1)]
        while rows := await self._parts.store.find("inbox", waiting, sort=sort, limit=50, everyone=True):
            for row in rows:
                await self._follow(await self._stepper.take(Work("inbox", row)), lane)

    # actions

    def send(self, row: Document) -> None:
        self._lanes(row).put(row["lane"], row)

    def _lanes(self, row: Document) -> Lanes[Document]:
        return self.aside if is_aside(row["lane"]) else self.outbox

    async def _send(self, lane: str, row: Document) -> None:
        if row["_id"] in self._sending:
            return  # taken up twice, by the commit and by a recovery
        self._sending.add(row["_id"])
        try:
            await self._carry_out(row)
        finally:
            self._sending.discard(row["_id"])

    async def _carry_out(self, row: Document) -> None:
        clock = self._parts.clock
        while True:
            again = max(row["due"], clock.now())
            try:
                if again <= clock.now():
                    leased = await self._sender.lease(row)
                    if leased is None:
                        return
                    row = leased
                    batch, due = await self._sender.attempt(row)
                    await self._follow(batch, row["lane"])
                    if due is None:
                        return
                    again = due
            except StoreError as error:
                log.warning("action waits for the store", row=row["_id"], error=type(error).__name__)
                again = clock.now() + timedelta(seconds=1)
            if not await self._lanes(row).rest(again):
                return

    async def outbox_job(self, payload: dict[str, Any]) -> None:
        """Carry out the lane's actions from the oldest on, unless another worker is at the first of them."""
        lane = payload["lane"]
        if not is_aside(lane):
            await self._out(lane)
        elif self._spare.locked():  # a worker has few jobs at a time, and this one can wait
            soon = self._parts.clock.now() + timedelta(seconds=1)
            await self._jobs.enqueue("outbox", f"{lane}:{soon.isoformat()}", payload, at=soon)
        else:
            async with self._spare:
                await self._out(lane)

    async def _out(self, lane: str) -> None:
        waiting = {"lane": lane, "state": {"in": ["new", "leased"]}}
        while rows := await self._parts.store.find("outbox", waiting, sort=[("order", 1)], limit=1, everyone=True):
            row, now = rows[0], self._parts.clock.now()
            if row["due"] > now:
                key = f"{row['_id']}:{row['attempts']}"
                await self._jobs.enqueue("outbox", key, {"lane": lane}, at=row["due"])
                return
            if row["_id"] in self._sending:
                return  # another job of this process is at it, and goes on with the lane
            self._sending.add(row["_id"])
            try:
                leased = await self._sender.lease(row)
                if leased is None:
                    return
                batch, _ = await self._sender.attempt(leased)
            finally:
                self._sending.discard(row["_id"])
            await self._follow(batch, lane)

    # resting

    @property
    def busy(self) -> bool:
        return self.inbox.busy or self.outbox.busy or self.aside.busy

    async def quiet(self) -> None:
        await self.inbox.quiet()
        await self.outbox.quiet()
        await self.aside.quiet()

    async def close_inbox(self) -> None:
        await self.inbox.close()
        self._release_fired()

    async def close_outbox(self) -> None:
        await asyncio.gather(self.outbox.close(), self.aside.close())
