"""`aais publish|versions|rollback|reload|drain`: what is in force, changed and taken back while conversations run."""

from __future__ import annotations

import argparse
import getpass
import logging
import os
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import structlog

from cli.errors import CommandError
from composition import control, publishing, reloading, stores
from composition.desk import Desk, Handed
from composition.settings import Settings, read
from engine.outline import delay
from runtime.publishing.outcome import Outcome, Progress
from runtime.publishing.pointer import read_pointer
from runtime.publishing.publisher import Wrong
from runtime.publishing.record import publications
from runtime.publishing.showing import checked_text, impact_text, outcome_text, versions_text
from runtime.publishing.sources import TEST
from runtime.release import EVERYONE

_WITHIN = re.compile(r"0|[1-9][0-9]{0,5}[smhdw]")


def add(subparsers: Any) -> None:
    publish = subparsers.add_parser("publish", help="put YAML in force, if it stands up to every check")
    publish.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="files or folders")
    publish.add_argument("--dry-run", action="store_true", help="everything but the publishing")
    publish.add_argument(
        "--accept-undecided", default="", metavar="REASON",
        help="answer for what no check could decide; the reason is kept with the version",
    )  # fmt: skip
    publish.add_argument("--write-test", type=Path, metavar="FILE", help="write the conversation that breaks a promise")
    publish.set_defaults(run=_publish)
    versions = subparsers.add_parser("versions", help="what was published, by whom and why; * is in force")
    versions.add_argument("--limit", type=int, default=20)
    versions.set_defaults(run=_versions)
    back = subparsers.add_parser("rollback", help="put an earlier version in force again")
    back.add_argument("number", nargs="?", default="", help="as `aais versions` lists it; without it, the one before")
    back.set_defaults(run=_rollback)
    reload = subparsers.add_parser("reload", help="let the server read its folders again, as SIGHUP does")
    reload.set_defaults(run=_reload)
    drain = subparsers.add_parser("drain", help="what runs on old versions; or give one of them a last time")
    drain.add_argument("version", nargs="?", default="", help="such as booking@1a2b3c4d; without it, they are listed")
    drain.add_argument("--within", default="24h", metavar="24h", help="then a person takes over what is left; 0: now")
    drain.set_defaults(run=_drain)
    for command in (publish, back, drain, reload):
        command.add_argument(
            "--why", required=command is back, default="", help="a sentence; it is kept with the version"
        )
        command.add_argument("--by", default="", help="who publishes (you, unless you say otherwise)")
    for command in (publish, versions, back, drain):
        command.add_argument("--org", default=EVERYONE, help="for this business only; without it, for all")
    for command in (publish, versions, back, reload, drain):
        command.add_argument("--demo", action="store_true", help="the demo's store")


async def _publish(options: argparse.Namespace) -> int:
    settings = read(demo=options.demo)
    if not options.why and not options.dry_run:
        raise CommandError('say why, for whoever reads it later: --why "…"')
    texts, folders = _read(options.paths)
    handed = Handed(
        texts=texts, folders=folders, org=options.org, by=_by(options), why=options.why,
        accept_undecided=options.accept_undecided, dry_run=options.dry_run,
    )  # fmt: skip
    outcome = await _asked(
        settings, "publish", handed, Outcome, lambda desk: desk.publish(handed, _tell), looks=options.dry_run
    )
    if outcome.impact is not None:
        print(impact_text(outcome.impact))
    _write(options.write_test, outcome)
    print(outcome_text(outcome, dry_run=options.dry_run))
    return 0 if outcome.in_force else 1


async def _versions(options: argparse.Namespace) -> int:
    async with stores.opened_store(read(demo=options.demo), read_only=True) as store:
        found = await publications(store, options.org, limit=options.limit)
        pointer = await read_pointer(store, options.org)
    if not found:
        raise CommandError(f"nothing was published {'yet' if options.org == EVERYONE else 'for ' + options.org}")
    print(versions_text(found, pointer.number))
    return 0


async def _rollback(options: argparse.Namespace) -> int:
    number = options.number.removeprefix("#")
    if number and not number.isdecimal():
        raise CommandError(f"{options.number!r} is no number; `aais versions` lists them")
    back = control.Back(
        org=options.org, to=int(number) if number else None, by=_by(options), why=options.why
    )  # fmt: skip
    outcome = await _asked(
        read(demo=options.demo), "rollback", back, Outcome,
        lambda desk: desk.rollback(back.org, back.to, back.by, back.why, _tell),
    )  # fmt: skip
    if outcome.impact is not None:
        print(impact_text(outcome.impact))
    print(outcome_text(outcome))
    return 0 if outcome.in_force else 1


