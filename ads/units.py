"""Money in the platforms' own units, and back: the one place where a factor of 100 could be got wrong. Pure.

Ours: integer minor units (KES 50.00 is 5000; UGX and RWF have none, so UGX 50 is 50).
Meta: an integer whose meaning depends on the currency's *offset* in Meta's table, which is not ISO 4217's (the forint
has cents for ISO and none for Meta); reports hold decimal text in major units.
Google: micros, a millionth of the major unit, written as text since JSON's numbers end at 2^53.
TikTok: major units as a JSON number.

What we send is exact or refused: a budget is never rounded. What we are told is rounded half up to our minor unit,
since a platform's accounting is finer than anyone's coins.
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from engine.currency import major, precision
from engine.values import Money, whole

MICROS = 1_000_000
_MOST = 10**15  # minor units: whatever is above it is no amount of money but a mistake

_HUNDREDTHS = """
    AED ARS AUD BDT BGN BHD BOB BRL CAD CHF CNY CZK DKK DZD EGP EUR GBP GHS GTQ HKD HNL ILS INR JOD KES LKR MOP MXN
    MYR NGN NIO NOK NZD PEN PHP PKR PLN QAR RON RSD RUB SAR SEK SGD THB TRY UAH USD UYU ZAR
"""
META_OFFSETS: dict[str, int] = dict.fromkeys(_HUNDREDTHS.split(), 100) | dict.fromkeys(
    ["CLP", "COP", "CRC", "HUF", "IDR", "ISK", "JPY", "KRW", "PYG", "TWD", "VND"], 1
)
"""Meta's table of ad account currencies, as of 2026. UGX, RWF and TZS are not in it: there an account says its own."""


class BadUnit(ValueError):
    """An amount that cannot be said in a platform's unit, or that a platform said and that is no amount.

    `code`: ads.units.currency (no known unit), ads.units.fraction (would have to be rounded), ads.units.amount.
    """

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code


def meta_offset(currency: str, told: int | None = None) -> int:
    """How many of Meta's units make one major unit. `told` is what the account's owner set for an unlisted currency.

    Raises BadUnit for a currency that Meta does not list: a guess there is a budget a hundred times too large.
    """
    if currency in META_OFFSETS:
        return META_OFFSETS[currency]
    if told not in (1, 100):
        raise BadUnit("ads.units.currency", f"Meta lists no offset for {currency}: set the account's offset (1 or 100)")
    return told


def to_meta(money: Money, told: int | None = None) -> int:
    """A budget for Meta: KES 500.00 is 50000, JPY 500 is 500. Raises BadUnit."""
    return _exactly(money, meta_offset(money.currency, told), "Meta")


def from_meta(number: Any, currency: str, told: int | None = None) -> Money:
    """What Meta says of a budget ("50000"). Raises BadUnit."""
    return _money(_number(number) / meta_offset(currency, told), currency)


def to_micros(money: Money) -> str:
    """A budget for Google: KES 500.00 is "500000000". Raises BadUnit."""
    return str(_exactly(money, MICROS, "Google"))


def from_micros(number: Any, currency: str) -> Money:
    """An amount or a cost that Google says. Raises BadUnit."""
    return _money(_number(number) / MICROS, currency)


def to_tiktok(money: Money) -> float | int:
    """A budget for TikTok: KES 500.00 is 500, KES 500.50 is 500.5. Raises BadUnit."""
    amount = _checked(money)
    return int(amount) if amount == amount.to_integral_value() else float(amount)


def from_major(number: Any, currency: str) -> Money:
    """Text or number in major units, as TikTok's budgets and all reports of Meta and TikTok have it. Raises BadUnit."""
    return _money(_number(number), currency)


def _exactly(money: Money, factor: int, whose: str) -> int:
    units = _checked(money) * factor
    if units != units.to_integral_value():
        raise BadUnit("ads.units.fraction", f"{whose} has no unit as small as the fraction in {money}")
    return int(units)


def _checked(money: Money) -> Decimal:
    """In major units."""
    if isinstance(money.amount, bool) or not isinstance(money.amount, int) or not 0 <= money.amount <= _MOST:
        raise BadUnit("ads.units.amount", f"{money.amount!r} is not an amount to spend")
    _precision(money.currency)
    return major(money.amount, money.currency)


def _money(major: Decimal, currency: str) -> Money:
    minor = major.scaleb(_precision(currency))
    if abs(minor) > _MOST:
        raise BadUnit("ads.units.amount", f"{major} {currency} is too much to be an amount")
    return Money(whole(minor), currency)


def _number(said: Any) -> Decimal:
    if isinstance(said, bool) or not isinstance(said, (int, float, str)):
        raise BadUnit("ads.units.amount", f"{said!r} is not an amount")
    try:
        number = Decimal(str(said).strip())
    except InvalidOperation:
        raise BadUnit("ads.units.amount", f"{said!r} is not an amount") from None
    if not number.is_finite() or number.adjusted() > 30:
        raise BadUnit("ads.units.amount", f"{said!r} is not an amount")
    return number


def _precision(currency: str) -> int:
    if len(currency) != 3 or not currency.isascii() or not currency.isupper():
        raise BadUnit("ads.units.currency", f"{currency!r} is not a currency's code")
    return precision(currency)
