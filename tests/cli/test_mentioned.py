"""Each command that people are told of is one that there is, with the options that it is told to have."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from cli import COMMANDS, parser

ROOT = Path(__file__).resolve().parents[2]
PLACES = ("docs", "flows", "rules", "ads", "bookings", "channels", "cli", "composition", "crm", "hooks", "payments",
          "people", "runtime", "storage", "web", "workshop", "engine", "insights")  # fmt: skip
KINDS = (".md", ".yaml", ".py", ".html")
# In code, on a line of a console, or in bold in a message: a sentence may say "aais is a server" as it likes.
_SAID = re.compile(r"(?:[`*$(]|^) ?(?:\.venv/bin/)?aais ((?:[a-z][a-z-]*)(?: [^`*\n|&;#]*)?)", re.MULTILINE)
_OPTION = re.compile(r"(?<![\w-])--[a-z][a-z-]+")
_WORD = re.compile(r"[a-z][a-z-]*")


@cache
def _files() -> tuple[Path, ...]:
    found = [path for place in PLACES for path in (ROOT / place).rglob("*") if path.suffix in KINDS]
    return (ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted(found))


def _mentions() -> Iterator[tuple[Path, str]]:
    for path in _files():
        for hit in _SAID.finditer(path.read_text(encoding="utf-8")):
            yield path, hit[1].strip()


@cache
def _actions(command: str) -> dict[str, argparse.ArgumentParser]:
    (root,) = [each for each in parser(command)._actions if each.choices]
    own: argparse.ArgumentParser = root.choices[command]  # type: ignore[index,call-overload]
    below = [each for each in own._actions if isinstance(each, argparse._SubParsersAction)]
    return {"": own, **(dict(below[0].choices) if below else {})}


def _wrong(said: str) -> str:
    """What of it there is not; nothing if all is there."""
    command, *more = said.split()
    if command not in COMMANDS:
        return f"no command {command}"
    actions = _actions(command)
    name = more[0].strip(".,:)'\"") if more else ""
    if len(actions) > 1 and _WORD.fullmatch(name) and name not in actions:
        return f"no {command} {name}"
    known = {
        option for each in (actions[""], actions.get(name, actions[""])) for option in each._option_string_actions
    }  # fmt: skip
    return ", ".join(f"no {option} of {command} {name}" for option in _OPTION.findall(said) if option not in known)


def test_every_command_that_people_are_told_of_is_there() -> None:
    said = list(_mentions())
    assert len(said) > 100
    wrong = [f"{path.relative_to(ROOT)}: aais {each}: {why}" for path, each in said if (why := _wrong(each))]
    assert wrong == []


@pytest.mark.parametrize(
    ("said", "wrong"),
    [
        ("ads connect", ""), ("ads connect meta --account 1", ""), ("ads", ""), ("adz", "no command adz"),
        ("ads conect", "no ads conect"), ("ads demo --weeks 2", "no --weeks of ads demo"), ("ads …", ""),
    ],
)  # fmt: skip
def test_what_is_not_there_would_be_found(said: str, wrong: str) -> None:
    assert _wrong(said) == wrong
