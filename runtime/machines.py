"""Running machines as the store has them, with a cache of those that are busy.

The cache is only a shortcut: each write names the version that it builds on, so that another process's step shows
as a conflict, after which the machine is read anew.
"""

from __future__ import annotations

from collections import OrderedDict
from datetime import datetime
from typing import Any

import msgspec

from engine.model import Snapshot
from engine.values import dump_snapshot, load_snapshot
from runtime.journal import Head
from runtime.payload import pack, unpack
from storage.store import Document, Insert, Op, OrgStore, Update


class Machine(msgspec.Struct, frozen=True, kw_only=True):
    """A machine at rest: its snapshot, the head of its journal, and how it stands in its conversation.

    `question` is the message that put the pending question, kept so that it can be put again. `heard`: a person's
    message has reached it. `reasked` is the visit for which the question was last put again.
    """

    snapshot: Snapshot
    hash: str
    status: str  # live, done, parked
    subject: str
    conversation: str
    version: int
    started: datetime
    heard: bool = False
    reasked: int = -1
    question: dict[str, Any] | None = None

    def head(self, org: str) -> Head:
        snapshot = self.snapshot
        return Head(
            org=org,
            machine=snapshot.machine,
            subject=self.subject,
            seq=snapshot.seq,
            hash=self.hash,
            definition=snapshot.definition,
            state=snapshot.state,
        )


class Machines:
    """Reads machines, and builds the operations that write them."""

    def __init__(self, *, room: int = 5_000) -> None:
        self._cache: OrderedDict[tuple[str, str], Machine] = OrderedDict()
        self._room = room

    async def load(self, store: OrgStore, vault: Any, id: str) -> Machine | None:
        """None when there is no such machine. Raises `Unreadable` when the person's key is gone."""
        key = (store.id, id)
        known = self._cache.get(key)
        if known is not None:
            self._cache.move_to_end(key)
            await vault.ensure(known.subject)
            return known
        document = await store.get("machines", id)
        if document is None:
            return None
        await vault.ensure(document["subject"])
        machine = read(document, vault)
        self.keep(store.id, machine)
        return machine

    def keep(self, org: str, machine: Machine) -> None:
        """Remember what was committed; what is done is hardly asked for again."""
        key = (org, machine.snapshot.machine)
        if machine.status == "done":
            self._cache.pop(key, None)
            return
        self._cache[key] = machine
        self._cache.move_to_end(key)
        if len(self._cache) > self._room:
            self._cache.popitem(last=False)

    def running(self, org: str, id: str) -> bool:
        """Whether there certainly is such a machine; False when that would have to be looked up."""
        return (org, id) in self._cache

    def forget(self, org: str, id: str) -> None:
        self._cache.pop((org, id), None)


def read(document: Document, vault: Any) -> Machine:
    id, subject = document["_id"], document["subject"]
    snapshot = load_snapshot(vault.unseal(subject, document["sealed"], aad=id.encode()))
    asked = document.get("question")
    return Machine(
        snapshot=msgspec.structs.replace(snapshot, seq=document["seq"]),
        hash=document["hash"],
        status=document["status"],
        subject=subject,
        conversation=document["conversation"],
        version=document["version"],
        started=document["started"],
        heard=document["heard"],
        reasked=document["reasked"],
        question=unpack(vault.unseal(subject, asked, aad=id.encode()), dict[str, Any]) if asked else None,
    )


def insert(machine: Machine, org: str, vault: Any, at: datetime, written: bytes = b"") -> Op:
    """`written` is the snapshot as `dump_snapshot` writes it, where that was done before; also below."""
    snapshot = machine.snapshot
    document = {
        "_id": snapshot.machine,
        "org": org,
        "name": snapshot.name,
        "subject": machine.subject,
        "contact": str(snapshot.about.get("contact", "")),
        "channel": str(snapshot.about.get("channel", "")),
        "conversation": machine.conversation,
        "started": machine.started,
        **_fields(machine, vault, at, written),
        "question": _question(machine, vault),
    }
    return Insert("machines", document)


def update(before: Machine, machine: Machine, vault: Any, at: datetime, written: bytes = b"") -> Op:
    fields = _fields(machine, vault, at, written)
    if machine.question is not before.question:
        fields["question"] = _question(machine, vault)
    return Update("machines", machine.snapshot.machine, {"set": fields}, expect=before.version)


def note(before: Machine, machine: Machine, at: datetime) -> Op:
    """An update that leaves the sealed snapshot alone (its key may be gone); `seq` in the clear is what counts."""
    fields = {
        "seq": machine.snapshot.seq,
        "hash": machine.hash,
        "status": machine.status,
        "reasked": machine.reasked,
        "heard": machine.heard,
        "at": at,
    }
    return Update("machines", machine.snapshot.machine, {"set": fields}, expect=before.version)


def _fields(machine: Machine, vault: Any, at: datetime, written: bytes) -> Document:
    snapshot = machine.snapshot
    return {
        "root": snapshot.frames[0].definition if snapshot.frames else snapshot.definition,
        "callers": "/".join(frame.state for frame in snapshot.frames),
        "definition": snapshot.definition,
        "state": snapshot.state,
        "seq": snapshot.seq,
        "visit": snapshot.visit,
        "status": machine.status,
        "hash": machine.hash,
        "heard": machine.heard,
        "reasked": machine.reasked,
        "at": at,
        "sealed": vault.seal(machine.subject, written or dump_snapshot(snapshot), aad=snapshot.machine.encode()),
    }


def _question(machine: Machine, vault: Any) -> str | None:
    if machine.question is None:
        return None
    return str(vault.seal(machine.subject, pack(machine.question), aad=machine.snapshot.machine.encode()))
