"""What a reader hands back: a typed value with how it was found, or why there is none."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec


class Setting(msgspec.Struct, frozen=True, kw_only=True):
    """Where and when the words were said. `now` is local to `zone`."""

    now: datetime
    zone: ZoneInfo
    region: str = "KE"
    currency: str = "KES"


class Read(msgspec.Struct, frozen=True):
    """A value of the asked type. `how` is for people and metrics; `choice` is the id, when one was picked."""

    value: Any
    how: str
    choice: str = ""


class Unclear(msgspec.Struct, frozen=True):
    """No one value. `candidates` are choice ids, `options` ISO values, between which to ask again."""

    reason: str
    candidates: tuple[str, ...] = ()
    options: tuple[str, ...] = ()


Reading = Read | Unclear
