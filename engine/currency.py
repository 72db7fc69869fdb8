"""How many minor units a currency has: the one place that knows it, since 50,000 is KES 500.00 and UGX 50,000.

Whatever turns amounts into text, reads them, or hands them to somebody who counts otherwise asks here; a factor of 100
written anywhere else is a price that is a hundred times wrong in Kampala or Kigali.
"""

from __future__ import annotations

from decimal import Decimal
from functools import cache

from babel.numbers import get_currency_precision


@cache
def precision(currency: str) -> int:
    """Minor digits that amounts are kept in. Shillings have two on paper, whatever babel says of coins."""
    return 2 if currency in {"KES", "TZS"} else int(get_currency_precision(currency))


def unit(currency: str) -> int:
    """Minor units in one major unit: 100 for KES, 1 for UGX."""
    return int(10 ** precision(currency))


def major(amount: int, currency: str) -> Decimal:
    """Minor units as shillings, naira, dollars; exact."""
    return Decimal(amount).scaleb(-precision(currency))


def written(amount: int, currency: str, *, short: bool = False, sign: bool = False) -> str:
    """KES 1,250.50, UGX 50,000. `short` leaves decimals that are zero away, `sign` says a plus."""
    units = major(amount, currency)
    digits = 0 if short and units == units.to_integral_value() else precision(currency)
    return f"{currency} {units:{'+' if sign else ''},.{digits}f}"
