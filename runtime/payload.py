"""How the runtime writes dialect values and structs into sealed fields, and reads them back."""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec

from engine.values import canonical, decode

T = TypeVar("T")


def pack(value: Any) -> bytes:
    return canonical(value)


def unpack(data: bytes | str, kind: type[T]) -> T:
    return msgspec.convert(decode(msgspec.json.decode(data)), kind)
