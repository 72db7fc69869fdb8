"""Coming in: password, then the second factor where there is one; slowed down for whoever guesses.

What is wrong is never said more exactly than "address or password": a stranger learns of nobody.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

from people import links, passwords, second_factor, sessions, throttle
from people.sessions import Session
from people.users import User, Users
from storage.errors import Conflict
from storage.store import Store


class Refused(Exception):
    """Not let in. `wait` is how long until another attempt is looked at."""

    def __init__(self, code: str, wait: timedelta = timedelta()) -> None:
        super().__init__(code)
        self.code = code  # "wrong", "wait", "wrong-code"
        self.wait = wait


class Visitor(msgspec.Struct, frozen=True, kw_only=True):
    """Where an attempt comes from."""

    address: str = ""
    agent: str = ""


class Door:
    """Lets people in and out."""

    def __init__(self, store: Store, users: Users) -> None:
        self._store = store
        self._users = users

    async def sign_in(self, email: str, password: str, visitor: Visitor, now: datetime) -> tuple[str, Session]:
        """A session's token; the session waits for the second factor where the person has one. Raises `Refused`."""
        keys = [f"sign-in:{await self._users.email_key(email)}", *_network(visitor)]
        await self._in_time(keys, now)
        user = await self._users.by_email(email)
        right = await passwords.verified(password, user.password if user is not None else "")
        if user is None or not right or not user.active:
            await throttle.failed(self._store, keys, now)
            raise Refused("wrong")
        await throttle.passed(self._store, keys[0])
        if passwords.outdated(user.password):
            user = await self._users.change(user, password=await passwords.hashed(password))
        return await self._begin(user, visitor, now, waiting=user.second_factor)

    async def second_step(self, session: Session, code: str, visitor: Visitor, now: datetime) -> tuple[str, Session]:
        """From a waiting session to a full one with a new token. A recovery code works once. Raises `Refused`."""
        keys = [f"code:{session.user}", *_network(visitor)]
        await self._in_time(keys, now)
        user = await self._users.get(session.user)
        if user is None or not user.active or not await self.prove(user, code, now):
            await throttle.failed(self._store, keys, now)
            raise Refused("wrong-code")
        await throttle.passed(self._store, keys[0])
        await sessions.end(self._store, session.id)
        return await self._begin(user, visitor, now, strong=True)

    async def strengthen(self, session: Session, code: str, visitor: Visitor, now: datetime) -> None:
        """A session that was begun before the second factor was set up passes it now. Raises `Refused`."""
        keys = [f"code:{session.user}", *_network(visitor)]
        await self._in_time(keys, now)
        user = await self._users.get(session.user)
        if user is None or not await self.prove(user, code, now):
            await throttle.failed(self._store, keys, now)
            raise Refused("wrong-code")
        await throttle.passed(self._store, keys[0])
        await sessions.strengthen(self._store, session.id)

    async def enter(self, token: str, visitor: Visitor, now: datetime) -> tuple[str, Session]:
        """By a link that the operator's own terminal printed: as good as a second factor. Raises `Refused`."""
        link = await links.use(self._store, token, "enter", now)
        user = await self._users.get(link["user"]) if link is not None else None
        if user is None or not user.active:
            raise Refused("wrong")
        return await self._begin(user, visitor, now, strong=True)

    async def reset(self, token: str, password: str, now: datetime) -> User:
        """A new password by a link from an e-mail; every session ends. Raises `Refused`, `BadPassword`."""
        link = await links.look(self._store, token, "reset", now)
        user = await self._users.get(link["user"]) if link is not None else None
        if user is None:
            raise Refused("wrong")
        passwords.judge(password, user.email, user.name)
        if await links.use(self._store, token, "reset", now) is None:
            raise Refused("wrong")
        user = await self._users.change(user, password=await passwords.hashed(password))
        await sessions.end_all(self._store, user.id)
        return user

    async def prove(self, user: User, code: str, now: datetime) -> bool:
        """Whether a code is right; it is used up, so that nobody who saw it can use it again."""
        step = second_factor.accepted(user.totp, code, now, user.totp_used) if user.totp else None
        spent = second_factor.fingerprint(code)
        try:
            if step is not None:
                await self._users.change(user, totp_used=step)
                return True
            if spent in user.recovery:
                await self._users.change(user, recovery=tuple(each for each in user.recovery if each != spent))
                return True
        except Conflict:  # the same code, twice at once
            return False
        return False

    async def _begin(
        self, user: User, visitor: Visitor, now: datetime, *, strong: bool = False, waiting: bool = False
    ) -> tuple[str, Session]:
        return await sessions.begin(
            self._store, user.id, now, strong=strong, waiting=waiting, agent=visitor.agent, address=visitor.address
        )

    async def _in_time(self, keys: list[str], now: datetime) -> None:
        wait = await throttle.wait(self._store, keys, now)
        if wait > timedelta():
            raise Refused("wait", wait)


def _network(visitor: Visitor) -> list[str]:
    return [f"network:{visitor.address}"] if visitor.address else []
