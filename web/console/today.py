"""The first page of a business, and the same for programs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from aiohttp import web

from insights import conversations
from insights.conversations import Talk
from insights.today import Day, day
from storage.store import Store
from storage.vault import Vault
from web.api.endpoint import Asked, Endpoint
from web.console import frame
from web.console.caller import Caller, Way
from web.console.setup import Setup
from workshop import proposals

_FIRST = 5


class Today:
    """The views. `clock` is the business's time, which the demo can move; sessions have their own."""

    def __init__(self, store: Store, vault: Vault, clock: Callable[[], datetime], setup: Setup) -> None:
        self._store = store
        self._vault = vault
        self._clock = clock
        self._setup = setup

    def ways(self) -> Sequence[Way]:
        return (Way(method="GET", path="/o/{org}", permission="today.read", view=self.page),)

    def endpoints(self) -> Sequence[Endpoint]:
        doc = "The business's day. What needs a person, who comes, what money came in."
        return (
            Endpoint(
                method="GET", path="/orgs/{org}/today", permission="today.read", doc=doc, answer=Day, view=self.answer
            ),
        )

    async def page(self, request: web.Request, caller: Caller) -> web.Response:
        today = await self._read(caller)
        wait = await proposals.waiting(self._store.org(caller.org)) if caller.may("rules.edit") else []
        left = await self._setup.of(caller.org) if caller.may("settings.change") else None
        return frame.page(
            "today.html", caller, business=today.business, day=today, money=frame.money, proposals=wait,
            waits=await self._waiting(caller), setup=left if left is not None and not left.done else None,
            done=request.query.get("done", ""),
        )  # fmt: skip

    async def _waiting(self, caller: Caller) -> tuple[Talk, ...]:
        """The first of those whom somebody here could take over."""
        if not caller.may("conversations.answer"):
            return ()
        vault = await self._vault.org(caller.org)
        talks = await conversations.listed(self._store, caller.org, vault, self._clock(), which="needs")
        return talks.talks[:_FIRST]

    async def answer(self, _asked: Asked, caller: Caller) -> Day:
        return await self._read(caller)

    async def _read(self, caller: Caller) -> Day:
        return await day(
            self._store.org(caller.org),
            await self._vault.org(caller.org),
            await self._store.get("orgs", caller.org) or {},
            self._clock(),
            caller.language,
            names=caller.may("conversations.read"),
            money=caller.may("money.read"),
        )
