"""Keeps what the simulated ad platforms have in a file: a restart of the demo must not look like deleted campaigns."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path

import msgspec

from sandbox import filing
from sandbox.ads_market import Result
from sandbox.ads_world import AdWorld, Thing


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
    """Put back what was kept."""
    kept = filing.read(path, KeptAds)
    if kept is None:
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
    filing.write(path, kept)


@contextlib.asynccontextmanager
async def keeping(world: AdWorld, path: Path) -> AsyncIterator[None]:
    """Load now, save after changes and once more at the end."""
    load(world, path)

    async def watch() -> None:
        last = _sign(world)
        while True:
            await asyncio.sleep(filing.EVERY)
            if (now := _sign(world)) != last:
                last = now
                save(world, path)

    async with filing.saving(watch(), lambda: save(world, path)):
        yield


def _sign(world: AdWorld) -> tuple[object, ...]:
    """Otherwise when something was made, changed or simulated."""
    return (*world.stands(), max((one.updated for one in world.things.values()), default=None))
