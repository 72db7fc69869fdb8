"""Values and steps as test files write them: the other way round from `engine.testing.values`."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from engine.currency import major
from engine.functions import zone
from engine.types import Shape, Types
from engine.values import Money

_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_.]*\Z")
_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_.]*\Z")
_WORDS = frozenset(["true", "false", "null", "yes", "no", "on", "off", "y", "n"])


class Writer:
    """Writes for one file. Where a type is not known, what JSON has no form for gets its tag."""

    def __init__(self, known: Types, local: str) -> None:
        self.types = known
        self.local = local

    def value(self, value: Any, wanted: str | Shape = "any") -> str:
        """On one line, in YAML's flow style."""
        shape = self.types.shape(wanted)
        if isinstance(value, Mapping):
            fields = shape.fields or {}
            inner = (f"{self.key(key)}: {self.value(item, fields.get(key, 'any'))}" for key, item in value.items())
            return f"{{{', '.join(inner)}}}"
        if isinstance(value, list | tuple):
            return f"[{', '.join(self.value(item, shape.item or 'any') for item in value)}]"
        if isinstance(value, Money) and shape.base == "any":
            return f"{{money: {self._money(value)}, currency: {value.currency}}}"
        tag, text = self._scalar(value)
        return f"{{{tag}: {text}}}" if tag and shape.base == "any" else text

    def key(self, key: Any) -> str:
        text = str(key)
        plain = _KEY.match(text) and text.lower() not in _WORDS
        return text if plain else json.dumps(text, ensure_ascii=False)

    def _scalar(self, value: Any) -> tuple[str, str]:
        """The tag that it has where its type is not known, and its text."""
        if value is None or isinstance(value, bool):
            return "", json.dumps(value)
        if isinstance(value, int | float):
            return "", repr(value)
        if isinstance(value, Money):
            return "", f"{value.currency} {self._money(value)}"
        if isinstance(value, datetime):
            here = value.astimezone(zone(self.local)).replace(tzinfo=None)
            return "when", here.isoformat(timespec="minutes" if not here.second else "seconds")
        if isinstance(value, date):
            return "date", value.isoformat()
        if isinstance(value, time):
            return "time", json.dumps(value.isoformat(timespec="minutes"))
        if isinstance(value, timedelta):
            return "duration", duration(value)
        text = str(value)
        return "", text if _PLAIN.match(text) and text.lower() not in _WORDS else json.dumps(text, ensure_ascii=False)

    @staticmethod
    def _money(value: Money) -> str:
        units = major(value.amount, value.currency)
        return f"{units:.0f}" if units == units.to_integral_value() else f"{units:f}"


def duration(passed: timedelta) -> str:
    """90s, 15m, 2h, 3d: the largest unit that it is whole in."""
    seconds = round(passed.total_seconds())
    for unit, size in (("w", 604800), ("d", 86400), ("h", 3600), ("m", 60)):
        if seconds and seconds % size == 0:
            return f"{seconds // size}{unit}"
    return f"{seconds}s"
