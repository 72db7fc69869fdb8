"""`aais journal show|verify|replay`: what happened, and whether the record of it is whole and true."""

from __future__ import annotations

import argparse
from typing import Any

from cli.errors import CommandError
from composition import stores
from composition.settings import read
from runtime.journal import open_entry
from runtime.publishing.record import KIND as PUBLICATION
from runtime.release import EVERYONE
from runtime.verify import verify
from storage.errors import Unreadable
from web.logs import mask


def add(subparsers: Any) -> None:
    command = subparsers.add_parser("journal", help="show what happened, or verify that nobody changed the record")
    actions = command.add_subparsers(dest="action", required=True)
    show = actions.add_parser("show", help="the latest entries, or all of one machine")
    show.add_argument("org")
    show.add_argument("machine", nargs="?", default="")
    show.add_argument("--limit", type=int, default=50)
    show.add_argument("--open", action="store_true", help="with the texts and values, personal data masked")
    show.set_defaults(run=_show)
    check = actions.add_parser("verify", help="check the hash chain of every machine, or of one")
    check.add_argument("org")
    check.add_argument("machine", nargs="?", default="")
    check.set_defaults(run=_verify)
    again = actions.add_parser("replay", help="compute every step again from the record, and compare byte for byte")
    again.add_argument("org")
    again.add_argument("machine", nargs="?", default="")
    again.set_defaults(run=_replay)
    for action in (show, check, again):
        action.add_argument("--demo", action="store_true", help="the demo's store")


async def _show(options: argparse.Namespace) -> int:
    async with stores.opened_store(read(demo=options.demo), read_only=True) as store:
        org = options.org if options.org == EVERYONE else await stores.org_or_refuse(store, options.org)
        filter = {"machine": options.machine} if options.machine else {}
        entries = await store.org(org).find("journal", filter, sort=[("at", -1), ("seq", -1)], limit=options.limit)
        if not entries:
            raise CommandError("the journal has no such entries")
        vault = stores.vault(store, read(demo=options.demo))
        for entry in reversed(entries):
            print(_line(entry))
            if entry["kind"] == PUBLICATION:
                print(f"    {entry['by'] or 'somebody'}: {entry['why']}")
            elif options.open:
                print(await _opened(await vault.org(org), entry))
    return 0


def _line(entry: dict[str, Any]) -> str:
    moved = entry["source"] if entry["source"] == entry["target"] else f"{entry['source']} → {entry['target']}"
    if entry["kind"] == PUBLICATION:  # releases are known by the beginning of their hash
        moved = " → ".join(side[8:20] or "nothing" for side in (entry["source"], entry["target"]))
    who = f"{entry['machine']} #{entry['seq']}"
    return f"{entry['at']:%Y-%m-%d %H:%M:%S}  {who}  {entry['event']}: {moved} ({entry['outcome']})"


async def _opened(vault: Any, entry: dict[str, Any]) -> str:
    try:
        await vault.ensure(*filter(None, [entry["subject"]]))
        body = open_entry(entry, vault)
    except Unreadable:
        return "    (erased)"
    step = getattr(body, "step", None)
    if step is None:
        return f"    {mask(repr(body))}"
    lines = [f"    because {tried.source} is {tried.result}" for micro in step.microsteps for tried in micro.guards]
    lines += [f"    {do.sort} {do.verb}" for do in step.dos]
    lines += [f"    says {mask(say.text)!r}" for say in step.says]
    return "\n".join(lines)


async def _verify(options: argparse.Namespace) -> int:
    async with stores.opened_store(read(demo=options.demo), read_only=True) as store:
        org = options.org if options.org == EVERYONE else await stores.org_or_refuse(store, options.org)
        report = await verify(store, org, options.machine or None)
        for flaw in report.flaws:
            print(f"{flaw.machine} #{flaw.seq}: {flaw.why}")
        print(f"{report.chains} machines, {report.entries} entries: " + ("broken" if report.flaws else "whole"))
    return 1 if report.flaws else 0


async def _replay(options: argparse.Namespace) -> int:
    settings = read(demo=options.demo)
    async with stores.opened_store(settings, read_only=True) as store:
        org = await stores.org_or_refuse(store, options.org)
        replay = stores.replay(store, settings)
        machines = [options.machine] if options.machine else await _machines(store, org)
        entries = flaws = erased = 0
        for machine in machines:
            try:
                done = await replay.machine(org, machine)
            except Unreadable:
                erased += 1
                continue
            entries += done.entries
            flaws += len(done.flaws)
            for flaw in done.flaws:
                print(f"{flaw.machine} #{flaw.seq}: {flaw.why}")
        skipped = f", {erased} of erased people left out" if erased else ""
        print(
            f"{len(machines)} machines, {entries} entries replayed{skipped}: "
            + (f"{flaws} differ" if flaws else "the same")
        )
    return 1 if flaws else 0


async def _machines(store: Any, org: str) -> list[str]:
    found: list[str] = []
    after = None
    while page := await store.org(org).find("machines", {}, sort=[("_id", 1)], limit=500, after=after):
        found += [document["_id"] for document in page]
        after = [page[-1]["_id"]]
    return found
