"""Which WhatsApp number an org answers a conversation from, and with which token."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from typing import Any

from channels.whatsapp.channel import THROUGHPUT, WhatsAppNumber
from channels.whatsapp.client import GraphClient
from runtime.verbs import Context
from storage.store import Document

_FRESH_SECONDS = 60.0

Token = Callable[[str], Awaitable[str]]
"""The access token of an org, unsealed; "" if it has none."""


class Accounts:
    """Implements `channels.scene.Connect` for WhatsApp. Numbers are remembered for a minute."""

    def __init__(self, client: GraphClient, token: Token, *, throughput: float = THROUGHPUT) -> None:
        self._client = client
        self._token = token
        self._throughput = throughput
        self._known: dict[tuple[str, str], tuple[WhatsAppNumber, float]] = {}

    async def __call__(self, ctx: Context, org: Document, conversation: Document) -> WhatsAppNumber | None:
        """None when the org has no WhatsApp number or no token."""
        entry = _entry(org, str(conversation.get("number") or ""))
        return await self.number(ctx.org, entry) if entry is not None else None

    async def number(self, org: str, entry: dict[str, Any]) -> WhatsAppNumber | None:
        """The number of one entry of the org's `channels`."""
        address = str(entry["address"])
        known = self._known.get((org, address))
        if known is not None and time.monotonic() - known[1] < _FRESH_SECONDS:
            return known[0]
        token = await self._token(org)
        if not token:
            return None
        throughput = float(entry.get("throughput") or self._throughput)
        number = WhatsAppNumber(self._client, address, token, throughput=throughput)
        self._known[(org, address)] = (number, time.monotonic())
        return number


def _entry(org: Document, wanted: str) -> dict[str, Any] | None:
    """The number that the person wrote to, else the org's first."""
    numbers = [
        entry
        for entry in org.get("channels") or ()
        if isinstance(entry, dict) and entry.get("channel") == "whatsapp" and entry.get("address")
    ]
    return next((entry for entry in numbers if entry["address"] == wanted), numbers[0] if numbers else None)
