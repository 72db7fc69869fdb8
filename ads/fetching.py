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
import ipaddress
import socket
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any
from urllib.parse import urljoin, urlsplit

import aiohttp
import msgspec
from aiohttp.abc import AbstractResolver, ResolveResult

BYTES, SECONDS, HOPS = 2_000_000, 15.0, 5
PORTS = {"http": 80, "https": 443}
AGENT = "AAIS-page-check/1.0"
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_LOOPBACK_NAMES = ("localhost", "127.0.0.1", "::1")

Lookup = Callable[[str, int], Awaitable[Sequence[str]]]
"""(host, port) -> its addresses, as texts."""


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
        self._lookup = lookup or _looked_up
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
        host, _, scheme = _parts(url) if self._simulated else ("", 0, "")
        found = self._simulated.get(host) if scheme == "https" else None
        if found is None:
            return url
        parts = urlsplit(url)
        return f"{found}{parts.path or '/'}{f'?{parts.query}' if parts.query else ''}"

    async def _followed(self, url: str) -> Page:
        begun, target = time.monotonic(), url
        for hop in range(HOPS + 1):
            pinned = await self._judged(target)
            connector = aiohttp.TCPConnector(resolver=pinned, use_dns_cache=False, limit=1)
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

    async def _judged(self, url: str) -> AbstractResolver:
        """The addresses that this address may be asked at. Raises `Refused`."""
        host, port, scheme = _parts(url)
        local = self._loopback and host in _LOOPBACK_NAMES
        if port != PORTS[scheme] and not local:
            raise Refused("port", f"web pages are at port {PORTS[scheme]}, not {port}")
        if self._hosts and host not in self._hosts and not local:
            raise Refused("host", f"this server asks only {', '.join(sorted(self._hosts))}")
        try:
            found = [ipaddress.ip_address(host)]
        except ValueError:
            try:
                found = [ipaddress.ip_address(each) for each in await self._lookup(host, port)]
            except OSError as error:
                raise Unreachable("no_host", f"there is no server by the name {host}") from error
        if not found:
            raise Unreachable("no_host", f"there is no server by the name {host}")
        for address in found:
            if not public(address) and not (local and address.is_loopback):
                raise Refused("private", f"{host} is not a public address")
        return _Pinned(host, tuple(str(address) for address in found))


class _Pinned(AbstractResolver):
    """Answers for the one host with the addresses that were judged."""

    def __init__(self, host: str, addresses: tuple[str, ...]) -> None:
        self._host = host
        self._addresses = addresses

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        if host.rstrip(".").lower() != self._host:
            raise OSError(f"{host} was not judged")
        return [
            ResolveResult(
                hostname=host, host=address, port=port, proto=0, flags=socket.AI_NUMERICHOST,
                family=socket.AF_INET6 if ":" in address else socket.AF_INET,
            )
            for address in self._addresses
        ]  # fmt: skip

    async def close(self) -> None:
        return None


def public(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """Whether an address is one of the public internet, also when it stands inside another."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo or (None, None))[1]
        if inner is None and address in _NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None and not public(inner):
            return False
        if address.scope_id is not None:
            return False
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)


def _parts(url: str) -> tuple[str, int, str]:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise Refused("address", "this is no web address") from error
    host = (parts.hostname or "").rstrip(".").lower()
    if parts.scheme not in PORTS or not host or not url.isprintable() or " " in url or len(url) > 2048:
        raise Refused("address", "a web address begins with https:// and a host, and has no blanks")
    if parts.username is not None or parts.password is not None:
        raise Refused("address", "an address with a user or password in it is not one for customers")
    if host.replace(".", "").isdecimal() or host.startswith("0x"):
        try:  # 127.1, 2130706433 and 0177.0.0.1 are read as addresses by some; by us only the plain form is
            ipaddress.IPv4Address(host)
        except ValueError as error:
            raise Refused("address", f"{host} is no address in its plain form") from error
    return host, port if port is not None else PORTS[parts.scheme], parts.scheme


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


async def _looked_up(host: str, port: int) -> Sequence[str]:
    loop = asyncio.get_running_loop()
    found: Any = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(each[4][0]) for each in found))
