"""One message on its way to one person: how it is laid out, and the record that is kept of each part."""

from __future__ import annotations

from typing import Any

import msgspec

from channels import ledger
from channels.channel import Part
from channels.outgoing import OutgoingMessage
from channels.policy import Ruling
from channels.scene import Scene
from engine.model import Decision
from runtime.decisions import kept
from runtime.verbs import Context
from storage.store import Document, Op


class Reception(msgspec.Struct, frozen=True, kw_only=True):
    """`ref` is what all parts' ids begin with. `began`: by the business, not in the course of a talk.

    `plain`: without anything to tap. `ruled` keeps what the guardrails decided about it.
    """

    ctx: Context
    scene: Scene
    ref: str
    began: bool = False
    plain: bool = False
    ruled: tuple[Op, ...] = ()

    def parts(self, message: OutgoingMessage) -> tuple[Part, ...]:
        channel = self.scene.channel
        return channel.plain(message) if self.plain else channel.parts(message)

    def instead(self, *, plain: bool) -> Reception:
        """The same message in the form that stands in for the refused one, with records of its own."""
        return msgspec.structs.replace(self, ref=f"{self.ref}{'p' if plain else 't'}", plain=plain)

    async def draft(self, message: OutgoingMessage, part: Part, place: int, cost: dict[str, Any]) -> Document:
        """The part's document, its text sealed under the person's key."""
        ctx, scene = self.ctx, self.scene
        id = ledger.part_id(self.ref, place)
        contact = scene.contact["_id"]
        await ctx.vault.ensure(contact)
        return {
            "_id": id,
            "contact": contact,
            "conversation": scene.conversation["_id"],
            "channel": scene.channel.name,
            "number": scene.channel.number,
            "direction": "out",
            "sender": message.sender,
            "machine": ctx.machine.machine,
            "category": message.template.category if message.template else message.category,
            "began": self.began,
            "template": part.template,
            "at": ctx.now,
            "cost": cost,
            "sealed": ctx.vault.seal(contact, content(part.text), aad=id.encode()),
        }


async def ruled(ctx: Context, scene: Scene, ruling: Ruling | None) -> tuple[Op, ...]:
    """What keeps the guardrails' decision with its facts, for whoever tries others on them."""
    if not isinstance(ruling, Decision):
        return ()
    contact = scene.contact["_id"]
    await ctx.vault.ensure(contact)
    machine, _, rest = ctx.key.rpartition("/")[0].rpartition("/")
    place = f"{machine}#{rest}"  # the entry that wanted to say it
    return (kept(ruling, key=ctx.key, subject=contact, at=ctx.now, vault=ctx.vault, place=place),)


def content(text: str) -> bytes:
    """What is sealed: JSON with a `text`, as for the messages that come in."""
    return msgspec.json.encode({"text": text.encode("utf-8", "replace").decode()})
