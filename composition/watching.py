"""A running server and its YAML: SIGHUP reads it again, and with --watch every change there is published.

What is refused changes nothing: it is said in the log, counted, and shown by /readyz until something else is published.
"""

from __future__ import annotations

import asyncio
import signal
from types import TracebackType

import structlog

from composition.checkout import NoCheckout
from composition.desk import Desk
from composition.folders import Origin, Taken
from composition.publishing import told
from runtime.faults import fault
from runtime.publishing.outcome import Outcome
from storage.errors import StoreError

log = structlog.get_logger("publishing")


class Watching:
    """Entered while a server serves."""

    def __init__(self, desk: Desk, origin: Origin, *, watches: bool) -> None:
        self._desk = desk
        self._origin = origin
        self._watches = watches
        self._stop = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Watching:
        asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, lambda: self._do(self._reload()))
        if self._watches:
            self._do(self._watch())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        asyncio.get_running_loop().remove_signal_handler(signal.SIGHUP)
        self._stop.set()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _do(self, work: object) -> None:
        task: asyncio.Task[None] = asyncio.get_running_loop().create_task(work)  # type: ignore[arg-type]
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _reload(self) -> None:
        try:
            _say(await self._desk.reload("SIGHUP", "asked for by SIGHUP"))
        except (NoCheckout, StoreError, OSError) as error:
            log.error("cannot reload", error=str(error))

    async def _watch(self) -> None:
        """Goes on whatever is wrong with a change, since the next one may mend it."""
        log.info("watching")
        while not self._stop.is_set():
            try:
                async for taken in self._origin.changes(self._stop):
                    await self._take(taken)
                return
            except (NoCheckout, StoreError, OSError, UnicodeDecodeError) as error:
                log.error("cannot read what changed", error=str(error))
            except Exception as error:  # a fault of ours must not be the end of watching
                log.error("watching failed", fault=fault(error))
            await asyncio.sleep(2)

    async def _take(self, taken: Taken) -> None:
        _say(await self._desk.take(taken))


def _say(outcome: Outcome) -> None:
    if outcome.status == "unchanged":
        log.info("nothing to publish: that is what is in force", number=outcome.number)
    elif not outcome.in_force:
        log.error(f"refused, #{outcome.number} stays in force: {outcome.why}{told(outcome)}")
