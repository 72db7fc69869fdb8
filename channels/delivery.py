"""What becomes of a message after it was taken: a status that only ever moves forward.

Statuses come out of order and more than once. The order here is a lattice, so any order of arrival ends the
same: accepted < sent < delivered < read < played, and `failed` above all, which nothing clears.
"""

from __future__ import annotations

SENDING = "sending"  # the request may have left; nothing is known yet
UNSENT = "unsent"  # certainly not taken by the provider; will be tried again
WITHHELD = "withheld"  # our own rules kept it back
ACCEPTED = "accepted"
FAILED = "failed"

_RANK = {
    UNSENT: 0,
    SENDING: 0,
    ACCEPTED: 1,
    "held_for_quality_assessment": 1,
    "paused": 1,
    "sent": 2,
    "delivered": 3,
    "read": 4,
    "played": 5,
    FAILED: 9,
}


def known(status: str) -> bool:
    return _RANK.get(status, 0) > 0


def advance(current: str, incoming: str) -> str:
    """The status after `incoming` was heard of. What is unknown, older or the same changes nothing."""
    return incoming if _RANK.get(incoming, -1) > _RANK.get(current, 0) else current


def taken(status: str) -> bool:
    """Whether the provider certainly has, or had, the message: it must not be sent again."""
    return known(status)
