"""Who may do what: the one table that pages, API and verbs read.

A permission that is not in the table is nobody's. `strong` permissions move money, change who may do so, or hand out
data in bulk: they ask for a session that has passed a second factor.
"""

from __future__ import annotations

from typing import Literal, get_args

import msgspec

Role = Literal["owner", "marketer", "agent", "finance", "viewer"]
ROLES: tuple[Role, ...] = get_args(Role)
MONEY_ROLES: frozenset[Role] = frozenset({"owner", "finance"})  # these need a second factor to do what is strong


class Permission(msgspec.Struct, frozen=True):
    """Something that a role may do. `doc` completes "may …"."""

    name: str
    doc: str
    roles: frozenset[Role]
    strong: bool = False


def _may(name: str, doc: str, *roles: Role, strong: bool = False) -> Permission:
    return Permission(name, doc, frozenset(roles), strong)


TABLE: tuple[Permission, ...] = (
    _may("today.read", "see what happens today", *ROLES),
    _may("conversations.read", "read what customers and the business wrote", "owner", "agent"),
    _may("conversations.answer", "take a conversation over, answer in it, hand it back", "owner", "agent"),
    _may("bookings.read", "see bookings", *ROLES),
    _may("bookings.change", "make, move and cancel bookings", "owner", "agent"),
    _may("money.read", "see payments and what is owed", "owner", "finance"),
    _may("money.change", "settle refunds, change where money goes", "owner", "finance", strong=True),
    _may("rules.read", "read flows, lifecycles and rules", *ROLES),
    _may("rules.edit", "draft changes to flows, lifecycles and rules", "owner", "marketer"),
    _may("rules.publish", "put a checked draft in force", "owner", "marketer"),
    _may("rules.approve", "approve another person's draft", "owner"),
    _may("ads.read", "see ads and what they earn", "owner", "marketer", "finance", "viewer"),
    _may("ads.change", "draft, start and pause ads within the caps", "owner", "marketer"),
    _may("ads.approve", "approve what spends above the threshold", "owner", "finance", strong=True),
    _may("journal.read", "look through the journal", "owner", "finance", "viewer"),
    _may("journal.export", "take the journal away in a file", "owner", strong=True),
    _may("settings.read", "see the business's settings", *ROLES),
    _may("settings.change", "change hours, offers and channels", "owner"),
    _may("team.read", "see who works here", "owner", "finance"),
    _may("team.change", "invite people, change their roles, let them go", "owner", strong=True),
    _may("tokens.change", "make and revoke keys for the API", "owner", strong=True),
    _may("audit.read", "see who did what in the console", "owner", "finance"),
)
PERMISSIONS = {permission.name: permission for permission in TABLE}


def may(role: str, permission: str) -> bool:
    """Whether a role has a permission; an unknown role or permission has none."""
    known = PERMISSIONS.get(permission)
    return known is not None and role in known.roles
