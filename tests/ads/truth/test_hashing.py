"""Personal data in each platform's own form: golden vectors, and the hashing of Meta's own library beside ours."""

from __future__ import annotations

import pytest
from facebook_business.adobjects.serverside.user_data import UserData
from hypothesis import given
from hypothesis import strategies as st

from ads.conversions import hashing

NIGERIA = "+234 (803) 123-4567"


@pytest.mark.parametrize(
    ("form", "text", "begins"),
    [
        (hashing.email, " John_Smith@gmail.com ", "62a14e44f765419d"),
        (hashing.digits, "+1 (650) 555-1212", "e323ec626319ca94"),
        (hashing.name, "Mary", "6915771be1c5aa0c"),
        (hashing.digits, NIGERIA, "fe144b034b54f22e"),
    ],
    ids=["email", "phone", "name", "nigeria"],
)
def test_published_hashes_come_out(form: object, text: str, begins: str) -> None:
    assert hashing.sha256(form(text)).startswith(begins)  # type: ignore[operator]


@pytest.mark.parametrize(
    ("ours", "theirs", "text"),
    [
        (hashing.email, "email", "Achieng.Odhiambo@Example.co.ke"),
        (hashing.digits, "phone", "+254712345678"),
        (hashing.digits, "phone", NIGERIA),
        (hashing.name, "first_name", "Wanjikũ"),
        (hashing.name, "last_name", "Njoroge"),
        (hashing.country, "country_code", "KE"),
    ],
    ids=["email", "kenya", "nigeria", "first", "last", "country"],
)
def test_metas_own_library_hashes_alike(ours: object, theirs: str, text: str) -> None:
    told = UserData(**{theirs: text}).normalize()
    (value,) = told.values()
    assert hashing.sha256(ours(text)) in (value if isinstance(value, list) else [value])  # type: ignore[operator]


def test_google_and_tiktok_hash_the_plus_and_meta_does_not() -> None:
    assert (hashing.e164(NIGERIA), hashing.digits(NIGERIA)) == ("+2348031234567", "2348031234567")


def test_google_alone_takes_the_dots_out_of_gmail() -> None:
    assert hashing.google_email("Jane.Doe@Gmail.com") == "janedoe@gmail.com"
    assert hashing.google_email("Jane.Doe@example.com") == "jane.doe@example.com"
    assert hashing.email("Jane.Doe@Gmail.com") == "jane.doe@gmail.com"


@pytest.mark.parametrize("number", ["0803 123 4567", "712345678", "+0803", "KE.1349", "", "+25471234567890123"])
def test_a_number_without_its_country_is_not_guessed(number: str) -> None:
    assert hashing.e164(number) == hashing.digits(number) == hashing.sha256("") == ""


@given(st.text(max_size=60))
def test_what_is_hashed_is_in_its_form_already(text: str) -> None:
    for form in (hashing.email, hashing.google_email, hashing.e164, hashing.name, hashing.country):
        assert form(form(text)) == form(text)
