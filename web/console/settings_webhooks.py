"""The settings' page of outgoing webhooks: whom rules may tell things, their secrets, and what arrived lately.

A secret is shown once, in the answer to the form that made it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Sequence
from typing import Any, TypeVar

import msgspec
from aiohttp import web

from hooks.deliveries import Delivery
from hooks.desk import BadEndpoint, Desk
from insights.webhooks import Webhooks, told
from storage.store import Insert, Store
from web.api.endpoint import Asked, Endpoint, Nothing, Refusal
from web.console import frame
from web.console.caller import Caller, Way
from web.console.settings_page import API, CHANGE, PAGE, READ, noted

_PLACE, _HERE = f"{PAGE}/webhooks", f"{API}/webhooks"
_BAD = ((422, "bad-endpoint"), (404, "not-found"))
T = TypeVar("T")


class NewEndpoint(msgspec.Struct, frozen=True, kw_only=True):
    """A receiver: `name` as rules will name it, `url` at a host that this server may send to."""

    name: str
    url: str
    about: str = ""


_EMPTY = NewEndpoint(name="", url="")


class NamedEndpoint(msgspec.Struct, frozen=True, kw_only=True):
    """A receiver by its name."""

    name: str


class Secret(msgspec.Struct, frozen=True, kw_only=True):
    """What the receiver checks signatures with; it is not shown again."""

    name: str
    secret: str


class Tried(msgspec.Struct, frozen=True, kw_only=True):
    """What came of a test: "sent", or "failed" with a code; `status` is the receiver's, 0 where none came."""

    state: str
    status: int
    code: str


