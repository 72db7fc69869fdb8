"""Fetches a web page that somebody named, without becoming their way into our own network.

Which hosts may be asked? A business's landing page may be anywhere, so a list of allowed hosts cannot be known
beforehand; what can be known is which *addresses* are public. Therefore: only http and https on their own ports, and
only addresses that are globally routable unicast. The address is looked up once, every answer of that look-up is
judged, and the connection goes to the very addresses that were judged (a second look-up could be answered otherwise).
Each redirect is judged like the first address. No proxy, no cookies, no credentials, no compressed body, and both the
size and the time have an end. Who runs the server may narrow it to named hosts (`hosts`).
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from urllib.parse import urljoin, urlsplit

import aiohttp
import msgspec

from runtime.addresses import LOOPBACK_NAMES, PORTS, BadAddress, Judged, Lookup, Place, addresses_of, place_of, public
from runtime.pinned import Pinned

BYTES, SECONDS, HOPS = 2_000_000, 15.0, 5
AGENT = "AAIS-page-check/1.0"


class Refused(Exception):
    """The address is not one that we ask. `code` is stable; the message says why."""

    def __init__(self, code: str, why: str) -> None:
        super().__init__(why)
        self.code = code


class Unreachable(Exception):
    """It was asked and did not answer properly. `code` is stable; the message says what happened."""

    def __init__(self, code: str, why: str) -> None:
        super().__init__(why)
        self.code = code


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """What came. `answered` and `took` are seconds to the first byte of the last answer, and altogether."""

    url: str
    final: str
    status: int
    body: str
    size: int
    answered: float
    took: float
    hops: int = 0
    whole: bool = True  # False: there was more than we read


class Fetcher:
    """Asks for pages. `hosts`, if given, are the only ones.

    `loopback` and `simulated` are for the demo alone: pages on this machine, and where `https://<host>/…` of a made-up
    site is found there ("clinic.example" -> "http://127.0.0.1:8090/sites/clinic.example").
    """

    def __init__(
        self, *, loopback: bool = False, hosts: frozenset[str] = frozenset(), lookup: Lookup | None = None,
        most: int = BYTES, seconds: float = SECONDS, simulated: Mapping[str, str] | None = None,
    ) -> None:  # fmt: skip
        self._simulated = dict(simulated or {})
        self._loopback = loopback
        self._hosts = hosts
        self._lookup = lookup
        self._most = most
        self._seconds = seconds

    async def fetch(self, url: str) -> Page:
        """The page at an address. Raises `Refused` and `Unreachable`."""
        stood = self._stands_at(url)
        try:
            async with asyncio.timeout(self._seconds):
                page = await self._followed(stood)
                return page if stood == url else msgspec.structs.replace(page, url=url, final=url)
        except TimeoutError as error:
            raise Unreachable("slow", f"it was not there after {self._seconds:g} seconds") from error
        except aiohttp.ClientConnectorCertificateError as error:
            raise Unreachable("certificate", "its certificate does not hold, so browsers warn of it") from error
        except aiohttp.ClientSSLError as error:
            raise Unreachable("certificate", "no secure connection came about") from error
        except (aiohttp.ClientError, OSError) as error:
            raise Unreachable("no_answer", "the server there does not answer as a web server does") from error

    def _stands_at(self, url: str) -> str:
        """Where the demo has a page of a made-up site; any other address as it is."""
        place = _place(url) if self._simulated else None
        found = self._simulated.get(place.host) if place is not None and place.scheme == "https" else None
        if found is None:
            return url
        parts = urlsplit(url)
        return f"{found}{parts.path or '/'}{f'?{parts.query}' if parts.query else ''}"

    async def _followed(self, url: str) -> Page:
        begun, target = time.monotonic(), url
        for hop in range(HOPS + 1):
            judged = await self._judged(target)
            connector = aiohttp.TCPConnector(resolver=Pinned(judged), use_dns_cache=False, limit=1)
            async with aiohttp.ClientSession(
                connector=connector, auto_decompress=False, cookie_jar=aiohttp.DummyCookieJar(),
                headers={"User-Agent": AGENT, "Accept": "text/html,*/*;q=0.1", "Accept-Encoding": "identity"},
            ) as session:  # fmt: skip
                asked = time.monotonic()
                async with session.get(target, allow_redirects=False) as answer:
                    answered = time.monotonic() - asked
                    onward = answer.headers.get("Location") if answer.status in (301, 302, 303, 307, 308) else None
                    if onward is not None:
                        target = _onward(target, onward)
                        continue
                    body, whole = await self._read(answer)
                    return Page(
                        url=url, final=target, status=answer.status, body=_decoded(body, answer.charset),
                        size=len(body), answered=answered, took=time.monotonic() - begun, hops=hop, whole=whole,
                    )  # fmt: skip
        raise Unreachable("redirects", f"it leads on and on, more than {HOPS} times")

    async def _read(self, answer: aiohttp.ClientResponse) -> tuple[bytes, bool]:
        """At most so many bytes, as they come: a small compressed body cannot become a large one here."""
        if answer.headers.get("Content-Encoding", "identity").lower() not in ("", "identity"):
            raise Unreachable("compressed", "it sends compressed pages even to who asks for plain ones")
        body = bytearray()
        async for part in answer.content.iter_chunked(65_536):
            body += part
            if len(body) > self._most:
                return bytes(body[: self._most]), False
        return bytes(body), True

    async def _judged(self, url: str) -> Judged:
        """The addresses that this address may be asked at. Raises `Refused`."""
        place = _place(url)
        host, local = place.host, self._loopback and place.host in LOOPBACK_NAMES
        if place.port != PORTS[place.scheme] and not local:
            raise Refused("port", f"web pages are at port {PORTS[place.scheme]}, not {place.port}")
        if self._hosts and host not in self._hosts and not local:
            raise Refused("host", f"this server asks only {', '.join(sorted(self._hosts))}")
        try:
            found = await addresses_of(host, place.port, self._lookup)
        except OSError as error:
            raise Unreachable("no_host", f"there is no server by the name {host}") from error
        if not found:
            raise Unreachable("no_host", f"there is no server by the name {host}")
        for address in found:
            if not public(address) and not (local and address.is_loopback):
                raise Refused("private", f"{host} is not a public address")
        return Judged(host, tuple(found))


def _place(url: str) -> Place:
    try:
        return place_of(url)
    except BadAddress as error:
        raise Refused(error.code, str(error)) from error


def _onward(at: str, location: str) -> str:
    try:
        target = urljoin(at, location)
        scheme = urlsplit(target).scheme
    except ValueError as error:
        raise Unreachable("redirects", "it leads on to what is no address") from error
    if at.startswith("https:") and scheme == "http":
        raise Unreachable("insecure", "it leads from https on to http, which browsers warn of")
    return target


def _decoded(body: bytes, charset: str | None) -> str:
    try:
        return body.decode(charset or "utf-8", errors="replace")
    except LookupError:  # a charset that nobody knows
        return body.decode("utf-8", errors="replace")
