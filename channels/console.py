"""The console as a channel: a person of the business talks with a flow on its own pages. Nothing leaves the house.

A message is delivered when it is stored, so sending is nothing. What may be picked is written into the text, one to a
line; the page makes buttons of these lines.
"""

from __future__ import annotations

from channels.channel import Address, Part, SentReceipt
from channels.outgoing import OutgoingMessage
from runtime.verbs import Context
from storage.store import Document

NAME = "console"
BULLET = "▸ "


class Console:
    """Implements `channels.channel.Channel`."""

    name = NAME
    number = NAME
    throughput = 1000.0

    def parts(self, message: OutgoingMessage) -> tuple[Part, ...]:
        lines = [message.text, *(f"{BULLET}{choice.label}" for choice in message.choices)]
        return (Part(text="\n".join(lines), body={}),)

    def plain(self, message: OutgoingMessage) -> tuple[Part, ...]:
        return self.parts(message)

    async def send(self, part: Part, to: Address, ref: str) -> SentReceipt:
        return SentReceipt(id=ref, status="delivered")


async def connect(ctx: Context, org: Document, conversation: Document) -> Console:
    """Every business has its console."""
    return Console()
