"""A change that a person asks for, where no machine does: the verbs that flows use, carried out and committed alike.

The console's desks call it. What a change starts and posts goes into the inbox in the same commit, so that a booking
made or a payment asked for by hand has its lifecycle and its journal as any other.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import datetime
from typing import Any

import msgspec

from engine.model import Snapshot
from runtime.inbox import Inbox, lane_of
from runtime.order import Order
from runtime.verbs import Changed, Context
from storage.errors import Conflict
from storage.store import Document, Insert, Op, Store
from storage.vault import Vault

ATTEMPTS = 5
HandIn = Callable[[Iterable[Document]], Awaitable[None]]
Ask = Callable[[Context], Awaitable[Changed]]


class Busy(Exception):
    """Others kept changing the same things."""


class For(msgspec.Struct, frozen=True, kw_only=True):
    """Whom a change is for. `machine`: the one that hears of what it starts; "" for nobody."""

    contact: str
    language: str = "en"
    channel: str = ""
    machine: str = ""


class ByHand:
    """`hand_in` passes on what was stored for the runtime; `clock` is the business's time."""

    def __init__(self, store: Store, vault: Vault, clock: Callable[[], datetime], hand_in: HandIn) -> None:
        self._store = store
        self._vault = vault
        self._clock = clock
        self._hand_in = hand_in
        self._inbox = Inbox(Order(clock))

    async def do(self, org: str, whom: For, key: str, ask: Ask, note: Sequence[Op] = ()) -> Changed:
        """Ask, and commit what follows; when somebody was faster, ask again and see what they did.

        `key` is the change's own: repeated, it does the same thing. `note` joins the commit. What `ask` raises ends it
        with nothing changed. Raises `Busy`.
        """
        for _ in range(ATTEMPTS):
            ctx = await self.context(org, whom, key)
            changed = await ask(ctx)
            if not changed.ops:
                return changed
            rows = self._rows(ctx, changed)
            try:
                await ctx.store.commit([*changed.ops, *(Insert("inbox", row) for row in rows), *note])
            except Conflict:
                continue
            await self._hand_in(rows)
            return changed
        raise Busy(key)

    def _rows(self, ctx: Context, changed: Changed) -> list[Document]:
        """As a machine's step would store them: what starts first, so that what follows finds it."""
        language = str(ctx.machine.about["language"])
        rows = [
            self._inbox.start(ctx.org, start, f"{ctx.key}/{number}", language, ctx.vault, ctx.now)
            for number, start in enumerate(changed.starts)
        ]
        for number, post in enumerate(changed.posts):
            event = msgspec.structs.replace(post.event, id=post.event.id or f"{ctx.key}/post{number}")
            lane = lane_of(ctx.contact, post.machine)
            rows.append(self._inbox.post(ctx.org, post.machine, event, lane, ctx.vault, ctx.now))
        return rows

    async def context(self, org: str, whom: For, key: str) -> Context:
        """What a verb is asked with."""
        about: dict[str, Any] = {
            "org": org, "links": {}, "contact": whom.contact, "language": whom.language, "channel": whom.channel
        }  # fmt: skip
        return Context(
            store=self._store.org(org),
            vault=await self._vault.org(org),
            now=self._clock(),
            machine=Snapshot(machine=whom.machine, definition="", name="desk", state="", about=about),
            key=key,
        )
