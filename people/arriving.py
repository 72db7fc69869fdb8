"""The first people of an installation, who can't be invited by anybody yet: the operator's terminal lets them in."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from people import links, team
from people.roles import Role
from people.users import User, Users
from storage.store import Store


async def let_in(
    store: Store, users: Users, email: str, name: str, orgs: Iterable[str], role: Role, now: datetime
) -> User:  # fmt: skip
    """Somebody with this role in these businesses, made if nobody has the address. Raises `BadPerson`."""
    user = await users.by_email(email) or await users.create(email, name, now)
    for org in orgs:
        if await team.role_of(store.org(org), user.id) != role:
            await team.add(store.org(org), user, role, now, by="terminal")
    return user


async def way_in(store: Store, user: User, app_url: str, now: datetime) -> str:
    """An address that signs them in once, within a day."""
    return f"{app_url}/enter/{await links.make(store, 'enter', now, user=user.id)}"
