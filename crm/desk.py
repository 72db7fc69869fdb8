"""What a person of the business does in a conversation: take it over from the bot, answer, hand it back, end a task.

Everything is journaled in the conversation's own chain, in the commit that does it. An answer goes the way of all
messages: an action that a machine carries, in the outbox, through the one dispatcher, which judges it at the moment of
sending. `also` joins each commit: the console's entry in the audit trail.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any, Protocol

import msgspec

from crm import contacts, handoff
from crm.leads import machine_of as lead_of
from crm.preferences import wants_no_answer
from engine.model import Event
from runtime.agent import chain_of, noted
from runtime.inbox import Inbox, lane_of
from runtime.journal import Journal
from runtime.order import Order
from runtime.verbs import Post
from storage.errors import Conflict
from storage.query import moment
from storage.store import Document, Insert, Op, OrgStore, Store, Update
from storage.vault import OrgVault, Vault

TAKEN, ANSWERED, RETURNED = "desk.taken", "desk.answered", "desk.returned"
LONGEST = 4000  # characters; WhatsApp takes 4096
_TRIES = 5
_CARRIERS = 50
FLOW, TEXT = "desk", "answer"  # by which the org's templates name what may stand in for an answer


class Refused(Exception):
    """It cannot be done; `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Voice(Protocol):
    """The runtime, as far as a desk needs it."""

    async def speak(self, org: str, machine: str, message: dict[str, Any], key: str, ops: Sequence[Op]) -> None: ...
    async def hand_in(self, rows: Iterable[Document]) -> None: ...


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody says. `key` is the form's own, so that sending it twice says it once."""

    text: str
    key: str


class Desk:
    """`clock` is the business's time."""

    def __init__(self, store: Store, vault: Vault, voice: Voice, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._vault = vault
        self._voice = voice
        self._clock = lambda: moment(clock(), "now")  # as the store keeps it, so that hashes hold
        self._inbox = Inbox(Order(clock))

    async def take(self, org: str, conversation: str, actor: str, also: Sequence[Op] = ()) -> None:
        """From now on a person answers; for whoever has it already, nothing."""
        for _ in range(_TRIES):
            view, vault, document = await self._conversation(org, conversation)
            if document.get("handler") == "agent" and document.get("agent"):
                return
            try:
                await view.commit([*self._taking(vault, org, document, actor), *also])
                return
            except Conflict:
                continue
        raise Refused("busy")

    def _taking(self, vault: OrgVault, org: str, document: Document, actor: str) -> list[Op]:
        now = self._clock()
        changes = {"handler": "agent", "handed_at": now, "agent": actor}
        return self._noted(vault, org, document, Event(name=TAKEN), actor, changes=changes)

    async def answer(self, org: str, conversation: str, answer: Answer, actor: str, also: Sequence[Op] = ()) -> None:
        """Say something to the customer. Whoever answers has taken the conversation: the bot is silent from here on."""
        text = answer.text.strip()
        if not text:
            raise Refused("no-text")
        if len(text) > LONGEST:
            raise Refused("text-too-long")
        for _ in range(_TRIES):
            view, vault, document = await self._conversation(org, conversation)
            person = await contacts.find(view, document["contact"])
            if person is not None and wants_no_answer(person, document, self._clock()):
                raise Refused("opted-out")
            machine = await _carrier(view, document)
            key = f"{machine}/desk.{answer.key}/message"
            if await view.get("outbox", key) is not None:
                return  # the form was sent twice
            event = Event(name=ANSWERED, data={"text": text}, id=key)
            changes: Document = {"looked_at": self._clock()}
            if document.get("handler") != "agent":
                changes |= {"handler": "agent", "handed_at": self._clock(), "agent": actor}
            elif not document.get("agent"):
                changes["agent"] = actor
            ops = self._noted(vault, org, document, event, actor, changes=changes)
            try:
                await self._voice.speak(org, machine, _message(document, text), key, [*ops, *also])
                return
            except Conflict:
                continue
        raise Refused("busy")

    async def hand_back(self, org: str, conversation: str, actor: str, also: Sequence[Op] = ()) -> None:
        """The bot answers again, and what waits in the conversation hears of it."""
        for _ in range(_TRIES):
            view, vault, document = await self._conversation(org, conversation)
            ops, posts = await handoff.closing(view, conversation, self._clock())
            if not ops:
                return
            noted_ = self._noted(vault, org, document, Event(name=RETURNED), actor, changes={})
            rows = [await self._posted(view, vault, post) for post in posts]
            try:
                await view.commit([*ops, *noted_, *(Insert("inbox", row) for row in rows), *also])
            except Conflict:
                continue
            await self._voice.hand_in(rows)
            return
        raise Refused("busy")

    async def end_task(self, org: str, task: str, note: str, actor: str, also: Sequence[Op] = ()) -> None:
        """Somebody says that it is done. One about a conversation hands that back."""
        view = self._store.org(org)
        document = await view.get("tasks", task)
        if document is None:
            raise Refused("no-task")
        if document["state"] != "open":
            return
        now = self._clock()
        done = {"state": "done", "done_at": now, "done_by": actor, "note": note.strip()[:500] or document.get("note")}
        try:
            await view.commit([Update("tasks", task, {"set": done}, expect=document["version"]), *also])
        except Conflict as error:
            raise Refused("busy") from error
        if document["kind"] == "handoff" and document.get("conversation"):
            await self.hand_back(org, str(document["conversation"]), actor)

    async def look(self, org: str, conversation: Document) -> None:
        """Somebody has read it up to here."""
        last, looked = conversation.get("last_in"), conversation.get("looked_at")
        if last is not None and (looked is None or looked < last):
            view = self._store.org(org)
            await view.commit([Update("conversations", conversation["_id"], {"set": {"looked_at": last}})])

    def _noted(
        self, vault: OrgVault, org: str, document: Document, event: Event, actor: str, *, changes: Document
    ) -> list[Op]:
        return noted(
            Journal(), vault, org, document, event, outcome=event.name.partition(".")[2], at=self._clock(),
            cause=f"person:{actor}", state=str(changes.get("handler") or document.get("handler") or "agent"),
            changes=changes,
        )  # fmt: skip

    async def _conversation(self, org: str, id: str) -> tuple[OrgStore, OrgVault, Document]:
        view, vault = self._store.org(org), await self._vault.org(org)
        document = await view.get("conversations", id)
        if document is None:
            raise Refused("no-conversation")
        await vault.ensure(document["contact"])
        return view, vault, document

    async def _posted(self, view: OrgStore, vault: OrgVault, post: Post) -> Document:
        machine = await view.get("machines", post.machine) or {}
        lane = lane_of(str(machine.get("contact") or ""), post.machine)
        return self._inbox.post(view.id, post.machine, post.event, lane, vault, self._clock())


def _message(conversation: Document, text: str) -> dict[str, Any]:
    return {
        "text": text, "language": str(conversation.get("language") or "en"), "category": "service", "sender": "agent",
        "flow": FLOW, "keys": [TEXT],
    }  # fmt: skip


async def _carrier(view: OrgStore, conversation: Document) -> str:
    """The machine that carries what a person says: best the customer's lead, which hears of a failure and does nothing.

    Otherwise one that is done, and only then one that is under way. Where none ever ran the conversation itself does.
    """
    found = await view.find("machines", {"contact": conversation["contact"]}, limit=_CARRIERS)
    fitting = [machine for machine in found if machine.get("channel") == conversation["channel"]]
    if not fitting:
        return chain_of(str(conversation["_id"]))
    lead = lead_of(conversation["contact"])
    return str(min(fitting, key=lambda each: (each["_id"] != lead, each["status"] != "done", each["_id"]))["_id"])
