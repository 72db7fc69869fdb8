"""Daraja's access token: fetched once, shared by all calls, kept a little shorter than it lives."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import httpx

from payments.mpesa.account import Account
from payments.mpesa.errors import Declined, Throttled, Unreachable

_KEPT_SECONDS = 3000.0
_MARGIN = 60.0


class Token:
    """The token of one account. Any number of callers that find it missing wait for one and the same fetch."""

    def __init__(self, account: Account, http: httpx.AsyncClient) -> None:
        self._account = account
        self._http = http
        self._lock = asyncio.Lock()
        self._value = ""
        self._until = 0.0

    async def get(self) -> str:
        """Raises Declined (wrong keys), Throttled or Unreachable; none of them has changed anything."""
        if self._value and time.monotonic() < self._until:
            return self._value
        async with self._lock:
            if not (self._value and time.monotonic() < self._until):
                self._value, lives = await self._fetch()
                self._until = time.monotonic() + min(_KEPT_SECONDS, max(lives - _MARGIN, 0.0))
            return self._value

    def drop(self, value: str) -> None:
        """Daraja refused this token; a newer one, fetched meanwhile by another call, stays."""
        if value == self._value:
            self._value = ""

    async def _fetch(self) -> tuple[str, float]:
        account = self._account
        try:
            response = await self._http.get(
                f"{account.base_url.rstrip('/')}/oauth/v1/generate",
                params={"grant_type": "client_credentials"},
                auth=(account.consumer_key, account.consumer_secret),
            )
        except httpx.HTTPError as error:
            raise Unreachable(f"no token: {type(error).__name__}", code="unreachable") from error
        if response.status_code == 429:
            raise Throttled("too many token requests", code="429")
        if response.status_code >= 500:
            raise Unreachable(f"no token: HTTP {response.status_code}", code="unreachable")
        value, lives = _read(response)
        if response.status_code != 200 or not value:
            raise Declined("the consumer key or secret is wrong", code="credentials")
        return value, lives


def _read(response: httpx.Response) -> tuple[str, float]:
    try:
        body: Any = response.json()
    except ValueError:
        return "", 0.0
    if not isinstance(body, dict):
        return "", 0.0
    try:
        lives = float(body.get("expires_in", 0))
    except (TypeError, ValueError):
        lives = 0.0
    return str(body.get("access_token") or ""), lives
