"""`aais check PATH…`: all that is wrong or doubtful in flows, lifecycles and rules, and where, and why."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from composition import definitions
from engine import Finding
from engine.checks import check_sources, mended
from engine.codes import CODES
from engine.findings import did_you_mean
from engine.reporting import as_json, explained, github, people, sarif, summary

_EPILOG = """exit code: 0 nothing stands in the way; 1 there are errors (with --strict: warnings); 2 called wrongly"""


def add(subparsers: Any) -> None:
    command = subparsers.add_parser(
        "check", help="say all that is wrong or doubtful in flows, lifecycles and rules", epilog=_EPILOG
    )
    command.add_argument("paths", nargs="*", type=Path, help="files or folders; tests beside them are checked as well")
    command.add_argument("--format", choices=("people", "json", "github", "sarif"), default="people")
    command.add_argument("--strict", action="store_true", help="warnings fail as errors do")
    command.add_argument(
        "--fix", action="store_true", help="make the edits that can only be meant; the rest stays as it is"
    )
    command.add_argument(
        "--endpoints", metavar="NAME,…", help="the business's endpoints, so that what `hooks.send` names is looked up"
    )
    command.add_argument("--explain", metavar="CODE", help="what a code means, with an example")
    command.set_defaults(run=_check)


def _check(options: argparse.Namespace) -> int:
    if options.explain:
        return _explain(options.explain)
    if not options.paths:
        print("Which files or folders? For example: aais check flows rules", file=sys.stderr)
        return 2
    missing = [path for path in options.paths if not path.exists()]
    for path in missing:
        print(f"{path}: there is no such file or folder", file=sys.stderr)
    if missing:
        return 2
    files = [*definitions.yaml_files(options.paths), *definitions.test_files(options.paths)]
    if not files:
        print("There are no .yaml files there.", file=sys.stderr)
        return 2
    sources, unread = definitions.readable(files)
    around, _ = definitions.readable(definitions.neighbours(options.paths))
    if options.fix:
        sources = _mend(sources, around)
    findings = [*unread, *_found(sources, around, options.endpoints)]
    _show(findings, sources, options)
    grave = ("error", "warning") if options.strict else ("error",)
    return 1 if any(finding.severity in grave for finding in findings) else 0


def _found(sources: dict[str, str], around: dict[str, str], endpoints: str | None = None) -> list[Finding]:
    """What there is in `sources`, seen with what they may call and ask."""
    named = None if endpoints is None else [each.strip() for each in endpoints.split(",") if each.strip()]
    found = check_sources({**around, **sources}, definitions.registry(), definitions.limits(named))
    return [finding for finding in found if finding.file in sources]


def _show(findings: Sequence[Finding], sources: dict[str, str], options: argparse.Namespace) -> None:
    if options.format == "json":
        sys.stdout.write(as_json(findings))
    elif options.format == "github":
        sys.stdout.write(github(findings))
    elif options.format == "sarif":
        sys.stdout.write(sarif(findings, _version()))
    else:
        sys.stdout.write(people(findings, sources, colour=sys.stdout.isatty() and not os.environ.get("NO_COLOR")))
        tests = sum(file.endswith(".test.yaml") for file in sources)
        print(("\n" if findings else "") + summary(findings, len(sources), len(sources) - tests))


def _mend(sources: dict[str, str], around: dict[str, str]) -> dict[str, str]:
    """Make the safe edits until there are no more: one mistake may hide another. Only whole files are written."""
    texts = dict(sources)
    for _ in range(5):
        fixes: dict[str, list[Any]] = {}
        for finding in _found(texts, around):
            if finding.fix is not None and finding.fix.safe:
                fixes.setdefault(finding.file, []).append(finding)
        if not fixes:
            break
        for file, found in fixes.items():
            texts[file], _ = mended(texts[file], [finding.fix for finding in found])
            for finding in found:
                print(f"{file}:{finding.line}: {finding.fix.title} ({finding.code})", file=sys.stderr)
    for file, text in texts.items():
        if text != sources[file]:
            Path(file).write_bytes(text.encode())
    return texts


def _explain(code: str) -> int:
    known = CODES.get(code)
    if known is None:
        print(f"There is no code {code}. {did_you_mean(code, CODES)}".rstrip(), file=sys.stderr)
        return 2
    sys.stdout.write(explained(known))
    return 0


def _version() -> str:
    try:
        return version("aais")
    except PackageNotFoundError:
        return "0"
