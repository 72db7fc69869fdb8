"""What waits for a person, and saying that it is done: with a note, and about money only by who may move it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import msgspec
from aiohttp import web

from bookings.desk import Desk as Bookings
from bookings.desk import Refused as NotNow
from bookings.desk import Taken
from crm.desk import Desk, Refused
from insights import tasks as insight
from insights.tasks import Todo
from payments.desk import Desk as Cashier
from payments.resolving import KINDS, Resolution, Resolved, Unresolved
from people import audit
from people.roles import PERMISSIONS
from storage.store import Document, Store
from storage.vault import Vault
from web.api.endpoint import Asked, Endpoint, Nothing, Refusal
from web.console import frame
from web.console.caller import Caller, Way

_PAGE, _AT = "/o/{org}/tasks", "/orgs/{org}/tasks"
# anything else is about money
_NEEDS = {
    "handoff": "conversations.answer",
    "channel": "settings.change",
    "ads": "ads.change",
    "webhook": "settings.change",
}
_UNSETTLED = {"no-task": 404, "no-booking": 422, "no-reason": 422, "no-receipt": 409, "not-free": 409, "busy": 409}
_UNMATCHED = {"no-task": 404, "bad-receipt": 422, "receipt-taken": 409, "nothing-waits": 409, "busy": 409}
_REFUSALS = {"no-task": 404, "not-allowed": 403, "second-factor": 403, "busy": 409}


class Todos(msgspec.Struct, frozen=True, kw_only=True):
    """What is open."""

    tasks: tuple[Todo, ...]


class Done(msgspec.Struct, frozen=True, kw_only=True):
    """A task that was seen to, and what came of it."""

    id: str
    note: str = ""


class Settling(msgspec.Struct, frozen=True, kw_only=True):
    """What becomes of a payment that served nothing: counted for the booking with that number, sent back, or kept."""

    id: str
    outcome: Literal["booking", "refunded", "kept"]
    reason: str
    ref: str = ""


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """The receipt of the payment that a task looks for, as it stands on the M-Pesa statement."""

    id: str
    receipt: str


class Tasks:
    """The views."""

    def __init__(self, store: Store, vault: Vault, desk: Desk, bookings: Bookings, cashier: Cashier) -> None:
        self._store = store
        self._vault = vault
        self._desk = desk
        self._bookings = bookings
        self._cashier = cashier

    def ways(self) -> Sequence[Way]:
        return (
            Way(method="GET", path=_PAGE, permission="today.read", view=self.page),
            Way(method="POST", path=f"{_PAGE}/done", permission="today.read", view=self.done_form),
            Way(method="POST", path=f"{_PAGE}/receipt", permission="money.change", view=self.receipt_form),
            Way(method="POST", path=f"{_PAGE}/settle", permission="money.change", view=self.settle_form),
        )

    def endpoints(self) -> Sequence[Endpoint]:
        return (
            Endpoint(
                method="GET", path=_AT, permission="today.read", answer=Todos, view=self.listed,
                doc="What waits for a person, the latest first.",
            ),
            Endpoint(
                method="POST", path=f"{_AT}/done", permission="today.read", body=Done, answer=Nothing, view=self.done,
                doc="Say that a task is done. What is about money takes the permission to move it.",
                refusals=tuple((status, code) for code, status in _REFUSALS.items()),
            ),
            Endpoint(
                method="POST", path=f"{_AT}/receipt", permission="money.change", body=Found, answer=Nothing,
                view=self.receipt, doc="Say which receipt on the M-Pesa statement is that of a task's payment.",
                refusals=tuple((status, code) for code, status in _UNMATCHED.items()),
            ),
            Endpoint(
                method="POST", path=f"{_AT}/settle", permission="money.change", body=Settling, answer=Nothing,
                view=self.settle, doc="Say what becomes of money that came late or twice.",
                refusals=tuple((status, code) for code, status in _UNSETTLED.items()),
            ),
        )  # fmt: skip

    async def page(self, request: web.Request, caller: Caller) -> web.Response:
        return await self._page(caller, done=request.query.get("done", ""))

    async def _page(self, caller: Caller, *, done: str = "", wrong: str = "", status: int = 200) -> web.Response:
        org = await self._store.get("orgs", caller.org) or {}
        todos = await self._todos(caller)
        return frame.page(
            "tasks.html", caller, status=status, business=str(org.get("name", caller.org)), done=done, wrong=wrong,
            tasks=todos, may={todo.id: caller.may(_needed(todo.kind)) for todo in todos},
            reads=caller.may("conversations.read"), settled=KINDS, zone=str(org.get("zone") or "Africa/Nairobi"),
        )  # fmt: skip

    async def listed(self, _asked: Asked, caller: Caller) -> Todos:
        return Todos(tasks=await self._todos(caller))

    async def _todos(self, caller: Caller) -> tuple[Todo, ...]:
        found = await insight.open_tasks(
            self._store.org(caller.org), await self._vault.org(caller.org), reads=caller.may("conversations.read")
        )
        if caller.may("money.read"):
            return found
        return tuple(msgspec.structs.replace(todo, amount="") for todo in found)

    async def done(self, asked: Asked, caller: Caller) -> Nothing:
        try:
            await self._end(caller, asked.body)
        except Refused as refused:
            raise Refusal(_REFUSALS.get(refused.code, 422), refused.code, *_said(refused.code, "en")) from refused
        return Nothing()

    async def done_form(self, request: web.Request, caller: Caller) -> web.Response:
        form = await request.post()
        try:
            await self._end(caller, Done(id=str(form.get("id", "")), note=str(form.get("note", ""))))
        except Refused as refused:
            return await self._refused(caller, refused.code, _REFUSALS.get(refused.code, 422))
        return frame.see_other(f"/o/{caller.org}/tasks", done="task-done")

    async def receipt(self, asked: Asked, caller: Caller) -> Nothing:
        try:
            await self._match(caller, asked.body)
        except (Refused, Unresolved) as refused:
            raise Refusal(_UNMATCHED.get(refused.code, 422), refused.code, *_said(refused.code, "en")) from refused
        return Nothing()

    async def receipt_form(self, request: web.Request, caller: Caller) -> web.Response:
        form = await request.post()
        try:
            await self._match(caller, Found(id=str(form.get("id", "")), receipt=str(form.get("receipt", ""))))
        except (Refused, Unresolved) as refused:
            return await self._refused(caller, refused.code, _UNMATCHED.get(refused.code, 422))
        return frame.see_other(f"/o/{caller.org}/tasks", done="receipt-matched")

    async def _match(self, caller: Caller, found: Found) -> None:
        task = await self._task(caller, found.id)
        by = "session" if caller.session else "token"
        note = (audit.entry(caller.actor, "tasks.receipt", caller.now, on=task["_id"], by=by),)
        await self._cashier.match(caller.org, task["_id"], found.receipt, caller.actor, note)

    async def _refused(self, caller: Caller, code: str, status: int) -> web.Response:
        if status in (403, 404):
            return frame.refused(caller, status, "not-found" if status == 404 else code)
        return await self._page(caller, wrong=" ".join(_said(code, caller.language)), status=status)

    async def settle(self, asked: Asked, caller: Caller) -> Nothing:
        try:
            await self._settle(caller, asked.body)
        except (Refused, Unresolved) as refused:
            raise Refusal(_UNSETTLED.get(refused.code, 422), refused.code, *_said(refused.code, "en")) from refused
        return Nothing()

    async def settle_form(self, request: web.Request, caller: Caller) -> web.Response:
        form = {name: str(value) for name, value in (await request.post()).items()}
        try:
            await self._settle(caller, msgspec.convert(form, Settling))
        except msgspec.ValidationError:
            return frame.refused(caller, 404, "not-found")
        except (Refused, Unresolved) as refused:
            return await self._refused(caller, refused.code, _UNSETTLED.get(refused.code, 422))
        return frame.see_other(f"/o/{caller.org}/tasks", done="task-done")

    async def _settle(self, caller: Caller, settling: Settling) -> None:
        task = await self._task(caller, settling.id)
        booking = await self._by_ref(caller, settling.ref) if settling.outcome == "booking" else ""
        note = (
            audit.entry(
                caller.actor, f"tasks.{settling.outcome}", caller.now, on=task["_id"],
                by="session" if caller.session else "token", booking=booking,
            ),
        )  # fmt: skip
        resolution = Resolution(
            task=task["_id"], outcome=settling.outcome, reason=settling.reason, by=caller.actor, booking=booking
        )

        async def count(found: Resolved) -> None:
            await self._bookings.count(caller.org, booking, found.payment, found.amount, found.changed, note)

        try:
            await self._cashier.settle(caller.org, resolution, count if booking else None, note)
        except (Taken, NotNow) as error:
            raise Refused("not-free") from error

    async def _by_ref(self, caller: Caller, ref: str) -> str:
        """A booking by the number that customers know it by."""
        known = ref.strip().upper()
        found = await self._store.org(caller.org).find("bookings", {"ref": known}, limit=1) if known else []
        if not found:
            raise Refused("no-booking")
        return str(found[0]["_id"])

    async def _end(self, caller: Caller, done: Done) -> None:
        task = await self._task(caller, done.id)
        needed = _needed(str(task["kind"]))
        if not caller.may(needed):
            raise Refused("not-allowed")
        if PERMISSIONS[needed].strong and (caller.session is None or not caller.session.strong):
            raise Refused("second-factor")
        also: list[Any] = [
            audit.entry(
                caller.actor, "tasks.done", caller.now, on=task["_id"], by="session" if caller.session else "token"
            )
        ]
        await self._desk.end_task(caller.org, task["_id"], done.note, caller.actor, also)

    async def _task(self, caller: Caller, id: str) -> Document:
        plausible = bool(id) and len(id) <= 200 and id.isprintable()
        task = await self._store.org(caller.org).get("tasks", id) if plausible else None
        if task is None:
            raise Refused("no-task")
        return task


def _needed(kind: str) -> str:
    return _NEEDS.get(kind.partition(".")[0], "money.change")


def _said(code: str, language: str) -> tuple[str, str]:
    return frame.said(code if code in ("not-allowed", "second-factor") else f"desk.{code}", language)
