"""Answers that are told as they come to be: whoever listens may leave, and what is not whole never looks whole."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from aiohttp import ClientPayloadError, ClientSession, web
from aiohttp.test_utils import TestServer
from structlog.testing import capture_logs

from web.answers import explain_errors
from web.streaming import telling

Write = Callable[[bytes], Awaitable[None]]


@asynccontextmanager
async def _served(tell: Callable[[Write], Awaitable[None]]) -> AsyncIterator[tuple[ClientSession, str]]:
    async def handler(request: web.Request) -> web.StreamResponse:
        answer = web.StreamResponse()
        async with telling(request, answer):
            await tell(answer.write)
        return answer

    app = web.Application(middlewares=[explain_errors])
    app.router.add_get("/", handler)
    async with TestServer(app) as server, ClientSession() as client:
        yield client, str(server.make_url("/"))


async def test_what_is_told_to_its_end_is_whole() -> None:
    async def tell(write: Write) -> None:
        await write(b"one\n")
        await write(b"two\n")

    async with _served(tell) as (client, url), client.get(url) as answer:
        assert await answer.read() == b"one\ntwo\n"


@pytest.mark.parametrize("failure", [RuntimeError("it broke"), ConnectionResetError("the store hung up")])
async def test_what_fails_while_it_is_told_is_logged_and_does_not_look_whole(failure: Exception) -> None:
    async def tell(write: Write) -> None:
        await write(b"one\n")
        raise failure

    with capture_logs() as logs:
        async with _served(tell) as (client, url), client.get(url) as answer:
            with pytest.raises(ClientPayloadError):
                await answer.read()
    assert [(said["event"], said["path"]) for said in logs] == [("answer_broken_off", "/")]


async def test_whoever_leaves_is_no_fault() -> None:
    left = asyncio.Event()

    async def tell(write: Write) -> None:
        try:
            while True:
                await write(b"more\n" * 1000)
                await asyncio.sleep(0.01)
        finally:
            left.set()

    with capture_logs() as logs:
        async with _served(tell) as (client, url):
            answer = await client.get(url)
            await answer.content.readany()
            answer.close()
            async with asyncio.timeout(10):
                await left.wait()
    assert logs == []
