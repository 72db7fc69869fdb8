"""While a person of the business answers, the bot is silent: what the customer writes is journaled for the person,
and so is what the person does. It goes into the conversation's own chain, whose head the conversation keeps.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from engine.model import Event
from runtime.batch import Batch
from runtime.journal import GENESIS, Head, Journal
from runtime.parts import Parts, Scene
from storage.store import Document, Insert, Op, Update

_CHAIN = "conversation:"


def record_for_person(
    parts: Parts, batch: Batch, scene: Scene, conversation: Document, event: Event, *, cause: str
) -> None:
    """What the customer wrote to the person."""
    batch.ops += noted(
        parts.journal, scene.vault, scene.org, conversation, event, outcome="handed", at=scene.now, cause=cause
    )
    parts.metrics.count("runtime_handed")


def noted(
    journal: Journal, vault: Any, org: str, conversation: Document, event: Event, *, outcome: str, at: datetime,
    cause: str, state: str = "agent", changes: Document | None = None,
) -> list[Op]:  # fmt: skip
    """The entry, and the conversation with its new head and `changes`. A `Conflict` where the chain has grown.

    The contact's key must be loaded.
    """
    id, seq = conversation["_id"], conversation.get("journal_seq")
    head = Head(
        org=org,
        machine=chain_of(id),
        subject=conversation["contact"],
        seq=seq or 0,
        hash=conversation.get("journal_hash") or GENESIS,
        state=state,
    )
    entry = journal.note_entry(outcome, event, at=at, head=head, vault=vault, cause=cause, note={})
    sets = {**(changes or {}), "journal_seq": entry["seq"], "journal_hash": entry["hash"]}
    return [
        Insert("journal", entry),
        Update("conversations", id, {"set": sets}, when={"journal_seq": seq}),
    ]


def chain_of(conversation: str) -> str:
    """What the journal calls a conversation, beside the machines."""
    return f"{_CHAIN}{conversation}"


def conversation_of(chain: str) -> str:
    return chain.removeprefix(_CHAIN)


def is_chain(machine: str) -> bool:
    """Whether this names a conversation's own chain: nothing runs there that could hear of anything.

    The slash tells it from the machine of a flow that somebody called "conversation".
    """
    return machine.startswith(_CHAIN) and "/" in machine
