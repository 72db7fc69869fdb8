"""docs/diff.md is true: its commands are run by a shell, and its output is theirs.

`python -m tests.comparing.test_docs` writes the output into the page anew. Numbers of lines are left aside, so that the
page outlives edits above what it shows.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from tests.yaml.shipped import ROOT

PAGE = ROOT / "docs" / "diff.md"
_FENCE = re.compile(r"^(```+)(\w+)\n(.*?)^\1$", re.MULTILINE | re.DOTALL)
_LINE = re.compile(r"\(line \d+\)|:\d+`|index [0-9a-f.]+")


def _prepared(folder: Path) -> dict[str, str]:
    """A repository with the YAML that ships, and an `aais` on the path."""
    for room in ("flows", "rules"):
        shutil.copytree(ROOT / room, folder / room)
    shutil.copy(ROOT / ".gitattributes", folder)
    (folder / "bin").mkdir()
    aais = folder / "bin" / "aais"
    aais.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m cli "$@"\n', encoding="utf-8")
    aais.chmod(0o755)
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    surroundings = {
        **kept, "PATH": f"{folder / 'bin'}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT), "HOME": str(folder),
        "GIT_CONFIG_NOSYSTEM": "1", "GIT_AUTHOR_NAME": "A", "GIT_AUTHOR_EMAIL": "a@example.com",
        "GIT_COMMITTER_NAME": "A", "GIT_COMMITTER_EMAIL": "a@example.com",
    }  # fmt: skip
    _ran("git init -q . && git add flows rules .gitattributes && git commit -qm one", folder, surroundings)
    return surroundings


def _ran(command: str, folder: Path, surroundings: dict[str, str]) -> str:
    ended = subprocess.run(
        ["sh", "-c", command], cwd=folder, env=surroundings, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0, f"{command}\n{ended.stderr}"
    return ended.stdout


def _played(text: str, folder: Path) -> str:
    """The page with the output that its commands have today."""
    surroundings = _prepared(folder)

    def block(found: re.Match[str]) -> str:
        fence, kind, body = found.groups()
        if kind == "yaml":
            name = body.partition("\n")[0].removeprefix("# ")
            (folder / name).write_text(body, encoding="utf-8")
        if kind == "python":
            (folder / "example.py").write_text(body, encoding="utf-8")
            _ran(f"{shlex.quote(sys.executable)} example.py", folder, surroundings)
        if kind != "console":
            return found[0]
        told = ""
        for line in body.splitlines():
            if line.startswith("$ "):
                told += f"{line}\n{_ran(line[2:], folder, surroundings)}"
        return f"{fence}console\n{told}{fence}"

    return _FENCE.sub(block, text)


def _unnumbered(text: str) -> str:
    return _LINE.sub("(line)", text)


def test_the_page_shows_what_its_commands_print(tmp_path: Path) -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert _unnumbered(_played(text, tmp_path)) == _unnumbered(text), "run: python -m tests.comparing.test_docs"


@pytest.mark.parametrize("option", ["--git", "--format", "--exit-code", "--no-behaviour", "--driver", "--org"])
def test_the_page_names_every_option(option: str) -> None:
    assert option in PAGE.read_text(encoding="utf-8")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as made:
        PAGE.write_text(_played(PAGE.read_text(encoding="utf-8"), Path(made)), encoding="utf-8")
