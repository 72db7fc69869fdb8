"""Reading what Daraja calls back with. Whatever the bytes are, this returns a value: None when they are no callback.

The callback is unsigned. What it says is a claim, to be matched with our own record and confirmed by a query.
"""

from __future__ import annotations

import re
from typing import Any

import msgspec

from engine.values import Money
from payments.mpesa.amounts import money_of
from payments.mpesa.results import PAID, code_text

_LONGEST = 200
_ITEMS = 50
RECEIPT = re.compile(r"[A-Z0-9]{6,20}")
_MSISDN = re.compile(r"254[71][0-9]{8}")


class StkCallback(msgspec.Struct, frozen=True, kw_only=True):
    """One STK callback. Money, receipt and phone are there only after success; `phone` is "" when masked."""

    checkout: str
    merchant: str
    code: str
    text: str
    amount: Money | None = None
    receipt: str = ""
    phone: str = ""

    @property
    def paid(self) -> bool:
        return self.code == PAID


def read_callback(raw: bytes) -> StkCallback | None:
    """The callback in a request body, or None if it is none. Never raises."""
    try:
        body = msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, ValueError):
        return None
    callback = _dig(body, "Body", "stkCallback")
    if not isinstance(callback, dict):
        return None
    checkout, code = _text(callback.get("CheckoutRequestID")), code_text(callback.get("ResultCode"))
    if not checkout or not code:
        return None
    items = _items(_dig(callback, "CallbackMetadata", "Item"))
    return StkCallback(
        checkout=checkout,
        merchant=_text(callback.get("MerchantRequestID")),
        code=code,
        text=_text(callback.get("ResultDesc")),
        amount=money_of(items.get("Amount")),
        receipt=_match(RECEIPT, _text(items.get("MpesaReceiptNumber")).upper()),
        phone=_match(_MSISDN, _digits(items.get("PhoneNumber"))),
    )


def _dig(value: Any, *path: str) -> Any:
    for key in path:
        if not isinstance(value, dict):
            return None
        value = value.get(key)
    return value


def _items(listed: Any) -> dict[str, Any]:
    """Items by name, in whatever order; a single item may come without its list. The first of a name counts."""
    found: dict[str, Any] = {}
    for item in ([listed] if isinstance(listed, dict) else listed if isinstance(listed, list) else [])[:_ITEMS]:
        if isinstance(item, dict) and isinstance(item.get("Name"), str):
            found.setdefault(item["Name"], item.get("Value"))
    return found


def _text(value: Any) -> str:
    return value.strip()[:_LONGEST] if isinstance(value, str) else ""


def _digits(value: Any) -> str:
    if isinstance(value, bool):
        return ""
    if isinstance(value, int):
        return str(value) if 0 < value < 10**15 else ""
    return _text(value).removeprefix("+")


def _match(pattern: re.Pattern[str], text: str) -> str:
    return text if pattern.fullmatch(text) else ""
