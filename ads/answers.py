"""Reading a platform's JSON, in which anything may be missing or of another type: a value or an empty one, no error."""

from __future__ import annotations

from typing import Any

_DIGITS = 15  # of a count; more fit into no store


def text(body: Any, name: str) -> str:
    """Text or a whole number as text; "" for all else."""
    value = body.get(name) if isinstance(body, dict) else None
    return str(value) if isinstance(value, (str, int)) and not isinstance(value, bool) else ""


def mapping(body: Any, name: str) -> dict[str, Any]:
    value = body.get(name) if isinstance(body, dict) else None
    return value if isinstance(value, dict) else {}


def rows(body: Any, name: str) -> list[dict[str, Any]]:
    """The objects of a list."""
    value = body.get(name) if isinstance(body, dict) else None
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def whole(body: Any, name: str, default: int = 0) -> int:
    """A whole number, also when it is written as text or as 3.0."""
    value = body.get(name) if isinstance(body, dict) else None
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return default
    try:
        return int(float(value))
    except (ValueError, OverflowError):
        return default


def count(body: Any, name: str) -> int:
    """How many, where a guess would do harm. Raises ValueError for what is missing, negative or no whole number."""
    found = text(body, name)
    if not (found.isascii() and found.isdecimal() and len(found) <= _DIGITS):
        raise ValueError(f"{name} is no count: {found[:40]!r}")
    return int(found)


def number(body: Any, name: str) -> float:
    """A finite number, also when it is written as text; 0 for all else."""
    value = body.get(name) if isinstance(body, dict) else None
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return 0.0
    try:
        found = float(value)
    except (ValueError, OverflowError):
        return 0.0
    return found if found - found == 0 else 0.0
