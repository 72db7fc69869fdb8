"""docs/prove.md: its files are written down as they stand there, its commands run, and their output is compared."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any

import pytest

from cli import main
from tests.yaml.shipped import ROOT

PAGE = ROOT / "docs" / "prove.md"
TEXT = PAGE.read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)


def files() -> dict[str, str]:
    return {text.removeprefix("# ").partition("\n")[0]: text for kind, text in BLOCKS if kind == "yaml"}


def ran(line: str, capsys: pytest.CaptureFixture[str]) -> str:
    command, *arguments = shlex.split(line)
    if command == "sed":
        _, change, file = arguments
        _, old, new, _ = change.split("/")
        path = Path(file)
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")
        return ""
    assert command == "aais"
    main(arguments)
    came = capsys.readouterr()
    return came.out + came.err


def shown(text: str) -> str:
    """Without what differs from run to run."""
    lines = "\n".join(line.rstrip() for line in text.strip().splitlines())
    return re.sub(r"in \d+\.\d s", "in 0.0 s", re.sub(r"\(\d+\.\d s\)", "(0.0 s)", lines))


def played(folder: Path, capsys: pytest.CaptureFixture[str]) -> list[tuple[str, str, str]]:
    """Each command of the page, what the page says comes of it, and what came."""
    for name, text in files().items():
        (folder / name).write_text(text, encoding="utf-8")
    for name in ("flows", "rules"):
        (folder / name).symlink_to(ROOT / name)
    found = []
    for kind, text in BLOCKS:
        if kind == "console":
            for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
                line, _, output = part.partition("\n")
                found.append((line, output, ran(line, capsys)))
    return found


def test_the_page_shows_what_happens(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    for line, wanted, came in played(tmp_path, capsys):
        assert shown(came) == shown(wanted), line


def test_the_python_of_the_page_runs(capsys: pytest.CaptureFixture[str]) -> None:
    (code,) = (text for kind, text in BLOCKS if kind == "python")
    handoff = (ROOT / "flows" / "handoff.yaml").read_text(encoding="utf-8")
    names: dict[str, Any] = {"sources": {"braids.yaml": files()["braids.yaml"], "handoff.yaml": handoff}}
    exec(code, names)  # noqa: S102 - our own page
    assert capsys.readouterr().out == "['proved', 'broken', 'proved', 'proved']\n"


def test_the_page_names_every_key_of_a_promise() -> None:
    from engine.document import schema

    for key in schema("machine")["$defs"]["promise"]["properties"]:
        assert re.search(rf"`[^`]*\b{key}\b", TEXT), key
