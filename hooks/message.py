"""What a receiver reads: JSON with what happened, when, of which business and machine, and what the rule names."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import msgspec

from engine.values import Money

MOST = 64 * 1024  # bytes of a body


class TooLarge(ValueError):
    """More than a receiver can be expected to take."""


def body(id: str, event: str, at: datetime, business: str, machine: str, data: Mapping[str, Any]) -> bytes:
    """The raw bytes that are signed and sent. Raises TooLarge."""
    made = msgspec.json.encode(
        {
            "id": id, "event": event, "at": plain(at), "business": business, "machine": machine,
            "data": {name: plain(value) for name, value in data.items()},
        }
    )  # fmt: skip
    if len(made) > MOST:
        raise TooLarge(f"{len(made)} bytes")
    return made


def plain(value: Any) -> Any:
    """A dialect value as any program reads it. Money is in minor units, and beside that as people write it."""
    if isinstance(value, Money):
        return {"amount": value.amount, "currency": value.currency, "text": str(value)}
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, Mapping):
        return {str(name): plain(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [plain(inner) for inner in value]
    return value
