"""The workshop: the pages on which people change the YAML, and the addresses that its editor asks.

The server is the only validator: what the editor shows are the findings, pictures and simulations of the engine.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from aiohttp import web

from engine.authoring.table import NoCell
from engine.findings import Findings
from people.users import Users
from runtime.publishing.sources import TEST
from storage.store import Store
from web.api.endpoint import Answering, Asked, Endpoint, Refusal
from web.console import frame
from web.console.caller import Caller, Way
from web.console.workshop_publishing import Publishing
from web.console.workshop_refusals import broken, file_named, said
from web.console.workshop_shapes import (
    Buffer,
    Cell,
    Hovered,
    Items,
    Opened,
    Other,
    Place,
    RuledOn,
    Ruling,
    Saving,
    TestedOn,
    Text,
    Told,
    Tried,
    Trying,
    Which,
)
from workshop import drafts
from workshop.beginnings import BadName, begun
from workshop.drafts import TooMuch, fingerprint
from workshop.questions import Picture
from workshop.shelf import Shelf
from workshop.trying import CannotPlay
from workshop.workbench import Workbench

_AT = "/orgs/{org}/rules"


class Workshop:
    """The views. `clock` is the world's: who wrote what when has nothing to do with the demo's clock."""

    def __init__(
        self, store: Store, users: Users, bench: Workbench, publishing: Publishing, clock: Callable[[], datetime]
    ) -> None:
        self._store = store
        self._publishing = publishing
        self._users = users
        self._bench = bench
        self._clock = clock

    def ways(self) -> Sequence[Way]:
        return (
            Way(method="GET", path="/o/{org}/rules", permission="rules.read", view=self.list),
            Way(method="GET", path="/o/{org}/rules/edit", permission="rules.read", view=self.editor),
            Way(method="POST", path="/o/{org}/rules/new", permission="rules.edit", view=self.begin),
        )

    def endpoints(self) -> Sequence[Endpoint]:
        read, edit = "rules.read", "rules.edit"

        def get(path: str, permission: str, answer: Any, view: Answering, doc: str, **more: Any) -> Endpoint:
            return Endpoint(
                method="GET", path=_AT + path, permission=permission, answer=answer, view=view, doc=doc, packed=True,
                **more,
            )  # fmt: skip

        def post(
            path: str, permission: str, body: Any, answer: Any, view: Answering, doc: str, **more: Any
        ) -> Endpoint:
            return Endpoint(
                method="POST",
                path=_AT + path,
                permission=permission,
                body=body,
                answer=answer,
                view=view,
                doc=doc,
                packed=True,
                **more,
            )

        named_one = ((404, "no-file"),)
        return (
            get("", read, Shelf, self.shelf, "Every file with its state."),
            get("/file", read, Opened, self.opened, "A file as the editor opens it: the caller's draft, or what is in "
                "force.", query=Which, people=True, refusals=named_one),
            post("/check", read, Buffer, Told, self.check, "Everything that is found in a text, seen with all else.",
                 refusals=named_one),
            post("/complete", read, Place, Items, self.complete, "What may be written at a cursor.",
                 refusals=named_one),
            post("/hover", read, Place, Hovered, self.hover, "What the word under a pointer means.",
                 refusals=named_one),
            post("/picture", read, Buffer, Picture, self.picture, "A machine as a diagram, a table as a sheet.",
                 refusals=named_one),
            post("/cell", edit, Cell, Text, self.cell, "A table with another value in a cell; all else to the letter.",
                 refusals=(*named_one, (409, "no-cell"), (409, "does-not-compile"))),
            post("/format", edit, Buffer, Text, self.format, "A text set in order; what it says stays.",
                 refusals=(*named_one, (409, "does-not-compile"))),
            post("/simulate", read, Trying, Tried, self.simulate, "A conversation played on a text.",
                 refusals=named_one),
            post("/test", read, Buffer, TestedOn, self.test, "The tests beside a text, played on it.",
                 refusals=named_one),
            post("/rule", read, Ruling, RuledOn, self.rule, "A table of a text asked with facts.", refusals=named_one),
            post("/draft", edit, Saving, Opened, self.save, "Keep a draft.", people=True,
                 refusals=(*named_one, (413, "too-long"))),
            post("/discard", edit, Which, Opened, self.discard, "Throw a draft away.", people=True,
                 refusals=named_one),
        )  # fmt: skip

    # pages

    async def list(self, request: web.Request, caller: Caller) -> web.Response:
        return await self._list(caller, done=request.query.get("done", ""))

    async def _list(self, caller: Caller, *, done: str = "", wrong: str = "", name: str = "") -> web.Response:
        shelf = await self._bench.shelf(caller.org)
        names = await self._named({by for file in shelf.files for by in file.drafted_by})
        return frame.page(
            "rules.html", caller, status=422 if wrong else 200, business=await self._business(caller), shelf=shelf,
            names=names, done=done, wrong=wrong, name=name, zone=await self._zone(caller),
            two=await self._publishing.two_needed(caller.org), waiting=await self._publishing.waiting_for(caller),
        )  # fmt: skip

    async def begin(self, request: web.Request, caller: Caller) -> web.Response:
        """A new file: a draft of the least that compiles, opened in the editor."""
        user, _ = caller.signed_in()
        form = await request.post()
        words, name = frame.Words(caller.language), str(form.get("name", "")).strip().lower().replace(" ", "_")
        try:
            file, text = begun(str(form.get("kind", "")), name)
        except KeyError:
            return frame.refused(caller, 404, "not-found")
        except BadName:
            return await self._list(caller, wrong=words("rules.bad-name"), name=name)
        org, found = self._store.org(caller.org), await self._bench.sources(caller.org)
        if file in found.texts or any(draft.by == user.id for draft in await drafts.of_file(org, file)):
            return await self._list(caller, wrong=words("rules.name-taken", file=file), name=name)
        await drafts.save(org, file, text, fingerprint(""), user.id, self._clock())
        return frame.see_other(f"/o/{caller.org}/rules/edit?file={file}")

    async def editor(self, request: web.Request, caller: Caller) -> web.Response:
        """The editor styles itself as it runs: a nonce lets it, and nothing else."""
        nonce, file = secrets.token_urlsafe(16), request.query.get("file", "")
        answer = frame.page(
            "workshop.html", caller, business=await self._business(caller),
            zone=await self._zone(caller), file=file,
            may_edit=caller.may("rules.edit"), may_publish=caller.may("rules.publish"), nonce=nonce,
            sentences=frame.sentences("ws.", caller.language),
        )  # fmt: skip
        answer.headers["Content-Security-Policy"] = (
            f"default-src 'self'; style-src 'self' 'nonce-{nonce}'; img-src 'self' data:; frame-ancestors 'none'; "
            "base-uri 'none'; form-action 'self'"
        )
        return answer

    # what the editor asks

    async def shelf(self, _asked: Asked, caller: Caller) -> Shelf:
        return await self._bench.shelf(caller.org)

    async def opened(self, asked: Asked, caller: Caller) -> Opened:
        return await self._opened(caller, file_named(asked.query.file))

    async def check(self, asked: Asked, caller: Caller) -> Told:
        return Told(await self._bench.check(caller.org, file_named(asked.body.file), asked.body.text, caller.actor))

    async def complete(self, asked: Asked, caller: Caller) -> Items:
        here = asked.body
        return Items(
            await self._bench.complete(
                caller.org, file_named(here.file), here.text, here.line, here.column, caller.actor
            )
        )

    async def hover(self, asked: Asked, caller: Caller) -> Hovered:
        here = asked.body
        return Hovered(
            await self._bench.hover(caller.org, file_named(here.file), here.text, here.line, here.column, caller.actor)
        )

    async def picture(self, asked: Asked, caller: Caller) -> Picture:
        return await self._bench.picture(caller.org, file_named(asked.body.file), asked.body.text, caller.actor)

    async def cell(self, asked: Asked, _caller: Caller) -> Text:
        put = asked.body
        try:
            return Text(await self._bench.cell(file_named(put.file), put.text, put.path, put.value))
        except NoCell as error:
            raise Refusal(409, "no-cell", "There is no such cell in this table.", "Load the page again.") from error
        except Findings as found:
            raise broken(found) from found

    async def format(self, asked: Asked, _caller: Caller) -> Text:
        try:
            return Text(await self._bench.format(file_named(asked.body.file), asked.body.text))
        except Findings as found:
            raise broken(found) from found

    async def simulate(self, asked: Asked, caller: Caller) -> Tried:
        """That a text cannot be played just now is an answer: one is still typing."""
        trying = asked.body
        try:
            played = await self._bench.simulate(
                caller.org, file_named(trying.file), trying.text, trying.playing, caller.actor
            )
        except Findings as found:
            return Tried(played=None, why=said(found))
        except CannotPlay as error:
            return Tried(played=None, why=str(error))
        return Tried(played=played)

    async def test(self, asked: Asked, caller: Caller) -> TestedOn:
        try:
            made = await self._bench.test(caller.org, file_named(asked.body.file), asked.body.text, caller.actor)
        except Findings as found:
            return TestedOn(testing=None, why=said(found))
        return TestedOn(testing=made)

    async def rule(self, asked: Asked, caller: Caller) -> RuledOn:
        ruling = asked.body
        try:
            ruled = await self._bench.rule(caller.org, file_named(ruling.file), ruling.text, ruling.facts, caller.actor)
        except Findings as found:
            return RuledOn(ruled=None, why=said(found))
        except CannotPlay as error:
            return RuledOn(ruled=None, why=str(error))
        return RuledOn(ruled=ruled)

    # drafts

    async def save(self, asked: Asked, caller: Caller) -> Opened:
        user, _ = caller.signed_in()
        draft, org = asked.body, self._store.org(caller.org)
        found = await self._bench.sources(caller.org)
        file = file_named(draft.file)
        if found.texts.get(file) == draft.text:
            await drafts.discard(org, file, user.id)
        else:
            try:
                await drafts.save(org, file, draft.text, draft.base, user.id, self._clock())
            except TooMuch as error:
                raise Refusal(413, "too-long", str(error), "Make two files of it.") from error
        return await self._opened(caller, file)

    async def discard(self, asked: Asked, caller: Caller) -> Opened:
        user, _ = caller.signed_in()
        await drafts.discard(self._store.org(caller.org), file_named(asked.body.file), user.id)
        return await self._opened(caller, asked.body.file)

    async def _opened(self, caller: Caller, file: str) -> Opened:
        user, _ = caller.signed_in()
        found = await self._bench.sources(caller.org)
        in_force = found.texts.get(file, "")
        every = await drafts.of_file(self._store.org(caller.org), file)
        own = next((draft for draft in every if draft.by == user.id), None)
        base = own.base if own is not None else fingerprint(in_force)
        names = await self._named({draft.by for draft in every})
        return Opened(
            file=file,
            text=own.text if own is not None else in_force,
            in_force=in_force,
            base=base,
            current=fingerprint(in_force),
            drafted=own is not None,
            stale=own is not None and own.base != fingerprint(in_force),
            others=tuple(
                Other(name=names.get(draft.by, draft.by), at=draft.at, text=draft.text)
                for draft in every if draft.by != user.id
            ),
            tests=found.tests.get(file.removesuffix(".yaml") + TEST, ""),
        )  # fmt: skip

    async def _named(self, ids: set[str]) -> dict[str, str]:
        users = [await self._users.get(id) for id in sorted(ids)]
        return {user.id: user.name or user.email for user in users if user is not None}

    async def _zone(self, caller: Caller) -> str:
        return str((await self._store.get("orgs", caller.org) or {}).get("zone") or "Africa/Nairobi")

    async def _business(self, caller: Caller) -> str:
        return str((await self._store.get("orgs", caller.org) or {}).get("name", caller.org))
