"""The customer service window: how long a business may write freely after the person last wrote.

WhatsApp gives 24 hours from the last inbound message of that person to that number. It is judged at the
moment of sending, with that moment's clock.
"""

from __future__ import annotations

from datetime import datetime, timedelta

WINDOW = timedelta(hours=24)
# Not to be sent in the last moments: the message would reach the provider after the window has closed.
MARGIN = timedelta(seconds=30)

# What opens it. Reactions, edits, revokes and system notes are not counted (facts, 1.10).
OPENING = frozenset({"message"})


def opens(event: str) -> bool:
    """Whether this inbound event is one that opens the window."""
    return event in OPENING


def until(written: datetime) -> datetime:
    """When the window closes that a message written at `written` opened."""
    return written + WINDOW


def is_open(closes: datetime | None, now: datetime) -> bool:
    return closes is not None and now < closes - MARGIN
