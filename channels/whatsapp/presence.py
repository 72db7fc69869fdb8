"""Two ticks and "typing…": tells the person that their message was seen and an answer is being written.

A courtesy, not a promise: done in the background after the message is stored, never retried, and left out
when too much of it is under way. WhatsApp ends the sign by itself with the answer, or after 25 seconds.
"""

from __future__ import annotations

import asyncio

from channels.failures import SendError
from channels.whatsapp.accounts import Accounts
from channels.whatsapp.types import Message

MOST_UNDER_WAY = 32
ANSWERED = frozenset(
    {"text", "choice", "form", "image", "video", "document", "audio", "sticker", "location", "contacts", "order"}
)


class Presence:
    """Called by the webhook with what it has just taken in."""

    def __init__(self, accounts: Accounts) -> None:
        self._accounts = accounts
        self._under_way: set[asyncio.Task[None]] = set()

    def seen(self, org: str, message: Message) -> None:
        if message.kind not in ANSWERED or len(self._under_way) >= MOST_UNDER_WAY:
            return
        task = asyncio.get_running_loop().create_task(self._mark(org, message))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def _mark(self, org: str, message: Message) -> None:
        number = await self._accounts.number(org, {"address": message.number.id})
        if number is None:
            return
        try:
            await number.mark_read(message.id, typing=True)
        except SendError:
            return  # they will see the answer all the same

    async def close(self) -> None:
        """Let what is under way end."""
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=5)
