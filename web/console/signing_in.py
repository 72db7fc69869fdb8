"""The pages by which people come in and go: password, second factor, a new password, an invitation."""

from __future__ import annotations

import smtplib
from collections.abc import Sequence

import structlog
from aiohttp import web

from people import invitations, links, passwords, sessions, team, throttle
from people.mail import Mailer
from people.passwords import BadPassword
from people.sessions import Session
from people.signing_in import Door, Refused
from people.users import BadPerson, Users
from storage.store import Store
from web.console import frame
from web.console.caller import PUBLIC, SIGNED_IN, Caller, Way
from web.console.gate import COOKIE
from web.console.words import LANGUAGES

log = structlog.get_logger("console")


class SigningIn:
    """The views. Letters are written in the language of the page that asked for them."""

    def __init__(self, store: Store, users: Users, mailer: Mailer, app_url: str) -> None:
        self._store = store
        self._users = users
        self._mailer = mailer
        self._app_url = app_url
        self._door = Door(store, users)

    def ways(self) -> Sequence[Way]:
        return (
            Way(method="GET", path="/sign-in", permission=PUBLIC, view=self.form),
            Way(method="POST", path="/sign-in", permission=PUBLIC, view=self.sign_in),
            Way(method="GET", path="/sign-in/code", permission=PUBLIC, view=self.code_form),
            Way(method="POST", path="/sign-in/code", permission=PUBLIC, view=self.second_step),
            Way(method="GET", path="/confirm", permission=SIGNED_IN, view=self.confirm_form),
            Way(method="POST", path="/confirm", permission=SIGNED_IN, view=self.confirm),
            Way(method="POST", path="/sign-out", permission=SIGNED_IN, view=self.sign_out),
            Way(method="GET", path="/enter/{token}", permission=PUBLIC, view=self.enter_form),
            Way(method="POST", path="/enter/{token}", permission=PUBLIC, view=self.enter),
            Way(method="GET", path="/forgotten", permission=PUBLIC, view=self.forgotten_form),
            Way(method="POST", path="/forgotten", permission=PUBLIC, view=self.forgotten),
            Way(method="GET", path="/reset/{token}", permission=PUBLIC, view=self.reset_form),
            Way(method="POST", path="/reset/{token}", permission=PUBLIC, view=self.reset),
            Way(method="GET", path="/join/{token}", permission=PUBLIC, view=self.join_form),
            Way(method="POST", path="/join/{token}", permission=PUBLIC, view=self.join),
            Way(method="POST", path="/language", permission=PUBLIC, view=self.language),
        )

    async def form(self, request: web.Request, caller: Caller) -> web.Response:
        if caller.session is not None and not caller.session.waiting:
            return frame.see_other(frame.inside(request.query.get("next", "")))
        done = request.query.get("done", "")
        return frame.page("sign_in.html", caller, next=request.query.get("next", ""), email="", wrong="", done=done)

    async def sign_in(self, request: web.Request, caller: Caller) -> web.Response:
        form = await request.post()
        email, password, onward = (str(form.get(name, "")) for name in ("email", "password", "next"))
        try:
            token, session = await self._door.sign_in(email, password, caller.visitor, caller.now)
        except Refused as refusal:
            wrong = _why(refusal, caller)
            return frame.page("sign_in.html", caller, status=401, next=onward, email=email, wrong=wrong)
        return self._let_in(token, session, onward)

    async def code_form(self, request: web.Request, caller: Caller) -> web.Response:
        if caller.session is None or not caller.session.waiting:
            return frame.see_other("/sign-in")
        return frame.page("code.html", caller, action="/sign-in/code", next=request.query.get("next", ""), wrong="")

    async def second_step(self, request: web.Request, caller: Caller) -> web.Response:
        if caller.session is None or not caller.session.waiting:
            return frame.see_other("/sign-in")
        form = await request.post()
        onward = str(form.get("next", ""))
        try:
            token, session = await self._door.second_step(
                caller.session, str(form.get("code", "")), caller.visitor, caller.now
            )
        except Refused as refusal:
            wrong = _why(refusal, caller)
            return frame.page("code.html", caller, status=401, action="/sign-in/code", next=onward, wrong=wrong)
        return self._let_in(token, session, onward)

    async def confirm_form(self, request: web.Request, caller: Caller) -> web.Response:
        return frame.page("code.html", caller, action="/confirm", next=request.query.get("next", ""), wrong="")

    async def confirm(self, request: web.Request, caller: Caller) -> web.Response:
        _, session = caller.signed_in()
        form = await request.post()
        onward = str(form.get("next", ""))
        try:
            await self._door.strengthen(session, str(form.get("code", "")), caller.visitor, caller.now)
        except Refused as refusal:
            wrong = _why(refusal, caller)
            return frame.page("code.html", caller, status=401, action="/confirm", next=onward, wrong=wrong)
        return frame.see_other(frame.inside(onward))

    async def sign_out(self, _request: web.Request, caller: Caller) -> web.Response:
        _, session = caller.signed_in()
        await sessions.end(self._store, session.id)
        answer = frame.see_other("/sign-in", done="signed-out")
        answer.del_cookie(COOKIE, path="/")
        return answer

    async def enter_form(self, request: web.Request, caller: Caller) -> web.Response:
        """A page in between: whatever looks at links in messages does not use this one up."""
        token = request.match_info["token"]
        if await links.look(self._store, token, "enter", caller.now) is None:
            return frame.refused(caller, 410, "link-used")
        return frame.page("enter.html", caller, token=token)

    async def enter(self, request: web.Request, caller: Caller) -> web.Response:
        try:
            token, session = await self._door.enter(request.match_info["token"], caller.visitor, caller.now)
        except Refused:
            return frame.refused(caller, 410, "link-used")
        return self._let_in(token, session, "")

    async def forgotten_form(self, _request: web.Request, caller: Caller) -> web.Response:
        return frame.page("forgotten.html", caller, sent=False)

    async def forgotten(self, request: web.Request, caller: Caller) -> web.Response:
        """Says the same whether or not somebody has this address."""
        email = str((await request.post()).get("email", ""))
        keys = [f"forgotten:{await self._users.email_key(email)}", f"forgotten:{caller.visitor.address}"]
        wait = await throttle.wait(self._store, keys, caller.now)
        user = await self._users.by_email(email) if not wait else None
        await throttle.failed(self._store, keys, caller.now)
        if user is not None and user.active:
            token = await links.make(self._store, "reset", caller.now, user=user.id)
            await self._write(user.email, "reset", caller, f"{self._app_url}/reset/{token}")
        return frame.page("forgotten.html", caller, sent=True)

    async def reset_form(self, request: web.Request, caller: Caller) -> web.Response:
        if await links.look(self._store, request.match_info["token"], "reset", caller.now) is None:
            return frame.refused(caller, 410, "link-used")
        return frame.page("reset.html", caller, wrong="")

    async def reset(self, request: web.Request, caller: Caller) -> web.Response:
        password = str((await request.post()).get("password", ""))
        try:
            await self._door.reset(request.match_info["token"], password, caller.now)
        except BadPassword as error:
            return frame.page("reset.html", caller, status=422, wrong=str(error))
        except Refused:
            return frame.refused(caller, 410, "link-used")
        return frame.see_other("/sign-in", done="password-set")

    async def join_form(self, request: web.Request, caller: Caller) -> web.Response:
        link = await links.look(self._store, request.match_info["token"], "join", caller.now)
        if link is None:
            return frame.refused(caller, 410, "link-used")
        return frame.page("join.html", caller, wrong="", name="", **await self._invited(link))

    async def join(self, request: web.Request, caller: Caller) -> web.Response:
        """Somebody new chooses a name and a password; somebody known proves that they are it."""
        token = request.match_info["token"]
        link = await links.look(self._store, token, "join", caller.now)
        if link is None:
            return frame.refused(caller, 410, "link-used")
        invited, form = await self._invited(link), await request.post()
        name, password = str(form.get("name", "")).strip(), str(form.get("password", ""))
        try:
            if invited["known"]:
                session_token, session = await self._door.sign_in(
                    invited["email"], password, caller.visitor, caller.now
                )
                user = await self._users.get(session.user)
            else:
                passwords.judge(password, invited["email"], name)
                hashed = await passwords.hashed(password)
                user = await self._users.create(
                    invited["email"], name, caller.now, password=hashed, language=caller.language
                )
                session_token, session = await sessions.begin(
                    self._store, user.id, caller.now, agent=caller.visitor.agent, address=caller.visitor.address
                )
        except (BadPassword, BadPerson) as error:
            return frame.page("join.html", caller, status=422, wrong=str(error), name=name, **invited)
        except Refused as refusal:
            return frame.page("join.html", caller, status=401, wrong=_why(refusal, caller), name=name, **invited)
        if user is None or await links.use(self._store, token, "join", caller.now) is None:
            return frame.refused(caller, 410, "link-used")
        await team.add(self._store.org(link["org"]), user, link["role"], caller.now, by=link["by"])
        return self._let_in(session_token, session, f"/o/{link['org']}")

    async def language(self, request: web.Request, caller: Caller) -> web.Response:
        form = await request.post()
        chosen = str(form.get("language", ""))
        answer = frame.see_other(frame.inside(str(form.get("next", "")) or "/sign-in"))
        if chosen in LANGUAGES:
            answer.set_cookie("aais_language", chosen, max_age=365 * 24 * 3600, samesite="Lax", path="/")
            if caller.user is not None:
                await self._users.change(caller.user, language=chosen)
        return answer

    async def _invited(self, link: dict[str, object]) -> dict[str, object]:
        org = await self._store.get("orgs", str(link["org"]))
        email = await invitations.email_of(self._users, link)
        known = await self._users.by_email(email) is not None
        return {"email": email, "role": link["role"], "org_name": (org or {}).get("name", ""), "known": known}

    async def _write(self, to: str, what: str, caller: Caller, link: str) -> None:
        words = frame.Words(caller.language)
        try:
            await self._mailer.send(to, words(f"mail.{what}.subject"), words(f"mail.{what}.text", link=link))
        except (OSError, smtplib.SMTPException) as error:
            log.error("mail_failed", what=what, reason=str(error))

    def _let_in(self, token: str, session: Session, onward: str) -> web.Response:
        target = frame.inside(onward) if onward else "/o"
        if session.waiting:
            target = f"/sign-in/code?next={target}"
        answer = frame.see_other(target)
        secure = self._app_url.startswith("https://")
        answer.set_cookie(
            COOKIE, token, httponly=True, samesite="Lax", secure=secure, path="/",
            max_age=int(sessions.LONGEST.total_seconds()),
        )  # fmt: skip
        return answer


def _why(refusal: Refused, caller: Caller) -> str:
    words = frame.Words(caller.language)
    if refusal.code == "wait":
        return words("sign-in.wait", minutes=max(1, -(-int(refusal.wait.total_seconds()) // 60)))
    return words(f"sign-in.{refusal.code}")
