"""From our integer minor units to Daraja's whole shillings and back; a fraction of a shilling is refused, never cut."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from engine.currency import unit
from engine.values import Money

CURRENCY = "KES"
LEAST, MOST = 1, 250_000  # shillings in one transaction; the upper bound is Safaricom's as of 2026
_CENTS = unit(CURRENCY)


class BadAmount(ValueError):
    """An amount that M-Pesa cannot be asked for."""


def shillings(money: Money) -> int:
    """Whole Kenyan shillings. Raises BadAmount."""
    if money.currency != CURRENCY:
        raise BadAmount(f"M-Pesa takes {CURRENCY}, not {money.currency}")
    whole, cents = divmod(money.amount, _CENTS)
    if cents:
        raise BadAmount(f"{money} is not a whole number of shillings")
    if not LEAST <= whole <= MOST:
        raise BadAmount(f"{money} is outside {LEAST} to {MOST} shillings")
    return whole


def of_shillings(whole: int) -> Money:
    return Money(whole * _CENTS, CURRENCY)


def money_of(number: Any) -> Money | None:
    """What a callback calls Amount (1, 1.0, "1.00"); None if it is no amount of money."""
    if isinstance(number, bool) or not isinstance(number, (int, float, str)):
        return None
    try:
        cents = Decimal(str(number).strip()) * _CENTS
        if not cents.is_finite() or abs(cents) > MOST * _CENTS * 1000 or cents != cents.to_integral_value():
            return None
    except (ArithmeticError, ValueError):
        return None
    return Money(int(cents), CURRENCY)
