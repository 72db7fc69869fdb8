"""Whether what came is what was expected, and how both are shown to people."""

from __future__ import annotations

from typing import Any

import msgspec

from engine.values import Money, encode


def differs(wanted: Any, came: Any) -> bool:
    """Records may hold more than was asked for; everything else is equal or it is not."""
    if isinstance(wanted, dict):
        return not isinstance(came, dict) or any(differs(value, came.get(key)) for key, value in wanted.items())
    if isinstance(wanted, list):
        if not isinstance(came, (list, tuple)) or len(came) != len(wanted):
            return True
        return any(differs(one, other) for one, other in zip(wanted, came, strict=True))
    if isinstance(wanted, bool) or isinstance(came, bool):
        return wanted is not came
    return bool(wanted != came)


def shown(value: Any) -> str:
    """As JSON, cut where it gets long."""
    if isinstance(value, Money):
        return str(value)
    if value is None:
        return "nothing"
    text = value if isinstance(value, str) else msgspec.json.encode(encode(value)).decode()
    return text if len(text) <= 600 else f"{text[:600]}…"
