"""`/healthz` says that the process lives; `/readyz` that it can take an event in and keep it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from aiohttp import web

from storage.errors import StoreError
from web.answers import json_answer, problem

Check = Callable[[], Awaitable[object]]


def routes(
    store_answers: Check, stopping: Callable[[], bool], refusal: Callable[[], dict[str, str]] = dict
) -> list[web.RouteDef]:
    """`refusal` says which edit was not published: the server works, on the version before."""

    async def alive(_request: web.Request) -> web.Response:
        return json_answer({"status": "ok"})

    async def ready(_request: web.Request) -> web.Response:
        if stopping():
            return problem(503, "stopping", "The server is finishing its work and takes nothing new.", "Ask another.")
        try:
            await store_answers()
        except StoreError as error:
            return problem(503, "store_unavailable", f"The store does not answer: {error}", "Look at the database.")
        refused = refusal()
        return json_answer({"status": "ready", **({"publishing": refused} if refused else {})})

    return [web.get("/healthz", alive), web.get("/readyz", ready)]
