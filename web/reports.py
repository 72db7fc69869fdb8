"""The day's report of ads as PDF, for whoever has the link that the owner was sent."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from aiohttp import web

from ads.launching.telling import latest
from ads.report.links import PATH, ReportLinks
from storage.base import BaseStore
from web.answers import problem


def routes(store: BaseStore, links: ReportLinks, now: Callable[[], datetime]) -> list[web.RouteDef]:
    async def show(request: web.Request) -> web.Response:
        opened = links.read(request.match_info["token"], now())
        if opened is None:
            return problem(404, "not-found", "This link is not there, or its time is over.", "Write ads in the chat.")
        from ads.report.pdf import pdf  # loads what draws only for who asks

        found = await latest(store.org(opened.org), now(), day=opened.day)
        headers = {"Cache-Control": "private, no-store", "X-Robots-Tag": "noindex", "Referrer-Policy": "no-referrer"}
        return web.Response(body=pdf(found, opened.language), content_type="application/pdf", headers=headers)

    return [web.get(PATH + "{token:[A-Za-z0-9_-]+}.pdf", show)]
