"""Who works for a business, in which role; one owner stays; a token acts for one business."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from people import audit, team, tokens
from people.roles import MONEY_ROLES, PERMISSIONS, ROLES, TABLE, may
from people.users import Users
from storage.errors import Conflict
from storage.sqlite import SqliteStore
from tests.people.conftest import NOW


async def test_roles_are_given_changed_and_taken_and_each_is_on_record(store: SqliteStore, users: Users) -> None:
    org = store.org("clinic")
    ann = await users.create("ann@x.ke", "Ann", NOW)
    ben = await users.create("ben@x.ke", "Ben", NOW)
    await team.add(org, ann, "owner", NOW, by="terminal")
    await team.add(org, ben, "agent", NOW + timedelta(minutes=1), by=ann.id)
    await team.change(org, ben.id, "finance", NOW, by=ann.id)
    assert [(m.user, m.role) for m in await team.members(org)] == [(ann.id, "owner"), (ben.id, "finance")]
    await team.remove(org, ben.id, NOW, by=ann.id)
    assert await team.role_of(org, ben.id) is None
    assert {entry["what"] for entry in await audit.latest(org)} == {"team.added", "team.role_changed", "team.removed"}
    assert await team.role_of(store.org("other"), ann.id) is None
    assert [member.org for member in await team.of(store, ann.id)] == ["clinic"]


async def test_the_only_owner_stays(store: SqliteStore, users: Users) -> None:
    org = store.org("clinic")
    ann = await users.create("ann@x.ke", "Ann", NOW)
    await team.add(org, ann, "owner", NOW, by="terminal")
    with pytest.raises(team.LastOwner):
        await team.remove(org, ann.id, NOW, by=ann.id)
    with pytest.raises(team.LastOwner):
        await team.change(org, ann.id, "viewer", NOW, by=ann.id)


async def test_two_owners_cannot_both_let_the_other_go(store: SqliteStore, users: Users) -> None:
    org = store.org("clinic")
    ann = await users.create("ann@x.ke", "Ann", NOW)
    ben = await users.create("ben@x.ke", "Ben", NOW)
    for user in (ann, ben):
        await team.add(org, user, "owner", NOW, by="terminal")
    tried = await asyncio.gather(
        team.remove(org, ann.id, NOW, by=ben.id), team.remove(org, ben.id, NOW, by=ann.id), return_exceptions=True
    )
    assert sum(isinstance(one, (Conflict, team.LastOwner)) for one in tried) == 1
    assert len(await team.members(org)) == 1


async def test_a_token_acts_for_its_business_until_it_is_revoked(store: SqliteStore) -> None:
    token = await tokens.make(store.org("clinic"), "till", "viewer", NOW, by="u_1")
    found = await tokens.find(store, token, NOW)
    assert found is not None
    assert (found.org, found.role, found.name) == ("clinic", "viewer", "till")
    assert token not in str(await store.get("tokens", found.id))
    with pytest.raises(KeyError):
        await tokens.revoke(store.org("other"), found.id, NOW, by="u_2")
    await tokens.revoke(store.org("clinic"), found.id, NOW, by="u_1")
    assert await tokens.find(store, token, NOW) is None


def test_the_table_is_deny_by_default() -> None:
    assert not may("owner", "fly")
    assert not may("nobody", "today.read")
    assert len(PERMISSIONS) == len(TABLE)
    for permission in TABLE:
        assert "owner" in permission.roles, permission.name
        if permission.strong:
            assert permission.roles <= MONEY_ROLES, permission.name
        if not permission.name.endswith(".read"):
            assert "viewer" not in permission.roles, permission.name
    assert all(may(role, "today.read") for role in ROLES)
