"""`aais tasks …`: what waits for a person, and saying that it is done."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from babel.numbers import format_currency

from cli.errors import CommandError
from composition import stores
from composition.settings import read
from crm import contacts, handoff
from crm.sealed import opened
from engine.currency import major
from payments.receipts import KIND, matched
from payments.resolving import Unresolved
from runtime.inbox import Inbox, lane_of
from runtime.order import Order
from runtime.verbs import Post
from storage.errors import Conflict, Unreadable
from storage.store import Document, Insert, Op, OrgStore, Update
from storage.vault import OrgVault

_RECEIPT_TASK = KIND
_REFUSED = {
    "no-task": "that payment is not there any more",
    "bad-receipt": "{receipt!r} is not an M-Pesa receipt; they look like SKL1234567",
    "receipt-taken": "{receipt} is the receipt of another payment; look at the statement again",
    "nothing-waits": "nothing waits for this receipt any more; say `done` without it, and note it elsewhere",
}
_WHAT = {
    "handoff": "answer the customer",
    "refund": "send the deposit back",
    "payment.receipt": "find the receipt on the M-Pesa statement",
    "payment.disputed": "look at the M-Pesa statement: what we were told does not add up",
    "payment.extra": "send back what was paid twice",
    "payment.unused": "agree with the customer about money that came too late",
    "channel": "look after the WhatsApp number or template",
}


def add(subparsers: Any) -> None:
    command = subparsers.add_parser("tasks", help="what waits for a person: customers, refunds, payments")
    actions = command.add_subparsers(dest="action", required=True)
    listed = actions.add_parser("list", help="the open tasks of a business, the oldest first")
    listed.add_argument("org")
    listed.add_argument("--all", action="store_true", help="also those that are done")
    listed.add_argument("--open", action="store_true", help="with the customer's name and number")
    listed.set_defaults(run=_list)
    done = actions.add_parser("done", help="say that a task is done")
    done.add_argument("org")
    done.add_argument("task")
    done.add_argument("--receipt", default="", help=f"for a task {_RECEIPT_TASK}: the receipt on the statement")
    done.set_defaults(run=_done)
    for action in (listed, done):
        action.add_argument("--demo", action="store_true", help="the demo's store")


async def _list(options: argparse.Namespace) -> int:
    settings = read(demo=options.demo)
    async with stores.opened_store(settings, read_only=True) as store:
        id = await stores.org_or_refuse(store, options.org)
        org = await store.get("orgs", id) or {}
        filter = {} if options.all else {"state": "open"}
        found = await store.org(id).find("tasks", filter, sort=[("at", 1)], limit=1000)
        vault = await stores.vault(store, settings).org(id)
        for task in found:
            print(_line(task, ZoneInfo(str(org.get("zone") or "Africa/Nairobi"))))
            if options.open:
                print(await _about(store.org(id), vault, task))
    if not found:
        print("Nothing waits for a person.")
    return 0


def _line(task: Document, zone: ZoneInfo) -> str:
    kind = str(task["kind"])
    amount, currency = int(task.get("amount") or 0), str(task.get("currency") or "KES")
    money = format_currency(major(amount, currency), currency, locale="en") if amount else ""
    what = _WHAT.get(kind) or _WHAT.get(kind.partition(".")[0], "")
    noted = " ".join(filter(None, [money, str(task.get("ref") or ""), str(task.get("note") or "")]))
    done = "" if task["state"] == "open" else "  (done)"
    when = task["at"].astimezone(zone)
    return f"{when:%Y-%m-%d %H:%M}  {task['_id']}  {what}{': ' if noted else ''}{noted}{done}"


async def _about(store: OrgStore, vault: OrgVault, task: Document) -> str:
    """Who it is about, and what the bot noted."""
    contact = await contacts.find(store, str(task.get("contact") or ""))
    if contact is None:
        return "    (no customer)"
    try:
        await vault.ensure(contact["_id"])
        person = contacts.record(vault, contact)
        reason = opened(vault, task, subject=contact["_id"]).get("reason", "")
    except Unreadable:
        return "    (erased)"
    return f"    {person['name'] or 'no name'}, {person['phone'] or 'no number'}{': ' + reason if reason else ''}"


async def _done(options: argparse.Namespace) -> int:
    settings = read(demo=options.demo)
    async with stores.opened_store(settings) as store:
        id = await stores.org_or_refuse(store, options.org)
        view = store.org(id)
        task = await view.get("tasks", options.task)
        if task is None or task["state"] != "open":
            raise CommandError(f"{options.org} has no open task {options.task!r}; `aais tasks list` shows those it has")
        now = datetime.now(UTC)
        ops, posts = await _doing(view, task, options.receipt, now)
        try:
            await view.commit([*ops, *await _posted(view, await stores.vault(store, settings).org(id), posts, now)])
        except Conflict as error:
            raise CommandError("it changed meanwhile; look again with `aais tasks list`") from error
    print("The payment is matched with that receipt; the task ends if it fits." if options.receipt else "Done.")
    return 0


async def _doing(view: OrgStore, task: Document, receipt: str, now: datetime) -> tuple[list[Op], list[Post]]:
    if receipt and task["kind"] != _RECEIPT_TASK:
        raise CommandError(f"--receipt is for tasks {_RECEIPT_TASK}; this one is {task['kind']}")
    if receipt:
        return await _found(view, task, receipt)
    if task["kind"] == "handoff":
        ops, posts = await handoff.closing(view, str(task["conversation"]), now)
        if ops:
            return ops, posts
    return [Update("tasks", task["_id"], {"set": {"state": "done", "done_at": now}}, expect=task["version"])], []


async def _found(view: OrgStore, task: Document, receipt: str) -> tuple[list[Op], list[Post]]:
    """What the payment's machine hears: it matches the receipt, and closes the task."""
    try:
        _, changed = await matched(view, task["_id"], receipt, "terminal")
    except Unresolved as refused:
        raise CommandError(_REFUSED[refused.code].format(receipt=receipt)) from refused
    return list(changed.ops), list(changed.posts)


async def _posted(view: OrgStore, vault: OrgVault, posts: list[Post], now: datetime) -> list[Op]:
    """Into the inbox: a running worker takes it from there, or the server at its next start."""
    inbox = Inbox(Order(lambda: now))
    rows = []
    for post in posts:
        machine = await view.get("machines", post.machine) or {}
        lane = lane_of(str(machine.get("contact") or ""), post.machine)
        rows.append(inbox.post(view.id, post.machine, post.event, lane, vault, now))
    return [Insert("inbox", row) for row in rows]
