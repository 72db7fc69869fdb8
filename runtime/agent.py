"""While a person of the business answers, the bot is silent: what the customer writes is journaled for the person."""

from __future__ import annotations

from engine.model import Event
from runtime.batch import Batch
from runtime.journal import GENESIS, Head
from runtime.parts import Parts, Scene
from storage.store import Document, Insert, Update


def record_for_person(
    parts: Parts, batch: Batch, scene: Scene, conversation: Document, event: Event, *, cause: str
) -> None:
    """An entry in the conversation's own chain, whose head the conversation keeps."""
    id, seq = conversation["_id"], conversation.get("journal_seq")
    head = Head(
        org=scene.org,
        machine=chain_of(id),
        subject=conversation["contact"],
        seq=seq or 0,
        hash=conversation.get("journal_hash") or GENESIS,
        state="agent",
    )
    entry = parts.journal.note_entry("handed", event, at=scene.now, head=head, vault=scene.vault, cause=cause, note={})
    batch.ops.append(Insert("journal", entry))
    changes = {"set": {"journal_seq": entry["seq"], "journal_hash": entry["hash"]}}
    batch.ops.append(Update("conversations", id, changes, when={"journal_seq": seq}))
    parts.metrics.count("runtime_handed")


def chain_of(conversation: str) -> str:
    """What the journal calls a conversation, beside the machines."""
    return f"conversation:{conversation}"
