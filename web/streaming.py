"""Answers that are told as they come to be: lines, or events.

Who listens may go away at any moment; that is no fault. What fails while we tell is one, and there is no status left to
say it with: it is logged, and the connection is broken off, so that nobody takes what came by then for the whole.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog
from aiohttp import web

log = structlog.get_logger("web")


@asynccontextmanager
async def telling(request: web.Request, answer: web.StreamResponse) -> AsyncIterator[None]:
    """Begins the answer; within it, write."""
    await answer.prepare(request)
    try:
        yield
    except Exception as error:
        transport = request.transport
        left = transport is None or transport.is_closing()
        if isinstance(error, ConnectionError) and left:
            return
        log.exception("answer_broken_off", path=request.path)
        if transport is not None:
            transport.abort()
