"""How the server says no: one JSON shape for every error, with a stable code and what to do."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import msgspec
import structlog
from aiohttp import web

from storage.errors import BadId

log = structlog.get_logger("web")
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

_CODES = {
    404: ("not_found", "There is nothing at this address.", "Check the address."),
    405: (
        "method_not_allowed",
        "This address does not take that method.",
        "Use one of the methods in the Allow header.",
    ),
    413: ("too_large", "The body is larger than this address takes.", "Send less at once."),
}


def problem(status: int, code: str, reason: str, remedy: str = "") -> web.Response:
    """An error for a person or a program: `{"error": {"code", "reason", "remedy"}}`."""
    body = {"error": {"code": code, "reason": reason, "remedy": remedy}}
    return web.Response(status=status, body=msgspec.json.encode(body), content_type="application/json")


def json_answer(value: object, status: int = 200) -> web.Response:
    return web.Response(status=status, body=msgspec.json.encode(value), content_type="application/json")


@web.middleware
async def explain_errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Give every refusal the one shape, and log what nobody foresaw without showing it to the caller."""
    try:
        return await handler(request)
    except web.HTTPException as refusal:
        if refusal.status < 400:
            raise
        code, reason, remedy = _CODES.get(refusal.status, ("refused", refusal.reason, ""))
        answer = problem(refusal.status, code, reason, remedy)
        if "Allow" in refusal.headers:
            answer.headers["Allow"] = refusal.headers["Allow"]
        return answer
    except BadId:  # an address or a form named what can be nothing's name
        return problem(404, *_CODES[404])
    except Exception:
        log.exception("request_failed", path=request.path, method=request.method)
        return problem(
            500, "internal", "Something went wrong on our side; it has been logged.", "Try again in a minute."
        )


@web.middleware
async def secure_headers(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Deny by default what a browser might do with our pages."""
    try:
        answer = await handler(request)
    except web.HTTPException as redirect:
        _secure(redirect)
        raise
    if not answer.prepared:
        _secure(answer)
    return answer


def _secure(answer: web.StreamResponse) -> None:
    answer.headers.setdefault(
        "Content-Security-Policy",
        "default-src 'self'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'; form-action 'self'",
    )
    answer.headers.setdefault("X-Content-Type-Options", "nosniff")
    answer.headers.setdefault("Referrer-Policy", "strict-origin-when-cross-origin")
