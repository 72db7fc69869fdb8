"""Asking the Business API: the token in its header, pages by number, and each refusal as its class."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Literal

import httpx
import msgspec

from ads.answers import mapping, rows, text, whole
from ads.failures import RetryLater
from ads.line import FILE, Answer, Keep, Line
from ads.pace import Pace, Urgency
from ads.tiktok.credentials import TikTokCredentials
from ads.tiktok.errors import code_of, failure, refuses_token

Film = tuple[str, bytes, str]  # what it is called, its content, its type

_MOST_PAGES = 200
_PAGE = 100


class TikTokClient:
    """One advertiser's line. `keep` stores refreshed tokens."""

    def __init__(
        self, credentials: TikTokCredentials, http: httpx.AsyncClient, now: Callable[[], datetime],
        keep: Keep | None = None,
    ) -> None:  # fmt: skip
        self.credentials = credentials
        self.pace = Pace("tiktok", now)
        self._line = Line("tiktok", http, credentials.base_url)
        self._keep = keep
        self._token = credentials.token
        self._refresh = credentials.refresh_token
        self._renewing = asyncio.Lock()

    async def get(self, path: str, params: Mapping[str, Any], urgency: Urgency = "change") -> dict[str, Any]:
        """`data` of the answer."""
        self.pace.check(urgency)
        return mapping(await self._ask("GET", path, params, writes=False), "data")

    async def post(self, path: str, body: Mapping[str, Any], urgency: Urgency = "change") -> dict[str, Any]:
        self.pace.check(urgency)
        return mapping(await self._ask("POST", path, body, writes=True), "data")

    async def upload(self, path: str, fields: Mapping[str, str], name: str, film: Film) -> list[dict[str, Any]]:
        """Send a file as the field `name`; what TikTok made of it."""
        self.pace.check("change")
        return rows(await self._ask("POST", path, fields, writes=True, file=(name, film)), "data")

    async def all(self, path: str, filtering: Mapping[str, Any], urgency: Urgency = "change") -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        for page in range(1, _MOST_PAGES + 1):
            data = await self.get(path, {"filtering": filtering, "page": page, "page_size": _PAGE}, urgency)
            found += rows(data, "list")
            if page >= whole(mapping(data, "page_info"), "total_page", 1):
                return found
        raise RetryLater("ads.tiktok.pages", "TikTok's list does not end", after=timedelta(minutes=5))

    async def _ask(
        self, method: Literal["GET", "POST"], path: str, fields: Mapping[str, Any], *, writes: bool,
        file: tuple[str, Film] | None = None,
    ) -> Any:  # fmt: skip
        token = self._token
        answer = await self._send(method, path, fields, token, writes, file)
        if refuses_token(answer.body) and await self._renew(token):
            answer = await self._send(method, path, fields, self._token, writes, file)
        if code_of(answer.body) != 0:
            raise failure(answer.body, answer.status, writes, self._secrets())
        return answer.body

    async def _send(
        self, method: Literal["GET", "POST"], path: str, fields: Mapping[str, Any], token: str, writes: bool,
        file: tuple[str, Film] | None,
    ) -> Answer:  # fmt: skip
        own = self.credentials
        given = {"advertiser_id": own.account, **fields}
        content: dict[str, Any] = {"json": given}
        if method == "GET":
            content = {
                "params": {name: value if isinstance(value, str) else _json(value) for name, value in given.items()}
            }
        elif file is not None:
            content = {"data": given, "files": dict((file,)), "timeout": FILE}
        return await self._line.send(
            method, f"/open_api/{own.version}/{path}/", writes=writes, headers={"Access-Token": token},
            secrets=self._secrets(), **content,
        )  # fmt: skip

    async def _renew(self, refused: str) -> bool:
        """New tokens, once for all who find the old one refused."""
        own = self.credentials
        async with self._renewing:
            if self._token != refused:
                return True
            if not (self._refresh and own.app_id and own.app_secret):
                return False
            body = {
                "client_id": own.app_id, "client_secret": own.app_secret, "grant_type": "refresh_token",
                "refresh_token": self._refresh,
            }  # fmt: skip
            path = f"/open_api/{own.version}/tt_user/oauth2/refresh_token/"
            answer = await self._line.send("POST", path, writes=False, headers={}, secrets=self._secrets(), json=body)
            data = mapping(answer.body, "data")
            if code_of(answer.body) != 0 or not text(data, "access_token"):
                return False
            self._token = text(data, "access_token")
            self._refresh = text(data, "refresh_token") or self._refresh
            if self._keep is not None:
                await self._keep({"token": self._token, "refresh_token": self._refresh})
            return True

    def _secrets(self) -> tuple[str, ...]:
        return (self._token, self._refresh, self.credentials.token, self.credentials.app_secret)


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()
