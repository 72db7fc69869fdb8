"""`aais test PATH…`: play the conversations and decisions written beside the YAML."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from time import perf_counter
from typing import Any

import msgspec
from watchfiles import watch

from composition import definitions, testing
from engine import Findings
from engine.testing import Chosen, Report, run
from engine.testing.junit import junit
from engine.testing.showing import report_text

_EPILOG = "exit code: 0 everything held, 1 something failed or too little was reached, 2 called wrongly"


def add(subparsers: Any) -> None:
    command = subparsers.add_parser(
        "test", help="play the conversations and decisions written beside the YAML", epilog=_EPILOG
    )
    command.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="files or folders")
    command.add_argument("--case", default="", metavar="PATTERN", help="only cases whose file and name hold this")
    command.add_argument("--language", default="", metavar="en", help="in this language only")
    command.add_argument("--coverage", action="store_true", help="states, transitions, rows and texts reached")
    command.add_argument("--min-coverage", type=float, metavar="100", help="fail if less per cent is reached")
    command.add_argument("--format", choices=("people", "json", "junit"), default="people")
    command.add_argument(
        "--around", nargs="*", type=Path, metavar="PATH",
        help="definitions that these call, tell and ask (without it: the folders flows and rules around)",
    )  # fmt: skip
    command.add_argument(
        "--generate", action="store_true", help="propose cases for what is not reached, and print them"
    )
    command.add_argument("--write", action="store_true", help="with --generate: add them to the test files")
    command.add_argument("--watch", action="store_true", help="again whenever a file there is written")
    command.set_defaults(run=_test)


def _test(options: argparse.Namespace) -> int:
    if options.around is None:
        options.around = definitions.neighbours(options.paths)
    missing = [path for path in [*options.paths, *options.around] if not path.exists()]
    for path in missing:
        print(f"{path}: there is no such file or folder", file=sys.stderr)
    if options.write and not options.generate:
        print("--write goes with --generate.", file=sys.stderr)
    if missing or (options.write and not options.generate):
        return 2
    return _watched(options) if options.watch else _once(options)


def _watched(options: argparse.Namespace) -> int:
    """Until it is stopped; the exit code is that of the last time."""
    code = _once(options)
    places = [*options.paths, *options.around]
    for _ in watch(*places, watch_filter=lambda _, path: path.endswith(".yaml"), raise_interrupt=False):
        print("\n" + "─" * 40)
        code = _once(options)
    return code


def _once(options: argparse.Namespace) -> int:
    try:
        found = testing.found(options.paths, options.around)
    except Findings as findings:
        for finding in findings.findings:
            print(finding)
        print("The definitions have to load before they can be tested: see `aais check`.", file=sys.stderr)
        return 1
    if options.generate:
        return _generate(found, options)
    report = _run(found, options)
    if not report.results and not report.findings:
        print(_nothing(options), file=sys.stderr)
        return 2
    print(_shown(report, options))
    return _exit_code(report, options)


def _run(found: testing.Found, options: argparse.Namespace) -> Report:
    chosen = Chosen(case=options.case, language=options.language)
    report = run(found.suites, found.world, chosen, definitions=found.definitions, clock=perf_counter)
    spoken = ("", options.language)
    shares = [share for share in report.coverage if not options.language or share.language in spoken]
    return msgspec.structs.replace(report, findings=(*found.findings, *report.findings), coverage=tuple(shares))


def _generate(found: testing.Found, options: argparse.Namespace) -> int:
    """Print or write cases for what is not reached; exit code 1 if something could not be reached."""
    if found.findings:
        print("\n".join(map(str, found.findings)))
        return 1
    proposals = testing.proposals(found)
    if options.format == "json":
        print(msgspec.json.format(msgspec.json.encode(proposals), indent=2).decode())
    try:
        for proposal in proposals:
            _proposed(found, proposal, options)
    except Findings as findings:
        print("\n".join(map(str, findings.findings)))
        return 1
    if not proposals:
        print("Everything is reached: there is nothing to propose.", file=sys.stderr)
    return 1 if any(proposal.unreached for proposal in proposals) else 0


def _proposed(found: testing.Found, proposal: Any, options: argparse.Namespace) -> None:
    file, count = testing.file_of(found, proposal), len(proposal.cases)
    if options.write and count:
        testing.write(found, proposal)
        print(f"{file}: {count} {'case' if count == 1 else 'cases'} added, to be read by a person.", file=sys.stderr)
    elif options.format != "json" and count:
        print(f"# {file}\n{proposal.text}")
    for unreached in proposal.unreached:
        print(f"{proposal.definition}: {unreached.item.path}: {unreached.why}", file=sys.stderr)


def _shown(report: Report, options: argparse.Namespace) -> str:
    if options.format == "json":
        return msgspec.json.format(msgspec.json.encode(report), indent=2).decode()
    if options.format == "junit":
        return junit(report)
    return report_text(report, coverage=options.coverage or options.min_coverage is not None)


def _exit_code(report: Report, options: argparse.Namespace) -> int:
    if not report.holds:
        return 1
    if options.min_coverage is not None and 100 * report.reached < options.min_coverage - 1e-9:
        print(f"{100 * report.reached:.1f} % reached; {options.min_coverage:g} % is wanted.", file=sys.stderr)
        return 1
    return 0


def _nothing(options: argparse.Namespace) -> str:
    if options.case or options.language:
        return "No case is like that: leave --case and --language out to see all."
    return "There are no tests there. They stand in files such as booking.test.yaml, beside booking.yaml."
