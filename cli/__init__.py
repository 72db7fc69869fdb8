"""`aais`: the command line. Each command is a file; this one only finds it and says what went wrong."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Sequence

from cli import chat, check, diff, journal, keys, org, publish, serve, tasks, test, transfer, user
from cli.errors import CommandError
from composition.settings import SettingsError
from storage.errors import StoreError

COMMANDS = (serve, chat, check, diff, test, publish, journal, org, tasks, keys, transfer, user)


def parser() -> argparse.ArgumentParser:
    root = argparse.ArgumentParser(prog="aais", description="Turns attention into paid bookings, as declared in YAML.")
    subparsers = root.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for module in COMMANDS:
        module.add(subparsers)
    return root


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit code is 0 (done), 1 (refused or failed) or 2 (called wrongly)."""
    options = parser().parse_args(arguments)
    try:
        outcome = options.run(options)
        return int(asyncio.run(outcome) if asyncio.iscoroutine(outcome) else outcome)
    except SettingsError as error:
        print("AAIS cannot start with these settings:", file=sys.stderr)
        for problem in error.problems:
            print(f"  - {problem}", file=sys.stderr)
    except (CommandError, StoreError) as error:
        print(f"aais {options.command}: {error}", file=sys.stderr)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        return 0
    return 1
