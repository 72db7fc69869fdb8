"""Values as test files write them, read by the type that is wanted where they stand.

Moments and dates are ISO 8601 (without an offset: local time of the business), durations `2h`, money
`KES 500`. Where no type is known, the same in a tagged form: {money: 500, currency: KES},
{when: 2026-11-20T10:00}, {date: 2026-11-20}, {time: "10:00"}, {duration: 2h}.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from engine import types
from engine.currency import unit
from engine.findings import did_you_mean
from engine.functions import zone
from engine.outline import delay
from engine.testing.suite import Suite
from engine.types import Shape, Types
from engine.values import Money
from engine.yamltree import Node

_DURATION = re.compile(r"[0-9]{1,6}[smhdw]\Z")
_MONEY = re.compile(r"([A-Z]{3}) ?(-?[0-9][0-9,]*(?:\.[0-9]+)?)\Z")
_TAGS = {"when": types.DATETIME, "date": types.DATE, "time": types.TIME, "duration": types.DURATION}


class Values:
    """Reads the values of one file."""

    def __init__(self, suite: Suite, known: Types, local: str) -> None:
        self.suite = suite
        self.types = known
        self.local = local  # IANA name of the zone that moments without an offset are in

    def shape(self, written: str | Shape) -> Shape:
        return self.types.shape(written)

    def read(self, node: Node, shape: Shape = types.ANY) -> Any:
        """Raises Findings at the node that is not what is wanted."""
        value = node.value
        if value is None:
            return None
        if isinstance(value, dict):
            return self._mapping(node, value, shape)
        if isinstance(value, list):
            if shape.base not in ("list", "any"):
                self._refuse(node, shape)
            return [self.read(item, shape.item or types.ANY) for item in value]
        made = self._written(node, str(value), shape) if shape.base in _WRITTEN else value
        if not types.is_a(made, shape):
            self._refuse(node, shape)
        return made

    def record(self, node: Node, fields: dict[str, Any], what: str) -> dict[str, Any]:
        """A mapping whose keys are known by name."""
        if node.value is None:
            return {}
        if not isinstance(node.value, dict):
            self.suite.refuse("wrong-type", node.place, f"{what} is a mapping of names to values.")
        made: dict[str, Any] = {}
        for name, inner in node.value.items():
            if name not in fields:
                reason = f'{what} has no "{name}".'
                self.suite.refuse("unknown-field", node.keys[name], reason, did_you_mean(name, fields))
            made[name] = self.read(inner, self.shape(fields[name]))
        return made

    def _mapping(self, node: Node, value: dict[str, Node], shape: Shape) -> Any:
        if set(value) in ({"money"}, {"money", "currency"}) and shape.base in ("money", "any"):
            currency = str(value["currency"].value) if "currency" in value else "KES"
            return self._money(node, currency, str(value["money"].value))
        if len(value) == 1 and shape.base in ("date", "time", "datetime", "duration", "any"):
            ((tag, inner),) = value.items()
            if tag in _TAGS:
                return self._written(inner, str(inner.value), _TAGS[tag])
        if shape.base == "any":
            return {key: self.read(inner) for key, inner in value.items()}
        if shape.fields is None:
            return self._refuse(node, shape)
        return self.record(node, shape.fields, f"A record of type {shape.name}")

    def _written(self, node: Node, text: str, shape: Shape) -> Any:
        try:
            if shape.base == "money":
                match = _MONEY.match(text)
                return self._money(node, match[1], match[2]) if match else self._refuse(node, shape)
            if shape.base == "duration":
                return self.duration(node)
            if shape.base == "date":
                return date.fromisoformat(text)
            return time.fromisoformat(text) if shape.base == "time" else self.moment(node)
        except ValueError:
            return self._refuse(node, shape)

    def _money(self, node: Node, currency: str, amount: str) -> Money:
        try:
            minor = Decimal(amount.replace(",", "")) * unit(currency)
        except InvalidOperation:
            self._refuse(node, types.MONEY)
        if minor != int(minor):
            self.suite.refuse("wrong-value", node.place, f"{currency} has no coin that small: {amount}.")
        return Money(int(minor), currency)

    def spoken(self, node: Node, language: str) -> Any:
        """What a person says or reads: alike in all languages, or {en: ..., sw: ...}."""
        value = node.value
        if isinstance(value, dict) and value and all(re.fullmatch("[a-z]{2,3}", key) for key in value):
            if language not in value:
                self.suite.refuse("missing-translation", node.place, f"This is not written in {language}.")
            return self.read(value[language])
        return self.read(node)

    def moment(self, node: Node) -> datetime:
        try:
            read = datetime.fromisoformat(str(node.value))
        except ValueError:
            self._refuse(node, types.DATETIME)
        return (read if read.tzinfo else read.replace(tzinfo=zone(self.local))).astimezone(UTC)

    def duration(self, node: Node) -> timedelta:
        if not _DURATION.match(str(node.value)):
            self.suite.refuse(
                "wrong-value", node.place, f"A duration is written like 90s, 15m, 2h, 3d; not {node.value}."
            )
        return delay(str(node.value))

    def due(self, node: Node, now: datetime) -> datetime:
        """A moment, or how long from now."""
        return now + self.duration(node) if _DURATION.match(str(node.value)) else self.moment(node)

    def left(self, moment: datetime, now: datetime) -> str:
        """How long until a moment, as test files write it."""
        seconds = round((moment - now).total_seconds())
        for name, size in (("w", 604800), ("d", 86400), ("h", 3600), ("m", 60)):
            if seconds and seconds % size == 0:
                return f"{seconds // size}{name}"
        return f"{seconds}s"

    def _refuse(self, node: Node, shape: Shape) -> Any:
        said = "a mapping" if isinstance(node.value, dict) else "a list" if isinstance(node.value, list) else node.value
        self.suite.refuse("wrong-value", node.place, f"This should be {shape.name}, not {said}.")


_WRITTEN = ("money", "date", "time", "datetime", "duration")


def listed(value: Any) -> list[Any]:
    """One thing as a list of one, nothing as none."""
    return value if isinstance(value, list) else [] if value is None else [value]