class WebhookSettings:
    """The views. Without a `desk` nothing can be changed."""

    def __init__(self, store: Store, desk: Desk | None) -> None:
        self._store = store
        self._made = desk

    def ways(self) -> Sequence[Way]:
        posts = {
            "": self.add, "/change": self.change, "/renew": self.renew, "/on": self.switch_on, "/test": self.test,
            "/remove": self.remove,
        }  # fmt: skip
        return (
            Way(method="GET", path=_PLACE, permission=READ, view=self.page),
            *(Way(method="POST", path=f"{_PLACE}{at}", permission=CHANGE, view=view) for at, view in posts.items()),
        )

    def endpoints(self) -> Sequence[Endpoint]:
        return (
            Endpoint(method="GET", path=_HERE, permission=READ, answer=Webhooks, view=self.api_shown,
                     doc="Whom rules may tell things, and what was told lately. No secrets."),
            Endpoint(method="POST", path=_HERE, permission=CHANGE, body=NewEndpoint, answer=Secret, view=self.api_add,
                     doc="Let rules tell a receiver things. Its secret is answered once.", refusals=_BAD),
            Endpoint(method="POST", path=f"{_HERE}/change", permission=CHANGE, body=NewEndpoint, answer=Nothing,
                     view=self.api_change, refusals=_BAD, doc="Another address or description; the secret stays."),
            Endpoint(method="POST", path=f"{_HERE}/renew", permission=CHANGE, body=NamedEndpoint, answer=Secret,
                     view=self.api_renew, refusals=_BAD,
                     doc="Another secret. The one before signs beside it for 24 hours."),
            Endpoint(method="POST", path=f"{_HERE}/on", permission=CHANGE, body=NamedEndpoint, answer=Nothing,
                     view=self.api_on, doc="Send again to a receiver that was gone (410).", refusals=_BAD),
            Endpoint(method="POST", path=f"{_HERE}/test", permission=CHANGE, body=NamedEndpoint, answer=Tried,
                     view=self.api_test, doc="Send a test at once, and say what came of it.", refusals=_BAD),
            Endpoint(method="POST", path=f"{_HERE}/remove", permission=CHANGE, body=NamedEndpoint, answer=Nothing,
                     view=self.api_remove, doc="Tell a receiver nothing any more.", refusals=_BAD),
        )  # fmt: skip

    # pages

    async def page(self, request: web.Request, caller: Caller) -> web.Response:
        return await self._page(caller, done=request.query.get("done", ""))

    async def _page(
        self,
        caller: Caller,
        *,
        wrong: str = "",
        done: str = "",
        made: Secret | None = None,
        given: NewEndpoint = _EMPTY,
    ) -> web.Response:
        org = await self._store.get("orgs", caller.org) or {}
        return frame.page(
            "settings_webhooks.html", caller, status=422 if wrong else 200, business=str(org.get("name") or ""),
            wrong=wrong, done=done, made=made, given=given, known=await self._known(caller),
            changes=self._made is not None and caller.may(CHANGE), zone=str(org.get("zone") or "Africa/Nairobi"),
        )  # fmt: skip

    async def add(self, request: web.Request, caller: Caller) -> web.Response:
        new = _filled(await request.post())
        try:
            return await self._page(caller, made=await self._add(new, caller))
        except BadEndpoint as error:
            return await self._page(caller, wrong=_why(error, caller.language), given=new)

    async def renew(self, request: web.Request, caller: Caller) -> web.Response:
        try:
            return await self._page(caller, made=await self._renew(_filled(await request.post()).name, caller))
        except BadEndpoint as error:
            return await self._page(caller, wrong=_why(error, caller.language))

    async def test(self, request: web.Request, caller: Caller) -> web.Response:
        try:
            tried = await self._test(_filled(await request.post()).name, caller)
        except BadEndpoint as error:
            return await self._page(caller, wrong=_why(error, caller.language))
        if tried.state == "sent":
            return frame.see_other(f"/o/{caller.org}/settings/webhooks", done="hook-tested")
        words = frame.Words(caller.language)
        said = f"({words('hook.status', status=tried.status)})" if tried.status else ""
        return await self._page(caller, wrong=f"{words('hook.test-failed')} {words(f'hook.why.{tried.code}')} {said}")

    async def change(self, request: web.Request, caller: Caller) -> web.Response:
        return await self._posted(caller, self._change(_filled(await request.post()), caller), "hook-changed")

    async def switch_on(self, request: web.Request, caller: Caller) -> web.Response:
        return await self._posted(caller, self._on(_filled(await request.post()).name, caller), "hook-on")

    async def remove(self, request: web.Request, caller: Caller) -> web.Response:
        return await self._posted(caller, self._remove(_filled(await request.post()).name, caller), "hook-removed")

    async def _posted(self, caller: Caller, doing: Awaitable[None], done: str) -> web.Response:
        try:
            await doing
        except BadEndpoint as error:
            return await self._page(caller, wrong=_why(error, caller.language))
        return frame.see_other(f"/o/{caller.org}/settings/webhooks", done=done)

    # for programs

    async def api_shown(self, _asked: Asked, caller: Caller) -> Webhooks:
        return await self._known(caller)

    async def api_add(self, asked: Asked, caller: Caller) -> Secret:
        return await _answering(self._add(asked.body, caller))

    async def api_change(self, asked: Asked, caller: Caller) -> Nothing:
        return await _answering(self._change(asked.body, caller)) or Nothing()

    async def api_renew(self, asked: Asked, caller: Caller) -> Secret:
        return await _answering(self._renew(asked.body.name, caller))

    async def api_on(self, asked: Asked, caller: Caller) -> Nothing:
        return await _answering(self._on(asked.body.name, caller)) or Nothing()

    async def api_test(self, asked: Asked, caller: Caller) -> Tried:
        tried = await _answering(self._test(asked.body.name, caller))
        return Tried(state=tried.state, status=tried.status, code=tried.code)

    async def api_remove(self, asked: Asked, caller: Caller) -> Nothing:
        return await _answering(self._remove(asked.body.name, caller)) or Nothing()

    # what both do

    async def _known(self, caller: Caller) -> Webhooks:
        hosts = self._made.hosts.named if self._made is not None else frozenset[str]()
        return await told(self._store, caller.org, hosts, change=caller.may(CHANGE))

    async def _add(self, new: NewEndpoint, caller: Caller) -> Secret:
        note = _note(caller, "settings.webhook", new.name)
        return Secret(name=new.name, secret=await self._desk.add(caller.org, new.name, new.url, new.about, note))

    async def _change(self, new: NewEndpoint, caller: Caller) -> None:
        note = _note(caller, "settings.webhook-changed", new.name)
        await self._desk.change(caller.org, new.name, new.url, new.about, note)

    async def _renew(self, name: str, caller: Caller) -> Secret:
        note = _note(caller, "settings.webhook-renewed", name)
        return Secret(name=name, secret=await self._desk.renew(caller.org, name, note))

    async def _on(self, name: str, caller: Caller) -> None:
        await self._desk.switch_on(caller.org, name, _note(caller, "settings.webhook-on", name))

    async def _test(self, name: str, caller: Caller) -> Delivery:
        return await self._desk.test(caller.org, name, _note(caller, "settings.webhook-tested", name))

    async def _remove(self, name: str, caller: Caller) -> None:
        await self._desk.remove(caller.org, name, _note(caller, "settings.webhook-removed", name))

    @property
    def _desk(self) -> Desk:
        if self._made is None:
            raise BadEndpoint("none")
        return self._made


def _note(caller: Caller, what: str, name: str) -> list[Insert]:
    return [noted(caller, what, name[:80])]


def _filled(form: Any) -> NewEndpoint:
    given = {field: str(form.get(field, ""))[:2048].strip() for field in ("name", "url", "about")}
    return NewEndpoint(**given)


def _why(error: BadEndpoint, language: str) -> str:
    return frame.Words(language)(f"hook.wrong.{error.code}", value=error.value)


async def _answering(doing: Awaitable[T]) -> T:
    try:
        return await doing
    except BadEndpoint as error:
        if error.code == "none":
            raise Refusal(404, "not-found", "There is no endpoint of this name.", "See the settings.") from error
        raise Refusal(422, "bad-endpoint", _why(error, "en"), "Mend it and send it again.") from error
