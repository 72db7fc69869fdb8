"""The pages about who works for a business: the team, keys for programs, who did what."""

from __future__ import annotations

import smtplib
from collections.abc import Mapping, Sequence
from typing import Any, cast

import structlog
from aiohttp import web

from people import audit, invitations, team, tokens
from people.mail import Mailer
from people.roles import ROLES, TABLE, Role
from people.team import LastOwner
from people.users import BadPerson, Users
from storage.errors import Conflict
from storage.store import Document, Store
from web.console import frame
from web.console.caller import Caller, Way

log = structlog.get_logger("console")


class PeoplePages:
    """The views. Every one is about the business in its address, which the gate has checked."""

    def __init__(self, store: Store, users: Users, mailer: Mailer, app_url: str) -> None:
        self._store = store
        self._users = users
        self._mailer = mailer
        self._app_url = app_url

    def ways(self) -> Sequence[Way]:
        return (
            Way(method="GET", path="/o/{org}/team", permission="team.read", view=self.team),
            Way(method="POST", path="/o/{org}/team/invite", permission="team.change", view=self.invite),
            Way(method="POST", path="/o/{org}/team/withdraw", permission="team.change", view=self.withdraw),
            Way(method="POST", path="/o/{org}/team/role", permission="team.change", view=self.role),
            Way(method="POST", path="/o/{org}/team/remove", permission="team.change", view=self.remove),
            Way(method="GET", path="/o/{org}/tokens", permission="tokens.change", view=self.tokens),
            Way(method="POST", path="/o/{org}/tokens", permission="tokens.change", view=self.make_token),
            Way(method="POST", path="/o/{org}/tokens/revoke", permission="tokens.change", view=self.revoke_token),
            Way(method="GET", path="/o/{org}/audit", permission="audit.read", view=self.audit),
        )

    async def team(self, request: web.Request, caller: Caller) -> web.Response:
        return await self._team(caller, done=request.query.get("done", ""))

    async def _team(self, caller: Caller, *, done: str = "", wrong: str = "", link: str = "") -> web.Response:
        members = [
            (member, await self._users.get(member.user)) for member in await team.members(self._store.org(caller.org))
        ]
        pending = await invitations.pending(self._store, self._users, caller.org, caller.now)
        return frame.page(
            "team.html", caller, status=422 if wrong else 200, business=await self._name(caller), done=done,
            wrong=wrong, link=link, members=members, pending=pending, roles=ROLES, table=TABLE,
            zone=await self._zone(caller),
        )  # fmt: skip

    async def invite(self, request: web.Request, caller: Caller) -> web.Response:
        form = await request.post()
        email, role = str(form.get("email", "")), _role(str(form.get("role", "")))
        try:
            token = await invitations.invite(
                self._store, self._users, caller.org, email, role, caller.now, by=caller.actor
            )
        except BadPerson as error:
            return await self._team(caller, wrong=str(error))
        link = f"{self._app_url}/join/{token}"
        words, name = frame.Words(caller.language), await self._name(caller)
        try:
            await self._mailer.send(
                email, words("mail.join.subject", business=name), words("mail.join.text", business=name, link=link)
            )
        except (OSError, smtplib.SMTPException) as error:
            log.error("mail_failed", what="join", reason=str(error))
        return await self._team(caller, link=link)

    async def withdraw(self, request: web.Request, caller: Caller) -> web.Response:
        try:
            id = frame.named(await request.post(), "id")
            await invitations.withdraw(self._store, caller.org, id, caller.now, by=caller.actor)
        except KeyError:
            return frame.refused(caller, 404, "not-found")
        return frame.see_other(f"/o/{caller.org}/team", done="withdrawn")

    async def role(self, request: web.Request, caller: Caller) -> web.Response:
        form = await request.post()
        return await self._changed(caller, form, _role(str(form.get("role", ""))))

    async def remove(self, request: web.Request, caller: Caller) -> web.Response:
        return await self._changed(caller, await request.post(), None)

    async def _changed(self, caller: Caller, form: Mapping[str, Any], role: Role | None) -> web.Response:
        org = self._store.org(caller.org)
        try:
            user = frame.named(form, "user")
            if role is None:
                await team.remove(org, user, caller.now, by=caller.actor)
            else:
                await team.change(org, user, role, caller.now, by=caller.actor)
        except KeyError:
            return frame.refused(caller, 404, "not-found")
        except (LastOwner, Conflict):
            return await self._team(caller, wrong=frame.Words(caller.language)("team.last-owner"))
        return frame.see_other(f"/o/{caller.org}/team", done="team-changed")

    async def tokens(self, request: web.Request, caller: Caller) -> web.Response:
        return await self._tokens(caller, done=request.query.get("done", ""))

    async def _tokens(self, caller: Caller, *, done: str = "", made: str = "") -> web.Response:
        listed = await tokens.listed(self._store.org(caller.org))
        return frame.page(
            "tokens.html", caller, business=await self._name(caller), done=done, made=made, tokens=listed,
            roles=ROLES, zone=await self._zone(caller),
        )  # fmt: skip

    async def make_token(self, request: web.Request, caller: Caller) -> web.Response:
        form = await request.post()
        name = str(form.get("name", "")).strip() or "API"
        made = await tokens.make(
            self._store.org(caller.org), name, _role(str(form.get("role", ""))), caller.now, by=caller.actor
        )
        return await self._tokens(caller, made=made)

    async def revoke_token(self, request: web.Request, caller: Caller) -> web.Response:
        try:
            id = frame.named(await request.post(), "id")
            await tokens.revoke(self._store.org(caller.org), id, caller.now, by=caller.actor)
        except KeyError:
            return frame.refused(caller, 404, "not-found")
        return frame.see_other(f"/o/{caller.org}/tokens", done="token-revoked")

    async def audit(self, request: web.Request, caller: Caller) -> web.Response:
        entries = await audit.latest(self._store.org(caller.org))
        names = {user: await self._called(user) for user in {entry["actor"] for entry in entries}}
        return frame.page(
            "audit.html", caller, business=await self._name(caller), entries=entries, names=names,
            zone=await self._zone(caller),
        )  # fmt: skip

    async def _called(self, actor: str) -> str:
        user = await self._users.get(actor) if actor.startswith("u_") else None
        return user.name or user.email if user is not None else actor

    async def _org(self, caller: Caller) -> Document:
        return await self._store.get("orgs", caller.org) or {}

    async def _name(self, caller: Caller) -> str:
        return str((await self._org(caller)).get("name", caller.org))

    async def _zone(self, caller: Caller) -> str:
        return str((await self._org(caller)).get("zone", "Africa/Nairobi"))


def _role(written: str) -> Role:
    """What no form of ours sends is the least."""
    return cast(Role, written) if written in ROLES else "viewer"
