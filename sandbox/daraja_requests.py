"""What the simulated Daraja accepts as an STK push or query, checked in the order in which Daraja complains."""

from __future__ import annotations

import base64
import hmac
import re
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import msgspec

from sandbox.daraja_results import DarajaError, invalid
from sandbox.settings import Merchant

_MSISDN = re.compile(r"254[17]\d{8}\Z")
_TIMESTAMP = re.compile(r"\d{14}\Z")
_LOOPBACK = ("localhost", "127.0.0.1", "::1")
_MAX_AMOUNT = 250_000
_TYPES = ("CustomerPayBillOnline", "CustomerBuyGoodsOnline")


class StkRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A push that passed every check."""

    merchant: Merchant
    amount: int
    msisdn: str
    callback_url: str
    account: str


def stk_request(body: dict[str, Any], merchants: Sequence[Merchant], http_hosts: Collection[str]) -> StkRequest:
    """The push in a request body, or a `DarajaError`."""
    shortcode = _shortcode(body)
    _timestamp(body)
    kind = body.get("TransactionType")
    if kind not in _TYPES:
        raise invalid("TransactionType")
    amount = _amount(body.get("Amount"))
    msisdn = str(body.get("PhoneNumber", ""))
    if not _MSISDN.match(msisdn):
        raise invalid("PhoneNumber")
    if not _MSISDN.match(str(body.get("PartyA", ""))):
        raise invalid("PartyA")
    callback_url = _callback_url(body.get("CallBackURL"), http_hosts)
    account = body.get("AccountReference")
    if not isinstance(account, str) or not 1 <= len(account) <= 12:
        raise invalid("AccountReference")
    description = body.get("TransactionDesc")
    if not isinstance(description, str) or not 1 <= len(description) <= 13:
        raise invalid("TransactionDesc")
    merchant = _merchant(body, shortcode, merchants)
    party = merchant.till or merchant.shortcode if kind == "CustomerBuyGoodsOnline" else merchant.shortcode
    if str(body.get("PartyB", "")) != party:
        raise invalid("PartyB")
    return StkRequest(merchant=merchant, amount=amount, msisdn=msisdn, callback_url=callback_url, account=account)


def query_request(body: dict[str, Any], merchants: Sequence[Merchant]) -> tuple[Merchant, str]:
    """The merchant and checkout id in a query body, or a `DarajaError`."""
    shortcode = _shortcode(body)
    _timestamp(body)
    checkout_id = body.get("CheckoutRequestID")
    if not isinstance(checkout_id, str) or not checkout_id.startswith("ws_CO_"):
        raise invalid("CheckoutRequestID")
    return _merchant(body, shortcode, merchants), checkout_id


def _shortcode(body: dict[str, Any]) -> str:
    shortcode = str(body.get("BusinessShortCode", ""))
    if not shortcode.isdigit() or not 5 <= len(shortcode) <= 7:
        raise invalid("BusinessShortCode")
    return shortcode


def _timestamp(body: dict[str, Any]) -> None:
    value = str(body.get("Timestamp", ""))
    if not _TIMESTAMP.match(value):
        raise invalid("Timestamp")
    try:
        datetime.strptime(value, "%Y%m%d%H%M%S")
    except ValueError as error:  # digits that are no moment
        raise invalid("Timestamp") from error


def _amount(value: Any) -> int:
    if isinstance(value, bool) or not re.match(r"\d{1,9}\Z", str(value)) or not 1 <= int(value) <= _MAX_AMOUNT:
        raise invalid("Amount")
    return int(value)


def _callback_url(value: Any, http_hosts: Collection[str]) -> str:
    parts = urlsplit(str(value or ""))
    plain = parts.scheme == "http" and parts.hostname in (*_LOOPBACK, *http_hosts)
    if not parts.hostname or not (parts.scheme == "https" or plain):
        raise invalid("CallBackURL")
    return str(value)


def _merchant(body: dict[str, Any], shortcode: str, merchants: Sequence[Merchant]) -> Merchant:
    merchant = next((one for one in merchants if one.shortcode == shortcode), None)
    if merchant is None:
        raise DarajaError("500.001.1001", "Merchant does not exist")
    expected = base64.b64encode(f"{shortcode}{merchant.passkey}{body.get('Timestamp')}".encode()).decode()
    if not hmac.compare_digest(str(body.get("Password", "")).encode(), expected.encode()):
        raise DarajaError("500.001.1001", "[MerchantValidate] - Wrong credentials")
    return merchant
