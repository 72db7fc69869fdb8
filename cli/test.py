"""`aais test PATH…`: play the conversations and decisions written beside the YAML."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from time import perf_counter
from typing import Any

import msgspec

from composition import testing
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
        help="definitions that these call, tell and ask (without it: flows and rules here)",
    )  # fmt: skip
    command.set_defaults(run=_test)


def _test(options: argparse.Namespace) -> int:
    around = testing.surroundings(Path()) if options.around is None else options.around
    missing = [path for path in [*options.paths, *around] if not path.exists()]
    for path in missing:
        print(f"{path}: there is no such file or folder", file=sys.stderr)
    if missing:
        return 2
    try:
        found = testing.found(options.paths, around)
    except Findings as findings:
        for finding in findings.findings:
            print(finding)
        print("The definitions have to load before they can be tested: see `aais check`.", file=sys.stderr)
        return 1
    report = _run(found, options)
    if not report.results and not report.findings:
        print(_nothing(options), file=sys.stderr)
        return 2
    print(_shown(report, options))
    return _exit_code(report, options)


def _run(found: testing.Found, options: argparse.Namespace) -> Report:
    chosen = Chosen(case=options.case, language=options.language)
    report = run(found.suites, found.world, chosen, definitions=found.definitions, clock=perf_counter)
    return msgspec.structs.replace(report, findings=(*found.findings, *report.findings))


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
