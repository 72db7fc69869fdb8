"""An amount means the same wherever it is written, read, typed or sent, in every currency that businesses here use."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from ads import units
from ads.profit.figure import shown
from ads.variations.review import amounts
from bookings import policy
from engine import functions
from engine.comparing.words import fact
from engine.currency import major, precision, unit, written
from engine.values import Money
from insights import trace
from language.money import read_money
from language.reading import Read, Setting
from web.console.frame import money
from web.console.settings_page import typed

NOW = datetime(2026, 11, 21, tzinfo=UTC)
HOUSE = Path(__file__).parents[2]
ROOMS = (
    "ads",
    "bookings",
    "channels",
    "cli",
    "composition",
    "crm",
    "engine",
    "hooks",
    "insights",
    "language",
    "payments",
    "web",
)
CURRENCIES = {"KES": 2, "TZS": 2, "NGN": 2, "ZAR": 2, "USD": 2, "UGX": 0, "RWF": 0}
_BY_HUNDRED = re.compile(
    r"(amount|price|deposit|spend|budget|revenue|profit|margin|minor|cents)\b[\w.\[\]\"')(]*\s*(//?|\*|%)\s*100\b"
)

each_currency = pytest.mark.parametrize(("currency", "digits"), CURRENCIES.items())


@each_currency
def test_fifteen_hundred_of_it_is_written_as_fifteen_hundred(currency: str, digits: int) -> None:
    amount = Money(1500 * 10**digits, currency)
    assert (precision(currency), unit(currency), major(amount.amount, currency)) == (digits, 10**digits, 1500)
    decimals = "." + "0" * digits if digits else ""
    assert str(amount) == f"{currency} 1500{decimals}"
    assert written(amount.amount, currency) == f"{currency} 1,500{decimals}" == trace.shown(amount)
    assert fact({"$money": [amount.amount, currency]}) == f"{currency} 1,500{decimals}"
    assert shown(amount) == written(amount.amount, currency, short=True) == f"{currency} 1,500"
    assert money(amount).replace("\u00a0", " ").endswith("1,500")
    assert typed(amount.amount, currency) == "1500"


@each_currency
def test_fifteen_hundred_of_it_is_read_as_fifteen_hundred(currency: str, digits: int) -> None:
    amount = Money(1500 * 10**digits, currency)
    assert functions.money(1500, currency) == amount
    for text in (f"{currency} 1,500", "1500", "elfu moja mia tano"):
        read = read_money(text, Setting(now=NOW, zone=ZoneInfo("UTC"), currency=currency))
        assert isinstance(read, Read), text
        assert read.value == amount
    assert amounts("KSh 1,500 only", currency) == (amount.amount,)


@each_currency
def test_the_platforms_are_told_fifteen_hundred_of_it(currency: str, digits: int) -> None:
    amount = Money(1500 * 10**digits, currency)
    assert units.to_micros(amount) == "1500000000"
    assert units.from_micros("1500000000", currency) == units.from_major("1500", currency) == amount
    assert units.to_tiktok(amount) == 1500


@each_currency
def test_a_part_that_goes_back_is_rounded_up_to_a_whole_unit(currency: str, digits: int) -> None:
    terms, now = policy.Policy(refund=(policy.Refund(24, 50),)), NOW
    paid = 1501 * 10**digits
    split = policy.on_cancel(terms, paid, start=now + timedelta(days=3), now=now, by="customer", currency=currency)
    assert split.refund == 751 * 10**digits


def test_half_a_ugandan_shilling_is_asked_back() -> None:
    assert not isinstance(read_money("500.50", Setting(now=NOW, zone=ZoneInfo("UTC"), currency="UGX")), Read)
    assert isinstance(read_money("500.50", Setting(now=NOW, zone=ZoneInfo("UTC"), currency="KES")), Read)


def test_no_room_knows_a_factor_of_a_hundred_of_its_own() -> None:
    files = [path for room in ROOMS for path in (HOUSE / room).rglob("*") if path.suffix in (".py", ".html")]
    found = [
        f"{path.relative_to(HOUSE)}: {line.strip()}"
        for path in files
        for line in path.read_text().splitlines()
        if _BY_HUNDRED.search(line)
    ]
    assert found == [], "ask engine.currency"
