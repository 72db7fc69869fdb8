"""One address of the API: its types check what comes in, shape what goes out, and make the OpenAPI document.

There is one description of a request, and everything reads it, so that the document cannot say other than the server.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
from aiohttp import web

from web.answers import problem
from web.console.caller import Caller, View, Way

PREFIX = "/api/v1"


class Nothing(msgspec.Struct, frozen=True):
    """A request without a body, or an answer that has nothing to say."""


class Refusal(Exception):
    """An endpoint's own no. `code` is stable; `reason` and `remedy` are for people."""

    def __init__(self, status: int, code: str, reason: str, remedy: str = "") -> None:
        super().__init__(reason)
        self.status, self.code, self.reason, self.remedy = status, code, reason, remedy


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """A request, checked: `query` and `body` are of the endpoint's types, `names` what stands in its address."""

    query: Any
    body: Any
    names: dict[str, str]
    request: web.Request


Answering = Callable[[Asked, Caller], Awaitable[Any]]


class Endpoint(msgspec.Struct, frozen=True, kw_only=True):
    """`path` is what follows /api/v1. `query`, `body` and `answer` are msgspec types; `doc` says what it does."""

    method: str
    path: str
    permission: str
    doc: str
    answer: Any
    view: Answering
    query: Any = Nothing
    body: Any = Nothing
    refusals: tuple[tuple[int, str], ...] = ()  # (status, code) of its own
    people: bool = False  # not for tokens
    packed: bool = False  # its answers are long, and hold no secret that packing beside others' words could give away

    @property
    def address(self) -> str:
        return PREFIX + self.path

    def way(self) -> Way:
        """As the gate takes it."""
        return Way(
            method=self.method, path=self.address, permission=self.permission, view=_view(self), api=True,
            people=self.people,
        )  # fmt: skip


def _view(endpoint: Endpoint) -> View:
    async def view(request: web.Request, caller: Caller) -> web.StreamResponse:
        try:
            asked = Asked(
                query=msgspec.convert(dict(request.query), endpoint.query, strict=False),
                body=await _body(request, endpoint.body),
                names=dict(request.match_info),
                request=request,
            )
        except (msgspec.ValidationError, msgspec.DecodeError, UnicodeDecodeError) as error:
            return problem(400, "malformed", f"{error}", f"See {PREFIX}/openapi.json for what {endpoint.path} takes.")
        except RecursionError:
            return problem(400, "malformed", "The body is nested too deeply.", "Send what is asked for only.")
        try:
            answer = await endpoint.view(asked, caller)
        except Refusal as refusal:
            return problem(refusal.status, refusal.code, refusal.reason, refusal.remedy)
        if isinstance(answer, web.StreamResponse):  # an event stream, a file
            return answer
        headers = {"Cache-Control": "no-store"}
        made = web.Response(body=msgspec.json.encode(answer), content_type="application/json", headers=headers)
        if endpoint.packed:
            made.headers["Vary"] = "Accept-Encoding"
            made.enable_compression()
        return made

    return view


async def _body(request: web.Request, kind: Any) -> Any:
    if kind is Nothing:
        return Nothing()
    if request.content_type != "application/json":
        raise msgspec.ValidationError("The body must be JSON, with Content-Type: application/json")
    return msgspec.json.decode(await request.read(), type=kind)
