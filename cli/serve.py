"""`aais serve` and `aais work`: the server, and a worker beside it for the second machine and on."""

from __future__ import annotations

import argparse
from typing import Any

import server
from composition.settings import read


def add(subparsers: Any) -> None:
    command = subparsers.add_parser("serve", help="answer webhooks and do the work; --demo needs no account anywhere")
    command.add_argument("--demo", action="store_true", help="simulated WhatsApp and M-Pesa, two demo businesses")
    command.add_argument(
        "--no-work", action="store_true", help="only take in; `aais work` does the rest (needs REDIS_URL)"
    )
    command.add_argument(
        "--watch", nargs="?", choices=("files", "git"), const="files", default="",
        help="publish what changes in FLOWS_DIR and RULES_DIR: as files are saved, or (git) as HEAD moves on",
    )  # fmt: skip
    command.set_defaults(run=_serve)
    worker = subparsers.add_parser("work", help="do the work that servers took in (needs MONGODB_URI and REDIS_URL)")
    worker.add_argument("--demo", action="store_true", help="beside `aais serve --demo --no-work`")
    worker.set_defaults(run=_work)


def _serve(options: argparse.Namespace) -> int:
    server.serve(read(demo=options.demo), works=not options.no_work, watch=options.watch)
    return 0


def _work(options: argparse.Namespace) -> int:
    server.work(read(demo=options.demo))
    return 0
