"""`aais ads …`: campaigns, what the autopilot decided and why, approvals, taking back; and the demo's fortnight."""

from __future__ import annotations

import argparse
import contextlib
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from ads.desk import Desk, Refused
from cli import ads_connect
from cli.errors import CommandError
from composition import advertising, control, fortnight, stores
from composition.advertising import Act, Done
from composition.settings import Settings, read
from engine.currency import written
from engine.values import Money
from insights import ads as insight
from runtime.clock import Clock

_ACTS = {
    "submit": "submit a draft for approval (a campaign's id)",
    "approve": "approve a campaign's launch, or a change that waits (its id)",
    "decline": "decline a campaign's launch, or a change that waits",
    "pause": "pause a campaign",
    "resume": "let a paused campaign go on",
    "end": "end a campaign for good",
    "rollback": "everything back to the exact state before a change (the change's id)",
}


def add(subparsers: Any) -> None:
    command = subparsers.add_parser("ads", help="ad campaigns: what is decided, and why; approve, pause, take back")
    actions = command.add_subparsers(dest="action", required=True)
    made = [actions.add_parser("list", help="the campaigns of a business")]
    made[-1].set_defaults(run=_list)
    for name, help in (("show", "a campaign, its variations, and each decision with its reason"),
                       ("report", "a campaign's figures as they are now")):  # fmt: skip
        made.append(actions.add_parser(name, help=help))
        made[-1].add_argument("id")
        made[-1].set_defaults(run=_show, decisions=name == "show")
    for name, help in _ACTS.items():
        made.append(actions.add_parser(name, help=help))
        made[-1].add_argument("id")
        made[-1].set_defaults(run=_act, do=name)
    propose = actions.add_parser("propose", help="a change of your own: a variation's budget, bid, or whether it runs")
    propose.add_argument("id", help="the variation's id")
    propose.add_argument("--budget", type=int, help="a day, in minor units (cents)")
    propose.add_argument(
        "--bid", type=int, help="the most that a result may cost on average, in minor units; 0 for any"
    )
    propose.add_argument("--status", choices=("active", "paused"), default="")
    propose.set_defaults(run=_act, do="propose")
    for action in (*made, propose):
        action.add_argument("--org", required=True)
        action.add_argument("--reason", default="")
        action.add_argument("--by", default="terminal", help="who asks, for the audit trail and the two-person rule")
        action.add_argument("--demo", action="store_true", help="the demo's store")
    ads_connect.add(actions)
    demo = actions.add_parser("demo", help="live through a fortnight with a campaign in the demo that runs")
    demo.add_argument("--days", type=int, default=14)
    demo.add_argument("--hours", type=int, default=0, help="so many hours instead, for who has less time")
    demo.set_defaults(run=_demo)


async def _list(options: argparse.Namespace) -> int:
    settings = read(demo=options.demo)
    async with stores.opened_store(settings, read_only=True) as store:
        org = await stores.org_or_refuse(store, options.org)
        found = await insight.listed(store.org(org), _now(settings))
    for each in found:
        waits = f"  {each.asking} to approve" if each.asking else ""
        print(
            f"{each.id}  {each.state:22} {each.name:24} {_money(each.today)} of {_money(each.daily_cap)} today{waits}"
        )
    return 0


async def _show(options: argparse.Namespace) -> int:
    settings = read(demo=options.demo)
    async with stores.opened_store(settings, read_only=True) as store:
        org = await stores.org_or_refuse(store, options.org)
        document = await store.get("orgs", org) or {}
        try:
            found = await insight.one(store.org(org), options.id, _now(settings))
        except KeyError:
            raise CommandError(f"there is no campaign {options.id!r}") from None
    zone, summary = ZoneInfo(str(document.get("zone") or "Africa/Nairobi")), found.summary
    print(f"{summary.name} ({summary.platform}): {summary.state}{f', {summary.reason}' if summary.reason else ''}")
    print(f"  today at most {_money(summary.today)} of {_money(summary.daily_cap)}, this month at most "
          f"{_money(summary.month)} of {_money(summary.monthly_cap)}")  # fmt: skip
    for each in found.variations:
        figures = f"spent {_money(each.spend)}, {each.orders or 0} orders, profit {_money(each.profit)}"
        standing = f"{each.angle} {each.id}  {each.stage:9} {each.status:7} {_money(each.budget)} a day"
        print(f"  {standing}, {_bid(each.bid)}; {figures}")
    for made in found.decisions if options.decisions else ():
        step = f" {_money(made.before)} -> {_money(made.after)}" if made.kind == "budget" else ""
        step = f" {_bid(made.bid_before)} -> {_bid(made.bid_after)}" if made.kind == "bid" else step
        ended = f" ({made.outcome})" if made.outcome else ""
        print(f"{made.at.astimezone(zone):%d %b %H:%M} {made.id} {made.angle} {made.kind}{step}: {made.state}{ended}; "
              f"{made.reason} [{made.by}]")  # fmt: skip
    return 0


async def _act(options: argparse.Namespace) -> int:
    settings = read(demo=options.demo)
    act = Act(
        org=options.org, do=options.do, id=options.id, by=options.by, reason=options.reason,
        budget=getattr(options, "budget", None), bid=getattr(options, "bid", None),
        status=getattr(options, "status", ""),
    )  # fmt: skip
    try:
        done = await control.ask(settings, "ads", act, Done, lambda _: None)
        if done is None:  # no server runs here: it will find what is stored when it starts
            done = await _stored(settings, act)
    except (control.Refused, Refused) as refused:
        raise CommandError(str(refused)) from refused
    print(done.text)
    return 0


async def _stored(settings: Settings, act: Act) -> Done:
    async def kept(_rows: Any) -> None:
        return None

    async with stores.opened_store(settings) as store:
        await stores.org_or_refuse(store, act.org)
        desk = Desk(store, stores.vault(store, settings), Clock().now, kept)
        return await advertising.carried_out(store, desk, act)


async def _demo(options: argparse.Namespace) -> int:
    settings = read(demo=True)
    asked = fortnight.Fortnight(days=options.days, hours=options.hours)

    def tell(told: fortnight.Told) -> None:
        print(f"{told.at.astimezone(ZoneInfo('Africa/Nairobi')):%a %d %b %H:%M}  {told.text}", flush=True)

    try:
        lived = await control.ask(settings, "fortnight", asked, fortnight.Lived, tell, fortnight.Told)
    except control.Refused as refused:
        raise CommandError(str(refused)) from refused
    if lived is None:
        raise CommandError("no demo runs here: start one with `make run`, then try again")
    print(lived.text)
    print(f"Campaign {lived.campaign}: the console's page Ads has each decision with its reason.")
    return 0


def _now(settings: Settings) -> datetime:
    """The demo's clock may be ahead."""
    now = datetime.now(UTC)
    if settings.demo:
        with contextlib.suppress(OSError, ValueError):  # a demo that was never moved, or is being moved right now
            now += timedelta(seconds=float((settings.data_dir / "demo.clock").read_text() or 0))
    return now


def _money(amount: Money | None) -> str:
    return "-" if amount is None else written(amount.amount, amount.currency, short=True)


def _bid(bid: Money | None) -> str:
    if bid is None:
        return "bids as set on the platform"
    return f"at most {_money(bid)} a result" if bid.amount else "lowest cost"
