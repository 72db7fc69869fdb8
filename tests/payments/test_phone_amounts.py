"""Numbers and amounts: what M-Pesa can be asked with, and what is refused rather than bent until it fits."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.values import Money
from payments.mpesa.amounts import BadAmount, money_of, shillings
from payments.mpesa.phone import BadNumber, e164, msisdn


@pytest.mark.parametrize(
    "written",
    [
        "+254712345678",
        "254712345678",
        "0712345678",
        "712345678",
        " 0712 345 678",
        "+254 712-345-678",
        "+254 (712) 345678",
    ],
)
def test_every_way_to_write_a_number_is_one_number(written: str) -> None:
    assert msisdn(written) == "254712345678"


def test_the_newer_prefix_is_a_mobile_number_too() -> None:
    assert e164("0110123456") == "+254110123456"


@pytest.mark.parametrize(
    "written",
    [
        "KE.254712345678", "KE.13491208655302741918", "US.ENT.254712345678", "+256712345678", "0202345678", "07123",
        "", None, 254712345678, "+0712345678", "07123456789", "٠٧١٢٣٤٥٦٧٨", "0712345678\n0712345678",
    ],
)  # fmt: skip
def test_what_is_no_kenyan_phone_is_refused_a_whatsapp_identity_above_all(written: object) -> None:
    with pytest.raises(BadNumber):
        msisdn(written)


@given(st.text())
def test_whatever_is_accepted_has_darajas_shape(written: str) -> None:
    try:
        number = msisdn(written)
    except BadNumber:
        return
    assert re.fullmatch(r"254[71][0-9]{8}", number)


@pytest.mark.parametrize(("minor", "whole"), [(100, 1), (50_000, 500), (25_000_000, 250_000)])
def test_whole_shillings_pass(minor: int, whole: int) -> None:
    assert shillings(Money(minor, "KES")) == whole


@pytest.mark.parametrize(
    "money",
    [Money(1050, "KES"), Money(0, "KES"), Money(-100, "KES"), Money(25_000_100, "KES"), Money(500, "USD")],
)
def test_fractions_nothing_too_much_and_other_currencies_are_refused(money: Money) -> None:
    with pytest.raises(BadAmount):
        shillings(money)


def test_a_callbacks_amount_may_be_a_whole_number_a_float_or_text() -> None:
    assert {money_of(n) for n in (10, 10.0, "10", "10.00")} == {Money(1000, "KES")}
    assert money_of(10.5) == Money(1050, "KES")


@pytest.mark.parametrize("number", [True, None, "ten", float("nan"), float("inf"), 10**30, [], {}, "1e999999", 0.001])
def test_what_is_no_amount_is_none(number: object) -> None:
    assert money_of(number) is None
