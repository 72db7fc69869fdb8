"""Asking the Google Ads API: access tokens by refresh token, three headers, pages, and each refusal as its class."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

import httpx

from ads.answers import rows, text
from ads.failures import RetryLater
from ads.google.credentials import GoogleCredentials
from ads.google.errors import failure, refuses_token
from ads.google.tokens import Grant, Tokens
from ads.line import Answer, Line
from ads.pace import Pace, Urgency

# SearchGoogleAdsResponse, of which proto3's JSON leaves out what is empty, also all of it
_ANSWER = {"results", "nextPageToken", "totalResultsCount", "fieldMask", "summaryRow", "queryResourceConsumption"}
_MOST_PAGES = 200


class GoogleClient:
    """One customer's line."""

    def __init__(self, credentials: GoogleCredentials, http: httpx.AsyncClient, now: Callable[[], datetime]) -> None:
        self.credentials = credentials
        self.pace = Pace("google", now)
        self._now = now
        self._line = Line("google", http, credentials.base_url)
        self._tokens = Tokens(http, credentials.token_url, now)
        self._grant = Grant(
            refresh_token=credentials.refresh_token, client_id=credentials.client_id,
            client_secret=credentials.client_secret,
        )  # fmt: skip
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
        """Raises RetryLater for what is no answer to a search: read as no rows it would say that nothing is there."""
        self.pace.check(urgency)
        body = await self._ask(
            "googleAds:search", {"query": query, **({"pageToken": after} if after else {})}, writes=False
        )
        if body and (not body.keys() & _ANSWER or not isinstance(body.get("results", []), list)):
            text_ = "Google's answer to a search cannot be read"
            raise RetryLater("ads.google.report", text_, after=timedelta(minutes=15))
        return body

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
            self._token, self._until = await self._tokens.fetched(self._grant, self._secrets())
            return self._token

    def _secrets(self) -> tuple[str, ...]:
        own = self.credentials
        return (self._token, own.refresh_token, own.client_secret, own.developer_token)
