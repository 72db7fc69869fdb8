"""Which addresses of the network a request that leaves the house may go to.

A name that somebody gave us may lead into our own network, and may lead elsewhere when it is looked up a second time.
Therefore it is looked up once, every answer is judged, and the connection is made to the very addresses that were
judged (`runtime.pinned`).
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable, Sequence
from typing import Any
from urllib.parse import urlsplit

import msgspec

PORTS = {"http": 80, "https": 443}
LOOPBACK_NAMES = ("localhost", "127.0.0.1", "::1")
IP = ipaddress.IPv4Address | ipaddress.IPv6Address
Lookup = Callable[[str, int], Awaitable[Sequence[str]]]
"""(host, port) -> its addresses, as texts."""

_NAT64 = ipaddress.ip_network("64:ff9b::/96")


class BadAddress(Exception):
    """What was given is not the address of anything that is asked here. `code` is stable; the message says why."""

    def __init__(self, code: str, why: str) -> None:
        super().__init__(why)
        self.code = code


class Place(msgspec.Struct, frozen=True):
    """The parts of a web address that say where it leads."""

    scheme: str
    host: str  # in small letters, without a last dot
    port: int


class Judged(msgspec.Struct, frozen=True):
    """What a host was found to lead to, each of it an address that may be asked."""

    host: str
    addresses: tuple[IP, ...]


def place_of(url: str) -> Place:
    """Raises BadAddress ("address") for what is no web address, or could be read in more than one way."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise BadAddress("address", "this is no web address") from error
    host = (parts.hostname or "").rstrip(".").lower()
    if parts.scheme not in PORTS or not host or not url.isprintable() or " " in url or len(url) > 2048:
        raise BadAddress("address", "a web address begins with https:// and a host, and has no blanks")
    if parts.username is not None or parts.password is not None:
        raise BadAddress("address", "an address with a user or password in it is not one for customers")
    if host.replace(".", "").isdecimal() or host.startswith("0x"):
        try:  # 127.1, 2130706433 and 0177.0.0.1 are read as addresses by some; by us only the plain form is
            ipaddress.IPv4Address(host)
        except ValueError as error:
            raise BadAddress("address", f"{host} is no address in its plain form") from error
    return Place(parts.scheme, host, port if port is not None else PORTS[parts.scheme])


async def addresses_of(host: str, port: int, lookup: Lookup | None = None) -> list[IP]:
    """What a host leads to; itself, if it is an address already. Nothing where it leads nowhere, or raises OSError."""
    try:
        return [ipaddress.ip_address(host)]
    except ValueError:
        return [ipaddress.ip_address(each) for each in await (lookup or looked_up)(host, port)]


def public(address: IP) -> bool:
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


async def looked_up(host: str, port: int) -> Sequence[str]:
    loop = asyncio.get_running_loop()
    found: Any = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(each[4][0]) for each in found))