async def _reload(options: argparse.Namespace) -> int:
    settings = read(demo=options.demo)
    by, why = _by(options), options.why or "asked for by aais reload"
    if settings.mongodb_uri:
        async with stores.opened_store(settings) as store:
            answer = await reloading.ask(store, by, why)
        print(f"{answer.status}: #{answer.number} is in force. {answer.why}".rstrip())
        return 0 if answer.status in ("published", "unchanged") else 1
    outcome = await _through(settings, "reload", control.Again(by=by, why=why), Outcome)
    if outcome is None:
        raise CommandError("no server runs on this store; `aais serve` reads the folders when it starts")
    print(outcome_text(outcome))
    return 0 if outcome.in_force else 1


async def _drain(options: argparse.Namespace) -> int:
    settings = read(demo=options.demo)
    if not options.version:
        async with publishing.opened_desk(settings, read_only=True) as desk:
            old = await desk.old(options.org)
        for each in old:
            states = ", ".join(f"{count} in {state}" for state, count in sorted(each.states.items()))
            until = f"; a person takes over at {each.due:%Y-%m-%d %H:%M} UTC" if each.due else ""
            print(f"{each.definition.partition(':')[2]}@{each.root[:8]} v{each.version}: {states}{until}")
        if not old:
            print("Everything runs on what is in force.")
        return 0
    if not _WITHIN.fullmatch(options.within):
        raise CommandError(f"{options.within!r} is no length of time; say 30m, 24h or 2d, or 0 for now")
    within = delay(options.within) if options.within != "0" else timedelta()
    retire = control.Retire(
        org=options.org, named=options.version, seconds=within.total_seconds(), by=_by(options), why=options.why
    )

    async def here(desk: Desk) -> control.Due:
        return control.Due(at=await desk.drain(retire.org, retire.named, within, retire.by, retire.why))

    due = await _asked(settings, "drain", retire, control.Due, here)
    print(f"What runs on {options.version} has until {due.at:%Y-%m-%d %H:%M} UTC; then a person takes it over.")
    return 0


async def _asked(
    settings: Settings, name: str, asked: Any, form: Any, here: Callable[[Desk], Any], *, looks: bool = False
) -> Any:
    """By the server that has the store; where none does (or the store is shared), in this process."""
    if not settings.mongodb_uri:
        answer = await _through(settings, name, asked, form)
        if answer is not None:
            return answer
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))  # it is all printed
    try:
        async with publishing.opened_desk(settings, read_only=looks) as desk:
            return await here(desk)
    except Wrong as wrong:
        raise CommandError(str(wrong)) from wrong


async def _through(settings: Settings, name: str, asked: Any, form: Any) -> Any | None:
    try:
        return await control.ask(settings, name, asked, form, _tell)
    except control.Refused as refused:
        raise CommandError(str(refused)) from refused


def _write(file: Path | None, outcome: Outcome) -> None:
    shows = [test for checked in outcome.checks for test in checked.shows]
    if file is not None and shows:
        file.write_text(shows[0], encoding="utf-8")
        print(f"The conversation that breaks it is in {file}: `aais test {file}` plays it.")


def _tell(progress: Progress) -> None:
    if progress.checked is not None:
        print(checked_text(progress.checked), flush=True)


def _by(options: argparse.Namespace) -> str:
    if options.by:
        return str(options.by)
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return f"user {os.getuid()}"


def _read(paths: list[Path]) -> tuple[dict[str, str], tuple[str, ...]]:
    """The texts by name, tests beside them included; and the folders that are given as a whole."""
    texts: dict[str, str] = {}
    folders: list[str] = []
    for path in paths:
        if path.is_dir():
            name = path.resolve().name
            folders.append(name)
            files = sorted(path.rglob("*.yaml"))
            texts |= {f"{name}/{file.relative_to(path).as_posix()}": _text(file) for file in files}
            continue
        beside = path.with_name(path.name.removesuffix(".yaml") + TEST)
        texts |= {_name(file): _text(file) for file in (path, beside) if file == path or file.exists()}
    if not texts:
        raise CommandError("there are no .yaml files there")
    return texts, tuple(folders)


def _name(file: Path) -> str:
    return file.as_posix() if not file.is_absolute() and ".." not in file.parts else f"{file.parent.name}/{file.name}"


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise CommandError(f"{file}: there is no such file or folder") from None
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"{file}: cannot be read: {error}") from error
