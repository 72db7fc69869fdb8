"""`aais`: the command line. Each command is a file; this one only finds it and says what went wrong."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Sequence
from importlib import import_module

from cli.errors import CommandError
from composition.settings_error import SettingsError
from storage.errors import StoreError

COMMANDS = {  # which file has a command; only the one that was asked for is imported, so that each starts quickly
    "serve": "serve",
    "work": "serve",
    "chat": "chat",
    "check": "check",
    "diff": "diff",
    "prove": "prove",
    "test": "test",
    "publish": "publish",
    "versions": "publish",
    "rollback": "publish",
    "reload": "publish",
    "drain": "publish",
    "journal": "journal",
    "replay": "replay",
    "org": "org",
    "user": "user",
    "ads": "ads",
    "tasks": "tasks",
    "keys": "keys",
    "export": "transfer",
    "import": "transfer",
}


def parser(command: str = "") -> argparse.ArgumentParser:
    """For one command, or, without a known one, for all of them."""
    root = argparse.ArgumentParser(prog="aais", description="Turns attention into paid bookings, as declared in YAML.")
    subparsers = root.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for module in [COMMANDS[command]] if command in COMMANDS else dict.fromkeys(COMMANDS.values()):
        import_module(f"cli.{module}").add(subparsers)
    return root


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit code is 0 (done), 1 (refused or failed) or 2 (called wrongly)."""
    given = sys.argv[1:] if arguments is None else list(arguments)
    options = parser(given[0] if given else "").parse_args(given)
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
