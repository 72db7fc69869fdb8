"""Callbacks as Daraja has been seen to send them, and as anybody might."""

from __future__ import annotations

import json
from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from engine.values import Money
from payments.mpesa.callback import StkCallback, read_callback
from payments.mpesa.links import PATH, REFUSED_WORDS, Links

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)
NAMES = st.sampled_from(["Amount", "MpesaReceiptNumber", "Balance", "TransactionDate", "PhoneNumber"]) | JSON
ITEMS = st.lists(st.fixed_dictionaries({"Name": NAMES}, optional={"Value": JSON}) | JSON) | JSON
CALLBACKS = st.fixed_dictionaries(
    {},
    optional={
        "CheckoutRequestID": JSON | st.just("ws_CO_1"),
        "MerchantRequestID": JSON,
        "ResultCode": JSON | st.just(0) | st.just("1032"),
        "ResultDesc": JSON,
        "CallbackMetadata": st.fixed_dictionaries({"Item": ITEMS}) | JSON,
    },
)


def body(code: Any = 0, items: Any = None, **more: Any) -> bytes:
    callback: dict[str, Any] = {"MerchantRequestID": "m", "CheckoutRequestID": "ws_CO_1", "ResultCode": code, **more}
    if items is not None:
        callback["CallbackMetadata"] = {"Item": items}
    return json.dumps({"Body": {"stkCallback": callback}}).encode()


PAID = [
    {"Name": "PhoneNumber", "Value": 254712345678},
    {"Name": "Balance"},
    {"Name": "TransactionDate", "Value": 20261121120000},
    {"Name": "MpesaReceiptNumber", "Value": "NLJ7RT61SV"},
    {"Name": "Amount", "Value": 500.0},
]


def test_items_are_read_by_name_in_any_order_with_or_without_value() -> None:
    callback = read_callback(body(items=PAID))
    assert callback is not None
    assert callback.paid
    assert callback.amount == Money(50_000, "KES")
    assert (callback.receipt, callback.phone) == ("NLJ7RT61SV", "254712345678")


def test_a_failure_has_no_metadata_and_its_code_may_be_text() -> None:
    callback = read_callback(body(code="1032", ResultDesc="Request cancelled by user"))
    assert callback is not None
    assert (callback.code, callback.amount, callback.receipt) == ("1032", None, "")
    assert not callback.paid


def test_a_masked_number_is_no_number() -> None:
    for masked in ("254712***678", "2547******78", 0, None, "a" * 64):
        callback = read_callback(body(items=[*PAID[1:], {"Name": "PhoneNumber", "Value": masked}]))
        assert callback is not None
        assert callback.phone == ""


def test_a_single_item_may_come_without_its_list() -> None:
    callback = read_callback(body(items={"Name": "Amount", "Value": 1}))
    assert callback is not None
    assert callback.amount == Money(100, "KES")


def test_what_is_no_callback_is_none() -> None:
    for raw in (b"", b"{", b"[]", b"null", b'{"Body":{}}', b'{"Body":{"stkCallback":[]}}', b"\xff\xfe", b"[" * 100_000,
                body(code=True), body(code=None), body(CheckoutRequestID=7)):  # fmt: skip
        assert read_callback(raw) is None


@given(st.binary())
def test_any_bytes_are_read_without_an_exception(raw: bytes) -> None:
    assert read_callback(raw) is None or isinstance(read_callback(raw), StkCallback)


@given(st.fixed_dictionaries({"Body": st.fixed_dictionaries({"stkCallback": CALLBACKS | JSON}) | JSON}) | JSON)
def test_any_json_is_read_without_an_exception_and_leads_to_storable_values(value: Any) -> None:
    callback = read_callback(json.dumps(value).encode())
    if callback is not None:
        assert callback.checkout
        assert callback.code
        msgspec.json.encode(callback)


@given(st.text(alphabet="0123456789abcdef", min_size=24, max_size=24))
def test_an_address_names_its_payment_and_none_of_the_refused_words(payment: str) -> None:
    links = Links("secret", "https://aais.example")
    url = links.url(payment)
    assert not any(word in url.lower() for word in REFUSED_WORDS)
    assert links.payment(url.split(PATH)[1]) == payment


def test_a_token_of_another_secret_another_payment_or_another_shape_is_refused() -> None:
    links = Links("secret", "https://aais.example")
    token = links.token("a" * 24)
    assert links.payment(Links("other", "https://aais.example").token("a" * 24)) is None
    assert links.payment("b" * 24 + token[24:]) is None
    assert links.payment(token[:-1]) is None
    assert links.payment(token + "\n") is None
    assert links.payment("") is None
