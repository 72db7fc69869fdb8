"""httpx over aiohttp's connections, for the one client that sends hundreds of requests a second.

httpx's own pool asks the operating system about each idle connection at every request, which was a third of a busy
server's time. The ready-made bridge (httpx-aiohttp) reports a connection that broke after the request had left as one
that was never made; what must not be sent twice needs to know better, so the errors are told apart here:
`ConnectError` and its like only where nothing can have been sent, `ReadError` and its like for all else.

`post` goes the same way without httpx around it, for the one request that is made for every message: building httpx's
request, cookies and response took twice the time of sending it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache

import aiohttp
import httpx
from yarl import URL

MOST_CONNECTIONS = 256
IDLE_SECONDS = 30.0
_UNPACKED = {"Accept-Encoding": "identity"}
_url = lru_cache(maxsize=4096)(URL)  # a number's address is the same for each of its messages


class AiohttpTransport(httpx.AsyncBaseTransport):
    """One session, opened with the first request. Follows no redirects, reads no proxy settings, keeps no cookies."""

    def __init__(self) -> None:
        self._session: aiohttp.ClientSession | None = None

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None:
            connector = aiohttp.TCPConnector(limit=MOST_CONNECTIONS, keepalive_timeout=IDLE_SECONDS)
            self._session = aiohttp.ClientSession(
                connector=connector, cookie_jar=aiohttp.DummyCookieJar(), auto_decompress=False, trust_env=False
            )
        return self._session

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        body = await request.aread()
        times = request.extensions.get("timeout", {})
        with _told_apart(request):
            answer = await self._opened().request(
                request.method,
                str(request.url),
                headers=request.headers.multi_items(),
                data=body or None,
                allow_redirects=False,
                timeout=aiohttp.ClientTimeout(
                    connect=times.get("pool"), sock_connect=times.get("connect"), sock_read=times.get("read")
                ),
            )
        return httpx.Response(answer.status, headers=answer.raw_headers, stream=_Body(answer), request=request)

    async def post(self, url: str, headers: Mapping[str, str], body: bytes, times: httpx.Timeout) -> tuple[int, bytes]:
        """The answer's status and body. Raises what a request by way of httpx would raise."""
        timeout = aiohttp.ClientTimeout(connect=times.pool, sock_connect=times.connect, sock_read=times.read)
        with _told_apart():
            async with self._opened().post(
                _url(url), headers={**headers, **_UNPACKED}, data=body, allow_redirects=False, timeout=timeout
            ) as answer:
                content = await answer.read()
        if "Content-Encoding" in answer.headers:  # whatever was asked for
            content = httpx.Response(answer.status, headers=answer.raw_headers, content=content).content
        return answer.status, content

    async def aclose(self) -> None:
        if self._session is not None:
            await self._session.close()


@contextmanager
def _told_apart(request: httpx.Request | None = None) -> Iterator[None]:
    """aiohttp's errors as httpx's."""
    try:
        yield
    except aiohttp.ClientConnectorError as error:
        raise httpx.ConnectError(str(error), request=request) from error
    except aiohttp.ConnectionTimeoutError as error:
        raise httpx.ConnectTimeout(str(error), request=request) from error
    except aiohttp.InvalidURL as error:
        raise httpx.UnsupportedProtocol(str(error), request=request) from error
    except TimeoutError as error:
        raise httpx.ReadTimeout(str(error), request=request) from error
    except (aiohttp.ClientError, OSError) as error:
        raise httpx.ReadError(str(error), request=request) from error


class _Body(httpx.AsyncByteStream):
    """The answer's body as it comes; closing it gives the connection back."""

    def __init__(self, answer: aiohttp.ClientResponse) -> None:
        self._answer = answer

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            async for chunk in self._answer.content.iter_any():
                yield chunk
        except TimeoutError as error:
            raise httpx.ReadTimeout(str(error)) from error
        except (aiohttp.ClientError, OSError) as error:
            raise httpx.ReadError(str(error)) from error

    async def aclose(self) -> None:
        self._answer.release()
