"""`aais ads connect`, `test`, `disconnect`, `accounts`, `measuring`: a business's accounts, and what is told where.

Whatever is secret is asked for, not passed: a command line stays in a shell's history.
"""

from __future__ import annotations

import argparse
import getpass
import sys
from typing import Any

import httpx

from ads.accounts import PLATFORMS
from ads.connecting import FIELDS, Failed, Field
from ads.conversions.connecting import FIELDS as TOLD
from ads.desk import Refused
from cli.errors import CommandError
from composition import advertising, control, conversions, stores
from composition.ad_accounts import Errand, run
from composition.advertising import Done
from composition.settings import Settings, read
from insights import ad_accounts
from insights.ad_accounts import AdAccounts
from web.console.frame import Words
from web.console.wrong import failed


def add(actions: Any) -> None:
    made = [actions.add_parser("accounts", help="the ad accounts that are connected, and who is told what ads brought")]
    made[-1].set_defaults(run=_accounts)
    for name, help, does in (
        ("connect", "connect an ad account, or with --conversions a place to tell; keys are tried first", _connect),
        ("test", "try what is connected: the account, or with --conversions by a test event", _test),
        ("disconnect", "forget an ad account's keys, or with --conversions tell the platform no longer", _disconnect),
    ):  # fmt: skip
        made.append(actions.add_parser(name, help=help))
        made[-1].add_argument("platform", choices=PLATFORMS)
        made[-1].add_argument("--conversions", action="store_true", help="the place that conversions are told to")
        made[-1].set_defaults(run=does)
    names = {each.name for kind in (FIELDS, TOLD) for fields in kind.values() for each in fields if not each.secret}
    for name in sorted(names):
        made[1].add_argument(f"--{name.replace('_', '-')}", default=None, help="asked for if it is not given")
    made[2].add_argument("--test-code", default="", help="from the platform's page of test events")
    measuring = actions.add_parser("measuring", help="the business's own sites, and how long an ad has the credit")
    measuring.add_argument("--site", action="append", help="https://example.co.ke; again for each; '' for none")
    measuring.add_argument("--window-days", type=int, help="so many days after an ad's click what follows is its doing")
    measuring.set_defaults(run=_measuring)
    for action in (*made, measuring):
        action.add_argument("--org", required=True)
        action.add_argument("--demo", action="store_true", help="the demo's store and simulated platforms")


async def _accounts(options: argparse.Namespace) -> int:
    known = await _known(options)
    for account in known.accounts:
        trouble = f"  ! {_words(account.trouble, account.platform)}" if account.trouble else ""
        print(f"{account.platform:7} {account.account:20} {account.name}, {account.currency}, {account.zone}{trouble}")
    for place in known.told:
        trouble = f"  ! {place.trouble}" if place.trouble else ""
        print(f"{place.platform:7} {place.account:20} is told what its ads brought{trouble}")
    if not known.accounts and not known.told:
        print(f"Nothing is connected. Next: aais ads connect meta --org {options.org}")
    return 0


async def _connect(options: argparse.Namespace) -> int:
    given = _asked(options, (TOLD if options.conversions else FIELDS)[options.platform])
    return await _do(options, given=given)


async def _test(options: argparse.Namespace) -> int:
    return await _do(options, given={"test_code": options.test_code})


async def _disconnect(options: argparse.Namespace) -> int:
    return await _do(options)


async def _do(options: argparse.Namespace, **more: Any) -> int:
    errand = Errand(
        org=options.org, do=options.action, platform=options.platform, conversions=options.conversions, **more
    )
    print(await _carried_out(options, errand))
    return 0


async def _measuring(options: argparse.Namespace) -> int:
    if options.site is not None or options.window_days is not None:
        sites = None if options.site is None else tuple(each for each in options.site if each)
        errand = Errand(org=options.org, do="measuring", sites=sites, window_days=options.window_days)
        await _carried_out(options, errand)
    known = await _known(options)
    print(f"Sites: {', '.join(known.sites) or 'none, so no page is measured'}")
    print(f"An ad has the credit for {known.window_days} days after its click.")
    print(f"On each page: {known.script}")
    return 0


async def _known(options: argparse.Namespace) -> AdAccounts:
    settings = read(demo=options.demo)
    async with stores.opened_store(settings, read_only=True) as store:
        org = await stores.org_or_refuse(store, options.org)
        return await ad_accounts.measured_at(store, org, settings.app_url)


async def _carried_out(options: argparse.Namespace, errand: Errand) -> str:
    """By the server that runs here, which has the store; without one, here."""
    settings = read(demo=options.demo)
    try:
        done = await control.ask(settings, "ad-accounts", errand, Done, lambda _: None)
        return done.text if done is not None else (await _stored(settings, errand)).text
    except (control.Refused, Refused) as refused:
        raise CommandError(str(refused)) from refused


async def _stored(settings: Settings, errand: Errand) -> Done:
    async with (
        stores.opened_store(settings) as store,
        httpx.AsyncClient(trust_env=False, follow_redirects=False) as http,
    ):
        await stores.org_or_refuse(store, errand.org)
        vault = stores.vault(store, settings)
        accounts = advertising.connecting(settings, store, vault, http)
        return await run(store, accounts, conversions.connecting(settings, store, vault, http), errand)


def _words(code: str, platform: str) -> str:
    return failed(Failed(code), platform, "en")


def _asked(options: argparse.Namespace, fields: tuple[Field, ...]) -> dict[str, str]:
    """What the options say, and the rest from the terminal; what is secret without showing it."""
    given: dict[str, str] = {}
    for field in fields:
        said = None if field.secret else getattr(options, field.name, None)
        given[field.name] = said if said is not None else _ask(field)
    return given


def _ask(field: Field) -> str:
    label = f"{Words('en')(f'adset.{field.name}')}{' (may be empty)' if field.optional else ''}: "
    if not sys.stdin.isatty():  # a line each, in the order of the form
        return sys.stdin.readline().strip() if field.secret or not field.optional else ""
    return (getpass.getpass(label) if field.secret else input(label)).strip()
