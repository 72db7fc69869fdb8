"""How the simulated ad platforms misbehave, chosen over the control API while they run.

The same for all three: a request that gets lost, an answer that comes late, half or never, an outage, something
created twice or shown late, and numbers that shrink. What is special to one platform are its own error numbers.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import msgspec
from aiohttp import web

from sandbox.scenario import Scenario

_HALF = 0.5


class AdBehaviour(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """None means: as the platform normally does. Seconds for delays."""

    outage: int | None = None  # every request is answered with this HTTP status and no readable body
    lost_request: bool | None = None  # the connection breaks before anything is done
    lost_answer: bool | None = None  # done, and the connection breaks in place of an answer
    delay: float | None = None  # done, and answered late
    half_answer: bool | None = None  # done, and the answer breaks off in its middle
    twice: bool | None = None  # what is created, is created twice
    late_creation: float | None = None  # lists show what was created only after these seconds
    error: str | None = None  # refuse with the platform's own code: "17/2446079", "RESOURCE_EXHAUSTED", "40100"
    writes_only: bool | None = None  # `error`, `lost_*`, `half_answer` and `outage` spare what only reads
    usage: int | None = None  # per cent of the rate limit that the headers claim is used
    shrink: float | None = None  # the share by which reported numbers of all hours are smaller
    token_expired: bool | None = None  # the access token is refused until it was refreshed
    rejected: bool | None = None  # ads that are created do not pass the review


class Faults(Scenario):
    """The behaviours in force, by platform ("meta", "google", "tiktok")."""

    def spares(self, platform: str, writes: bool) -> bool:
        return not writes and bool(self.chosen(platform).get("writes_only"))

    def forget(self, platform: str, name: str) -> None:
        """One behaviour is over: a token was refreshed."""
        self._chosen.get(platform, {}).pop(name, None)
        self._left.pop((platform, name), None)


async def answer(
    faults: Faults, platform: str, request: web.Request, writes: bool, act: Callable[[], Awaitable[web.Response]],
    refuse: Callable[[str], web.Response],
) -> web.StreamResponse:  # fmt: skip
    """Serve one request with whatever the scenario does to it. `refuse` makes the platform's error of a code."""
    spared = faults.spares(platform, writes)
    if not spared:
        if faults.use(platform, "lost_request"):
            return _hang_up(request)
        if (status := faults.use(platform, "outage")) is not None:
            return web.Response(status=int(status), text="<html>Sorry, something went wrong.</html>")
        if (code := faults.use(platform, "error")) is not None:
            return refuse(str(code))
    response = await act()
    await asyncio.sleep(float(faults.use(platform, "delay", 0.0)))
    if spared:
        return response
    if faults.use(platform, "lost_answer"):
        return _hang_up(request)
    if faults.use(platform, "half_answer"):
        body = response.body if isinstance(response.body, bytes) else b""
        return web.Response(
            status=response.status, body=body[: int(len(body) * _HALF)], content_type="application/json"
        )
    return response


def _hang_up(request: web.Request) -> web.Response:
    if request.transport is not None:
        request.transport.abort()
    return web.Response()
