"""Keeps what the simulated ad platforms have in a file: a restart of the demo must not look like deleted campaigns."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path

import msgspec

from sandbox.ads_market import Result
from sandbox.ads_world import AdWorld, Thing

log = logging.getLogger("sandbox")
_EVERY = 2.0  # real seconds between looks for a change


class KeptHours(msgspec.Struct):
    platform: str
    id: str
    hours: list[tuple[datetime, Result]]


class KeptAds(msgspec.Struct):
    things: list[Thing]
    hours: list[KeptHours]
    number: int
    until: datetime


def load(world: AdWorld, path: Path) -> None:
    """Put back what was kept; a file that cannot be read is left where it is, with a warning."""
    if not path.exists():
        return
    try:
        kept = msgspec.json.decode(path.read_bytes(), type=KeptAds)
    except msgspec.DecodeError as error:
        log.warning("%s could not be read (%s); the simulated ad platforms begin empty", path, error)
        return
    world.things = {(one.platform, one.id): one for one in kept.things}
    world.hours = {(one.platform, one.id): dict(one.hours) for one in kept.hours}
    world.resume(kept.number, kept.until)


def save(world: AdWorld, path: Path) -> None:
    number, until = world.stands()
    kept = KeptAds(
        things=list(world.things.values()), number=number, until=until,
        hours=[KeptHours(platform, id, list(rows.items())) for (platform, id), rows in world.hours.items()],
    )  # fmt: skip
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(".new")
    fresh.write_bytes(msgspec.json.encode(kept))
    os.replace(fresh, path)


@contextlib.asynccontextmanager
async def keeping(world: AdWorld, path: Path) -> AsyncIterator[None]:
    """Load now, save after changes and once more at the end."""
    load(world, path)

    async def watch() -> None:
        last = _sign(world)
        while True:
            await asyncio.sleep(_EVERY)
            if (now := _sign(world)) != last:
                last = now
                save(world, path)

    task = asyncio.create_task(watch())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        save(world, path)


def _sign(world: AdWorld) -> tuple[object, ...]:
    """Otherwise when something was made, changed or simulated."""
    return (*world.stands(), max((one.updated for one in world.things.values()), default=None))
