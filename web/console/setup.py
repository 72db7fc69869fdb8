"""The checklist that leads a new owner to the first booking, shown on Today until it is done; and for programs."""

from __future__ import annotations

from collections.abc import Sequence

from aiohttp import web

from crm import orgs
from insights.setup import NO_DEPOSITS, Checklist, checklist
from people import audit
from storage.store import Store
from web.api.endpoint import Asked, Endpoint, Nothing
from web.console import frame
from web.console.caller import Caller, Way
from workshop.workbench import Workbench


class Setup:
    """`shared_account` says whether the server has an M-Pesa account for businesses that have none."""

    def __init__(self, store: Store, bench: Workbench, *, shared_account: bool) -> None:
        self._store = store
        self._bench = bench
        self._shared = shared_account

    def ways(self) -> Sequence[Way]:
        path = "/o/{org}/settings/no-deposits"
        return (Way(method="POST", path=path, permission="settings.change", view=self.no_deposits),)

    def endpoints(self) -> Sequence[Endpoint]:
        read, change = "settings.read", "settings.change"
        return (
            Endpoint(method="GET", path="/orgs/{org}/setup", permission=read, answer=Checklist, view=self.api_steps,
                     doc="What is left to do until the first booking."),
            Endpoint(method="POST", path="/orgs/{org}/setup/no-deposits", permission=change, answer=Nothing,
                     view=self.api_no_deposits, doc="Decide to take no deposits."),
        )  # fmt: skip

    async def of(self, org: str) -> Checklist:
        """As it stands now."""
        _, sources = await self._bench.publisher.in_force(org)
        return await checklist(
            self._store.org(org), await self._store.get("orgs", org) or {}, in_force=bool(sources.texts),
            shared_account=self._shared,
        )  # fmt: skip

    async def no_deposits(self, _request: web.Request, caller: Caller) -> web.Response:
        await self._decide(caller)
        return frame.see_other(f"/o/{caller.org}", done="settings-saved")

    async def api_steps(self, _asked: Asked, caller: Caller) -> Checklist:
        return await self.of(caller.org)

    async def api_no_deposits(self, _asked: Asked, caller: Caller) -> Nothing:
        await self._decide(caller)
        return Nothing()

    async def _decide(self, caller: Caller) -> None:
        note = [audit.entry(caller.actor, "settings.no_deposits", caller.now)]
        await orgs.change(self._store, caller.org, note=note, settings={"deposits": NO_DEPOSITS})
