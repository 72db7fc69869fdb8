"""What an inbound message changes about a conversation: its window and when the person last wrote.

Pure: gives the store's changes, for the room that owns the routing to put into its commit.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from channels.window import opens, until
from storage.store import Document


def on_inbound(conversation: Document | None, event: str, written: datetime | None, now: datetime) -> dict[str, Any]:
    """`set` changes for the conversation document; empty when nothing changes.

    `written` is the provider's time. One in the future (a skewed clock) counts as now; an older one than the
    newest known (a late delivery) moves nothing back.
    """
    if not opens(event):
        return {}
    at = min(written or now, now)
    last = conversation.get("last_in") if conversation else None
    if isinstance(last, datetime) and last >= at:
        return {}
    return {"set": {"last_in": at, "window_until": until(at)}}
