"""docs/test.md: its files are written down as they stand there, its commands run, and their output is compared."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any

import pytest

from cli import main
from tests.yaml.shipped import ROOT, suites

TEXT = (ROOT / "docs" / "test.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)


def _files(folder: Path) -> None:
    for kind, text in BLOCKS:
        if kind == "yaml":
            name = text.removeprefix("# ").partition("\n")[0]
            (folder / name).write_text(text, encoding="utf-8")


def _ran(line: str, capsys: pytest.CaptureFixture[str]) -> str:
    command, *arguments = shlex.split(line)
    if command == "sed":
        _, change, file = arguments
        _, old, new, _ = change.split("/")
        path = Path(file)
        path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
        return ""
    assert command == "aais"
    main(arguments)
    came = capsys.readouterr()
    return came.out + came.err


def _shown(text: str) -> str:
    """Without what differs from run to run."""
    return re.sub(r"in \d+\.\d s", "in 0.0 s", "\n".join(line.rstrip() for line in text.strip().splitlines()))


def test_the_page_shows_what_happens(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    _files(tmp_path)
    for name in ("more.test.yaml", "routing.test.yaml"):
        (tmp_path / name).rename(tmp_path / f"{name}.kept")
    for kind, text in BLOCKS:
        if kind != "console":
            continue
        for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
            line, _, output = part.partition("\n")
            assert _shown(_ran(line, capsys)) == _shown(output), line


def test_the_other_test_files_of_the_page_hold(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _files(tmp_path)
    assert main(["test", str(tmp_path), "--around", str(ROOT / "flows"), str(ROOT / "rules")]) == 0
    assert "more.test.yaml" in capsys.readouterr().out


def test_the_python_of_the_page_runs(capsys: pytest.CaptureFixture[str]) -> None:
    (code,) = (text for kind, text in BLOCKS if kind == "python")
    files = dict(re.findall(r"^# (\S+\.yaml)\n(.*)", text, re.DOTALL)[0] for kind, text in BLOCKS if kind == "yaml")
    sources = {name: text for name, text in files.items() if name.startswith("rating")}
    names: dict[str, Any] = {"sources": sources}
    exec(code, names)  # noqa: S102 - our own page
    assert capsys.readouterr().out == "True [] 71%\n"


def test_the_page_names_cases_that_are_there() -> None:
    for file, case in re.findall(r"`(flows/\S+\.test\.yaml)::([^\[`]+) \[", TEXT):
        suite = next(suite for suite in suites() if suite.file == file)
        assert case in [each.name for each in suite.cases]
