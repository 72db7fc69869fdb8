"""The operator's door: on this machine only, for whoever can read the token that the server left in its data folder.

A store on SQLite belongs to the server that has it open, so `aais publish` asks that server. An answer is a line of
JSON for each thing done on the way, and a last one with what came of it.
"""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
from aiohttp import web

from web.answers import explain_errors, problem
from web.streaming import telling

_MAX_BODY = 16 * 1024 * 1024
Tell = Callable[[Any], None]
Service = Callable[[Any, Tell], Awaitable[Any]]  # (what was asked, tell) -> what came of it


class Asked(msgspec.Struct, frozen=True):
    """A service by its name: the form of what it is asked, and who does it."""

    form: Any
    service: Service


def build(token: str, services: dict[str, Asked], refusals: tuple[type[Exception], ...]) -> web.Application:
    """`refusals` are the exceptions whose text is for the person who asked."""

    async def answer(request: web.Request) -> web.StreamResponse:
        if not hmac.compare_digest(request.headers.get("Authorization", "").encode(), f"Bearer {token}".encode()):
            return problem(403, "not_allowed", "The token is not this server's.", "Read control.json anew.")
        asked = services.get(request.match_info["name"])
        if asked is None:
            return problem(404, "not_found", "There is no such service.", "Is `aais` of the server's version?")
        try:
            given = msgspec.json.decode(await request.read(), type=asked.form)
        except msgspec.DecodeError as error:
            return problem(400, "bad_request", f"That is not what is asked here: {error}", "Check the version of aais.")
        response = web.StreamResponse(headers={"Content-Type": "application/x-ndjson"})
        async with telling(request, response):
            async for line in _lines(asked.service, given, refusals):
                await response.write(line)
        return response

    app = web.Application(client_max_size=_MAX_BODY, middlewares=[explain_errors])
    app.router.add_post("/{name}", answer)
    return app


async def _lines(service: Service, given: Any, refusals: tuple[type[Exception], ...]) -> Any:
    said: asyncio.Queue[bytes | None] = asyncio.Queue()

    async def work() -> bytes:
        try:
            outcome = await service(given, lambda progress: said.put_nowait(_line("progress", progress)))
            return _line("outcome", outcome)
        except refusals as refusal:
            return _line("refusal", str(refusal))
        finally:
            said.put_nowait(None)

    task = asyncio.create_task(work())  # goes on to its end, also when whoever asked hangs up
    while (line := await said.get()) is not None:
        yield line
    yield await task


def _line(kind: str, value: Any) -> bytes:
    return msgspec.json.encode({kind: value}) + b"\n"
