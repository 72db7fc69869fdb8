"""The control API's part for ads, under /control/ads/: misbehave, and act as somebody in the platform's ads manager.

No platform has this. Bodies must be `application/json`, as in control.py.
"""

from __future__ import annotations

from typing import Any

import msgspec
from aiohttp import web

from sandbox.ads_faults import AdBehaviour
from sandbox.ads_world import AdWorld, Thing
from sandbox.control import answered, read_body
from sandbox.people import Refused

_PLATFORM = r"/control/ads/{platform:meta|google|tiktok}"


class Edit(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Somebody edits by hand: `fields` in the platform's own words."""

    fields: dict[str, Any]


class AccountEdit(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """The account's owner changes its settings; `status` as Meta numbers them (1 in order, 3 unsettled)."""

    currency: str = ""
    zone: str = ""
    status: int = 0
    level: str = ""


class AdsControl:
    """Handlers of /control/ads/."""

    def __init__(self, world: AdWorld) -> None:
        self._world = world

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/control/ads", self.state),
            web.get(_PLATFORM + "/scenario", self.scenario),
            web.put(_PLATFORM + "/scenario", answered(self.choose)),
            web.delete(_PLATFORM + "/scenario", self.clear),
            web.patch(_PLATFORM + "/accounts/{account}", answered(self.account)),
            web.patch(_PLATFORM + "/things/{id}", answered(self.edit)),
            web.delete(_PLATFORM + "/things/{id}", answered(self.delete)),
        ]

    async def state(self, request: web.Request) -> web.Response:
        """Everything there is, deleted too; for tests and for the page."""
        self._world.advance()
        things = [
            {"platform": one.platform, "account": one.account, "kind": one.kind, "id": one.id, "deleted": one.deleted}
            | {"fields": one.fields, "spent": self._spent(one)}
            for one in self._world.things.values()
        ]
        accounts = [
            {"platform": one.platform, "id": one.id, "name": one.name, "currency": one.currency, "zone": one.zone}
            | {"status": one.status}
            for one in self._world.accounts.values()
        ]
        return web.json_response({"simulated": True, "accounts": accounts, "things": things})

    def _spent(self, thing: Thing) -> float:
        return round(sum(row.spend for row in self._world.hours.get((thing.platform, thing.id), {}).values()), 2)

    async def scenario(self, request: web.Request) -> web.Response:
        return web.json_response(self._world.faults.chosen(request.match_info["platform"]))

    async def choose(self, request: web.Request) -> web.Response:
        """Fields of `AdBehaviour`, and `times` for how often they hold."""
        platform, fields = request.match_info["platform"], await read_body(request, dict[str, Any])
        times = fields.pop("times", None)
        if times is not None and (not isinstance(times, int) or times < 1):
            raise Refused("times must be a whole number above 0")
        try:
            behaviour = msgspec.convert(fields, AdBehaviour)
        except msgspec.ValidationError as error:
            raise Refused(str(error)) from error
        self._world.faults.choose(platform, behaviour, times)
        return web.json_response(self._world.faults.chosen(platform))

    async def clear(self, request: web.Request) -> web.Response:
        self._world.faults.clear(request.match_info["platform"])
        return web.json_response({})

    async def account(self, request: web.Request) -> web.Response:
        account = self._world.account(request.match_info["platform"], request.match_info["account"])
        if account is None:
            raise web.HTTPNotFound(text="no such ad account")
        edit = await read_body(request, AccountEdit)
        self._world.advance()
        for name, value in msgspec.to_builtins(edit).items():
            setattr(account, name, value)
        return web.json_response({"done": True})

    async def edit(self, request: web.Request) -> web.Response:
        thing, edit = self._thing(request), await read_body(request, Edit)
        self._world.advance()
        thing.fields.update(edit.fields)
        self._world.changed(thing)
        return web.json_response({"done": True})

    async def delete(self, request: web.Request) -> web.Response:
        self._world.advance()
        self._world.delete(self._thing(request))
        return web.json_response({"done": True})

    def _thing(self, request: web.Request) -> Thing:
        thing = self._world.get(request.match_info["platform"], request.match_info["id"])
        if thing is None:
            raise web.HTTPNotFound(text="no such thing")
        return thing
