"""One request to a receiver: to a host that was named, at an address that was judged, with an end in time and bytes.

Nothing of the answer is read but its number and when to come again: what a receiver says is none of our business, and
could be of any size.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import aiohttp
import msgspec

from hooks.hosts import Hosts
from runtime.addresses import Lookup
from runtime.pinned import Pinned

SECONDS = 10.0
AGENT = "AAIS-webhooks/1.0"
_LONGEST = timedelta(days=1)


class Answer(msgspec.Struct, frozen=True):
    """What the receiver said. `after` is when it wants to be asked again, if it said so."""

    status: int
    after: timedelta | None = None


class Unreached(Exception):
    """It did not answer properly. `code` is stable: slow, no_host, certificate, no_answer."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Poster:
    """Follows no redirects, keeps no cookies, reads no proxy settings."""

    def __init__(self, hosts: Hosts, *, lookup: Lookup | None = None, seconds: float = SECONDS) -> None:
        self.hosts = hosts
        self._lookup = lookup
        self._seconds = seconds

    async def post(self, url: str, headers: Mapping[str, str], body: bytes, now: datetime) -> Answer:
        """Raises Unreached, and `runtime.addresses.BadAddress` for where nothing may be sent."""
        try:
            async with asyncio.timeout(self._seconds):
                return await self._posted(url, headers, body, now)
        except TimeoutError as error:
            raise Unreached("slow") from error
        except (aiohttp.ClientConnectorCertificateError, aiohttp.ClientSSLError) as error:
            raise Unreached("certificate") from error
        except (aiohttp.ClientError, ValueError) as error:  # ValueError: what is no HTTP at all
            raise Unreached("no_answer") from error
        except OSError as error:
            raise Unreached("no_host") from error

    async def _posted(self, url: str, headers: Mapping[str, str], body: bytes, now: datetime) -> Answer:
        judged = await self.hosts.judged(url, self._lookup)
        connector = aiohttp.TCPConnector(resolver=Pinned(judged), use_dns_cache=False, limit=1, force_close=True)
        async with (
            aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar(), trust_env=False) as session,
            session.post(
                url, data=body, allow_redirects=False,
                headers={**headers, "Content-Type": "application/json", "User-Agent": AGENT},
            ) as answer,
        ):  # fmt: skip
            return Answer(answer.status, _after(answer.headers.get("Retry-After", ""), now))


def _after(written: str, now: datetime) -> timedelta | None:
    """Retry-After: seconds, or a date; nothing for what is neither, and a day at most."""
    written = written.strip()
    if written.isascii() and written.isdecimal():
        return min(timedelta(seconds=int(written[:9])), _LONGEST)
    try:
        at = parsedate_to_datetime(written)
    except ValueError:
        return None
    wait = (at if at.tzinfo is not None else at.replace(tzinfo=UTC)) - now
    return min(max(wait, timedelta()), _LONGEST)
