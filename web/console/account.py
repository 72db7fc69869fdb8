"""A person's own page: name, password, second factor, where they are signed in; and the businesses they work for."""

from __future__ import annotations

from collections.abc import Sequence

import segno
from aiohttp import web

from people import passwords, second_factor, sessions, team
from people.passwords import BadPassword
from people.roles import MONEY_ROLES
from people.users import User, Users
from storage.store import Store
from web.console import frame
from web.console.caller import SIGNED_IN, Caller, Way
from web.console.founding import may_found


class Account:
    """The views."""

    def __init__(self, store: Store, users: Users) -> None:
        self._store = store
        self._users = users

    def ways(self) -> Sequence[Way]:
        return (
            Way(method="GET", path="/o", permission=SIGNED_IN, view=self.businesses),
            Way(method="GET", path="/me", permission=SIGNED_IN, view=self.me),
            Way(method="POST", path="/me/password", permission=SIGNED_IN, view=self.password),
            Way(method="GET", path="/me/second-factor", permission=SIGNED_IN, view=self.factor_form),
            Way(method="POST", path="/me/second-factor", permission=SIGNED_IN, view=self.factor),
            Way(method="POST", path="/me/second-factor/off", permission=SIGNED_IN, view=self.factor_off),
            Way(method="POST", path="/me/sessions/end", permission=SIGNED_IN, view=self.end_session),
        )

    async def businesses(self, _request: web.Request, caller: Caller) -> web.Response:
        """Where to: straight on for somebody who works for one business."""
        user, _ = caller.signed_in()
        works = await team.of(self._store, user.id)
        if len(works) == 1:
            return frame.see_other(f"/o/{works[0].org}")
        orgs = [(member, await self._store.get("orgs", member.org) or {}) for member in works]
        founds = await may_found(self._store, user)
        return frame.page("businesses.html", caller, orgs=orgs, onward="", founds=founds)

    async def me(self, request: web.Request, caller: Caller) -> web.Response:
        return await self._page(caller, done=request.query.get("done", ""))

    async def _page(self, caller: Caller, *, done: str = "", wrong: str = "") -> web.Response:
        user, session = caller.signed_in()
        works = await team.of(self._store, user.id)
        return frame.page(
            "me.html", caller, status=422 if wrong else 200, done=done, wrong=wrong, user=user,
            sessions=await sessions.of(self._store, user.id), this=session.id,
            needs=any(member.role in MONEY_ROLES for member in works),
            orgs=[(member, await self._store.get("orgs", member.org) or {}) for member in works],
            founds=await may_found(self._store, user),
        )  # fmt: skip

    async def password(self, request: web.Request, caller: Caller) -> web.Response:
        user, session = caller.signed_in()
        form = await request.post()
        old, new = str(form.get("old", "")), str(form.get("new", ""))
        words = frame.Words(caller.language)
        if user.password and not await passwords.verified(old, user.password):
            return await self._page(caller, wrong=words("me.wrong-password"))
        try:
            passwords.judge(new, user.email, user.name)
        except BadPassword as error:
            return await self._page(caller, wrong=str(error))
        await self._users.change(user, password=await passwords.hashed(new))
        await sessions.end_all(self._store, user.id, but=session.id)
        return frame.see_other("/me", done="password-set")

    async def factor_form(self, request: web.Request, caller: Caller) -> web.Response:
        user, _ = caller.signed_in()
        if user.second_factor:
            return frame.see_other("/me")
        return self._enrol(caller, user, second_factor.new_secret(), request.query.get("next", ""))

    async def factor(self, request: web.Request, caller: Caller) -> web.Response:
        """The secret comes back with the form and counts once a code made from it is right."""
        user, session = caller.signed_in()
        form = await request.post()
        onward = str(form.get("next", ""))
        try:
            secret = bytes.fromhex(str(form.get("secret", "")))
        except ValueError:
            secret = b""
        if user.second_factor or len(secret) != 20:
            return frame.see_other("/me")
        step = second_factor.accepted(secret, str(form.get("code", "")), caller.now)
        if step is None:
            wrong = frame.Words(caller.language)("sign-in.wrong-code")
            return self._enrol(caller, user, secret, onward, wrong)
        codes = second_factor.recovery_codes()
        kept = tuple(second_factor.fingerprint(code) for code in codes)
        await self._users.change(user, totp=secret, totp_used=step, recovery=kept)
        await sessions.strengthen(self._store, session.id)
        await sessions.end_all(self._store, user.id, but=session.id)
        return frame.page("recovery.html", caller, codes=codes, next=frame.inside(onward or "/me"))

    async def factor_off(self, request: web.Request, caller: Caller) -> web.Response:
        """Only with the password and from a session that has passed it."""
        user, session = caller.signed_in()
        password = str((await request.post()).get("password", ""))
        if not session.strong or not await passwords.verified(password, user.password):
            return await self._page(caller, wrong=frame.Words(caller.language)("me.wrong-password"))
        await self._users.change(user, totp=b"", totp_used=0, recovery=())
        return frame.see_other("/me", done="factor-off")

    async def end_session(self, request: web.Request, caller: Caller) -> web.Response:
        user, session = caller.signed_in()
        wanted = str((await request.post()).get("session", ""))
        if wanted == "others":
            await sessions.end_all(self._store, user.id, but=session.id)
        elif any(each.id == wanted for each in await sessions.of(self._store, user.id)):
            await sessions.end(self._store, wanted)
        return frame.see_other("/me", done="session-ended")

    @staticmethod
    def _enrol(caller: Caller, user: User, secret: bytes, onward: str, wrong: str = "") -> web.Response:
        code = segno.make(second_factor.address(secret, user.email), error="m")
        picture = code.svg_data_uri(scale=5, dark="#111", light="#fff")  # with its namespace: else no browser draws it
        return frame.page(
            "second_factor.html", caller, status=422 if wrong else 200, wrong=wrong, next=onward, secret=secret.hex(),
            written=second_factor.written(secret), picture=picture,
        )  # fmt: skip
