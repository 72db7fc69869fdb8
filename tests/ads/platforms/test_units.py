"""Money crosses into a platform's units and back without losing or gaining a factor."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ads.units import (
    BadUnit,
    from_major,
    from_meta,
    from_micros,
    meta_offset,
    to_meta,
    to_micros,
    to_tiktok,
)
from engine.values import Money

# our minor units of five hundred, the offset at Meta (told where Meta lists none), micros, TikTok's number
FIVE_HUNDRED = [
    ("KES", 50_000, None, 50_000, "500000000", 500),
    ("NGN", 50_000, None, 50_000, "500000000", 500),
    ("ZAR", 50_000, None, 50_000, "500000000", 500),
    ("USD", 50_000, None, 50_000, "500000000", 500),
    ("TZS", 50_000, 100, 50_000, "500000000", 500),
    ("UGX", 500, 1, 500, "500000000", 500),
    ("RWF", 500, 1, 500, "500000000", 500),
]


@pytest.mark.parametrize(("currency", "minor", "told", "meta", "micros", "tiktok"), FIVE_HUNDRED)
def test_five_hundred_is_five_hundred_in_everybodys_unit(
    currency: str, minor: int, told: int | None, meta: int, micros: str, tiktok: float
) -> None:
    money = Money(minor, currency)
    assert (to_meta(money, told), to_micros(money), to_tiktok(money)) == (meta, micros, tiktok)
    assert from_meta(str(meta), currency, told) == money
    assert from_micros(micros, currency) == money
    assert from_major("500.00", currency) == money
    assert from_major(tiktok, currency) == money


@pytest.mark.parametrize("currency", ["UGX", "TZS", "RWF"])
def test_a_currency_that_meta_does_not_list_is_refused_until_the_account_says_its_offset(currency: str) -> None:
    with pytest.raises(BadUnit) as refused:
        to_meta(Money(500, currency))
    assert refused.value.code == "ads.units.currency"
    with pytest.raises(BadUnit):
        meta_offset(currency, 10)


def test_what_the_account_says_never_overrides_metas_own_table() -> None:
    assert to_meta(Money(50_000, "KES"), 1) == 50_000


def test_a_currency_may_have_cents_for_us_and_none_for_meta() -> None:
    assert to_meta(Money(50_000, "HUF")) == 500
    with pytest.raises(BadUnit) as refused:
        to_meta(Money(50_050, "HUF"))
    assert refused.value.code == "ads.units.fraction"


def test_cents_go_to_tiktok_as_a_fraction() -> None:
    assert to_tiktok(Money(50_050, "KES")) == 500.5


REPORTED = [
    ("12.345", "KES", 1235),
    ("12.344", "USD", 1234),
    ("12.5", "UGX", 13),
    ("0", "RWF", 0),
    (0.1 + 0.2, "USD", 30),
    ("-1.00", "KES", -100),
]


@pytest.mark.parametrize(("said", "currency", "minor"), REPORTED)
def test_what_is_reported_is_rounded_half_up_to_our_minor_unit(said: str, currency: str, minor: int) -> None:
    assert from_major(said, currency) == Money(minor, currency)


def test_a_cost_in_micros_may_be_finer_than_a_cent() -> None:
    assert from_micros("1234567", "USD") == Money(123, "USD")
    assert from_micros(1_235_000, "USD") == Money(124, "USD")


@pytest.mark.parametrize("said", [None, True, "", "abc", "NaN", "Infinity", "1e40", [], {"a": 1}, "1,000"])
def test_what_is_no_amount_is_refused(said: object) -> None:
    for read in (from_major, from_micros, from_meta):
        with pytest.raises(BadUnit):
            read(said, "KES")


@pytest.mark.parametrize("amount", [-1, 10**16, True])
def test_no_budget_is_negative_or_absurd(amount: int) -> None:
    for say in (to_meta, to_micros, to_tiktok):
        with pytest.raises(BadUnit):
            say(Money(amount, "KES"))


@pytest.mark.parametrize("currency", ["", "kes", "KSh", "K€S", "SHILLING"])
def test_what_is_no_currency_is_refused(currency: str) -> None:
    with pytest.raises(BadUnit):
        to_micros(Money(1, currency))


@given(st.integers(0, 10**12), st.sampled_from(["KES", "UGX", "TZS", "RWF", "NGN", "ZAR", "USD"]))
def test_every_amount_comes_back_as_it_went(minor: int, currency: str) -> None:
    money, told = Money(minor, currency), 1 if currency in ("UGX", "RWF") else 100
    assert from_meta(to_meta(money, told), currency, told) == money
    assert from_micros(to_micros(money), currency) == money
    assert from_major(to_tiktok(money), currency) == money
