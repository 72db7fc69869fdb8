"""`aais export` and `aais import`: an org as newline JSON, from one store to another."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from cli.errors import CommandError
from composition import stores
from composition.settings import read
from runtime.release import EVERYONE
from storage.transfer import export_org, import_org


def add(subparsers: Any) -> None:
    out = subparsers.add_parser("export", help="write all that belongs to an org to standard output or a file")
    out.add_argument("org")
    out.add_argument("--output", "-o", default="-", help="a file; - is standard output")
    out.add_argument("--demo", action="store_true", help="the demo's store")
    out.set_defaults(run=_export)
    into = subparsers.add_parser("import", help="read an exported org into this store; refused if it is there already")
    into.add_argument("file", help="what `aais export` wrote; - is standard input")
    into.add_argument("--demo", action="store_true", help="the demo's store")
    into.set_defaults(run=_import)


async def _export(options: argparse.Namespace) -> int:
    async with stores.opened_store(read(demo=options.demo), read_only=True) as store:
        if await store.get("orgs", options.org) is None:
            raise CommandError(f"there is no org {options.org!r}; `aais org list` shows those there are")
        target = sys.stdout if options.output == "-" else open(options.output, "w", encoding="utf-8")  # noqa: SIM115, ASYNC230
        try:
            count = await export_org(
                store, options.org, lambda line: print(line, end="", file=target), shared_by=EVERYONE
            )
        finally:
            if target is not sys.stdout:
                target.close()
    print(f"Exported {count} documents.", file=sys.stderr)
    return 0


async def _import(options: argparse.Namespace) -> int:
    async with stores.opened_store(read(demo=options.demo)) as store:
        source = sys.stdin if options.file == "-" else open(options.file, encoding="utf-8")  # noqa: SIM115, ASYNC230
        try:
            org = await import_org(store, source)
        finally:
            if source is not sys.stdin:
                source.close()
    print(f"Imported {org}.", file=sys.stderr)
    return 0
