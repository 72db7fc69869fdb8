"""`/hooks/pay/<token>`: where M-Pesa says what became of a payment. The address itself is the first check."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import structlog
from aiohttp import web

from payments.mpesa.accept import ACCEPTED, Callbacks, Refused
from payments.mpesa.links import PATH
from runtime.inbox import Inbound
from storage.errors import StoreError
from web.answers import problem

log = structlog.get_logger("web")
Receive = Callable[[Sequence[Inbound]], Awaitable[Any]]


def routes(callbacks: Callbacks, receive: Receive, count: Callable[[str], None]) -> list[web.RouteDef]:
    """One view. 200 only after the store has the callback; nothing about money is decided here."""

    async def called_back(request: web.Request) -> web.Response:
        try:
            accepted = await callbacks.accept(await request.read(), request.match_info["token"])
            if isinstance(accepted, Refused):
                count(f"payments.callback_refused.{accepted.status}")
                return problem(accepted.status, "callback_refused", accepted.reason)
            await receive([accepted])
        except StoreError:
            log.exception("callback_not_stored")
            return problem(503, "not_stored", "The callback could not be stored.", "Deliver it again.")
        count("payments.callback")
        return web.Response(body=ACCEPTED, content_type="application/json")

    return [web.post(PATH + "{token}", called_back)]
