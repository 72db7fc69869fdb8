"""A figure that explains itself: its value, a sentence for people, and what it was computed from."""

from __future__ import annotations

from typing import Any

import msgspec

from engine.currency import written
from engine.values import Money


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """`value` is money, a number, a count, or None where there is none; then `sentence` says why."""

    name: str
    value: Money | float | int | None
    sentence: str
    inputs: dict[str, Any]


def shown(amount: Money) -> str:
    """KES 1,250.50: with as many decimals as the currency is kept in, and none where they are zero."""
    return written(amount.amount, amount.currency, short=True)


def percent(share: float) -> str:
    return f"{share * 100:.3g} %"
