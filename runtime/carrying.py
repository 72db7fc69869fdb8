"""Who carries a message: a machine; or, where none ever ran, the conversation that a person of the business speaks in.

The conversation's chain then stands in the machine's place, so that the message and its outcome are found where the
person's words are journaled. Nothing runs there: what becomes of the message is told to nobody but the page.
"""

from __future__ import annotations

from engine.model import Snapshot
from runtime.agent import conversation_of, is_chain
from runtime.parts import Parts, Scene


async def carrier(parts: Parts, scene: Scene, id: str) -> Snapshot | None:
    """None when there is no such machine or conversation (any more). Raises `Unreadable`."""
    if not is_chain(id):
        machine = await parts.machines.load(scene.store, scene.vault, id)
        return machine.snapshot if machine is not None else None
    conversation = await scene.store.get("conversations", conversation_of(id))
    if conversation is None:
        return None
    await scene.vault.ensure(conversation["contact"])
    about = {
        "org": scene.org, "contact": conversation["contact"], "channel": conversation["channel"],
        "language": str(conversation.get("language") or ""), "links": {},
    }  # fmt: skip
    return Snapshot(machine=id, definition="", name="desk", state="", about=about)
