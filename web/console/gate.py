"""The one gate before every page of the console: who asks, for which business, in which role, from where.

A business that somebody does not work for looks like one that does not exist. A form counts only when it comes from
our own pages (Sec-Fetch-Site or Origin) and carries its session's token.
"""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from urllib.parse import quote, urlsplit

from aiohttp import hdrs, web

from people import sessions, team, tokens
from people.roles import PERMISSIONS
from people.signing_in import Visitor
from people.users import Users
from storage.store import Store
from web.answers import problem
from web.console import frame
from web.console.caller import PUBLIC, SIGNED_IN, Caller, Way
from web.console.words import LANGUAGES

COOKIE = "aais_session"
_SAFE = frozenset({"GET", "HEAD"})


class Gate:
    """Wraps a view with everything that must hold before it runs."""

    def __init__(
        self, store: Store, users: Users, *, proxies: int = 0, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._store = store
        self._users = users
        self._proxies = proxies
        self._now = now

    def guarded(self, way: Way) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def handler(request: web.Request) -> web.StreamResponse:
            caller = await self._caller(request, way)
            refusal = await self._refusal(request, way, caller)
            return refusal if refusal is not None else await way.view(request, caller)

        return handler

    async def _caller(self, request: web.Request, way: Way) -> Caller:
        now = self._now()
        visitor = Visitor(address=self._address(request), agent=request.headers.get(hdrs.USER_AGENT, ""))
        caller = Caller(now=now, language=_language(request), visitor=visitor)
        org = request.match_info.get("org", "")
        if way.api and (token := _bearer(request)):
            found = await tokens.find(self._store, token, now)
            if found is None or found.org != org:
                return caller
            return Caller(
                now=now, language=caller.language, visitor=visitor, org=org, role=found.role, program=found.name
            )
        session = await sessions.find(self._store, request.cookies.get(COOKIE, ""), now)
        user = await self._users.get(session.user) if session is not None else None
        if session is None or user is None or not user.active:
            return caller
        role = await team.role_of(self._store.org(org), user.id) if org else None
        return Caller(now=now, language=user.language, visitor=visitor, user=user, session=session, org=org, role=role)

    async def _refusal(self, request: web.Request, way: Way, caller: Caller) -> web.StreamResponse | None:
        if request.method not in _SAFE and not caller.program:
            refused = await self._forged(request, way, caller)
            if refused is not None:
                return refused
        if way.permission == PUBLIC:
            return None
        if caller.role is None and caller.user is None:
            return _to_sign_in(request, way, caller)
        if caller.session is not None and caller.session.waiting:
            return _no(way, caller, 401, "second-factor") if way.api else frame.see_other("/sign-in/code")
        if way.permission == SIGNED_IN:
            return None
        if caller.role is None:
            return _no(way, caller, 404, "not-found")
        if way.people and caller.program:
            return _no(way, caller, 403, "people-only")
        if not caller.may(way.permission):
            return _no(way, caller, 403, "not-allowed")
        if PERMISSIONS[way.permission].strong and (caller.session is None or not caller.session.strong):
            return self._weak(request, way, caller)
        return None

    async def _forged(self, request: web.Request, way: Way, caller: Caller) -> web.StreamResponse | None:
        """A form that another site made somebody's browser send."""
        site = request.headers.get("Sec-Fetch-Site")
        origin = request.headers.get(hdrs.ORIGIN)
        foreign = site not in ("same-origin", "none") if site else bool(origin) and not _same(request, origin or "")
        if foreign:
            return _no(way, caller, 403, "foreign-form")
        if caller.session is None or way.permission == PUBLIC:
            return None
        given = request.headers.get("X-CSRF-Token") or str((await request.post()).get("csrf", ""))
        if not hmac.compare_digest(given.encode(), caller.session.csrf.encode()):
            return _no(way, caller, 403, "stale-form")
        return None

    @staticmethod
    def _weak(request: web.Request, way: Way, caller: Caller) -> web.StreamResponse:
        """Something strong, and the session has passed no second factor yet."""
        if way.api:
            return _no(way, caller, 403, "second-factor")
        place = quote(request.path if request.method in _SAFE else f"/o/{caller.org}", safe="/")
        ready = caller.user is not None and caller.user.second_factor
        return frame.see_other(f"/confirm?next={place}" if ready else f"/me/second-factor?next={place}")

    def _address(self, request: web.Request) -> str:
        """The visitor's network address; behind proxies of ours, what the outermost of them wrote."""
        forwarded = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",") if part.strip()]
        if self._proxies and len(forwarded) >= self._proxies:
            return forwarded[-self._proxies][:64]
        return request.remote or ""


def _to_sign_in(request: web.Request, way: Way, caller: Caller) -> web.StreamResponse:
    if way.api or request.method not in _SAFE:
        return _no(way, caller, 401, "not-signed-in")
    return frame.see_other(f"/sign-in?next={quote(request.path_qs, safe='/')}")


def _no(way: Way, caller: Caller, status: int, code: str) -> web.StreamResponse:
    if way.api:
        return problem(status, code, *frame.said(code, "en"))
    return frame.refused(caller, status, code)


def _same(request: web.Request, origin: str) -> bool:
    return bool(request.host) and urlsplit(origin).netloc == request.host


def _bearer(request: web.Request) -> str:
    kind, _, token = request.headers.get(hdrs.AUTHORIZATION, "").partition(" ")
    return token.strip() if kind.lower() == "bearer" else ""


def _language(request: web.Request) -> str:
    asked = request.cookies.get("aais_language") or request.headers.get(hdrs.ACCEPT_LANGUAGE, "en")[:2]
    return asked if asked in LANGUAGES else "en"
