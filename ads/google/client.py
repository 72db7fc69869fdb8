"""Asking the Google Ads API: access tokens by refresh token, three headers, pages, and each refusal as its class."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import httpx

from ads.answers import rows, text, whole
from ads.failures import NeedsPerson, RetryLater, TokenRefused
from ads.google.credentials import GoogleCredentials
from ads.google.errors import failure, refuses_token
from ads.line import Answer, Line
from ads.pace import Pace, Urgency

_MARGIN = timedelta(minutes=2)
_MOST_PAGES = 200


class GoogleClient:
    """One customer's line."""

    def __init__(self, credentials: GoogleCredentials, http: httpx.AsyncClient, now: Callable[[], datetime]) -> None:
        self.credentials = credentials
        self.pace = Pace("google", now)
        self._now = now
        self._line = Line("google", http, credentials.base_url)
        token = urlsplit(credentials.token_url)
        self._token_line = Line("google", http, f"{token.scheme}://{token.netloc}")
        self._token_path = token.path
        self._token = ""
        self._until = now()
        self._fetching = asyncio.Lock()

    @property
    def customer(self) -> str:
        return f"customers/{self.credentials.account}"

    async def mutate(self, operations: list[dict[str, Any]], *, validate_only: bool, urgency: Urgency) -> list[str]:
        """All operations or none; the resource names that they made or changed, none when only validated."""
        self.pace.check(urgency)
        body = {"mutateOperations": operations, "validateOnly": validate_only}
        answer = await self._ask("googleAds:mutate", body, writes=not validate_only)
        names = []
        for response in rows(answer, "mutateOperationResponses"):
            names += [text(result, "resourceName") for result in response.values()]
        return names

    async def search(self, query: str, urgency: Urgency = "change") -> list[dict[str, Any]]:
        """All rows."""
        found: list[dict[str, Any]] = []
        after = ""
        for _ in range(_MOST_PAGES):
            page, last = await self.page(query, after, urgency), after
            found += rows(page, "results")
            after = text(page, "nextPageToken")
            if not after or after == last:
                return found
        raise RetryLater("ads.google.pages", "Google's list does not end", after=timedelta(minutes=5))

    async def page(self, query: str, after: str, urgency: Urgency) -> dict[str, Any]:
        self.pace.check(urgency)
        return await self._ask(
            "googleAds:search", {"query": query, **({"pageToken": after} if after else {})}, writes=False
        )

    async def _ask(self, method: str, body: Mapping[str, Any], *, writes: bool) -> dict[str, Any]:
        token = await self._fresh("")
        answer = await self._send(method, body, token, writes)
        if refuses_token(answer.status, answer.body):
            answer = await self._send(method, body, await self._fresh(token), writes)
        if answer.status != 200 or not isinstance(answer.body, dict):
            raise failure(answer.body, answer.status, writes, self._secrets())
        return answer.body

    async def _send(self, method: str, body: Mapping[str, Any], token: str, writes: bool) -> Answer:
        own = self.credentials
        headers = {"Authorization": f"Bearer {token}", "developer-token": own.developer_token}
        if own.manager:
            headers["login-customer-id"] = own.manager
        path = f"/{own.version}/{self.customer}/{method}"
        return await self._line.send(
            "POST", path, writes=writes, headers=headers, secrets=self._secrets(), json=dict(body)
        )

    async def _fresh(self, refused: str) -> str:
        """An access token other than the one that was refused, fetched once for all who need it."""
        async with self._fetching:
            if self._token and self._token != refused and self._now() < self._until:
                return self._token
            own = self.credentials
            form = {
                "grant_type": "refresh_token", "refresh_token": own.refresh_token, "client_id": own.client_id,
                "client_secret": own.client_secret,
            }  # fmt: skip
            answer = await self._token_line.send(
                "POST", self._token_path, writes=False, headers={}, secrets=self._secrets(), data=form
            )
            token = text(answer.body, "access_token")
            if answer.status >= 500 or answer.status == 429:
                raise RetryLater("ads.google.token", "Google gives no token just now", after=timedelta(minutes=1))
            if text(answer.body, "error") in ("invalid_client", "unauthorized_client"):
                raise NeedsPerson("ads.google.client", "Google does not know the OAuth client: check id and secret")
            if answer.status != 200 or not token:
                raise TokenRefused("ads.google.token", "Google's consent was withdrawn: connect the account again")
            lives = timedelta(seconds=max(60, min(whole(answer.body, "expires_in", 3600), 86_400)))
            self._token, self._until = token, self._now() + max(lives - _MARGIN, timedelta(seconds=30))
            return token

    def _secrets(self) -> tuple[str, ...]:
        own = self.credentials
        return (self._token, own.refresh_token, own.client_secret, own.developer_token)
