"""Asking the Graph API: token and proof, usage headers, pages, and each refusal as its class.

The token goes as a header, never into an address. Pages are asked for by cursor: the ready-made `next` address holds
a token, and would have to be trusted.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Literal
from urllib.parse import urlsplit

import httpx
import msgspec

from ads.answers import mapping, rows, text, whole
from ads.failures import Refused, RetryLater
from ads.line import FILE, Answer, Keep, Line, scrub
from ads.meta.credentials import MetaCredentials
from ads.meta.errors import failure, is_refusal, refuses_token
from ads.pace import Pace, Urgency

_MOST_PAGES = 200
_SHARES = ("call_count", "total_cputime", "total_time")  # per cent
_STILLS = (".fbcdn.net", ".fbsbx.com")  # where Meta keeps pictures
_MOST = 8 * 1024 * 1024  # bytes of a picture
_USAGE = "x-business-use-case-usage"


class MetaClient:
    """One ad account's line. `keep` stores a refreshed token."""

    def __init__(
        self,
        credentials: MetaCredentials,
        http: httpx.AsyncClient,
        now: Callable[[], datetime],
        keep: Keep | None = None,
    ) -> None:
        self.credentials = credentials
        self.pace = Pace("meta", now)
        self._http = http
        self._line = Line("meta", http, credentials.base_url)
        self._films = Line("meta", http, credentials.films_go_to)
        self._keep = keep
        self._token = credentials.token
        self._renewing = asyncio.Lock()

    @property
    def act(self) -> str:
        return f"act_{self.credentials.account}"

    async def get(self, path: str, params: Mapping[str, Any], urgency: Urgency = "change") -> dict[str, Any]:
        self.pace.check(urgency)
        return await self._ask("GET", path, params, writes=False)

    async def post(self, path: str, fields: Mapping[str, Any], urgency: Urgency = "change") -> dict[str, Any]:
        self.pace.check(urgency)
        return await self._ask("POST", path, fields, writes="validate_only" not in str(fields.get("execution_options")))

    async def film(self, fields: Mapping[str, Any], part: tuple[str, bytes] | None = None) -> dict[str, Any]:
        """One step of sending a film, with a part of it and its name. Of the steps only the last makes anything."""
        self.pace.check("change")
        files = None if part is None else {"video_file_chunk": (*part, "application/octet-stream")}
        last = fields["upload_phase"] == "finish"
        return await self._ask("POST", f"{self.act}/advideos", fields, writes=last, line=self._films, files=files)

    async def fetch(self, address: str) -> bytes:
        """A picture from where Meta keeps it; no token goes with it. Raises RetryLater, Refused for another place."""
        parts, own = urlsplit(address), urlsplit(self.credentials.base_url)
        metas = parts.scheme == "https" and (parts.hostname or "").lower().endswith(_STILLS)
        said = scrub(f"{parts.scheme}://{parts.hostname}", self._secrets())
        if not metas and (parts.scheme, parts.netloc) != (own.scheme, own.netloc):
            raise Refused("ads.meta.still", "Meta's picture is in a place where nothing is fetched from", said=said)
        try:
            async with self._http.stream("GET", address, follow_redirects=False, timeout=FILE) as answer:
                content = b""
                async for more in answer.aiter_bytes():
                    content += more
                    if len(content) > _MOST:
                        break
                if answer.status_code == 200 and 0 < len(content) <= _MOST:
                    return content
                said += f": HTTP {answer.status_code}, {len(content)} bytes"
        except httpx.HTTPError as error:
            said += f": {type(error).__name__}"
        raise RetryLater("ads.meta.still", "Meta's picture could not be had", after=timedelta(minutes=5), said=said)

    async def all(self, path: str, params: Mapping[str, Any], urgency: Urgency = "change") -> list[dict[str, Any]]:
        """Every page of an edge."""
        found: list[dict[str, Any]] = []
        after = ""
        for _ in range(_MOST_PAGES):
            page = await self.get(path, {**params, "limit": 100, **({"after": after} if after else {})}, urgency)
            found += rows(page, "data")
            last, after = after, following(page)
            if not after or after == last:
                return found
        raise RetryLater("ads.meta.pages", "Meta's list does not end", after=timedelta(minutes=5))

    async def _ask(
        self, method: Literal["GET", "POST"], path: str, fields: Mapping[str, Any], *, writes: bool,
        line: Line | None = None, files: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:  # fmt: skip
        token, line = self._token, line or self._line
        answer = await self._send(line, method, path, fields, token, writes, files)
        if refuses_token(answer.body) and await self._renew(token):
            answer = await self._send(line, method, path, fields, self._token, writes, files)
        regain = self._heed(answer.headers)
        if is_refusal(answer.body) or answer.status >= 300 or not isinstance(answer.body, dict):
            raise failure(answer.body, answer.status, writes, regain, self._secrets())
        return answer.body

    async def _send(
        self, line: Line, method: Literal["GET", "POST"], path: str, fields: Mapping[str, Any], token: str,
        writes: bool, files: Mapping[str, Any] | None,
    ) -> Answer:  # fmt: skip
        form = {name: value if isinstance(value, str) else _json(value) for name, value in fields.items()}
        if self.credentials.app_secret:
            form["appsecret_proof"] = _proof(token, self.credentials.app_secret)
        content: dict[str, Any] = {"params": form} if method == "GET" else {"data": form}
        if files is not None:
            content |= {"files": files, "timeout": FILE}
        return await line.send(
            method, f"/{self.credentials.version}/{path}", writes=writes,
            headers={"Authorization": f"Bearer {token}"}, secrets=self._secrets(), **content,
        )  # fmt: skip

    async def _renew(self, refused: str) -> bool:
        """Exchange the token for a new long-lived one, once for all who find it refused."""
        own = self.credentials
        if not (own.app_id and own.app_secret):
            return False
        async with self._renewing:
            if self._token != refused:
                return True
            form = {
                "grant_type": "fb_exchange_token", "client_id": own.app_id, "client_secret": own.app_secret,
                "fb_exchange_token": refused,
            }  # fmt: skip
            answer = await self._line.send(
                "POST",
                f"/{own.version}/oauth/access_token",
                writes=False,
                headers={},
                secrets=self._secrets(),
                data=form,
            )
            token = text(answer.body, "access_token")
            if answer.status != 200 or not token:
                return False
            self._token = token
            if self._keep is not None:
                await self._keep({"token": token})
            return True

    def _heed(self, headers: Mapping[str, str]) -> timedelta:
        """What the usage header says, noted; the time until Meta listens again."""
        try:
            usage = msgspec.json.decode(headers.get(_USAGE, "{}"))
        except msgspec.DecodeError:
            return timedelta()
        mine = rows(usage, self.credentials.account)
        used = max(
            (whole(one, name) for one in mine for name in ("call_count", "total_cputime", "total_time")), default=0
        )
        minutes = max((whole(one, "estimated_time_to_regain_access") for one in mine), default=0)
        regain = timedelta(minutes=max(0, min(minutes, 24 * 60)))
        if mine:
            self.pace.used(used, regain)
        return regain

    def _secrets(self) -> tuple[str, ...]:
        return (self._token, self.credentials.token, self.credentials.app_secret)


def following(page: dict[str, Any]) -> str:
    """The cursor of the next page; "" when this was the last."""
    paging = mapping(page, "paging")
    return text(mapping(paging, "cursors"), "after") if text(paging, "next") else ""


def _proof(token: str, secret: str) -> str:
    return hmac.new(secret.encode(), token.encode(), hashlib.sha256).hexdigest()


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()
