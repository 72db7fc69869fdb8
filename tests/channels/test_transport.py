"""The transport tells apart what never left from what may have arrived: the one is sent again, the other is not."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import httpx
import pytest

from channels.transport import AiohttpTransport

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def listening(serve: Serve) -> AsyncIterator[str]:
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()
        await server.wait_closed()


Post = Callable[..., Awaitable[httpx.Response]]
BODY, TIMES = '{"a":"é"}'.encode(), httpx.Timeout(0.5)


async def _by_httpx(url: str, **more: object) -> httpx.Response:
    async with httpx.AsyncClient(transport=AiohttpTransport(), trust_env=False) as http:
        return await http.post(url, json={"a": "é"}, timeout=TIMES, **more)  # type: ignore[arg-type]


async def _directly(url: str, headers: dict[str, str] | None = None) -> httpx.Response:
    transport = AiohttpTransport()
    try:
        status, content = await transport.post(
            url, {"Content-Type": "application/json", **(headers or {})}, BODY, TIMES
        )
    finally:
        await transport.aclose()
    return httpx.Response(status, headers={"X-One": "two"}, content=content)


@pytest.fixture(params=[_by_httpx, _directly], ids=["by httpx", "directly"])
def post(request: pytest.FixtureRequest) -> Post:
    """Both ways through the transport."""
    found: Post = request.param
    return found


async def test_a_request_and_its_answer_pass_unchanged(post: Post) -> None:
    seen: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.append(await reader.readuntil(b"\r\n\r\n"))
        seen.append(await reader.read(100))
        writer.write(b"HTTP/1.1 201 Created\r\nX-One: two\r\nContent-Length: 5\r\n\r\nhello")
        await writer.drain()
        writer.close()

    async with listening(serve) as url:
        answer = await post(f"{url}/v26.0/1/messages?x=a%20b", headers={"Authorization": "Bearer t"})
    assert (answer.status_code, answer.headers["x-one"], answer.text) == (201, "two", "hello")
    assert b"POST /v26.0/1/messages?x=a%20b HTTP/1.1" in seen[0]
    assert b"Authorization: Bearer t" in seen[0] or b"authorization: Bearer t" in seen[0]
    assert seen[1] == BODY


async def test_a_redirect_is_not_followed(post: Post) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1000)
        writer.write(b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:9/\r\nContent-Length: 0\r\n\r\n")
        await writer.drain()
        writer.close()

    async with listening(serve) as url:
        assert (await post(url)).status_code == 302


async def test_nobody_listening_is_a_connect_error(post: Post) -> None:
    async with listening(lambda _reader, _writer: asyncio.sleep(0)) as url:
        pass
    with pytest.raises(httpx.ConnectError):
        await post(url)


async def test_a_connection_that_breaks_after_the_request_left_is_a_read_error(post: Post) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1000)
        writer.close()

    async with listening(serve) as url:
        with pytest.raises(httpx.ReadError):
            await post(url)


async def test_an_answer_that_does_not_come_is_a_read_timeout(post: Post) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1000)
        await asyncio.sleep(1)
        writer.close()

    async with listening(serve) as url:
        with pytest.raises(httpx.ReadTimeout):
            await post(url)


async def test_an_answer_that_breaks_off_is_a_read_error(post: Post) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1000)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhalf")
        await writer.drain()
        writer.close()

    async with listening(serve) as url:
        with pytest.raises(httpx.ReadError):
            await post(url)


async def test_an_answer_that_was_packed_all_the_same_is_read(post: Post) -> None:
    packed = gzip.compress(b'{"messages": []}')

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1000)
        head = f"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {len(packed)}\r\n\r\n"
        writer.write(head.encode() + packed)
        await writer.drain()
        writer.close()

    async with listening(serve) as url:
        assert (await post(url)).json() == {"messages": []}
