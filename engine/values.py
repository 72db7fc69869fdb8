"""The values that YAML works with, and how they are written as JSON.

Text, numbers, yes/no and None are themselves; records are dicts; moments are aware datetimes in
UTC. What JSON has no form for is written as a one-key object whose key begins with "$".
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, TypeVar

import msgspec

from engine.currency import major
from engine.model import Snapshot, Step

T = TypeVar("T")


class MixedMoney(ValueError):
    """Two amounts in different currencies met."""


class Money(msgspec.Struct, frozen=True, order=False):
    """An amount in minor units (cents) with its ISO 4217 currency. Zero compares with any currency."""

    amount: int
    currency: str

    def __str__(self) -> str:
        return f"{self.currency} {major(self.amount, self.currency):f}"

    def _minor(self, other: Any) -> int:
        if isinstance(other, Money):
            if other.currency != self.currency and other.amount and self.amount:
                raise MixedMoney(f"{self.currency} and {other.currency} do not compare or add up")
            return other.amount
        if other == 0 and not isinstance(other, bool):
            return 0
        raise TypeError(f"{other!r} is not money")

    def _unit(self, other: Any) -> str:
        return other.currency if isinstance(other, Money) and not self.amount and other.amount else self.currency

    def __lt__(self, other: Any) -> bool:
        return self.amount < self._minor(other)

    def __le__(self, other: Any) -> bool:
        return self.amount <= self._minor(other)

    def __gt__(self, other: Any) -> bool:
        return self.amount > self._minor(other)

    def __ge__(self, other: Any) -> bool:
        return self.amount >= self._minor(other)

    def __add__(self, other: Any) -> Money:
        return Money(self.amount + self._minor(other), self._unit(other))

    __radd__ = __add__

    def __sub__(self, other: Any) -> Money:
        return Money(self.amount - self._minor(other), self._unit(other))

    def __neg__(self) -> Money:
        return Money(-self.amount, self.currency)

    def __abs__(self) -> Money:
        return Money(abs(self.amount), self.currency)

    def __mul__(self, factor: Any) -> Money:
        if isinstance(factor, bool) or not isinstance(factor, (int, float)):
            raise TypeError(f"money cannot be multiplied by {factor!r}")
        return Money(whole(Decimal(self.amount) * Decimal(str(factor))), self.currency)

    __rmul__ = __mul__

    def __truediv__(self, other: Any) -> Money | float:
        if isinstance(other, Money):
            return self.amount / self._minor(other)
        return Money(whole(Decimal(self.amount) / Decimal(str(other))), self.currency)


def whole(amount: Decimal) -> int:
    """Rounded half up, the way a till does."""
    return int(amount.quantize(Decimal(1), rounding=ROUND_HALF_UP))


_AS_IS = frozenset({str, int, bool, float, type(None)})
_FORMS: dict[type, Callable[[Any], Any]] = {
    Money: lambda value: {"$money": [value.amount, value.currency]},
    datetime: lambda value: {"$when": value.astimezone(UTC).isoformat().replace("+00:00", "Z")},
    date: lambda value: {"$date": value.isoformat()},
    time: lambda value: {"$time": value.isoformat()},
    timedelta: lambda value: {"$duration": value.total_seconds()},
}


def encode(value: Any) -> Any:
    """A dialect value (or a struct of `engine.model`) as plain JSON data."""
    return value if type(value) in _AS_IS else _encoded(value, {})


def _encoded(value: Any, once: dict[int, Any]) -> Any:
    """`once` has what records came to: a step holds the same ones as answers, as choices, and in its snapshot.

    Every step goes through here, so what is empty (most of a step) and what is plain take the shortest way.
    """
    kind = type(value)
    if kind is tuple or kind is list:
        return [item if type(item) in _AS_IS else _encoded(item, once) for item in value] if value else []
    if kind is not dict:
        form = _FORMS.get(kind)
        if form is not None:
            return form(value)
    elif not value:
        return {}
    plain = once.get(id(value))
    if plain is not None:
        return plain
    plain = {}
    for key, item in (value if kind is dict else _fields(value)).items():
        plain[key] = item if type(item) in _AS_IS else _encoded(item, once)
    if len(plain) == 1 and kind is dict and next(iter(plain)).startswith("$"):
        plain = {"$map": plain}
    once[id(value)] = plain
    return plain


def _fields(value: Any) -> dict[str, Any]:
    try:
        return msgspec.structs.asdict(value)
    except TypeError:
        raise TypeError(f"{type(value).__name__} is not a value of the dialect") from None


_DECODERS: dict[str, Callable[[Any], Any]] = {
    "$money": lambda v: Money(v[0], v[1]),
    "$when": lambda v: datetime.fromisoformat(v),
    "$date": lambda v: date.fromisoformat(v),
    "$time": lambda v: time.fromisoformat(v),
    "$duration": lambda v: timedelta(seconds=v),
    "$map": lambda v: {key: decode(item) for key, item in v.items()},
}


def decode(plain: Any) -> Any:
    """The inverse of `encode`, for values. Raises ValueError on a malformed "$" object."""
    kind = type(plain)
    if kind is dict:
        if len(plain) == 1:
            ((key, inner),) = plain.items()
            if key.startswith("$"):
                return _tagged(key, inner)
        return {key: decode(item) for key, item in plain.items()}
    if kind is list:
        return [decode(item) for item in plain]
    return plain


def _tagged(key: str, inner: Any) -> Any:
    decoder = _DECODERS.get(key)
    if decoder is None:
        raise ValueError(f"{key!r} is not a form of value")
    try:
        return decoder(inner)
    except (TypeError, IndexError, KeyError, AttributeError) as error:
        raise ValueError(f"malformed {key}: {inner!r}") from error


def canonical(value: Any) -> bytes:
    """The one JSON form of a value: keys sorted, no spaces. What hashes are taken of."""
    return _write(encode(value))


_write = msgspec.json.Encoder(order="deterministic").encode


def dump_snapshot(snapshot: Snapshot) -> bytes:
    return canonical(snapshot)


def load_snapshot(data: bytes | str) -> Snapshot:
    return _load(data, Snapshot)


def dump_step(step: Step) -> bytes:
    return canonical(step)


def dump_both(step: Step) -> tuple[bytes, bytes]:
    """A step and its snapshot, as `dump_step` and `dump_snapshot` write them, for less than one after the other."""
    plain = encode(step)
    return _write(plain), _write(plain["snapshot"])


def load_step(data: bytes | str) -> Step:
    return _load(data, Step)


def _load(data: bytes | str, kind: type[T]) -> T:
    return msgspec.convert(decode(msgspec.json.decode(data)), kind)
