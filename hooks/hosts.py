"""Where this server may send at all: who runs it names the hosts (WEBHOOK_HOSTS), and without a name there is none.

`hooks.example.com` is that host at its usual port, `hooks.example.com:8443` at another, `*.zapier.com` every host below
zapier.com. Only https; http only to this very machine, where that was named. A name that leads to a private address is
refused unless that address is named as well: whoever owns the name could otherwise lead into our own network.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable

import msgspec

from runtime.addresses import (
    IP,
    LOOPBACK_NAMES,
    PORTS,
    BadAddress,
    Judged,
    Lookup,
    Place,
    addresses_of,
    place_of,
    public,
)

_NAME = re.compile(r"(\*\.)?[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:[0-9]{1,5})?")
_IPV6 = re.compile(r"(?P<address>[0-9a-f:.]+)|\[(?P<inner>[0-9a-f:.]+)\](:[0-9]{1,5})?")


class Hosts(msgspec.Struct, frozen=True):
    """The hosts that were named; `named` as they were written, in small letters."""

    named: frozenset[str] = frozenset()

    def place(self, url: str) -> Place:
        """Where an address leads, if it may be sent to. Raises BadAddress: address, host, https."""
        place = place_of(url)
        here = place.host in LOOPBACK_NAMES
        if not any(self._names(entry, place) for entry in self.named):
            raise BadAddress("host", f"{place.host} is not a host that this server may send to")
        if place.scheme != "https" and not here:
            raise BadAddress("https", "what is sent goes by https, so that nobody on the way can read it")
        return place

    async def judged(self, url: str, lookup: Lookup | None = None) -> Judged:
        """What it leads to as looked up just now, which may be asked. Raises BadAddress, also "private"; OSError."""
        place = self.place(url)
        found = await addresses_of(place.host, place.port, lookup)
        if not found:
            raise OSError(f"there is no server by the name {place.host}")
        for address in found:
            if not public(address) and not self._own(place.host, address):
                raise BadAddress("private", f"{place.host} leads to an address that is not public")
        return Judged(place.host, tuple(found))

    def _own(self, host: str, address: IP) -> bool:
        """An address of our own network: by its own name, or one of this machine by one of the machine's names."""
        if address.is_loopback:
            return host in LOOPBACK_NAMES
        return str(address) in self.named

    def _names(self, entry: str, place: Place) -> bool:
        name, port = _apart(entry)
        if port is None and place.host not in LOOPBACK_NAMES:
            port = PORTS[place.scheme]
        if port is not None and place.port != port:
            return False
        return place.host.endswith(name[1:]) if name.startswith("*.") else place.host == name


def hosts(written: Iterable[str]) -> Hosts:
    """Raises ValueError with the first that is no host."""
    named = frozenset(each.strip().lower().rstrip(".") for each in written if each.strip())
    for each in sorted(named):
        if not _NAME.fullmatch(each) and not _is_ipv6(each):
            raise ValueError(each)
    return Hosts(named)


def _is_ipv6(written: str) -> bool:
    found = _IPV6.fullmatch(written)
    try:
        return found is not None and bool(ipaddress.IPv6Address(found["address"] or found["inner"]))
    except ValueError:
        return False


def _apart(entry: str) -> tuple[str, int | None]:
    """The host, and the port if one is named."""
    if entry.startswith("["):
        name, _, port = entry[1:].partition("]")
        return name, int(port[1:]) if port else None
    if entry.count(":") > 1:
        return entry, None
    name, _, port = entry.partition(":")
    return name, int(port) if port else None
