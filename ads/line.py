"""The HTTP side of every ad platform: few hosts, bounded waits, secrets kept out of errors, and failures told apart.

A change that left and was not understandably answered is `OutcomeUnknown`; for what only reads, the same is merely
"later". Redirects are not followed, and a token goes to the platform's own hosts and to a
host that the operator named (`allow_host`; in the demo, the simulator's), and nowhere else: an account's address comes
out of the store and could have been put there.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Any, Literal
from urllib.parse import urlsplit

import httpx
import msgspec

from ads.failures import OutcomeUnknown, PlatformError, RetryLater

Keep = Callable[[dict[str, str]], Awaitable[None]]
"""Stores the fields of an account's credentials that a refresh changed."""

TIMEOUT = httpx.Timeout(connect=5.0, read=30.0, write=15.0, pool=5.0)
FILE = httpx.Timeout(connect=5.0, read=120.0, write=60.0, pool=5.0)  # for a film to go up and be looked at there
_LATER = timedelta(minutes=1)
_MOST = 32 * 1024 * 1024  # bytes of an answer
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_EXTRA: set[str] = set()
_HOSTS = frozenset(
    {
        "graph.facebook.com",
        "graph-video.facebook.com",
        "googleads.googleapis.com",
        "datamanager.googleapis.com",
        "oauth2.googleapis.com",
        "business-api.tiktok.com",
    }
)
_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)


def allow_host(host: str) -> None:
    """Let the host of the operator's own ADS_URL (a simulator, a proxy) be used as well."""
    _EXTRA.add(host.lower())


def check_host(url: str) -> None:
    """Raises ValueError for an address that no token may be sent to."""
    parts = urlsplit(url)
    host = (parts.hostname or "").lower()
    named = host in _EXTRA
    plain = named and host in _LOOPBACK
    if parts.scheme not in (("http", "https") if plain else ("https",)) or not (named or host in _HOSTS):
        raise ValueError(f"{host or url!r} is not a host of an ad platform")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise ValueError("an ad platform's address has no user, query or fragment")


class Answer(msgspec.Struct, frozen=True):
    """A readable answer: `body` is a JSON object (or list)."""

    status: int
    headers: Mapping[str, str]
    body: Any


class Line:
    """Requests to one base address. `secrets` never appear in what it raises."""

    def __init__(self, platform: str, http: httpx.AsyncClient, base_url: str) -> None:
        check_host(base_url)
        self._platform = platform
        self._http = http
        self._root = base_url.rstrip("/")

    async def send(
        self, method: Literal["GET", "POST", "DELETE"], path: str, *, writes: bool, headers: Mapping[str, str],
        secrets: tuple[str, ...], timeout: httpx.Timeout | None = None, **content: Any,
    ) -> Answer:  # fmt: skip
        """Raises RetryLater, or OutcomeUnknown where a change may have been made."""
        try:
            response = await self._http.request(
                method,
                f"{self._root}{path}",
                headers=headers,
                timeout=timeout or TIMEOUT,
                follow_redirects=False,
                **content,
            )
        except httpx.HTTPError as error:
            raise self._unanswered(error, writes, secrets) from None  # httpx's own error may show the address
        body = _read(response)
        if body is not None:
            return Answer(response.status_code, response.headers, body)
        what = f"HTTP {response.status_code} without a readable body"
        if response.status_code == 429:
            raise RetryLater(f"ads.{self._platform}.rate", "The platform is asked too often", after=_wait(response))
        if 300 <= response.status_code < 500:  # it says no by its number alone
            return Answer(response.status_code, response.headers, {})
        raise self._open(what, writes)

    def _unanswered(self, error: httpx.HTTPError, writes: bool, secrets: tuple[str, ...]) -> PlatformError:
        said = scrub(f"{type(error).__name__}: {error}", secrets)
        if isinstance(error, _NOT_SENT):
            code = f"ads.{self._platform}.unreached"
            return RetryLater(code, "The platform could not be reached", after=_LATER, said=said)
        return self._open(said, writes)

    def _open(self, said: str, writes: bool) -> PlatformError:
        if writes:
            text = "The platform did not say whether it made the change"
            return OutcomeUnknown(f"ads.{self._platform}.unanswered", text, after=_LATER, said=said)
        text = "The platform gave no readable answer"
        return RetryLater(f"ads.{self._platform}.unanswered", text, after=_LATER, said=said)


def scrub(text: str, secrets: tuple[str, ...], most: int = 300) -> str:
    """What a platform said, without our secrets, and short."""
    for secret in secrets:
        if secret:
            text = text.replace(secret, "…")
    return text[:most]


def _read(response: httpx.Response) -> Any:
    if len(response.content) > _MOST:
        return None
    try:
        body = msgspec.json.decode(response.content)
    except (msgspec.DecodeError, ValueError, RecursionError):
        return None
    return body if isinstance(body, (dict, list)) else None


def _wait(response: httpx.Response) -> timedelta:
    said = response.headers.get("retry-after", "")
    return timedelta(seconds=min(int(said), 86_400)) if said.isdecimal() else _LATER
