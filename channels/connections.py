"""All channels by name, as the one `Connect` that the dispatcher asks."""

from __future__ import annotations

from collections.abc import Mapping

from channels.channel import Channel
from channels.scene import Connect
from runtime.verbs import Context
from storage.store import Document


def by_name(channels: Mapping[str, Connect]) -> Connect:
    """The channel that the conversation is on; None for one that this server does not have."""

    async def connect(ctx: Context, org: Document, conversation: Document) -> Channel | None:
        chosen = channels.get(str(conversation.get("channel", "")))
        return await chosen(ctx, org, conversation) if chosen is not None else None

    return connect
