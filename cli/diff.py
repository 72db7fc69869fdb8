"""`aais diff OLD NEW`: what differs between two versions, in words, and whether they behave differently."""

from __future__ import annotations

import argparse
import asyncio
import sys
from typing import Any

from cli import driver, references
from cli.errors import CommandError
from composition import stores
from composition.definitions import registry
from composition.settings import read
from engine.comparing import Differences, Version, compare, json, markdown, people
from runtime.release import EVERYONE

_ABOUT = """\
OLD and NEW are files, folders, git revisions (HEAD~1:flows) or published versions (version:12, version:now).

  aais diff flows/deposit.yaml draft.yaml
  aais diff HEAD~1:flows flows
  aais diff version:11 version:now
  aais diff --git origin/main...HEAD --format markdown
"""


def add(subparsers: Any) -> None:
    command = subparsers.add_parser(
        "diff",
        help="what differs between two versions, in words, and whether they behave differently",
        description=_ABOUT,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.add_argument("what", nargs="*", metavar="OLD NEW", help="the two versions; with --git, paths to look at")
    command.add_argument("--git", metavar="A..B", help="two revisions; A...B: since they parted; A: until now")
    command.add_argument("--format", choices=("people", "markdown", "json"), default="people")
    command.add_argument("--exit-code", action="store_true", help="end with 1 if anything differs, as git does")
    command.add_argument("--no-behaviour", action="store_true", help="compare what is written only, which is quicker")
    command.add_argument("--org", default=EVERYONE, help="whose published versions; those for all, if not said")
    command.add_argument("--demo", action="store_true", help="the demo's published versions")
    command.add_argument("--driver", nargs=argparse.REMAINDER, metavar="…", help="how git calls this; see docs/diff.md")
    command.set_defaults(run=_diff)


def _diff(options: argparse.Namespace) -> int:
    behaviour = not options.no_behaviour
    if options.driver is not None:
        return driver.drive(options.driver, behaviour=behaviour)
    sides = _sides(options)
    if sides is None:
        print("aais diff: name two versions, OLD and NEW, or a range with --git A..B.", file=sys.stderr)
        return 2
    old, new = sides
    if not old.sources and not new.sources:
        raise CommandError("there are no flows, lifecycles or rules on either side.")
    differences = compare(old, new, registry(), behaviour=behaviour)
    sys.stdout.write(_shown(differences, options.format))
    return 1 if options.exit_code and not differences.empty else 0


def _sides(options: argparse.Namespace) -> tuple[Version, Version] | None:
    if options.git is not None:
        return references.between(options.git, options.what)
    if len(options.what) != 2:
        return None
    old, new = (_version(options, reference) for reference in options.what)
    return old, new


def _version(options: argparse.Namespace, reference: str) -> Version:
    if not reference.startswith(references.PUBLISHED):
        return references.resolve(reference)

    async def looked_up() -> Version:
        async with stores.opened_store(read(demo=options.demo), read_only=True) as store:
            return await references.published(store, reference, options.org)

    return asyncio.run(looked_up())


def _shown(differences: Differences, format: str) -> str:
    if format == "json":
        return json(differences) + "\n"
    if format == "markdown":
        return markdown(differences)
    return people(differences, colour=sys.stdout.isatty())
