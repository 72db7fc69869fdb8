"""The guided launch in the console: the conversation of `flows/launch.yaml`, on a page of its own.

A person of the business is a contact of the channel `console`, known by an id that no phone has and marked with who
they are (`member`): what they may is asked of their role, by every verb. The page works without a script: while an
answer is on its way, it reads itself again.
"""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
from aiohttp import web

from channels.console import BULLET, NAME
from crm import contacts, messages
from crm.identity import Identity
from engine.model import Event
from people.users import User
from runtime.inbox import Inbound
from runtime.routing import conversation_id
from storage.store import OrgStore, Store, Update
from storage.vault import Vault
from web.console import frame
from web.console.caller import Caller, Way

Receive = Callable[[Sequence[Inbound]], Awaitable[Any]]
_PAGE = "/o/{org}/ads/launch"
_SHOWN, _LONGEST = 40, 1000
_WORD = {"en": "ads", "sw": "matangazo"}
_PATIENCE = timedelta(seconds=90)
STRONG = timedelta(minutes=30)  # for so long what a second factor vouched for holds in the conversation


class Bubble(msgspec.Struct, frozen=True, kw_only=True):
    """One message; `choices` are what the last of them lets one pick."""

    mine: bool  # whether the person said it
    text: str
    choices: tuple[str, ...] = ()


class AdsLaunch:
    """The views. `receive` hands what a person says to the runtime, as a provider's webhook does."""

    def __init__(self, store: Store, vault: Vault, clock: Callable[[], datetime], receive: Receive) -> None:
        self._store = store
        self._vault = vault
        self._clock = clock
        self._receive = receive

    def ways(self) -> Sequence[Way]:
        change = "ads.change"
        return (
            Way(method="GET", path=_PAGE, permission=change, view=self.page),
            Way(method="POST", path=_PAGE, permission=change, view=self.say),
        )

    async def page(self, request: web.Request, caller: Caller) -> web.Response:
        user, _ = caller.signed_in()
        org = await self._store.get("orgs", caller.org) or {}
        said, waits = await self._said(self._store.org(caller.org), user)
        return frame.page(
            "ads_launch.html", caller, business=str(org.get("name") or caller.org), said=said, waits=waits,
            word=_WORD.get(caller.language, "ads"),
        )  # fmt: skip

    async def say(self, request: web.Request, caller: Caller) -> web.Response:
        user, _ = caller.signed_in()
        form = await request.post()
        text = " ".join(str(form.get("text") or "").split())[:_LONGEST]
        if text and text.isprintable():
            await self._known(caller, user)
            id = secrets.token_hex(16)
            event = Event(name="message", data={"text": text, "kind": "text", "message_id": id})
            sender = {"channel": NAME, "user_id": _id_of(user), "name": user.name}
            inbound = Inbound(
                org=caller.org, source=NAME, id=id, lane=_lane(caller.org, user), event=event, sender=sender
            )
            await self._receive([inbound])
        return frame.see_other(f"/o/{caller.org}/ads/launch")

    async def _known(self, caller: Caller, user: User) -> None:
        """The contact that stands for this person, marked with who they are."""
        store, vault = self._store.org(caller.org), await self._vault.org(caller.org)
        identity = Identity(user_id=_id_of(user), name=user.name)
        met = await contacts.meet(store, vault, identity, self._clock(), language=caller.language)
        ops = list(met.ops)
        until = self._clock() + STRONG if caller.session is not None and caller.session.strong else None
        ops.append(Update("contacts", met.id, {"set": {"member": user.id, "member_strong_until": until}}))
        await store.commit(ops)

    async def _said(self, store: OrgStore, user: User) -> tuple[list[Bubble], bool]:
        """The conversation so far, and whether an answer is on its way."""
        unread = await _unread(store, user)  # asked first: what is worked meanwhile is among the messages
        vault = await self._vault.org(store.id)
        found = await store.find("contacts", {"wa_key": vault.lookup("user_id", _id_of(user))}, limit=1)
        if not found:
            return [], unread
        contact = found[0]["_id"]
        await vault.ensure(contact)
        wanted = {"conversation": conversation_id(contact, NAME)}
        rows = await store.find("messages", wanted, sort=[("at", -1)], limit=_SHOWN)
        rows.reverse()
        said = [_bubble(row["direction"] == "in", str(messages.content(vault, row).get("text") or "")) for row in rows]
        last = rows[-1] if rows else None
        waits = last is not None and last["direction"] == "in" and self._clock() - last["at"] < _PATIENCE
        return said, waits or unread


async def _unread(store: OrgStore, user: User) -> bool:
    """Whether what was said last is not even worked: the page is back before the runtime has looked at it."""
    wanted = {"lane": _lane(store.id, user), "state": "new"}
    return bool(await store.find("inbox", wanted, limit=1))


def _lane(org: str, user: User) -> str:
    return f"{NAME}:{org}:{user.id}"


def _id_of(user: User) -> str:
    """In the form of a WhatsApp user id, of a country that there is none of."""
    return f"XC.{user.id.removeprefix('u_')}"


def _bubble(mine: bool, text: str) -> Bubble:
    lines = text.split("\n")
    choices = () if mine else tuple(line.removeprefix(BULLET) for line in lines if line.startswith(BULLET))
    return Bubble(mine=mine, text="\n".join(line for line in lines if not line.startswith(BULLET)), choices=choices)
