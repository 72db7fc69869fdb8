"""The settings' pages: the business, its offers, hours, numbers, M-Pesa keys and links; and the same for programs.

A form and a program's request become the same value, so that both are checked alike. Keys are sealed as they come in
and never shown again; a number or a set of keys is kept only once its provider has said that it works.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Any

import msgspec
from aiohttp import web

from bookings import offers, resources
from bookings import policy as policies
from bookings.errors import BadSetting
from bookings.offers import Offer
from bookings.resources import WEEKDAYS
from crm import orgs
from crm.orgs import BadOrg
from engine.values import Money
from insights.settings import Setup, setup
from payments.mpesa.account import Account, sealed_account
from people import audit
from storage.store import Document, Insert, Store, Update
from storage.vault import Vault
from web.api.endpoint import Asked, Endpoint, Refusal
from web.console import frame, settings_shapes
from web.console.caller import Caller, Way
from web.console.probe import Failed, Probe
from web.console.settings_shapes import (
    ROWS,
    DescribedBusiness,
    DescribedOffer,
    DescribedResource,
    GivenKeys,
    GivenNumber,
    Saved,
    Told,
)

_READ, _CHANGE, _MONEY = "settings.read", "settings.change", "money.change"
_PAGE, _API = "/o/{org}/settings", "/orgs/{org}/settings"
_MOST = 100
_BAD = ((422, "bad-setting"), (404, "not-found"))


class Settings:
    """The views. `probe` asks the providers; without one nothing that needs it can be changed."""

    def __init__(self, store: Store, vault: Vault, app_url: str, probe: Probe | None) -> None:
        self._store = store
        self._vault = vault
        self._app_url = app_url
        self._probe = probe

    def ways(self) -> Sequence[Way]:
        return (
            Way(method="GET", path=_PAGE, permission=_READ, view=self.page),
            Way(method="POST", path=f"{_PAGE}/business", permission=_CHANGE, view=self.save_business),
            Way(method="GET", path=f"{_PAGE}/offer", permission=_CHANGE, view=self.offer),
            Way(method="POST", path=f"{_PAGE}/offer", permission=_CHANGE, view=self.save_offer),
            Way(method="GET", path=f"{_PAGE}/resource", permission=_CHANGE, view=self.resource),
            Way(method="POST", path=f"{_PAGE}/resource", permission=_CHANGE, view=self.save_resource),
            Way(method="POST", path=f"{_PAGE}/number", permission=_CHANGE, view=self.save_number),
            Way(method="POST", path=f"{_PAGE}/number/test", permission=_CHANGE, view=self.test_number),
            Way(method="GET", path=f"{_PAGE}/mpesa", permission=_MONEY, view=self.mpesa),
            Way(method="POST", path=f"{_PAGE}/mpesa", permission=_MONEY, view=self.save_mpesa),
        )

    def endpoints(self) -> Sequence[Endpoint]:
        return (
            Endpoint(method="GET", path=_API, permission=_READ, answer=Setup, view=self.api_setup,
                     doc="How the business is set up. No secrets."),
            Endpoint(method="POST", path=f"{_API}/business", permission=_CHANGE, body=DescribedBusiness, answer=Saved,
                     view=self.api_business, doc="Describe the business and its terms.", refusals=_BAD),
            Endpoint(method="POST", path=f"{_API}/offers", permission=_CHANGE, body=DescribedOffer, answer=Saved,
                     view=self.api_offer, doc="Add or change an offer.", refusals=_BAD),
            Endpoint(method="POST", path=f"{_API}/resources", permission=_CHANGE, body=DescribedResource, answer=Saved,
                     view=self.api_resource, doc="Add or change who or what is booked, and the hours.", refusals=_BAD),
            Endpoint(method="POST", path=f"{_API}/numbers", permission=_CHANGE, body=GivenNumber, answer=Told,
                     view=self.api_number, doc="Let a WhatsApp number belong to the business, once it is seen to work.",
                     refusals=_BAD),
            Endpoint(method="POST", path=f"{_API}/numbers/test", permission=_CHANGE, body=GivenNumber, answer=Told,
                     view=self.api_test, doc="Ask Meta whether a number and its token work. Changes nothing."),
            Endpoint(method="POST", path=f"{_API}/mpesa", permission=_MONEY, body=GivenKeys, answer=Told,
                     view=self.api_mpesa, doc="Give M-Pesa keys, kept once Daraja has taken them.", refusals=_BAD),
        )  # fmt: skip

    # pages

    async def page(self, request: web.Request, caller: Caller) -> web.Response:
        return await self._page(caller, done=request.query.get("done", ""))

    async def _page(
        self, caller: Caller, *, done: str = "", wrong: str = "", given: DescribedBusiness | None = None
    ) -> web.Response:
        known = await self._setup(caller)
        shown: Any = given or known.business
        refund = [*shown.policy.refund, *[None] * ROWS][: max(ROWS, len(shown.policy.refund))]
        return frame.page(
            "settings.html", caller, status=422 if wrong else 200, business=known.business.name, done=done,
            wrong=wrong, known=known, shown=shown, refund=refund, money=_shillings,
            testable=self._probe is not None,
        )  # fmt: skip

    async def save_business(self, request: web.Request, caller: Caller) -> web.Response:
        form, given = await request.post(), None
        try:
            given = settings_shapes.business(form)
            await self._business(given, caller)
        except (BadOrg, BadSetting) as error:
            return await self._page(caller, wrong=str(error), given=given)
        return frame.see_other(f"/o/{caller.org}/settings", done="settings-saved")

    async def offer(self, request: web.Request, caller: Caller) -> web.Response:
        id = request.query.get("id", "")
        found = await self._stored("offers", id, caller) if id else None
        if id and found is None:
            return frame.refused(caller, 404, "not-found")
        return await self._offer_page(caller, offers.document(offers.read(found)) if found else None)

    async def _offer_page(self, caller: Caller, offer: Document | None, *, wrong: str = "") -> web.Response:
        known = await self._setup(caller)
        return frame.page(
            "settings_offer.html", caller, status=422 if wrong else 200, business=known.business.name, wrong=wrong,
            offer=offer, resources=known.resources, text=_text, shillings=_written,
        )  # fmt: skip

    async def save_offer(self, request: web.Request, caller: Caller) -> web.Response:
        form, given = await request.post(), None
        try:
            given = settings_shapes.offer(form)
            await self._offer(given, caller)
        except (BadOrg, BadSetting) as error:
            shown = {**msgspec.to_builtins(given), "_id": given.id} if given is not None else None
            return await self._offer_page(caller, shown, wrong=str(error))
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
        known = await self._setup(caller)
        return frame.page(
            "settings_resource.html", caller, status=422 if wrong else 200, business=known.business.name, wrong=wrong,
            resource=resource, days=WEEKDAYS, text=_text, spans=_spans,
        )  # fmt: skip

    async def save_resource(self, request: web.Request, caller: Caller) -> web.Response:
        form, given = await request.post(), None
        try:
            given = settings_shapes.resource(form)
            await self._resource(given, caller)
        except (BadOrg, BadSetting) as error:
            shown = {**msgspec.to_builtins(given), "_id": given.id} if given is not None else None
            return await self._resource_page(caller, shown, wrong=str(error))
        except KeyError:
            return frame.refused(caller, 404, "not-found")
        return frame.see_other(f"/o/{caller.org}/settings", done="settings-saved")

    async def save_number(self, request: web.Request, caller: Caller) -> web.Response:
        return await self._tried(request, caller, self._number, "number-saved")

    async def test_number(self, request: web.Request, caller: Caller) -> web.Response:
        return await self._tried(request, caller, self._tested, "number-works")

    async def _tried(
        self, request: web.Request, caller: Caller, ask: Callable[[GivenNumber, Caller], Awaitable[str]], done: str
    ) -> web.Response:
        form = await request.post()
        given = GivenNumber(number=str(form.get("number", "")).strip(), token=str(form.get("token", "")).strip())
        try:
            await ask(given, caller)
        except Failed as error:
            return await self._page(caller, wrong=frame.Words(caller.language)(f"probe.{error.code}"))
        except BadOrg as error:
            return await self._page(caller, wrong=str(error))
        return frame.see_other(f"/o/{caller.org}/settings", done=done)

    async def mpesa(self, _request: web.Request, caller: Caller) -> web.Response:
        return await self._mpesa_page(caller)

    async def _mpesa_page(self, caller: Caller, *, wrong: str = "") -> web.Response:
        known = await self._setup(caller)
        return frame.page(
            "settings_mpesa.html", caller, status=422 if wrong else 200, business=known.business.name, wrong=wrong,
            paid=known.paid,
        )  # fmt: skip

    async def save_mpesa(self, request: web.Request, caller: Caller) -> web.Response:
        form = await request.post()
        fields = {name: str(form.get(name, "")).strip() for name in GivenKeys.__struct_fields__}
        try:
            await self._keys(msgspec.convert(fields, GivenKeys), caller)
        except Failed as error:
            return await self._mpesa_page(caller, wrong=frame.Words(caller.language)(f"probe.{error.code}"))
        except (BadSetting, msgspec.ValidationError) as error:
            return await self._mpesa_page(caller, wrong=str(error))
        return frame.see_other(f"/o/{caller.org}/settings", done="keys-saved")

    # for programs

    async def api_setup(self, _asked: Asked, caller: Caller) -> Setup:
        return await self._setup(caller)

    async def api_business(self, asked: Asked, caller: Caller) -> Saved:
        return await _saving(self._business(asked.body, caller))

    async def api_offer(self, asked: Asked, caller: Caller) -> Saved:
        return await _saving(self._offer(asked.body, caller))

    async def api_resource(self, asked: Asked, caller: Caller) -> Saved:
        return await _saving(self._resource(asked.body, caller))

    async def api_number(self, asked: Asked, caller: Caller) -> Told:
        return await _telling(self._number(asked.body, caller))

    async def api_test(self, asked: Asked, caller: Caller) -> Told:
        return await _telling(self._tested(asked.body, caller))

    async def api_mpesa(self, asked: Asked, caller: Caller) -> Told:
        return await _telling(self._keys(asked.body, caller))

    # what both do

    async def _setup(self, caller: Caller) -> Setup:
        return await setup(
            self._store, self._vault, caller.org, self._app_url, money=caller.may("money.read"),
            change=caller.may(_CHANGE),
        )  # fmt: skip

    async def _business(self, given: DescribedBusiness, caller: Caller) -> str:
        fields = orgs.described(msgspec.structs.asdict(given))
        policy = msgspec.to_builtins(given.policy)
        policies.read(policy)
        if not 1 <= given.hold_minutes <= 24 * 60:
            raise BadSetting("hold", "a hold lasts between a minute and a day")
        greeting = {language: text[:300] for language, text in given.greeting.items() if language in orgs.SPOKEN}
        own = {"greeting": greeting, "hold_minutes": given.hold_minutes, "deposit_policy": policy}
        await orgs.change(
            self._store, caller.org, note=[_note(caller, "settings.business")], settings=own, **fields
        )  # fmt: skip
        return caller.org

    async def _offer(self, given: DescribedOffer, caller: Caller) -> str:
        known = {each["_id"] for each in await self._store.org(caller.org).find("resources", {}, limit=_MOST)}
        stored = await self._stored("offers", given.id, caller) if given.id else None
        if given.id and stored is None:
            raise KeyError(given.id)
        before = offers.read(stored) if stored is not None else None
        if not given.resources or not set(given.resources) <= known:
            raise BadSetting("offer", "choose who or what is booked for it")
        org = await self._store.get("orgs", caller.org) or {}
        made = Offer(
            id=given.id or _fresh(caller.org, given.name), name=_named(given.name), description=given.description,
            price=given.price, deposit=given.deposit, currency=str(org.get("currency") or "KES"), unit=given.unit,
            duration=timedelta(minutes=given.duration_minutes), nights=given.nights, resources=given.resources,
            granularity=before.granularity if before is not None else timedelta(),
            notice=timedelta(minutes=given.notice_minutes), horizon_days=given.horizon_days, active=given.active,
            order=given.order, policy=before.policy if before is not None else None,
        )  # fmt: skip
        if made.deposit % 100:
            raise BadSetting("deposit", "M-Pesa moves whole shillings only")
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
        await self._store.org(caller.org).commit([write, _note(caller, what, id)])

    async def _stored(self, collection: str, id: str, caller: Caller) -> Document | None:
        return await self._store.org(caller.org).get(collection, id) if _ID.fullmatch(id) else None

    async def _tested(self, given: GivenNumber, caller: Caller) -> str:
        if self._probe is None:
            raise Failed("unreachable")
        found = await self._probe.number(caller.org, given.number, given.token)
        return f"{found.name} {found.display}".strip()

    async def _number(self, given: GivenNumber, caller: Caller) -> str:
        """Whoever adds a number shows by its token that it is theirs."""
        if self._probe is None:
            raise Failed("unreachable")
        found = await self._probe.number(caller.org, given.number, given.token)
        note = [_note(caller, "settings.number", given.number)]
        await orgs.add_number(self._store, caller.org, given.number, found.display, note=note)
        if given.token:
            secret = {"whatsapp_token": given.token}
            await orgs.set_secrets(self._store, self._vault, caller.org, secret)
        return f"{found.name} {found.display}".strip()

    async def _keys(self, given: GivenKeys, caller: Caller) -> str:
        if self._probe is None:
            raise Failed("unreachable")
        if not (given.consumer_key and given.consumer_secret and given.passkey):
            raise BadSetting("M-Pesa", "all keys are needed; they are not shown again, so write each anew")
        fields = msgspec.structs.asdict(given)
        try:
            account = Account(base_url=self._probe.hosts[fields.pop("environment")], **fields)
        except ValueError as error:
            raise BadSetting("M-Pesa", str(error)) from error
        await self._probe.money(account)
        sealed = sealed_account(account, await self._vault.org(caller.org))
        await self._store.org(caller.org).commit(
            [Update("orgs", caller.org, sealed), _note(caller, "settings.mpesa", given.shortcode)]
        )
        return given.shortcode


_ID = re.compile(r"[A-Za-z0-9_.-]{1,120}")


def _note(caller: Caller, what: str, on: str = "") -> Insert:
    return audit.entry(caller.actor, what, caller.now, on=on)


def _fresh(org: str, name: dict[str, str]) -> str:
    """An id that nobody has: readable, and with its end by chance."""
    slug = re.sub(r"[^a-z0-9]+", "-", next(iter(name.values()), "").lower()).strip("-")[:40]
    return f"{org}.{slug or 'new'}-{secrets.token_hex(3)}"


def _named(name: dict[str, str]) -> dict[str, str]:
    if not name or not set(name) <= set(orgs.SPOKEN):
        raise BadSetting("name", "give it a name")
    return name


async def _saving(doing: Awaitable[str]) -> Saved:
    try:
        return Saved(await doing)
    except (BadOrg, BadSetting) as error:
        raise Refusal(422, "bad-setting", str(error), "Mend it and send it again.") from error
    except KeyError as error:
        raise Refusal(404, "not-found", "There is nothing with this id.", "See the settings.") from error


async def _telling(doing: Awaitable[str]) -> Told:
    """That it does not work is an answer."""
    try:
        return Told(status="works", name=await doing)
    except Failed as error:
        return Told(status=error.code)
    except (BadOrg, BadSetting) as error:
        raise Refusal(422, "bad-setting", str(error), "Mend it and send it again.") from error


def _text(value: Any, language: str) -> str:
    """The text of one language, for its field; a text without a language stands in the first."""
    if isinstance(value, dict):
        return str(value.get(language) or "")
    return str(value or "") if language == "en" else ""


def _written(amount: int) -> str:
    return f"{amount / 100:g}" if amount % 100 else str(amount // 100)


def _shillings(amount: int, currency: str) -> str:
    return frame.money(Money(amount, currency))


def _spans(week: dict[str, list[list[str]]], day: str) -> str:
    return ", ".join("-".join(span) for span in week.get(day, ()))
