"""`aais prove PATH…`: do the promises of this YAML hold over every path, and if not, which conversation breaks one."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter
from typing import Any

import msgspec

import language
from composition import definitions, testing
from engine import Findings
from engine.proving import Bounds, Verdict, worst
from engine.proving.prover import verdicts
from engine.release import Release

_EPILOG = "exit code: 0 all are proved, 1 one is broken, 2 called wrongly, 3 none is broken, but one is undecided"
_CODES = {"proved": 0, "broken": 1, "undecided": 3}


def add(subparsers: Any) -> None:
    command = subparsers.add_parser(
        "prove", help="show that promises hold over every path, or how one breaks", epilog=_EPILOG
    )
    command.add_argument(
        "paths", nargs="+", type=Path, metavar="PATH", help="files or folders whose promises are meant"
    )
    command.add_argument("--promise", type=int, metavar="N", help="only the Nth promise of each file, counted from 1")
    command.add_argument("--json", action="store_true", help="for programs: a list of verdicts")
    command.add_argument("--write-test", type=Path, metavar="FILE", help="write the first conversation that breaks one")
    command.add_argument("--seconds", type=float, metavar="S", help="give up after so long, and say so (not by itself)")
    command.add_argument(
        "--around", nargs="*", type=Path, metavar="PATH",
        help="definitions that these call, tell and ask (without it: the folders flows and rules around)",
    )  # fmt: skip
    command.set_defaults(run=_prove)


def _prove(options: argparse.Namespace) -> int:
    around = definitions.neighbours(options.paths) if options.around is None else options.around
    missing = [path for path in [*options.paths, *around] if not path.exists()]
    for path in missing:
        print(f"{path}: there is no such file or folder", file=sys.stderr)
    if missing:
        return 2
    meant = definitions.yaml_files(options.paths)
    try:
        release = testing.world(meant, around).release
    except Findings as findings:
        for finding in findings.findings:
            print(finding)
        print("The definitions have to load before anything is proved of them: see `aais check`.", file=sys.stderr)
        return 1
    only = _only(release, {testing.shown(path) for path in meant})
    found = _found(release, only, options)
    if not found:
        print("There are no promises there. They stand under `promises:` in a file.", file=sys.stderr)
        return 0
    if options.json:
        print(msgspec.json.format(msgspec.json.encode([verdict for verdict, _ in found]), indent=2).decode())
    _write(options.write_test, [verdict for verdict, _ in found])
    return _CODES[worst(verdict for verdict, _ in found)]


def _only(release: Release, files: set[str]) -> list[str]:
    return [f"{each.kind}:{each.name}" for each in release.by_hash.values() if each.file in files]


def _found(release: Release, only: list[str], options: argparse.Namespace) -> list[tuple[Verdict, float]]:
    found: list[tuple[Verdict, float]] = []
    for verdict, seconds in _timed(release, only, options):
        found.append((verdict, seconds))
        if not options.json:
            for line in shown(verdict, seconds):
                print(line, flush=True)
    return found


def _timed(release: Release, only: list[str], options: argparse.Namespace) -> Iterator[tuple[Verdict, float]]:
    begun = before = perf_counter()
    late = (lambda: perf_counter() - begun > options.seconds) if options.seconds is not None else None
    talkative = sys.stderr.isatty() and not options.json

    def progress(definition: str, promise: str) -> None:
        if talkative:
            print(f"\r\033[K{definition}: {promise[:90]}", end="\r", file=sys.stderr, flush=True)

    judged = verdicts(
        release, definitions.registry(), only=only, promise=options.promise, bounds=Bounds(late=late),
        understand=language.understand, progress=progress,
    )  # fmt: skip
    for verdict in judged:
        if talkative:
            print("\r\033[K", end="", file=sys.stderr, flush=True)
        now = perf_counter()
        yield verdict, now - before
        before = now


def shown(verdict: Verdict, seconds: float) -> Iterator[str]:
    """A verdict for people: a line, what it rests on, and the conversation that breaks the promise."""
    yield f"{verdict.answer:9} {verdict.file}:{verdict.line}: {verdict.promise} ({seconds:.1f} s)"
    if verdict.why:
        yield f"          {verdict.why}"
    for assumed in verdict.assumed if verdict.answer != "broken" else ():
        yield f"          taken for granted: {assumed}"
    for index, line in enumerate(verdict.conversation, start=1):
        yield f"          {index:2}. {line}"


def _write(file: Path | None, found: list[Verdict]) -> None:
    if file is None:
        return
    for verdict in found:
        if verdict.test:
            file.write_text(verdict.test, encoding="utf-8")
            beside = f" {verdict.file}" if verdict.test.startswith(f"tests: {verdict.definition}\n") else ""
            plays = f"`aais test {file}{beside}` plays it."
            print(f"The conversation that breaks it is in {file}: {plays}", file=sys.stderr)
            return
    print(f"Nothing is broken, so {file} was not written.", file=sys.stderr)
