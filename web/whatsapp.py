"""`/webhooks/whatsapp`: the handshake, and the POST that Meta delivers everything to."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import structlog
from aiohttp import web

from channels.whatsapp.accept import MAX_BYTES, Refused
from channels.whatsapp.verification import verify
from channels.whatsapp.webhook import Webhook
from storage.errors import StoreError

log = structlog.get_logger("web")


def routes(webhook: Webhook, verify_token: str, now: Callable[[], datetime]) -> list[web.RouteDef]:
    """The two views. A body is answered 200 only after the store has it; 503 asks Meta to deliver again."""

    async def handshake(request: web.Request) -> web.Response:
        answer = verify(request.query, verify_token)
        return web.Response(status=answer.status, text=answer.body)

    async def deliver(request: web.Request) -> web.Response:
        try:
            raw = await request.read()
            answer = await webhook.post(raw, request.headers.get("X-Hub-Signature-256"), now())
        except web.HTTPRequestEntityTooLarge:
            answer = webhook.refuse(Refused(413, "too_large", f"The body has more than {MAX_BYTES} bytes."))
        except StoreError:
            log.exception("webhook_not_stored")
            return web.Response(status=503, text="not stored, deliver again")
        return web.Response(status=answer.status, text=answer.body)

    return [web.get("/webhooks/whatsapp", handshake), web.post("/webhooks/whatsapp", deliver)]
