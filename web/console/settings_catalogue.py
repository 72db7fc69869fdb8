"""The settings' pages of what a business offers, and who or what is booked when; and the same for programs."""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from datetime import timedelta

import msgspec
from aiohttp import web

from bookings import offers, resources
from bookings.errors import BadSetting
from bookings.offers import Offer
from bookings.resources import WEEKDAYS
from crm import orgs
from crm.orgs import BadOrg
from engine.currency import unit
from storage.store import Document, Insert, Update
from web.api.endpoint import Asked, Endpoint
from web.console import frame, settings_shapes
from web.console.caller import Caller, Way
from web.console.settings_page import API, BAD, CHANGE, PAGE, SettingsPage, noted, saving, spans, text_of, typed
from web.console.settings_shapes import DescribedOffer, DescribedResource, Saved
from web.console.wrong import why

_MOST = 100
_ID = re.compile(r"[A-Za-z0-9_.-]{1,120}")


class Catalogue(SettingsPage):
    """The views."""

    def ways(self) -> Sequence[Way]:
        return (
            Way(method="GET", path=f"{PAGE}/offer", permission=CHANGE, view=self.offer),
            Way(method="POST", path=f"{PAGE}/offer", permission=CHANGE, view=self.save_offer),
            Way(method="GET", path=f"{PAGE}/resource", permission=CHANGE, view=self.resource),
            Way(method="POST", path=f"{PAGE}/resource", permission=CHANGE, view=self.save_resource),
        )

    def endpoints(self) -> Sequence[Endpoint]:
        return (
            Endpoint(method="POST", path=f"{API}/offers", permission=CHANGE, body=DescribedOffer, answer=Saved,
                     view=self.api_offer, doc="Add or change an offer.", refusals=BAD),
            Endpoint(method="POST", path=f"{API}/resources", permission=CHANGE, body=DescribedResource, answer=Saved,
                     view=self.api_resource, doc="Add or change who or what is booked, and the hours.", refusals=BAD),
        )  # fmt: skip

    async def offer(self, request: web.Request, caller: Caller) -> web.Response:
        id = request.query.get("id", "")
        found = await self._stored("offers", id, caller) if id else None
        if id and found is None:
            return frame.refused(caller, 404, "not-found")
        return await self._offer_page(caller, offers.document(offers.read(found)) if found else None)

    async def _offer_page(self, caller: Caller, offer: Document | None, *, wrong: str = "") -> web.Response:
        known = await self.setup_of(caller)
        return frame.page(
            "settings_offer.html", caller, status=422 if wrong else 200, business=known.business.name, wrong=wrong,
            offer=offer, resources=known.resources, text=text_of,
            shillings=lambda amount: typed(amount, known.business.currency),
        )  # fmt: skip

    async def save_offer(self, request: web.Request, caller: Caller) -> web.Response:
        form, given = await request.post(), None
        try:
            given = settings_shapes.offer(form, await self._currency(caller))
            await self._offer(given, caller)
        except (BadOrg, BadSetting) as error:
            shown = {**msgspec.to_builtins(given), "_id": given.id} if given is not None else None
            return await self._offer_page(caller, shown, wrong=why(error, caller.language))
        except KeyError:
            return frame.refused(caller, 404, "not-found")
        return frame.see_other(f"/o/{caller.org}/settings", done="settings-saved")

    async def resource(self, request: web.Request, caller: Caller) -> web.Response:
        id = request.query.get("id", "")
        found = await self._stored("resources", id, caller) if id else None
        if id and found is None:
            return frame.refused(caller, 404, "not-found")
        return await self._resource_page(caller, resources.document(resources.read(found)) if found else None)

    async def _resource_page(self, caller: Caller, resource: Document | None, *, wrong: str = "") -> web.Response:
        known = await self.setup_of(caller)
        return frame.page(
            "settings_resource.html", caller, status=422 if wrong else 200, business=known.business.name, wrong=wrong,
            resource=resource, days=WEEKDAYS, text=text_of, spans=spans,
        )  # fmt: skip

    async def save_resource(self, request: web.Request, caller: Caller) -> web.Response:
        form, given = await request.post(), None
        try:
            given = settings_shapes.resource(form)
            await self._resource(given, caller)
        except (BadOrg, BadSetting) as error:
            shown = {**msgspec.to_builtins(given), "_id": given.id} if given is not None else None
            return await self._resource_page(caller, shown, wrong=why(error, caller.language))
        except KeyError:
            return frame.refused(caller, 404, "not-found")
        return frame.see_other(f"/o/{caller.org}/settings", done="settings-saved")

    async def api_offer(self, asked: Asked, caller: Caller) -> Saved:
        return await saving(self._offer(asked.body, caller))

    async def api_resource(self, asked: Asked, caller: Caller) -> Saved:
        return await saving(self._resource(asked.body, caller))

    async def _currency(self, caller: Caller) -> str:
        return str((await self._store.get("orgs", caller.org) or {}).get("currency") or "KES")

    async def _offer(self, given: DescribedOffer, caller: Caller) -> str:
        known = {each["_id"] for each in await self._store.org(caller.org).find("resources", {}, limit=_MOST)}
        stored = await self._stored("offers", given.id, caller) if given.id else None
        if given.id and stored is None:
            raise KeyError(given.id)
        before = offers.read(stored) if stored is not None else None
        if not given.resources or not set(given.resources) <= known:
            raise BadSetting("offer", "choose who or what is booked for it", "by-whom")
        made = Offer(
            id=given.id or _fresh(caller.org, given.name), name=_named(given.name), description=given.description,
            price=given.price, deposit=given.deposit, currency=await self._currency(caller), unit=given.unit,
            duration=timedelta(minutes=given.duration_minutes), nights=given.nights, resources=given.resources,
            granularity=before.granularity if before is not None else timedelta(),
            notice=timedelta(minutes=given.notice_minutes), horizon_days=given.horizon_days, active=given.active,
            order=given.order, policy=before.policy if before is not None else None,
        )  # fmt: skip
        if made.deposit % unit(made.currency):
            raise BadSetting("deposit", "M-Pesa moves whole shillings only", "whole-shillings")
        await self._keep("offers", offers.document(made), stored, caller, "settings.offer")
        return made.id

    async def _resource(self, given: DescribedResource, caller: Caller) -> str:
        stored = await self._stored("resources", given.id, caller) if given.id else None
        if given.id and stored is None:
            raise KeyError(given.id)
        document = {**msgspec.to_builtins(given), "_id": given.id or _fresh(caller.org, given.name)}
        document.pop("id")
        document["name"] = _named(given.name)
        await self._keep(
            "resources", resources.document(resources.read(document)), stored, caller, "settings.resource"
        )  # fmt: skip
        return str(document["_id"])

    async def _keep(
        self, collection: str, document: Document, stored: Document | None, caller: Caller, what: str
    ) -> None:  # fmt: skip
        id = document["_id"]
        fields = {name: value for name, value in document.items() if name != "_id"}
        write = Insert(collection, document) if stored is None else Update(collection, id, {"set": fields})
        await self._store.org(caller.org).commit([write, noted(caller, what, id)])

    async def _stored(self, collection: str, id: str, caller: Caller) -> Document | None:
        return await self._store.org(caller.org).get(collection, id) if _ID.fullmatch(id) else None


def _fresh(org: str, name: dict[str, str]) -> str:
    """An id that nobody has: readable, and with its end by chance."""
    slug = re.sub(r"[^a-z0-9]+", "-", next(iter(name.values()), "").lower()).strip("-")[:40]
    return f"{org}.{slug or 'new'}-{secrets.token_hex(3)}"


def _named(name: dict[str, str]) -> dict[str, str]:
    if not name or not set(name) <= set(orgs.SPOKEN):
        raise BadSetting("name", "give it a name", "name-it")
    return name
