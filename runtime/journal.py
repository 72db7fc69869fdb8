"""The journal: each transition of a machine is an entry, chained by hash to the one before.

The clear fields are what an operator may list and what verification needs; the whole Step is sealed under the key
of the person that it concerns. The hash covers the sealed text, not what it says, so that the chain still verifies
after that key was destroyed.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any

import msgspec

from engine.model import Event, Snapshot, Step
from engine.values import decode, dump_step, encode, load_snapshot, load_step
from storage.store import Document

GENESIS = ""  # what the first entry names as its predecessor


class Body(msgspec.Struct, frozen=True, kw_only=True):
    """What an entry holds sealed. `about` is what changes added to `snapshot.about` after the step.

    A note is an entry without a step: something was recorded and the machine stayed as it was.
    """

    step: Step | None = None
    begun: dict[str, Any] | None = None  # the data and about that `engine.begin` was given
    about: dict[str, Any] = {}
    note: dict[str, Any] = {}


def dump_body(body: Body, written: bytes = b"") -> bytes:
    """`written` is the step as `dump_step` writes it, where that was done before."""
    parts: dict[str, Any] = {"about": encode(body.about), "begun": encode(body.begun), "note": encode(body.note)}
    parts["step"] = msgspec.Raw(written or dump_step(body.step)) if body.step is not None else None
    return msgspec.json.encode(parts, order="deterministic")


class _Outer(msgspec.Struct):
    step: msgspec.Raw
    about: Any
    begun: Any
    note: Any


def load_body(data: bytes) -> Body:
    outer = msgspec.json.decode(data, type=_Outer)
    raw = bytes(outer.step)
    return Body(
        step=None if raw == b"null" else load_step(raw),
        about=decode(outer.about),
        begun=decode(outer.begun),
        note=decode(outer.note),
    )


class Again(msgspec.Struct, frozen=True):
    """What it takes to compute a recorded step anew, and what must come of it. `snapshot` is that after the step."""

    event: Event
    at: datetime
    outcome: str
    answers: dict[str, Any]
    begun: dict[str, Any] | None
    about: dict[str, Any]
    written: bytes  # the whole step, as it was written
    _snapshot: bytes

    @property
    def snapshot(self) -> Snapshot:
        return load_snapshot(self._snapshot)


class _Parts(msgspec.Struct):
    event: Any
    at: Any
    outcome: str
    snapshot: msgspec.Raw
    answers: Any


def load_again(data: bytes) -> Again | None:
    """From what an entry holds; None for a note. The rest of the step is not taken apart, which most of the cost is."""
    outer = msgspec.json.decode(data, type=_Outer)
    raw = bytes(outer.step)
    if raw == b"null":
        return None
    parts = msgspec.json.decode(raw, type=_Parts)
    return Again(
        event=msgspec.convert(decode(parts.event), Event),
        at=decode(parts.at),
        outcome=parts.outcome,
        answers=decode(parts.answers),
        begun=decode(outer.begun),
        about=decode(outer.about),
        written=raw,
        _snapshot=bytes(parts.snapshot),
    )


def applied(snapshot: Snapshot, about: dict[str, Any]) -> Snapshot:
    """The snapshot with what changes added: links are joined, anything else replaced."""
    if not about:
        return snapshot
    merged = {**snapshot.about, **about}
    merged["links"] = {**snapshot.about.get("links", {}), **about.get("links", {})}
    return msgspec.structs.replace(snapshot, about=merged)


def outermost(snapshot: Snapshot) -> str:
    """The hash of the definition that the machine was started with, whichever sub-flow it is in."""
    return snapshot.frames[0].definition if snapshot.frames else snapshot.definition


class Journal:
    """Makes entries; the one place that knows their form."""

    def step_entry(
        self, body: Body, *, org: str, subject: str, source: str, prev: str, vault: Any, cause: str,
        written: bytes = b"",
    ) -> Document:  # fmt: skip
        """`written` is the step as `dump_step` writes it, where that was done before."""
        step = body.step
        if step is None:
            raise ValueError("a step entry needs a step")
        return self._entry(
            {
                "_id": f"{step.snapshot.machine}/{step.snapshot.seq}",
                "org": org,
                "kind": "step",
                "machine": step.snapshot.machine,
                "seq": step.snapshot.seq,
                "at": step.at,
                "definition": step.snapshot.definition,
                "event": step.event.name,
                "cause": cause,
                "source": source,
                "target": step.snapshot.state,
                "outcome": step.outcome,
                "subject": subject,
                "prev": prev,
            },
            dump_body(body, written),
            vault,
        )

    def note_entry(
        self, outcome: str, event: Event, *, at: datetime, head: Head, vault: Any, cause: str, note: dict[str, Any]
    ) -> Document:
        """Something that happened to a machine without a step: stale, handed to a person, parked."""
        body = Body(note={**note, "event": {"name": event.name, "id": event.id, "data": event.data}})
        return self._entry(
            {
                "_id": f"{head.machine}/{head.seq + 1}",
                "org": head.org,
                "kind": "note",
                "machine": head.machine,
                "seq": head.seq + 1,
                "at": at,
                "definition": head.definition,
                "event": event.name,
                "cause": cause,
                "source": head.state,
                "target": head.state,
                "outcome": outcome,
                "subject": head.subject,
                "prev": head.hash,
            },
            dump_body(body),
            vault,
        )

    def _entry(self, entry: Document, body: bytes, vault: Any) -> Document:
        entry["sealed"] = vault.seal(entry["subject"], body, aad=entry["_id"].encode())
        entry["hash"] = entry_hash(entry)
        return entry


class Head(msgspec.Struct, frozen=True, kw_only=True):
    """Where a chain stands: what the next entry builds on."""

    org: str
    machine: str
    subject: str = ""
    seq: int = 0
    hash: str = GENESIS
    definition: str = ""
    state: str = ""


_UNHASHED = frozenset({"hash", "version"})  # the hash itself, and what the store adds


def entry_hash(entry: Document) -> str:
    plain = {key: value for key, value in entry.items() if key not in _UNHASHED}
    return hashlib.sha256(msgspec.json.encode(plain, order="deterministic")).hexdigest()


def open_entry(entry: Document, vault: Any) -> Body:
    return load_body(unsealed(entry, vault))


def unsealed(entry: Document, vault: Any) -> bytes:
    """What the entry holds, in its written form. Raises `Unreadable` when the person's key was destroyed."""
    return bytes(vault.unseal(entry["subject"], entry["sealed"], aad=entry["_id"].encode()))
