"""`aais replay`: the journal run again, on the version that wrote it (byte for byte) or on a candidate (a backtest)."""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from cli import references, replay_report
from cli.errors import CommandError
from cli.progress import Progress
from composition import backtests, stores
from composition.settings import Settings, read
from engine import Findings
from runtime.backtest import Backtest, Report, Reproduction, Selection, keeping
from runtime.places import Places
from runtime.release import EVERYONE
from storage.base import BaseStore

SAVED_EVERY = 500  # machines
_ABOUT = """\
Without --candidate, every step is computed again from the record and compared byte for byte.
With it, past conversations and decisions are followed on the candidate: what would have gone otherwise?

  aais replay
  aais replay --candidate flows/deposit.yaml --since 2026-11-01
  aais replay --candidate HEAD~1:rules --definition rules:routing --format markdown

Ctrl-C stops; the same command goes on where it stopped. Nothing is written but that place.
"""


def add(subparsers: Any) -> None:
    command = subparsers.add_parser(
        "replay",
        help="run the journal again: byte for byte, or on a candidate version",
        description=_ABOUT,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.add_argument(
        "--candidate", nargs="+", default=[], metavar="PATH",
        help="files, folders, REVISION:PATH, version:NUMBER or version:HASH",
    )  # fmt: skip
    command.add_argument("--org", default="", help="one business; all of them, if not said")
    command.add_argument("--since", default="", metavar="DAY", help="machines that began on that day or later")
    command.add_argument("--until", default="", metavar="DAY", help="machines that began on that day or earlier")
    command.add_argument("--definition", default="", metavar="NAME", help="flow:booking, rules:routing, …")
    command.add_argument("--machine", default="", metavar="ID", help="only this one")
    command.add_argument("--limit", type=int, default=20, metavar="N", help="how many conversations to list (20)")
    command.add_argument("--state", type=Path, default=None, metavar="FILE", help="where to keep the place it came to")
    command.add_argument("--fresh", action="store_true", help="begin anew, whatever was stopped before")
    command.add_argument("--format", choices=("people", "markdown", "json"), default="people")
    command.add_argument("--demo", action="store_true", help="the demo's store")
    command.set_defaults(run=run)


async def run(options: argparse.Namespace) -> int:
    settings = read(demo=options.demo)
    async with stores.opened_store(settings, read_only=True) as store:
        texts = await _texts(store, options.candidate, options.org)
        orgs = [await stores.org_or_refuse(store, options.org)] if options.org else await _orgs(store)
        path, kept = _kept(options, settings, orgs, texts)
        work = _Work(store, settings, options, texts, path, kept)
        finished = await work.all(orgs)
    if options.format == "json":
        sys.stdout.write(work.json())
    elif texts:
        sys.stdout.write(replay_report.shown(kept.reports, options.format, demo=options.demo))
    else:
        sys.stdout.write(replay_report.reproduced(kept.reproduced, options.format))
    if not finished:
        print(f"Stopped. The same command goes on from here (its place is in {path}).", file=sys.stderr)
        return 130
    path.unlink(missing_ok=True)
    return 1 if any(each.flaws for each in kept.reproduced.values()) else 0


async def _texts(store: BaseStore, paths: list[str], org: str) -> dict[str, str]:
    texts: dict[str, str] = {}
    for reference in paths:
        if reference.startswith(references.PUBLISHED):
            texts |= (await references.published(store, reference, org or EVERYONE)).sources
        else:
            texts |= references.resolve(reference).sources
    if paths and not texts:
        raise CommandError(f"there are no flows, lifecycles or rules in {', '.join(paths)}.")
    return texts


def _kept(
    options: argparse.Namespace, settings: Settings, orgs: list[str], texts: Mapping[str, str]
) -> tuple[Path, keeping.Kept]:
    content = hashlib.sha256(msgspec.json.encode(dict(texts), order="sorted")).hexdigest()
    asked = (options.since, options.until, options.definition, options.machine, options.limit)
    key = keeping.key_of([content, *orgs, *asked])
    path = options.state or settings.data_dir / "replay" / f"{key}.json"
    if options.fresh:
        path.unlink(missing_ok=True)
    try:
        return path, keeping.load(path, key)
    except keeping.Bad as bad:
        raise CommandError(f"{bad.args[0]}. Name another file, or begin anew with --fresh.") from bad


async def _orgs(store: BaseStore) -> list[str]:
    found: list[str] = []
    after = None
    while page := await store.find("orgs", {}, sort=[("_id", 1)], limit=500, after=after, everyone=True):
        found += [org["_id"] for org in page]
        after = [page[-1]["_id"]]
    return found


class _Work:
    """One run: org by org, machine by machine, until it is done or somebody stops it."""

    def __init__(
        self, store: BaseStore, settings: Settings, options: argparse.Namespace, texts: Mapping[str, str], path: Path,
        kept: keeping.Kept,
    ) -> None:  # fmt: skip
        self._store = store
        self._settings = settings
        self._options = options
        self._texts = texts
        self._path = path
        self._kept = kept
        self._stopped = asyncio.Event()
        self._backtest: Backtest | None = None

    async def all(self, orgs: list[str]) -> bool:
        """False when it was stopped; its place is saved then."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self._stopped.set)
        try:
            for org in orgs:
                if org < self._kept.org:
                    continue
                if org != self._kept.org:
                    self._kept.org, self._kept.after, self._kept.decided = org, None, ""
                if not await self._org(org):
                    keeping.save(self._path, self._kept)
                    return False
            return True
        finally:
            for number in (signal.SIGINT, signal.SIGTERM):
                loop.remove_signal_handler(number)

    async def _org(self, org: str) -> bool:
        selection = await self._selection(org)
        results, size, add = await (self._candidate(selection) if self._texts else self._again(selection))
        progress = Progress(org, *size)
        kept = self._kept
        try:
            async for done in results:
                add(done)
                kept.after = done.place
                progress.add(done.entries)
                if progress.done % SAVED_EVERY == 0:
                    keeping.save(self._path, kept)
                await asyncio.sleep(0)  # let a signal be heard
                if self._stopped.is_set():
                    return False
            return self._backtest is None or await self._decisions(self._backtest, selection)
        finally:
            progress.close()

    async def _decisions(self, backtest: Backtest, selection: Selection) -> bool:
        """What was decided outside of machines."""
        report, left = self._kept.reports[selection.org], await backtest.decisions(selection)
        progress = Progress(selection.org, left, left, called="decisions")
        try:
            async for asked in backtest.decided(selection, self._kept.decided):
                report.asked(asked)
                self._kept.decided = asked.id
                progress.add(1)
                await asyncio.sleep(0)
                if self._stopped.is_set():
                    return False
            return True
        finally:
            progress.close()

    async def _candidate(self, selection: Selection) -> tuple[AsyncIterator[Any], tuple[int, int], Any]:
        report = self._kept.reports.setdefault(selection.org, Report(limit=self._options.limit))
        try:
            compiled = await backtests.candidate(self._store, self._settings, selection.org, self._texts)
        except Findings as findings:
            raise CommandError(f"the candidate does not compile:\n{findings}") from findings
        candidate = keeping.key_of(sorted(compiled.by_hash))
        if self._kept.candidates.setdefault(selection.org, candidate) != candidate:
            raise CommandError("what is in force has changed since this replay was stopped: begin anew with --fresh.")
        backtest = self._backtest = backtests.backtest(self._store, self._settings, compiled)
        machines, entries = await backtest.size(selection)
        left = (machines - report.machines, entries - report.entries)
        return backtest.run(selection, self._kept.after), left, report.add

    async def _again(self, selection: Selection) -> tuple[AsyncIterator[Any], tuple[int, int], Any]:
        found = self._kept.reproduced.setdefault(selection.org, Reproduction())
        replay = stores.replay(self._store, self._settings)
        machines, entries = await replay.size(selection.org, selection.chosen())
        left = (machines - found.machines, entries - found.entries)
        return replay.run(selection.org, selection.chosen(), self._kept.after), left, found.add

    async def _selection(self, org: str) -> Selection:
        zone = ZoneInfo((await Places(self._store).of(org)).zone)
        since, until = (_moment(text, zone, flag) for flag, text in self._period())
        if until is not None and len(self._options.until) == len("2026-11-20"):
            until += timedelta(days=1)
        options = self._options
        return Selection(org=org, since=since, until=until, definition=options.definition, machine=options.machine)

    def _period(self) -> tuple[tuple[str, str], tuple[str, str]]:
        return ("--since", self._options.since), ("--until", self._options.until)

    def json(self) -> str:
        """Both sorts of result, by business."""
        found: dict[str, Any] = self._kept.reports if self._texts else self._kept.reproduced
        return msgspec.json.format(msgspec.json.encode(found), indent=2).decode() + "\n"


def _moment(text: str, zone: ZoneInfo, flag: str) -> datetime | None:
    """A day, or a moment, by the business's clock."""
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise CommandError(f"{flag} {text}: write a day such as 2026-11-20, or 2026-11-20T14:30.") from error
    return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)
