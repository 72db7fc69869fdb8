"""Invitations to work for a business: a link by e-mail, or handed over by whoever invites."""

from __future__ import annotations

from datetime import datetime

import msgspec

from people import audit, links
from people.roles import Role
from people.users import Users, normal
from storage.store import Delete, Document, Store


class Invitation(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    email: str
    role: Role
    expires_at: datetime


async def invite(store: Store, users: Users, org: str, email: str, role: Role, now: datetime, *, by: str) -> str:
    """The link's token. Raises `BadPerson` for what is no address."""
    sealed = await users.seal(normal(email))
    token = await links.make(store, "join", now, org=org, role=role, by=by, sealed=sealed)
    await store.org(org).commit([audit.entry(by, "team.invited", now, role=role)])
    return token


async def email_of(users: Users, link: Document) -> str:
    return await users.unseal(link["sealed"])


async def pending(store: Store, users: Users, org: str, now: datetime) -> list[Invitation]:
    rows = await store.find("links", {"org": org, "purpose": "join"}, limit=200)
    return [
        Invitation(id=row["_id"], email=await email_of(users, row), role=row["role"], expires_at=row["expires_at"])
        for row in rows
        if row["expires_at"] > now
    ]


async def withdraw(store: Store, org: str, id: str, now: datetime, *, by: str) -> None:
    """Raises KeyError for an invitation that is not this business's."""
    row = await store.get("links", id)
    if row is None or row["purpose"] != "join" or row.get("org") != org:
        raise KeyError(id)
    await store.commit([Delete("links", id)])
    await store.org(org).commit([audit.entry(by, "team.invitation_withdrawn", now, role=row["role"])])
