"""A file that outlives a restart: what a simulated provider remembers, whole on the disk or not there at all."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
from collections.abc import AsyncIterator, Callable, Coroutine
from pathlib import Path
from typing import Any, TypeVar

import msgspec

log = logging.getLogger("sandbox")
EVERY = 2.0  # real seconds between looks for a change
T = TypeVar("T")


def read(path: Path, type: type[T]) -> T | None:
    """None where there is none; a file that cannot be read is set aside with a warning, not deleted."""
    if not path.exists():
        return None
    try:
        return msgspec.json.decode(path.read_bytes(), type=type)
    except msgspec.DecodeError as error:
        aside = path.with_suffix(".unreadable")
        log.warning("%s could not be read (%s); it is kept as %s", path, error, aside)
        path.replace(aside)
        return None


def write(path: Path, content: msgspec.Struct) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(".new")
    fresh.write_bytes(msgspec.json.encode(content))
    os.replace(fresh, path)


@contextlib.asynccontextmanager
async def saving(watch: Coroutine[Any, Any, None], save: Callable[[], None]) -> AsyncIterator[None]:
    """`watch` saves after changes for as long as this lasts; once more at the end."""
    task = asyncio.create_task(watch)
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        save()
