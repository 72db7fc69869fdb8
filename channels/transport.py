"""httpx over aiohttp's connections, for the one client that sends hundreds of requests a second.

httpx's own pool asks the operating system about each idle connection at every request, which was a third of a busy
server's time. The ready-made bridge (httpx-aiohttp) reports a connection that broke after the request had left as one
that was never made; what must not be sent twice needs to know better, so the errors are told apart here:
`ConnectError` and its like only where nothing can have been sent, `ReadError` and its like for all else.
"""

from __future__ import annotations

from collections.abc import AsyncIterator

import aiohttp
import httpx

MOST_CONNECTIONS = 256
IDLE_SECONDS = 30.0


class AiohttpTransport(httpx.AsyncBaseTransport):
    """One session, opened with the first request. Follows no redirects, reads no proxy settings, keeps no cookies."""

    def __init__(self) -> None:
        self._session: aiohttp.ClientSession | None = None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if self._session is None:
            connector = aiohttp.TCPConnector(limit=MOST_CONNECTIONS, keepalive_timeout=IDLE_SECONDS)
            self._session = aiohttp.ClientSession(
                connector=connector, cookie_jar=aiohttp.DummyCookieJar(), auto_decompress=False, trust_env=False
            )
        body = await request.aread()
        times = request.extensions.get("timeout", {})
        try:
            answer = await self._session.request(
                request.method,
                str(request.url),
                headers=request.headers.multi_items(),
                data=body or None,
                allow_redirects=False,
                timeout=aiohttp.ClientTimeout(
                    connect=times.get("pool"), sock_connect=times.get("connect"), sock_read=times.get("read")
                ),
            )
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
        return httpx.Response(answer.status, headers=answer.raw_headers, stream=_Body(answer), request=request)

    async def aclose(self) -> None:
        if self._session is not None:
            await self._session.close()


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
