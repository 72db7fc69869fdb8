"""Where the workshop's long work is done: in a process beside the server, so that no customer waits for an editor.

The process has its own registry and keeps what it compiled and checked; it starts with the first question.
"""

from __future__ import annotations

import asyncio
import gc
import os
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from multiprocessing import get_context
from threading import Timer
from typing import Any, Protocol

import msgspec

from engine.checks import Limits
from engine.registry import Registry
from engine.testing import Understand


class Equipment(msgspec.Struct, frozen=True, kw_only=True):
    """What texts are looked at with."""

    registry: Registry
    limits: Limits
    understand: Understand


class Beside(Protocol):
    """Runs a module's function with the equipment as its first argument. What it raises is raised here."""

    async def run(self, work: Callable[..., Any], *args: Any) -> Any: ...


class InThread:
    """For a test, or a command: in this very process."""

    def __init__(self, equipment: Equipment) -> None:
        self._equipment = equipment

    async def run(self, work: Callable[..., Any], *args: Any) -> Any:
        return await asyncio.to_thread(work, self._equipment, *args)


class InProcess:
    """`equip` is a function that a new process can find by its name; it makes the equipment there."""

    def __init__(self, equip: Callable[[], Equipment]) -> None:
        self._equip = equip
        self._pool: ProcessPoolExecutor | None = None

    async def run(self, work: Callable[..., Any], *args: Any) -> Any:
        try:
            return await self._ask(work, args)
        except BrokenProcessPool:  # it was killed, most likely for its memory: once more with a new one
            self.close()
            return await self._ask(work, args)

    async def _ask(self, work: Callable[..., Any], args: tuple[Any, ...]) -> Any:
        if self._pool is None:
            self._pool = ProcessPoolExecutor(1, get_context("spawn"), _begin, (self._equip,))
        return await asyncio.get_running_loop().run_in_executor(self._pool, _work, work, args)

    def close(self) -> None:
        """End the process, whatever it is at."""
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)
            self._pool = None


class Tidying:
    """Looks for garbage between questions. In the middle of one that takes longer than many an answer.

    What Python finds by itself are the young generations; the old one, which holds all that was compiled, is gone
    through when nobody has asked for a moment, or at last when `OVERDUE` questions came without a rest.
    """

    REST, OVERDUE = 0.2, 30  # seconds, questions
    _NEVER = 1_000_000

    def __init__(self) -> None:
        self._asked = 0
        self._later: Timer | None = None
        gc.collect()
        gc.freeze()  # what the process began with stays
        young, middle, _ = gc.get_threshold()
        gc.set_threshold(young, middle, self._NEVER)

    def begin(self) -> None:
        if self._later is not None:
            self._later.cancel()

    def end(self) -> None:
        self._asked += 1
        self._later = Timer(0 if self._asked >= self.OVERDUE else self.REST, self._tidy)
        self._later.daemon = True
        self._later.start()

    def _tidy(self) -> None:
        self._asked = 0
        gc.collect()


_equipped: list[tuple[Equipment, Tidying]] = []


def _begin(equip: Callable[[], Equipment]) -> None:
    with suppress(OSError):  # where it may not step back it works all the same
        os.nice(5)
    _equipped.append((equip(), Tidying()))


def _work(work: Callable[..., Any], args: tuple[Any, ...]) -> Any:
    equipment, tidying = _equipped[0]
    tidying.begin()
    try:
        return work(equipment, *args)
    finally:
        tidying.end()
