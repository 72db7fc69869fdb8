"""`aais keys new|rotate`: the master key that wraps every org's key."""

from __future__ import annotations

import argparse
from typing import Any

from composition import stores
from composition.settings import read
from crm import names
from storage.vault import new_master_key, rotate


def add(subparsers: Any) -> None:
    command = subparsers.add_parser("keys", help="make a master key, or wrap all org keys under a new one")
    actions = command.add_subparsers(dest="action", required=True)
    actions.add_parser("new", help="print a fresh ENCRYPTION_KEY").set_defaults(run=_new)
    turn = actions.add_parser("rotate", help="re-wrap all org keys under the first key of ENCRYPTION_KEY=new,old")
    turn.add_argument("--demo", action="store_true", help="the demo's store")
    turn.set_defaults(run=_rotate)


def _new(_options: argparse.Namespace) -> int:
    print(new_master_key())
    return 0


async def _rotate(options: argparse.Namespace) -> int:
    settings = read(demo=options.demo)
    async with stores.opened_store(settings) as store:
        count = await rotate(store, stores.master_keys(settings))
        vault = stores.vault(store, settings)
        found = 0
        for org in await store.find("orgs", {}, limit=10_000, everyone=True):
            found += await names.rebuild(store.org(org["_id"]), await vault.org(org["_id"]))
    print(f"Re-wrapped {count} keys. The old master key may be taken out of ENCRYPTION_KEY now.")
    print(f"Indexed the names of {found} contacts anew.")
    return 0
