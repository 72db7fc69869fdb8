"""Conversations: the list, one with its messages and its trace, and what a person of the business does in it."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import msgspec
from aiohttp import web

from crm.desk import Answer, Desk, Refused
from insights import conversations as insight
from insights.addresses import id_of
from insights.conversations import Conversation, Talks, Which
from people import audit
from people.users import Users
from storage.store import Document, Store
from storage.vault import Vault
from web.api.endpoint import Asked, Endpoint, Nothing, Refusal
from web.console import frame, live
from web.console.caller import Caller, Way
from web.console.live import Mark

_ADDRESS = re.compile(r"[A-Za-z0-9_.:-]{1,120}-[a-z0-9_]{1,40}")
_KEY = re.compile(r"[A-Za-z0-9]{8,64}")
_STATUS = {"no-conversation": 404, "window-closed": 409, "opted-out": 409, "busy": 409}
_AT = "/orgs/{org}/conversations"
_HERE = _AT + "/{id}"
_PAGE = "/o/{org}/conversations"
_REFUSALS = ((404, "no-conversation"), (409, "busy"))
_UNSAID = ((409, "window-closed"), (409, "opted-out"))


class Search(msgspec.Struct, frozen=True, kw_only=True):
    """Which conversations: those that need a person, those with an open window, all; `q` is sought instead."""

    which: Which = "all"
    q: str = ""
    after: str = ""


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """An answer. `key` is made up by whoever sends it: the same key again says nothing again.

    `template`: also when the 24-hour window is closed, in the approved template that stands in.
    """

    text: str
    key: str
    template: bool = False


class Conversations:
    """The views. `clock` is the business's time."""

    def __init__(
        self, store: Store, vault: Vault, users: Users, desk: Desk, clock: Callable[[], datetime],
        stopping: Callable[[], bool],
    ) -> None:  # fmt: skip
        self._store = store
        self._vault = vault
        self._users = users
        self._desk = desk
        self._clock = clock
        self._stopping = stopping

    def ways(self) -> Sequence[Way]:
        read, answer = "conversations.read", "conversations.answer"
        return (
            Way(method="GET", path=_PAGE, permission=read, view=self.list_page),
            Way(method="GET", path=f"{_PAGE}/{{id}}", permission=read, view=self.page),
            Way(method="POST", path=f"{_PAGE}/{{id}}/take", permission=answer, view=self.take_form),
            Way(method="POST", path=f"{_PAGE}/{{id}}/answer", permission=answer, view=self.answer_form),
            Way(method="POST", path=f"{_PAGE}/{{id}}/hand-back", permission=answer, view=self.hand_back_form),
        )

    def endpoints(self) -> Sequence[Endpoint]:
        def get(path: str, answer: Any, view: Any, doc: str, **more: Any) -> Endpoint:
            return Endpoint(
                method="GET", path=path, permission="conversations.read", answer=answer, view=view, doc=doc, **more
            )

        def post(path: str, view: Any, doc: str, also: Any = (), **more: Any) -> Endpoint:
            return Endpoint(
                method="POST", path=path, permission="conversations.answer", answer=Nothing, view=view, doc=doc,
                refusals=(*_REFUSALS, *also), **more,
            )  # fmt: skip

        live_doc = "Changes whenever the list looks different; an event stream for who accepts text/event-stream."
        gone = ((404, "no-conversation"),)
        return (
            get(_AT, Talks, self.listed, "Conversations, the latest first.", query=Search),
            get(f"{_AT}/live", Mark, self.list_live, live_doc, query=Search),
            get(_HERE, Conversation, self.one, "One conversation: messages, and what the machines did.",
                refusals=gone),
            get(f"{_HERE}/live", Mark, self.one_live, "As of the list, for one conversation.", refusals=gone),
            post(f"{_HERE}/take", self.take, "Take a conversation over: the bot is silent from here on."),
            post(f"{_HERE}/answer", self.answer, "Say something in it, at most once a key.", _UNSAID, body=Said),
            post(f"{_HERE}/hand-back", self.hand_back, "Let the bot answer again."),
        )  # fmt: skip

    # the list

    async def list_page(self, request: web.Request, caller: Caller) -> web.Response:
        try:
            search = msgspec.convert(dict(request.query), Search, strict=False)
        except msgspec.ValidationError:
            search = Search()
        talks = await self._listed(caller, search)
        org = await self._org(caller)
        names = await self._named({talk.agent for talk in talks.talks})
        return frame.page(
            "conversations.html", caller, business=str(org.get("name", caller.org)), talks=talks, search=search,
            zone=_zone(org), now=self._clock(), left=_left, names=names,
        )  # fmt: skip

    async def listed(self, asked: Asked, caller: Caller) -> Talks:
        return await self._listed(caller, asked.query)

    async def _listed(self, caller: Caller, search: Search) -> Talks:
        vault = await self._vault.org(caller.org)
        return await insight.listed(
            self._store, caller.org, vault, self._clock(), which=search.which, sought=search.q[:100],
            after=search.after[:300],
        )  # fmt: skip

    async def list_live(self, asked: Asked, caller: Caller) -> Any:
        view = self._store.org(caller.org)

        async def look() -> str:
            return await insight.list_mark(view, asked.query.which, self._clock())

        return await live.told(asked.request, caller, self._store, look, self._stopping)

    # one

    async def page(self, request: web.Request, caller: Caller) -> web.Response:
        try:
            return await self._page(caller, request.match_info["id"], done=request.query.get("done", ""))
        except Refused:
            return frame.refused(caller, 404, "not-found")

    async def _page(
        self, caller: Caller, address: str, *, done: str = "", wrong: str = "", text: str = ""
    ) -> web.Response:
        row = await self._row(caller, address)
        org = await self._org(caller)
        conversation = await self._one(caller, row)
        if caller.may("conversations.answer"):
            await self._desk.look(caller.org, row)
        by = {entry.by for entry in conversation.entries} | {conversation.talk.agent}
        return frame.page(
            "conversation.html", caller, status=422 if wrong else 200, business=str(org.get("name", caller.org)),
            done=done, wrong=wrong, text=text, it=conversation, zone=_zone(org), now=self._clock(), left=_left,
            names=await self._named(by), may_answer=caller.may("conversations.answer"), key=secrets.token_hex(12),
        )  # fmt: skip

    async def one(self, asked: Asked, caller: Caller) -> Conversation:
        try:
            return await self._one(caller, await self._row(caller, asked.names["id"]))
        except Refused as refused:
            raise _refusal(refused.code) from refused

    async def _one(self, caller: Caller, row: Document) -> Conversation:
        vault = await self._vault.org(caller.org)
        return await insight.one(self._store, caller.org, vault, row, await self._org(caller), self._clock())

    async def one_live(self, asked: Asked, caller: Caller) -> Any:
        view = self._store.org(caller.org)
        try:
            id = (await self._row(caller, asked.names["id"]))["_id"]
        except Refused as refused:
            raise _refusal(refused.code) from refused

        async def look() -> str:
            row = await view.get("conversations", id)
            return await insight.mark(view, row) if row is not None else "gone"

        return await live.told(asked.request, caller, self._store, look, self._stopping)

    # what a person does

    async def take(self, asked: Asked, caller: Caller) -> Nothing:
        return await self._told(self._take(caller, asked.names["id"]))

    async def take_form(self, request: web.Request, caller: Caller) -> web.Response:
        return await self._done(caller, request, self._take(caller, request.match_info["id"]), "taken-over")

    async def _take(self, caller: Caller, address: str) -> None:
        id = await self._id(caller, address)
        await self._desk.take(caller.org, id, caller.actor, [self._audited(caller, "conversations.taken", id)])

    async def answer(self, asked: Asked, caller: Caller) -> Nothing:
        return await self._told(self._answer(caller, asked.names["id"], asked.body))

    async def answer_form(self, request: web.Request, caller: Caller) -> web.Response:
        form = await request.post()
        said = Said(
            text=str(form.get("text", "")), key=str(form.get("key", "")), template=form.get("template") == "yes"
        )
        doing = self._answer(caller, request.match_info["id"], said)
        return await self._done(caller, request, doing, "answered", text=said.text)

    async def _answer(self, caller: Caller, address: str, said: Said) -> None:
        row = await self._row(caller, address)
        if not _KEY.fullmatch(said.key):
            raise Refused("no-key")
        now, org = self._clock(), await self._org(caller)
        if not insight.may_write(row, now) and not (said.template and insight.template_for(row, org, said.text)):
            raise Refused("window-closed")
        also = [self._audited(caller, "conversations.answered", row["_id"])]
        await self._desk.answer(caller.org, row["_id"], Answer(text=said.text, key=said.key), caller.actor, also)

    async def hand_back(self, asked: Asked, caller: Caller) -> Nothing:
        return await self._told(self._hand_back(caller, asked.names["id"]))

    async def hand_back_form(self, request: web.Request, caller: Caller) -> web.Response:
        return await self._done(caller, request, self._hand_back(caller, request.match_info["id"]), "handed-back")

    async def _hand_back(self, caller: Caller, address: str) -> None:
        id = await self._id(caller, address)
        also = [self._audited(caller, "conversations.returned", id)]
        await self._desk.hand_back(caller.org, id, caller.actor, also)

    async def _told(self, doing: Any) -> Nothing:
        try:
            await doing
        except Refused as refused:
            raise _refusal(refused.code) from refused
        return Nothing()

    async def _done(
        self, caller: Caller, request: web.Request, doing: Any, done: str, *, text: str = ""
    ) -> web.Response:
        address = request.match_info["id"]
        try:
            await doing
        except Refused as refused:
            if refused.code == "no-conversation":
                return frame.refused(caller, 404, "not-found")
            return await self._page(caller, address, wrong=" ".join(_why(refused.code, caller.language)), text=text)
        return frame.see_other(f"/o/{caller.org}/conversations/{address}", done=done)

    # what they rest on

    async def _row(self, caller: Caller, address: str) -> Document:
        found = None
        if _ADDRESS.fullmatch(address):
            found = await self._store.org(caller.org).get("conversations", id_of(address))
        if found is None:
            raise Refused("no-conversation")
        return found

    async def _id(self, caller: Caller, address: str) -> str:
        return str((await self._row(caller, address))["_id"])

    def _audited(self, caller: Caller, what: str, id: str) -> Any:
        by = f"token:{caller.program}" if caller.program else "session"
        return audit.entry(caller.actor, what, caller.now, on=id, by=by)

    async def _org(self, caller: Caller) -> Document:
        return await self._store.get("orgs", caller.org) or {}

    async def _named(self, ids: set[str]) -> dict[str, str]:
        names = {}
        for id in ids - {""}:
            user = await self._users.get(id) if id.startswith("u_") else None
            names[id] = user.name or user.email if user is not None else id
        return names


def _why(code: str, language: str) -> tuple[str, str]:
    return frame.said(f"desk.{code}", language)


def _refusal(code: str) -> Refusal:
    return Refusal(_STATUS.get(code, 422), code, *_why(code, "en"))


def _zone(org: Document) -> str:
    return str(org.get("zone") or "Africa/Nairobi")


def _left(closes: datetime | None, now: datetime) -> str:
    """How long one may still write freely: 3 h 20 min; nothing once it is over."""
    if closes is None or closes <= now:
        return ""
    minutes = int((closes - now).total_seconds() // 60)
    return f"{minutes // 60} h {minutes % 60} min" if minutes >= 60 else f"{minutes} min"
