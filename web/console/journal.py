"""The journal: looked through, an entry and a machine's life in words, the chain verified, taken away in a file.

What customers and the business wrote is shown to who may read conversations; for others it is covered.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from aiohttp import web

from insights import journal
from insights.addresses import address_of
from insights.journal import Entries, Life, Wanted
from insights.trace import Entry
from people import audit
from people.users import Users
from runtime.verify import Verified
from storage.store import Document, Store
from storage.vault import Vault
from web.api.endpoint import Asked, Endpoint, Refusal
from web.console import frame
from web.console.caller import Caller, Way
from web.streaming import telling

_AT, _PAGE = "/orgs/{org}/journal", "/o/{org}/journal"
_LONGEST = 300
_MOST = 10**9  # the number of an entry


class Search(msgspec.Struct, frozen=True, kw_only=True):
    """What to look for; times are ISO 8601, in the business's zone where they name none."""

    machine: str = ""
    event: str = ""
    flow: str = ""
    rule: str = ""
    actor: str = ""
    begins: str = ""
    ends: str = ""
    after: str = ""


class Which(msgspec.Struct, frozen=True, kw_only=True):
    """An entry by its id."""

    id: str


class Whose(msgspec.Struct, frozen=True, kw_only=True):
    """A machine by its id; `after` is the number of an entry, `at` that of the one to show, with what led to it."""

    id: str
    after: int = 0
    at: int = 0


class Chain(msgspec.Struct, frozen=True, kw_only=True):
    """A machine's chain, or all of the business's."""

    machine: str = ""


