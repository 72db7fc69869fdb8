"""Today's money, as an owner looks at it on the way; and the same for programs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from aiohttp import web

from insights.money import Takings, takings
from storage.store import Store
from storage.vault import Vault
from web.api.endpoint import Asked, Endpoint
from web.console import frame
from web.console.caller import Caller, Way

_MAY = "money.read"


class TodaysMoney:
    """The views. `clock` is the business's time."""

    def __init__(self, store: Store, vault: Vault, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._vault = vault
        self._clock = clock

    def ways(self) -> Sequence[Way]:
        return (Way(method="GET", path="/o/{org}/money", permission=_MAY, view=self.page),)

    def endpoints(self) -> Sequence[Endpoint]:
        doc = "What was asked for today, and what of it has come."
        return (
            Endpoint(
                method="GET", path="/orgs/{org}/money", permission=_MAY, doc=doc, answer=Takings, view=self.answer
            ),
        )

    async def page(self, _request: web.Request, caller: Caller) -> web.Response:
        org = await self._store.get("orgs", caller.org) or {}
        return frame.page(
            "money.html", caller, business=str(org.get("name", caller.org)), takings=await self._read(caller),
            money=frame.money,
        )  # fmt: skip

    async def answer(self, _asked: Asked, caller: Caller) -> Takings:
        return await self._read(caller)

    async def _read(self, caller: Caller) -> Takings:
        return await takings(
            self._store.org(caller.org), await self._vault.org(caller.org),
            await self._store.get("orgs", caller.org) or {}, self._clock(), names=caller.may("conversations.read"),
        )  # fmt: skip
