"""Asking Daraja: send a payment prompt to a phone (STK push), and ask what became of it (query).

Each call ends in a value or in exactly one of the errors of `payments.mpesa.errors`, which say whether the request
may have been carried out. Nothing is ever sent twice here, except after Daraja refused the token itself.
"""

from __future__ import annotations

import base64
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import msgspec

from payments.mpesa.account import Account, check_host, is_ours
from payments.mpesa.amounts import LEAST, MOST, BadAmount
from payments.mpesa.errors import Ambiguous, DarajaError, Declined, Pending, Throttled, Unreachable
from payments.mpesa.pace import DEFAULT_PER_SECOND, Pace
from payments.mpesa.phone import BadNumber, msisdn
from payments.mpesa.results import code_text, is_pending
from payments.mpesa.token import Token

_NAIROBI = ZoneInfo("Africa/Nairobi")
_PUSH = "/mpesa/stkpush/v1/processrequest"
_QUERY = "/mpesa/stkpushquery/v1/query"
_TIMEOUT = httpx.Timeout(20.0, connect=5.0, pool=5.0)
_TOKEN_REFUSED = ("401.003.01", "404.001.03")
_THROTTLED = ("500.003.02", "500.003.03")
_ACCOUNT_LENGTH, _DESCRIPTION_LENGTH = 12, 13


class Prompt(msgspec.Struct, frozen=True, kw_only=True):
    """A payment to ask for. `amount` in whole shillings, `phone` as 2547…, `callback` an https address."""

    amount: int
    phone: str
    account: str
    description: str
    callback: str


class Accepted(msgspec.Struct, frozen=True):
    """Daraja will show the prompt. Nobody has paid anything yet."""

    checkout: str
    merchant: str


class Outcome(msgspec.Struct, frozen=True):
    """How a prompt ended, by query: "0" is paid. A query tells neither receipt nor amount."""

    code: str
    text: str


class Daraja:
    """One account's line to Daraja. Share one per account: it holds the token and the pace."""

    def __init__(self, account: Account, http: httpx.AsyncClient, *, per_second: float = DEFAULT_PER_SECOND) -> None:
        check_host(account.base_url)
        self.account = account
        self._http = http
        self._token = Token(account, http)
        self._pace = Pace(per_second)

    async def ready(self) -> None:
        """Have a token at hand, so that nothing but the push itself lies between marking it and sending it."""
        await self._token.get()

    async def push(self, prompt: Prompt, now: datetime) -> Accepted:
        """Raises BadAmount, BadNumber, Declined, Throttled, Unreachable or Ambiguous."""
        body = self._signed(now) | _push_fields(self.account, prompt)
        answer = await self._post(_PUSH, body)
        checkout, code = answer.get("CheckoutRequestID"), code_text(answer.get("ResponseCode"))
        if code and code != "0":
            raise Declined(_said(answer), code=code)
        if not isinstance(checkout, str) or not checkout:
            raise Ambiguous("the answer names no CheckoutRequestID", code="answer")
        return Accepted(checkout, str(answer.get("MerchantRequestID") or ""))

    async def query(self, checkout: str, now: datetime) -> Outcome:
        """Raises Pending while the customer has not answered; Declined, Throttled, Unreachable or Ambiguous."""
        answer = await self._post(_QUERY, self._signed(now) | {"CheckoutRequestID": checkout})
        code = code_text(answer.get("ResultCode"))
        if not code:
            raise Ambiguous("the answer has no ResultCode", code="answer")
        if is_pending(code):
            raise Pending(_said(answer), code=code)
        if answer.get("CheckoutRequestID") not in (None, checkout):
            raise Ambiguous("the answer is about another payment", code="answer")
        return Outcome(code, _said(answer))

    def _signed(self, now: datetime) -> dict[str, Any]:
        account = self.account
        timestamp = now.astimezone(_NAIROBI).strftime("%Y%m%d%H%M%S")
        password = base64.b64encode(f"{account.shortcode}{account.passkey}{timestamp}".encode()).decode()
        return {"BusinessShortCode": account.shortcode, "Password": password, "Timestamp": timestamp}

    async def _post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        await self._pace.take()
        token = await self._token.get()
        response = await self._send(path, body, token)
        if _error_code(response) in _TOKEN_REFUSED:
            self._token.drop(token)
            response = await self._send(path, body, await self._token.get())
        return _understood(response)

    async def _send(self, path: str, body: dict[str, Any], token: str) -> httpx.Response:
        url = f"{self.account.base_url.rstrip('/')}{path}"
        try:
            return await self._http.post(
                url, json=body, headers={"Authorization": f"Bearer {token}"}, timeout=_TIMEOUT, follow_redirects=False
            )
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise Unreachable(type(error).__name__, code="unreachable") from error
        except httpx.HTTPError as error:
            raise Ambiguous(type(error).__name__, code="unanswered") from error


class Clients:
    """The lines to Daraja of all accounts, over one connection pool."""

    def __init__(self, http: httpx.AsyncClient, *, per_second: float = DEFAULT_PER_SECOND) -> None:
        self._http = http
        self._per_second = per_second
        self._known: dict[Account, Daraja] = {}

    def of(self, account: Account) -> Daraja:
        if account not in self._known:
            self._known[account] = Daraja(account, self._http, per_second=self._per_second)
        return self._known[account]


def _push_fields(account: Account, prompt: Prompt) -> dict[str, Any]:
    if isinstance(prompt.amount, bool) or not isinstance(prompt.amount, int) or not LEAST <= prompt.amount <= MOST:
        raise BadAmount(f"{prompt.amount!r} is not a whole number of shillings from {LEAST} to {MOST}")
    phone = msisdn(prompt.phone)
    if phone != prompt.phone:
        raise BadNumber("the number is not in Daraja's form")
    if not prompt.callback.startswith("https://") and not is_ours(account.base_url):
        raise Declined("the callback address must be https: set APP_URL", code="callback_url")
    return {
        "TransactionType": account.transaction_type,
        "Amount": prompt.amount,
        "PartyA": phone,
        "PartyB": account.party_b,
        "PhoneNumber": phone,
        "CallBackURL": prompt.callback,
        "AccountReference": prompt.account[:_ACCOUNT_LENGTH],
        "TransactionDesc": prompt.description[:_DESCRIPTION_LENGTH],
    }


def _understood(response: httpx.Response) -> dict[str, Any]:
    body, code = _body(response), _error_code(response)
    if response.status_code == 200 and not code:
        if not body:
            raise Ambiguous("the answer is not a JSON object", code="answer")
        return body
    raise _failure(response.status_code, code, str(body.get("errorMessage") or f"HTTP {response.status_code}"))


def _failure(status: int, code: str, text: str) -> DarajaError:
    said = text.lower()
    if status == 429 or code in _THROTTLED:
        return Throttled(text, code=code or "429")
    if code in _TOKEN_REFUSED:
        return Declined(text, code="credentials")
    if code == "500.001.1001":
        if "processed" in said or "processing" in said:
            return Pending(text, code=code)
        if "lock subscriber" in said:
            return Declined(text, code="1001")  # the same as the result code: the phone is in another session
        return Declined(text, code=code)
    if 400 <= status < 500:
        return Declined(text, code=code or str(status))
    return Ambiguous(text, code=code or str(status))


def _body(response: httpx.Response) -> dict[str, Any]:
    try:
        body = response.json()
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def _error_code(response: httpx.Response) -> str:
    return str(_body(response).get("errorCode") or "")


def _said(answer: dict[str, Any]) -> str:
    return str(answer.get("ResultDesc") or answer.get("ResponseDescription") or "")[:200]
