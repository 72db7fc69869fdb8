"""Reading JSON that anyone may have written: the field of the right shape, or its empty form. Never an error."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

_LATEST = 253402300799  # the end of the year 9999, where datetime ends


def mapping(value: Any, key: str) -> dict[str, Any]:
    """`value[key]` if both are objects, else an empty one."""
    inner = value.get(key) if isinstance(value, dict) else None
    return inner if isinstance(inner, dict) else {}


def items(value: Any, key: str) -> Iterator[tuple[int, Any]]:
    """The members of the array `value[key]` with their places; none if it is no array."""
    inner = value.get(key) if isinstance(value, dict) else None
    return iter(enumerate(inner)) if isinstance(inner, list) else iter(())


def word(value: Any, key: str) -> str:
    """`value[key]` as text. Numbers count (ids come as either), booleans and the rest do not."""
    inner = value.get(key) if isinstance(value, dict) else None
    if isinstance(inner, str):
        # A lone surrogate is valid JSON but cannot be written as UTF-8, neither to a store nor to a log.
        return inner.encode("utf-8", "replace").decode("utf-8")
    if isinstance(inner, int) and not isinstance(inner, bool):
        return _digits(inner)
    if isinstance(inner, float) and math.isfinite(inner):
        return repr(inner)
    return ""


def whole(value: Any, key: str) -> int:
    text = word(value, key)
    return int(text) if len(text) < 20 and text.removeprefix("-").isascii() and text.removeprefix("-").isdigit() else 0


def yes(value: Any, key: str) -> bool:
    return isinstance(value, dict) and value.get(key) is True


def maybe_yes(value: Any, key: str) -> bool | None:
    inner = value.get(key) if isinstance(value, dict) else None
    return inner if isinstance(inner, bool) else None


def number(value: Any, key: str) -> float | None:
    """A finite number, also one written as text."""
    inner = value.get(key) if isinstance(value, dict) else None
    if isinstance(inner, bool) or not isinstance(inner, (int, float, str)):
        return None
    try:
        read = float(inner)
    except (ValueError, OverflowError):
        return None
    return read if math.isfinite(read) else None


def moment(value: Any, key: str) -> datetime | None:
    """Unix seconds, as text (messages) or as a number (other fields)."""
    read = number(value, key)
    return datetime.fromtimestamp(int(read), UTC) if read is not None and 0 <= read <= _LATEST else None


def digits(value: Any, key: str) -> str:
    """A phone as WhatsApp writes it: digits only. Anything else is no phone (a user id holds digits too)."""
    text = word(value, key).removeprefix("+")
    return text if text.isascii() and text.isdigit() and 5 <= len(text) <= 20 else ""


def _digits(value: int) -> str:
    return str(value) if -(10**30) < value < 10**30 else ""