class Journal:
    """The views. `clock` is the business's time."""

    def __init__(self, store: Store, vault: Vault, users: Users, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._vault = vault
        self._users = users
        self._clock = clock

    def ways(self) -> Sequence[Way]:
        read, export = "journal.read", "journal.export"
        return (
            Way(method="GET", path=_PAGE, permission=read, view=self.list_page),
            Way(method="GET", path=f"{_PAGE}/entry", permission=read, view=self.entry_page),
            Way(method="GET", path=f"{_PAGE}/machine", permission=read, view=self.machine_page),
            Way(method="GET", path=f"{_PAGE}/verify", permission=read, view=self.verify_page),
            Way(method="GET", path=f"{_PAGE}/export", permission=export, view=self.export),
            Way(method="GET", path=f"/api/v1{_AT}/export", permission=export, view=self.export, api=True),
        )

    def endpoints(self) -> Sequence[Endpoint]:
        def get(path: str, answer: Any, view: Any, query: Any, doc: str) -> Endpoint:
            refusals = ((400, "bad-time"),) if query is Search else ()
            return Endpoint(
                method="GET", path=path, permission="journal.read", answer=answer, view=view, query=query, doc=doc,
                refusals=refusals,
            )  # fmt: skip

        verify_doc = "Whether the chain holds; progress as lines of JSON for who accepts application/x-ndjson."
        return (
            get(_AT, Entries, self.listed, Search, "The journal, the latest first."),
            get(f"{_AT}/entry", Entry, self.entry, Which, "One entry, with what was weighed, decided, done and said."),
            get(f"{_AT}/machine", Life, self.machine, Whose, "A machine from its beginning."),
            get(f"{_AT}/verify", Verified, self.verify, Chain, verify_doc),
        )

    # the list

    async def list_page(self, request: web.Request, caller: Caller) -> web.Response:
        search = _converted(request, Search) or Search()
        org = await self._org(caller)
        wanted, wrong = Wanted(), ""
        try:
            wanted = _wanted(search, org)
        except ValueError:
            wrong = frame.Words(caller.language)("journal.bad-time")
        found = await journal.sought(
            self._store, caller.org, await self._vault.org(caller.org), wanted, after=search.after[:_LONGEST]
        )
        return frame.page(
            "journal.html", caller, status=422 if wrong else 200, business=_name(org, caller), found=found,
            search=search, wrong=wrong, zone=_zone(org), names=await self._named({one.by for one in found.entries}),
            kept=_kept(search), may_export=caller.may("journal.export"), may_audit=caller.may("audit.read"),
        )  # fmt: skip

    async def listed(self, asked: Asked, caller: Caller) -> Entries:
        try:
            wanted = _wanted(asked.query, await self._org(caller))
        except ValueError as error:
            raise Refusal(400, "bad-time", f"{error}", "Write times as 2026-11-21T09:00.") from error
        vault = await self._vault.org(caller.org)
        return await journal.sought(self._store, caller.org, vault, wanted, after=asked.query.after[:_LONGEST])

    # an entry, a machine

    async def entry_page(self, request: web.Request, caller: Caller) -> web.Response:
        entry = await self._entry(caller, request.query.get("id", ""))
        if entry is None:
            return frame.refused(caller, 404, "not-found")
        org = await self._org(caller)
        return frame.page(
            "journal_entry.html", caller, business=_name(org, caller), entry=entry, zone=_zone(org),
            names=await self._named({entry.by}),
        )  # fmt: skip

    async def entry(self, asked: Asked, caller: Caller) -> Entry:
        entry = await self._entry(caller, asked.query.id)
        if entry is None:
            raise _nothing()
        return entry

    async def _entry(self, caller: Caller, id: str) -> Entry | None:
        if not _plausible(id):
            return None
        vault = await self._vault.org(caller.org)
        return await journal.entry(self._store, caller.org, vault, id, reads=caller.may("conversations.read"))

    async def machine_page(self, request: web.Request, caller: Caller) -> web.Response:
        whose = _converted(request, Whose)
        life = await self._life(caller, whose) if whose is not None else None
        if whose is None or life is None:
            return frame.refused(caller, 404, "not-found")
        org = await self._org(caller)
        talk = address_of(life.conversation) if life.conversation else ""
        return frame.page(
            "journal_machine.html", caller, business=_name(org, caller), life=life, zone=_zone(org), at=whose.at,
            talk=talk if caller.may("conversations.read") else "",
            names=await self._named({one.by for one in life.entries}),
        )  # fmt: skip

    async def machine(self, asked: Asked, caller: Caller) -> Life:
        life = await self._life(caller, asked.query)
        if life is None:
            raise _nothing()
        return life

    async def _life(self, caller: Caller, whose: Whose) -> Life | None:
        if not _plausible(whose.id):
            return None
        vault = await self._vault.org(caller.org)
        return await journal.life(
            self._store, caller.org, vault, whose.id, reads=caller.may("conversations.read"),
            after=min(max(0, whose.after), _MOST), at=min(max(0, whose.at), _MOST),
        )  # fmt: skip

    # the chain

    async def verify_page(self, request: web.Request, caller: Caller) -> web.Response:
        """For who has no script: waits until it is done."""
        machine = request.query.get("machine", "")
        if machine and not _plausible(machine):
            return frame.refused(caller, 404, "not-found")
        org = await self._org(caller)
        verified = await journal.verified(self._store, caller.org, machine)
        return frame.page(
            "journal_verified.html", caller, business=_name(org, caller), verified=verified, machine=machine
        )

    async def verify(self, asked: Asked, caller: Caller) -> Any:
        machine = asked.query.machine
        if machine and not _plausible(machine):
            raise _nothing()
        if "application/x-ndjson" not in asked.request.headers.get("Accept", ""):
            return await journal.verified(self._store, caller.org, machine)
        answer = _lines()

        async def tell(read: int, total: int) -> None:
            await answer.write(msgspec.json.encode({"read": read, "of": total}) + b"\n")

        async with telling(asked.request, answer):
            found = await journal.verified(self._store, caller.org, machine, tell)
            await answer.write(msgspec.json.encode(found) + b"\n")
        return answer

    async def export(self, request: web.Request, caller: Caller) -> web.StreamResponse:
        search = _converted(request, Search) or Search()
        try:
            wanted = _wanted(search, await self._org(caller))
        except ValueError:
            return frame.refused(caller, 404, "not-found")
        entry = audit.entry(caller.actor, "journal.exported", caller.now, **_kept(search))
        await self._store.org(caller.org).commit([entry])
        vault = await self._vault.org(caller.org)
        answer = _lines(f"journal-{caller.org}.ndjson")
        async with telling(request, answer):
            async for lines in journal.exported(self._store, caller.org, vault, wanted):
                await answer.write(lines)
        return answer

    async def _org(self, caller: Caller) -> Document:
        return await self._store.get("orgs", caller.org) or {}

    async def _named(self, ids: set[str]) -> dict[str, str]:
        names = {}
        for id in ids - {""}:
            user = await self._users.get(id) if id.startswith("u_") else None
            names[id] = user.name or user.email if user is not None else id
        return names


def _lines(file: str = "") -> web.StreamResponse:
    headers = {"Content-Type": "application/x-ndjson", "Cache-Control": "no-store"}
    if file:
        headers["Content-Disposition"] = f'attachment; filename="{file}"'
    return web.StreamResponse(headers=headers)


def _converted(request: web.Request, kind: Any) -> Any:
    """The query of a page; None for one that no page of ours has."""
    try:
        return msgspec.convert(dict(request.query), kind, strict=False)
    except msgspec.ValidationError:
        return None


def _wanted(search: Search, org: Document) -> Wanted:
    """Raises ValueError for what is no time."""
    zone = ZoneInfo(_zone(org))
    begins, ends = (_moment(text, zone) for text in (search.begins, search.ends))
    return Wanted(
        machine=_said(search.machine), event=_said(search.event),
        flow=_said(search.flow), rule=_said(search.rule),
        actor=_said(search.actor), begins=begins, ends=ends,
    )  # fmt: skip


def _moment(text: str, zone: ZoneInfo) -> datetime | None:
    if not text.strip():
        return None
    moment = datetime.fromisoformat(text.strip())
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=zone)


def _kept(search: Search) -> dict[str, str]:
    """What was asked for, for the next page's address and for the audit trail."""
    asked: dict[str, str] = msgspec.structs.asdict(search)
    return {name: value for name, value in asked.items() if value and name != "after"}


def _plausible(id: str) -> bool:
    return bool(id) and len(id) <= _LONGEST and id.isprintable()


def _nothing() -> Refusal:
    return Refusal(404, "not-found", *frame.said("not-found", "en"))


def _zone(org: Document) -> str:
    return str(org.get("zone") or "Africa/Nairobi")


def _name(org: Document, caller: Caller) -> str:
    return str(org.get("name", caller.org))


def _said(text: str) -> str:
    """What somebody looks for; nothing is called anything with a NUL, which no store can look for."""
    return text.replace("\0", "").strip()[:_LONGEST]
