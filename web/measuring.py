"""What a business's own pages tell the server: `/t.js`, and `/t/<org>` which it talks to.

Taken only from the business's own sites (its setting `sites`), by the browser's own word of where a page stands, and
only about that very site. Nothing is read from or put into the browser but the script.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import msgspec
from aiohttp import web

import ads.truth
from ads.truth import collecting, terms
from ads.truth.attribution import Adverts
from ads.truth.collecting import Seen, Unfit, origin_of
from crm import capture
from storage.base import BaseStore
from storage.vault import Vault
from web.answers import json_answer, problem

_SCRIPT = (Path(ads.truth.__file__).with_name("t.js")).read_text(encoding="utf-8")
_LONGEST = 8192
_MOST_PER_MINUTE = 6000  # pages of one business


class Measuring:
    """The views. `proxies` are how many of ours stand before the server."""

    def __init__(
        self, store: BaseStore, vault: Vault, adverts: Adverts, now: Callable[[], datetime], *, proxies: int = 0
    ) -> None:
        self._store = store
        self._vault = vault
        self._adverts = adverts
        self._now = now
        self._proxies = proxies
        self._minute: dict[str, tuple[int, int]] = {}

    async def script(self, _request: web.Request) -> web.Response:
        headers = {"Cache-Control": "public, max-age=3600", "Cross-Origin-Resource-Policy": "cross-origin"}
        return web.Response(text=_SCRIPT, content_type="text/javascript", headers=headers)

    async def preflight(self, request: web.Request) -> web.Response:
        allowed = await self._allowed(request)
        if not allowed:
            raise web.HTTPNotFound
        methods = {"Access-Control-Allow-Methods": "POST", "Access-Control-Allow-Headers": "content-type"}
        return web.Response(status=204, headers={**_open_to(allowed), **methods, "Access-Control-Max-Age": "86400"})

    async def page(self, request: web.Request) -> web.Response:
        """One page. 200 with the code for a first message where an ad or a tag brought the visitor, else 204."""
        allowed = await self._allowed(request)
        if not allowed:
            reason = "This address takes pages of the business's own sites only."
            return problem(403, "foreign_site", reason, "Add the site to the setting `sites`, as https://example.co.ke")
        if (request.content_length or 0) > _LONGEST or not self._in_time(request.match_info["org"]):
            return _with(problem(429, "too_many", "Too much at once."), allowed)
        agent = request.headers.get("User-Agent", "")
        if collecting.automatic(agent):
            return _with(web.Response(status=204), allowed)
        try:
            body = await request.read()
            if len(body) > _LONGEST:
                raise Unfit("length")
            seen = msgspec.json.decode(body, type=Seen)
            if origin_of(seen.url) != allowed:
                raise Unfit("url")
            code = await self._kept(request.match_info["org"], seen, agent, self._address(request))
        except (msgspec.MsgspecError, UnicodeDecodeError, Unfit) as error:
            return _with(problem(400, "malformed", f"That is no page of {allowed}: {error}"), allowed)
        return _with(json_answer({"code": code}) if code else web.Response(status=204), allowed)

    async def _kept(self, org: str, seen: Seen, agent: str, address: str) -> str:
        """Stored; the code by which a first message is known, the same one when the page is told again."""
        store, vault, now = self._store.org(org), await self._vault.org(org), self._now()
        known = await store.get("ad_events", collecting.page_id(org, seen))
        if known is not None:
            return _code(str(known.get("visit") or ""))
        click = collecting.click_of(seen)
        code = "" if click.empty else capture.new_code()
        visit = f"{org}/{code}" if code else ""
        op = await collecting.page(
            store, vault, self._adverts, seen, now, visit=visit, agent=agent, address=address
        )  # fmt: skip
        if code:  # the page after its click: whoever sees the page finds the click
            await capture.remember(store, msgspec.structs.asdict(click), via="link", now=now, code=code)
        (stored,) = await store.commit([op])
        return _code(str((stored or {}).get("visit") or ""))

    async def _allowed(self, request: web.Request) -> str:
        """The origin of the page, if it is one of the business's own sites; else ""."""
        org = await self._store.get("orgs", request.match_info["org"])
        origin = origin_of(request.headers.get("Origin", ""))
        return origin if org is not None and origin and origin in terms.read(org).sites else ""

    def _in_time(self, org: str) -> bool:
        minute = int(time.monotonic() // 60)
        since, count = self._minute.get(org, (minute, 0))
        count = count + 1 if since == minute else 1
        self._minute[org] = (minute, count)
        return count <= _MOST_PER_MINUTE

    def _address(self, request: web.Request) -> str:
        forwarded = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",") if part.strip()]
        if self._proxies and len(forwarded) >= self._proxies:
            return forwarded[-self._proxies]
        return request.remote or ""


def routes(
    store: BaseStore, vault: Vault, adverts: Adverts, now: Callable[[], datetime], *, proxies: int = 0
) -> list[web.RouteDef]:
    measuring = Measuring(store, vault, adverts, now, proxies=proxies)
    place = "/t/{org:[A-Za-z0-9-]{1,80}}"
    return [
        web.get("/t.js", measuring.script),
        web.post(place, measuring.page),
        web.options(place, measuring.preflight),
    ]


def _code(visit: str) -> str:
    return visit.rpartition("/")[2]


def _open_to(origin: str) -> dict[str, str]:
    return {"Access-Control-Allow-Origin": origin, "Vary": "Origin"}


def _with(answer: web.Response, origin: str) -> web.Response:
    answer.headers.update(_open_to(origin))
    return answer
