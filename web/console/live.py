"""Pages that tell by themselves that something changed: an event stream over a cheap look at the store.

The stream says only *that* there is something new; the page fetches what it shows. So it works with any number of
server processes, needs nothing in memory, and goes on where it was after a break (`Last-Event-ID` is the last mark).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import msgspec
from aiohttp import web

from people import team
from storage.store import Store
from web.console.caller import Caller
from web.streaming import telling

LOOK_SECONDS = 1.0
HEARTBEAT = 15  # looks
STILL_THERE = 5  # looks; so soon a stream ends after one has signed out


class Mark(msgspec.Struct, frozen=True):
    """What a page looks like just now; another one says that it is to be fetched again."""

    mark: str


async def told(
    request: web.Request, caller: Caller, store: Store, look: Callable[[], Awaitable[str]], stopping: Callable[[], bool]
) -> web.StreamResponse | Mark:
    """An event stream for a person's page that asks for one; else the mark of now, also for every program."""
    if caller.session is None or "text/event-stream" not in request.headers.get("Accept", ""):
        return Mark(await look())
    answer = web.StreamResponse(
        headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    )
    known = request.headers.get("Last-Event-ID", "")
    looks = 0
    async with telling(request, answer):
        await answer.write(b"retry: 2000\n\n")
        while not stopping() and (looks % STILL_THERE or await _still_in(store, caller)):
            mark = await look()
            if mark != known:
                known = mark
                await answer.write(f"id: {mark}\nevent: changed\ndata: {mark}\n\n".encode())
            elif looks % HEARTBEAT == 0:
                await answer.write(b": here\n\n")
            looks += 1
            await asyncio.sleep(LOOK_SECONDS)
        await answer.write(b"event: over\ndata: over\n\n")
    return answer


async def _still_in(store: Store, caller: Caller) -> bool:
    """Signed in, and in the same role."""
    if caller.session is None or caller.user is None:
        return False
    if await store.get("sessions", caller.session.id) is None:
        return False
    return await team.role_of(store.org(caller.org), caller.user.id) == caller.role
