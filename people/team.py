"""Who works for a business, in which role."""

from __future__ import annotations

from datetime import datetime

import msgspec

from people import audit
from people.roles import ROLES, Role
from people.users import User
from storage.store import Delete, Insert, OrgStore, Store, Update, Upsert


class LastOwner(ValueError):
    """A business keeps at least one owner."""


class Member(msgspec.Struct, frozen=True, kw_only=True):
    org: str
    user: str
    role: Role


async def add(store: OrgStore, user: User, role: Role, now: datetime, *, by: str) -> Member:
    """Let a person work here; somebody who does already gets the new role."""
    fields = {"set": {"user": user.id, "role": role, "by": by}, "set_on_insert": {"at": now}}
    entry = audit.entry(by, "team.added", now, on=user.id, role=role)
    await store.commit([Upsert("members", _id(store.id, user.id), fields), entry])
    return Member(org=store.id, user=user.id, role=role)


def founding(org: str, user: User, now: datetime) -> list[Insert]:
    """The first owner of a business that is about to be made, for the commit that makes it."""
    member = {"_id": _id(org, user.id), "user": user.id, "role": "owner", "by": user.id, "at": now}
    return [Insert("members", member), audit.entry(user.id, "business.founded", now, on=org)]


async def change(store: OrgStore, user: str, role: Role, now: datetime, *, by: str) -> None:
    """Another role. Raises `LastOwner`, KeyError for somebody who does not work here, `Conflict` when two owners
    change each other at once.
    """
    member = await role_of(store, user)
    if member is None:
        raise KeyError(user)
    guard = await _another_owner(store, user) if member == "owner" and role != "owner" else []
    await store.commit([
        *guard,
        Upsert("members", _id(store.id, user), {"set": {"role": role, "by": by}}),
        audit.entry(by, "team.role_changed", now, on=user, before=member, after=role),
    ])  # fmt: skip


async def remove(store: OrgStore, user: str, now: datetime, *, by: str) -> None:
    """Let a person go. Raises `LastOwner`, KeyError."""
    member = await role_of(store, user)
    if member is None:
        raise KeyError(user)
    guard = await _another_owner(store, user) if member == "owner" else []
    await store.commit([
        *guard,
        Delete("members", _id(store.id, user)),
        audit.entry(by, "team.removed", now, on=user, role=member),
    ])  # fmt: skip


async def role_of(store: OrgStore, user: str) -> Role | None:
    row = await store.get("members", _id(store.id, user))
    return row["role"] if row is not None and row["role"] in ROLES else None


async def members(store: OrgStore) -> list[Member]:
    rows = await store.find("members", {}, sort=[("at", 1)], limit=500)
    return [Member(org=store.id, user=row["user"], role=row["role"]) for row in rows]


async def of(store: Store, user: str) -> list[Member]:
    """The businesses that a person works for."""
    rows = await store.find("members", {"user": user}, sort=[("org", 1)], limit=500, everyone=True)
    return [Member(org=row["org"], user=user, role=row["role"]) for row in rows]


async def _another_owner(store: OrgStore, user: str) -> list[Update]:
    """Another owner, held to being one in the same commit: two owners cannot each let the other go."""
    for member in await members(store):
        if member.role == "owner" and member.user != user:
            same = {"set": {"role": "owner"}}
            return [Update("members", _id(store.id, member.user), same, when={"role": "owner"})]
    raise LastOwner("This is the only owner. Make somebody else an owner first.")


def _id(org: str, user: str) -> str:
    return f"{org}/{user}"
