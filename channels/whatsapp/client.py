"""The HTTP side of the Graph API: one bearer token, few hosts, and failures told apart by what they may have caused.

A request that never left is `Unreached`; one that left and was not answered is `OutcomeUnknown`; one that was
refused is `Rejected` with its class. Tokens never appear in an error or a log.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

import httpx
import msgspec

from channels.failures import Behaviour, OutcomeUnknown, Rejected, Unreached
from channels.whatsapp.errors import rejection
from channels.whatsapp.fields import items, whole, word
from channels.whatsapp.graph import GRAPH_API_URL, GRAPH_VERSION

MEDIA_HOSTS = frozenset({"lookaside.fbsbx.com"})
MAX_MEDIA = 100 * 1024 * 1024
TIMEOUT = httpx.Timeout(connect=5.0, read=15.0, write=10.0, pool=5.0)
_JSON = "application/json"
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


Post = Callable[[str, Mapping[str, str], bytes, httpx.Timeout], Awaitable[tuple[int, bytes]]]
"""POST a body to an address: the answer's status and content. Raises httpx's errors."""


class Stored(msgspec.Struct, frozen=True, kw_only=True):
    """A media file at Meta: where its bytes are for the next five minutes."""

    url: str
    mime_type: str = ""
    sha256: str = ""
    size: int = 0


class GraphClient:
    """Shared by all business numbers; the token comes with each call, since each tenant has its own.

    `post` carries the messages, `http` all else (and the messages too, where there is no other way).
    """

    def __init__(
        self, http: httpx.AsyncClient, *, base_url: str = GRAPH_API_URL, version: str = GRAPH_VERSION,
        media_hosts: frozenset[str] = MEDIA_HOSTS, post: Post | None = None,
    ) -> None:  # fmt: skip
        address = urlsplit(base_url)
        clear = address.scheme == "http" and _local(address.hostname or ".")
        if not address.hostname or (address.scheme != "https" and not clear):
            raise ValueError(f"GRAPH_API_URL must be an https address (or a local one): {base_url!r}")
        self._http = http
        self._post = post or _by(http)
        self._root = f"{base_url.rstrip('/')}/{version}"
        self._hosts = media_hosts | {address.hostname}
        self._secure = address.scheme == "https"

    async def post_message(self, token: str, number: str, body: dict[str, Any]) -> dict[str, Any]:
        """POST to `/{number}/messages`; the answer's JSON."""
        url, headers = f"{self._root}/{_id(number)}/messages", {**_auth(token), "Content-Type": _JSON}
        try:
            status, content = await self._post(url, headers, msgspec.json.encode(body), TIMEOUT)
        except httpx.HTTPError as error:
            raise _failure(error) from error
        return _read(status, content)

    async def upload(self, token: str, number: str, filename: str, mime_type: str, content: bytes) -> str:
        """The media id, good for 30 days. Uploading twice harms nobody, so an unknown outcome counts as not reached."""
        try:
            answer = await self._send(
                "POST", f"{self._root}/{_id(number)}/media", token,
                data={"messaging_product": "whatsapp", "type": mime_type},
                files={"file": (filename, content, mime_type)},
            )  # fmt: skip
        except OutcomeUnknown as error:
            raise Unreached(str(error)) from error
        media = word(answer, "id")
        if not media:
            raise Rejected(Behaviour.RETRY, "the upload was answered without an id")
        return media

    async def media(self, token: str, media_id: str) -> Stored:
        answer = await self._send("GET", f"{self._root}/{_id(media_id)}", token)
        return Stored(
            url=word(answer, "url"),
            mime_type=word(answer, "mime_type"),
            sha256=word(answer, "sha256"),
            size=whole(answer, "file_size"),
        )

    async def number(self, token: str, number: str) -> dict[str, Any]:
        """What Meta says of a business number: `display_phone_number`, `verified_name`. Changes nothing."""
        return await self._send("GET", f"{self._root}/{_id(number)}", token)

    async def download(self, token: str, url: str) -> bytes:
        """The bytes of a media file. The token goes to the allowed hosts only, and redirects are not followed."""
        address = urlsplit(url)
        if address.hostname not in self._hosts or (self._secure and address.scheme != "https"):
            raise Rejected(Behaviour.WRONG, f"media on host {address.hostname!r} is not fetched")
        content = bytearray()
        try:
            async with self._http.stream("GET", url, headers=_auth(token), timeout=TIMEOUT) as answer:
                if answer.status_code != 200:
                    raise Rejected(Behaviour.RETRY, f"media answered {answer.status_code}", code=answer.status_code)
                async for chunk in answer.aiter_bytes():
                    content += chunk
                    if len(content) > MAX_MEDIA:
                        raise Rejected(Behaviour.WRONG, f"media larger than {MAX_MEDIA} bytes")
        except httpx.HTTPError as error:
            raise Unreached(_say(error)) from error
        return bytes(content)

    async def _send(self, method: str, url: str, token: str, **content: Any) -> dict[str, Any]:
        try:
            answer = await self._http.request(
                method, url, headers=_auth(token), timeout=TIMEOUT, follow_redirects=False, **content
            )
        except httpx.HTTPError as error:
            raise _failure(error) from error
        return _read(answer.status_code, answer.content)


def _by(http: httpx.AsyncClient) -> Post:
    async def post(url: str, headers: Mapping[str, str], body: bytes, times: httpx.Timeout) -> tuple[int, bytes]:
        answer = await http.post(url, headers=headers, content=body, timeout=times, follow_redirects=False)
        return answer.status_code, answer.content

    return post


def _failure(error: httpx.HTTPError) -> Unreached | OutcomeUnknown:
    """Whether the request can have been taken."""
    if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout | httpx.PoolTimeout | httpx.UnsupportedProtocol):
        return Unreached(_say(error))
    return OutcomeUnknown(_say(error))


def _read(status: int, content: bytes) -> dict[str, Any]:
    """Meta's own error object is a clear no; a bare 5xx (a proxy's) leaves open what happened behind it."""
    try:
        body = msgspec.json.decode(content)
    except (msgspec.DecodeError, ValueError, RecursionError):
        body = None
    refused = rejection(body, status)
    if refused is not None:
        raise refused
    success = 200 <= status < 300
    if success and isinstance(body, dict):
        return body
    if status >= 500 or success:
        raise OutcomeUnknown(f"answered {status} without a readable body")
    if status == 429:
        raise Rejected(Behaviour.BACK_OFF, "answered 429", code=429)
    if status in (401, 403):
        raise Rejected(Behaviour.DISCONNECTED, f"answered {status}", code=status)
    raise Rejected(Behaviour.WRONG, f"answered {status}", code=status)


def message_id(answer: dict[str, Any]) -> str:
    """The wamid of an accepted message."""
    return next((id for _, item in items(answer, "messages") if (id := word(item, "id"))), "")


def message_status(answer: dict[str, Any]) -> str:
    """Usually accepted; a template send may also say held_for_quality_assessment or paused."""
    said = [word(item, "message_status") for _, item in items(answer, "messages")]
    return next(filter(None, said), "accepted")


def _auth(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def _id(value: str) -> str:
    """An id goes into a path: it is digits, or it is not an id."""
    if not value.isascii() or not value.replace("_", "").replace("-", "").isalnum():
        raise Rejected(Behaviour.WRONG, f"{value!r} is no Graph id")
    return value


def _local(host: str) -> bool:
    """A simulator on this machine, or in this machine's compose network (a bare name)."""
    return host in _LOOPBACK or "." not in host


def _say(error: httpx.HTTPError) -> str:
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
