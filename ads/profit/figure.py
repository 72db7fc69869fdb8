"""A figure that explains itself: its value, a sentence for people, and what it was computed from."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec

from engine.functions import precision
from engine.values import Money


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """`value` is money, a number, a count, or None where there is none; then `sentence` says why."""

    name: str
    value: Money | float | int | None
    sentence: str
    inputs: dict[str, Any]


def shown(amount: Money) -> str:
    """KES 1,250.50: with as many decimals as the currency is kept in, and none where they are zero."""
    digits = precision(amount.currency)
    major = Decimal(amount.amount).scaleb(-digits)
    return f"{amount.currency} {major:,.{0 if major == major.to_integral_value() else digits}f}"


def percent(share: float) -> str:
    return f"{share * 100:.3g} %"
