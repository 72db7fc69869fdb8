"""Keeps chats, windows and M-Pesa balances in a file, so that a restart of the demo does not empty every phone.

Media files and open PIN prompts are not kept: prompts have long run out by then.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec

from sandbox import filing
from sandbox.customers import Chat
from sandbox.handset import Sms
from sandbox.world import World


class KeptHandset(msgspec.Struct):
    balance: int
    messages: list[Sms]


class Kept(msgspec.Struct):
    """What the file holds: chats by customer and number, handsets by MSISDN."""

    chats: dict[str, dict[str, Chat]]
    handsets: dict[str, KeptHandset]


def load(world: World, path: Path) -> None:
    """Put back what was kept."""
    kept = filing.read(path, Kept)
    if kept is None:
        return
    for customer_id, chats in kept.chats.items():
        if (customer := world.roster.get(customer_id)) is not None:
            customer.chats = chats
    for msisdn, row in kept.handsets.items():
        owner = world.owner(msisdn)
        handset = world.handsets.of(msisdn, owner.profile if owner else None)
        handset.balance, handset.messages = row.balance, row.messages


def save(world: World, path: Path) -> None:
    kept = Kept(
        chats={customer.id: customer.chats for customer in world.roster if customer.chats},
        handsets={one.msisdn: KeptHandset(one.balance, one.messages) for one in world.handsets.all()},
    )
    filing.write(path, kept)


@contextlib.asynccontextmanager
async def keeping(world: World, path: Path) -> AsyncIterator[None]:
    """Load now, save after changes and once more at the end."""
    load(world, path)

    async def watch() -> None:
        with world.feed.watch("") as change:
            while True:
                await change.wait()
                change.clear()
                await asyncio.sleep(filing.EVERY)
                save(world, path)

    async with filing.saving(watch(), lambda: save(world, path)):
        yield
