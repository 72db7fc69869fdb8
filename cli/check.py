"""`aais check PATH…`: does this YAML load and compile, and if not, where and why."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from composition import definitions
from engine import Findings


def add(subparsers: Any) -> None:
    command = subparsers.add_parser("check", help="load and compile flows, lifecycles and rules; say what is wrong")
    command.add_argument("paths", nargs="+", type=Path, help="files or folders")
    command.set_defaults(run=_check)


def _check(options: argparse.Namespace) -> int:
    missing = [path for path in options.paths if not path.exists()]
    for path in missing:
        print(f"{path}: there is no such file or folder", file=sys.stderr)
    if missing:
        return 2
    files = definitions.yaml_files(options.paths)
    if not files:
        print("There are no .yaml files there.", file=sys.stderr)
        return 2
    try:
        release = definitions.compile_sources(definitions.read_sources(files))
    except Findings as findings:
        for finding in findings.findings:
            print(finding)
        print(f"{len(findings.findings)} to mend.", file=sys.stderr)
        return 1
    print(f"{len(files)} files, {len(release.definitions)} definitions: nothing to mend.")
    return 0
