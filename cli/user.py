"""`aais user …`: who may sign in to the console; the first of them is let in here."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime
from typing import Any

from cli.errors import CommandError
from composition import stores
from composition.settings import read
from people import arriving, sessions, team
from people.roles import ROLES
from people.users import BadPerson, Users


def add(subparsers: Any) -> None:
    command = subparsers.add_parser("user", help="let people into the console, or out of it")
    command.add_argument("--demo", action="store_true", help="the demo's store")
    actions = command.add_subparsers(dest="action", required=True)
    new = actions.add_parser("add", help="give somebody a role in a business, and print a link that signs them in once")
    new.add_argument("email")
    new.add_argument("--org", required=True)
    new.add_argument("--name", default="")
    new.add_argument("--role", choices=ROLES, default="owner")
    new.set_defaults(run=_add)
    listed = actions.add_parser("list", help="who works for a business")
    listed.add_argument("org")
    listed.set_defaults(run=_list)
    link = actions.add_parser("link", help="a new link that signs somebody in once")
    link.add_argument("email")
    link.set_defaults(run=_link)
    off = actions.add_parser("disable", help="let somebody in no more, and end all of their sessions")
    off.add_argument("email")
    off.set_defaults(run=_disable)


async def _add(options: argparse.Namespace) -> int:
    settings, now = read(demo=options.demo), datetime.now(UTC)
    async with stores.opened_store(settings) as store:
        org = await stores.org_or_refuse(store, options.org)
        users = Users(store, stores.vault(store, settings))
        try:
            user = await arriving.let_in(store, users, options.email, options.name, [org], options.role, now)
        except BadPerson as error:
            raise CommandError(str(error)) from error
        print(f"{user.email} is {options.role} of {org}. This link signs them in once, within a day:")
        print(await arriving.way_in(store, user, settings.app_url, now))
    return 0


async def _list(options: argparse.Namespace) -> int:
    settings = read(demo=options.demo)
    async with stores.opened_store(settings, read_only=True) as store:
        org = await stores.org_or_refuse(store, options.org)
        users = Users(store, stores.vault(store, settings))
        for member in await team.members(store.org(org)):
            user = await users.get(member.user)
            if user is not None:
                state = "" if user.active else "  (disabled)"
                print(f"{user.email:40} {user.name:24} {member.role}{state}")
    return 0


async def _link(options: argparse.Namespace) -> int:
    settings, now = read(demo=options.demo), datetime.now(UTC)
    async with stores.opened_store(settings) as store:
        user = await Users(store, stores.vault(store, settings)).by_email(options.email)
        if user is None:
            raise CommandError(f"nobody has the address {options.email}")
        print(await arriving.way_in(store, user, settings.app_url, now))
    return 0


async def _disable(options: argparse.Namespace) -> int:
    settings = read(demo=options.demo)
    async with stores.opened_store(settings) as store:
        users = Users(store, stores.vault(store, settings))
        user = await users.by_email(options.email)
        if user is None:
            raise CommandError(f"nobody has the address {options.email}")
        await users.change(user, active=False)
        ended = await sessions.end_all(store, user.id)
    print(f"{user.email} can't sign in any more; {ended} sessions ended.")
    return 0
