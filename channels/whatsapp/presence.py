"""Two ticks and "typing…": tells the person that their message was seen and an answer is being written.

A courtesy, not a promise: done in the background after the message is stored, never retried, and left out when
there are too many at once. A message that waits for a person of the business is not marked: nobody has seen it.
WhatsApp ends the sign by itself with the answer, or after 25 seconds.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

from channels.failures import SendError
from channels.whatsapp.accounts import Accounts
from channels.whatsapp.mapping import sender_of
from channels.whatsapp.types import Message

MOST_A_SECOND = 20
ANSWERED = frozenset(
    {"text", "choice", "form", "image", "video", "document", "audio", "sticker", "location", "contacts", "order"}
)


BotAnswers = Callable[[str, dict[str, Any]], Awaitable[bool]]
"""(org, sender as in an inbound) -> whether the bot has the conversation."""


class Presence:
    """Called by the webhook with what it has just taken in."""

    def __init__(self, accounts: Accounts, bot_answers: BotAnswers) -> None:
        self._accounts = accounts
        self._bot_answers = bot_answers
        self._under_way: set[asyncio.Task[None]] = set()
        self._second = 0
        self._marked = 0

    def seen(self, org: str, message: Message) -> None:
        if message.kind not in ANSWERED or not self._one_more():
            return
        task = asyncio.get_running_loop().create_task(self._mark(org, message))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    def _one_more(self) -> bool:
        second = int(time.monotonic())
        self._marked = self._marked + 1 if second == self._second else 1
        self._second = second
        return self._marked <= MOST_A_SECOND

    async def _mark(self, org: str, message: Message) -> None:
        if not await self._bot_answers(org, sender_of(message)):
            return
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
