"""`aais journal show|verify|replay`: what happened, and whether the record of it is whole and true."""

from __future__ import annotations

import argparse
from typing import Any

from cli import replay
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
    show.add_argument("--at", type=int, default=0, metavar="SEQ", help="only this entry of the machine, opened")
    show.add_argument("--open", action="store_true", help="with the texts and values, personal data masked")
    show.set_defaults(run=_show)
    check = actions.add_parser("verify", help="check the hash chain of every machine, or of one")
    check.add_argument("org")
    check.add_argument("machine", nargs="?", default="")
    check.set_defaults(run=_verify)
    again = actions.add_parser("replay", help="as `aais replay --org`: every step again, byte for byte")
    again.add_argument("org")
    again.add_argument("machine", nargs="?", default="")
    again.set_defaults(run=_replay)
    for action in (show, check, again):
        action.add_argument("--demo", action="store_true", help="the demo's store")


async def _show(options: argparse.Namespace) -> int:
    async with stores.opened_store(read(demo=options.demo), read_only=True) as store:
        org = options.org if options.org == EVERYONE else await stores.org_or_refuse(store, options.org)
        filter: dict[str, Any] = {"machine": options.machine} if options.machine else {}
        if options.at:
            filter["seq"] = options.at
        entries = await store.org(org).find("journal", filter, sort=[("at", -1), ("seq", -1)], limit=options.limit)
        if not entries:
            raise CommandError("the journal has no such entries")
        vault = stores.vault(store, read(demo=options.demo))
        for entry in reversed(entries):
            print(_line(entry))
            if entry["kind"] == PUBLICATION:
                print(f"    {entry['by'] or 'somebody'}: {entry['why']}")
            elif options.open or options.at:
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


def _replay(options: argparse.Namespace) -> Any:
    """`aais replay` of one business, under its older name."""
    arguments = ["replay", "--org", options.org, "--machine", options.machine, *(["--demo"] if options.demo else [])]
    parser = argparse.ArgumentParser()
    replay.add(parser.add_subparsers())
    return replay.run(parser.parse_args(arguments))
