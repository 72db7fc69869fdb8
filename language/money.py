"""Amounts of money: "Ksh 5,000/=", "5k", "elfu tano", "soo tano", "2000 bob". Minor units come out.

Sheng for money changes by estate and year; only the words that everybody shares are read
(soo, thao, ngiri, mbao). The others leave a word over, and so the message is asked back.
"""

from __future__ import annotations

import re
from decimal import Decimal

from engine.currency import unit
from engine.values import Money
from language.numbers import spot
from language.reading import Read, Reading, Setting, Unclear
from language.text import listed, plain, tokens
from language.words import HEDGE, NEGATION, POLITE, QUESTION, REQUEST

_SYMBOLS = {"₦": " ngn ", "€": " eur ", "£": " gbp ", "$": " usd "}
_CURRENCIES = {
    "kes": "KES", "ksh": "KES", "kshs": "KES", "khs": "KES", "bob": "KES", "tzs": "TZS", "tsh": "TZS", "tshs": "TZS",
    "ugx": "UGX", "ush": "UGX", "ushs": "UGX", "ngn": "NGN", "naira": "NGN", "usd": "USD", "dollars": "USD",
    "dollar": "USD", "dola": "USD", "eur": "EUR", "euro": "EUR", "euros": "EUR", "gbp": "GBP", "rwf": "RWF",
    "frw": "RWF", "zar": "ZAR", "rand": "ZAR", "rands": "ZAR",
}  # fmt: skip
_SHILLING = listed(
    """
    sh shs shilingi shillings shilling pesa cash only tu kash
    """
)
_LIMIT = listed(
    """
    less more than below above under over most least chini zaidi kati between upto kuanzia
    """
)
_PAYING = listed(
    "pay send nitalipa nalipa nalipia lipa nitatuma natuma deposit around about like roughly total jumla kwanza"
)
_AROUND = POLITE | REQUEST | _CURRENCIES.keys() | _SHILLING | _PAYING
_SLANG = {"mbao": Decimal(20)}


def read_money(text: str, setting: Setting) -> Reading:
    """One amount. A fraction finer than the currency's minor unit, a range or a limit is asked back."""
    raw = plain(text)
    for symbol, name in _SYMBOLS.items():
        raw = raw.replace(symbol, name)
    raw = re.sub(r"(\d)\s*/[=\-]", r"\1 sh", raw)
    raw = re.sub(r"(?<![\d.,])(\d{1,3})((?: \d{3})+)(?![\d.,])", lambda hit: hit[0].replace(" ", ""), raw)
    words = tokens(raw)
    found = [(number.value, number.start, number.end) for number in spot(words)]
    found = found or [(_SLANG[token], at, at + 1) for at, token in enumerate(words) if token in _SLANG]
    if not found:
        return Unclear("not_money")
    currencies = {_CURRENCIES[token] for token in words if token in _CURRENCIES}
    amounts = {value for value, _, _ in found}
    if len(amounts) > 1 or len(currencies) > 1:
        return Unclear("ambiguous_money", options=tuple(str(value) for value, _, _ in found))
    taken = {at for _, start, end in found for at in range(start, end)}
    left = [token for at, token in enumerate(words) if at not in taken]
    if re.search(r"-\s?\d", raw) or any(token in _LIMIT or token in NEGATION | HEDGE | QUESTION for token in left):
        return Unclear("not_money")
    if any(token not in _AROUND for token in left):
        return Unclear("not_money")
    currency = currencies.pop() if currencies else setting.currency
    minor = amounts.pop() * unit(currency)
    if minor != minor.to_integral_value():
        return Unclear("not_money")
    return Read(Money(int(minor), currency), "typed")
