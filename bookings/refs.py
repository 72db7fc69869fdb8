"""Names for bookings: an id that a retry makes again, and a short reference that a person can read out."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"  # no 0/O, 1/I/L, U: read out over a bad line, still clear
LENGTH = 5
ATTEMPTS = 20


def booking_id(org: str, key: str) -> str:
    """The same for the same idempotency key, so that a retried hold is the same booking."""
    return "b" + hashlib.sha256(f"booking\0{org}\0{key}".encode()).hexdigest()[:23]


def candidates(org: str, key: str) -> Iterator[str]:
    """References to try in order; the first one that the org does not use yet is the booking's."""
    for attempt in range(ATTEMPTS):
        number = int.from_bytes(hashlib.sha256(f"ref\0{org}\0{key}\0{attempt}".encode()).digest()[:8], "big")
        yield "".join(ALPHABET[number // len(ALPHABET) ** place % len(ALPHABET)] for place in range(LENGTH))
