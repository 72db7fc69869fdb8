"""What a log may say about an unexpected error: its class and place, never its text or values (they are personal)."""

from __future__ import annotations

from pathlib import Path
from traceback import extract_tb


def fault(error: BaseException) -> str:
    """ "KeyError at bookings/holds.py:41 in hold"."""
    frames = extract_tb(error.__traceback__)
    if not frames:
        return type(error).__name__
    last = frames[-1]
    path = Path(last.filename)
    return f"{type(error).__name__} at {path.parent.name}/{path.name}:{last.lineno} in {last.name}"
