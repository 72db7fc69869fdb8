"""`aais check` as it is called: what it exits with, what it prints where, what it writes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cli import main

ROOT = Path(__file__).resolve().parents[2]
RING = "lifecycle: ring\nversion: 1\nstart: a\nstates:\n  a: {after: {1d: b}}\n  b: {final: true}\n"
LOOSE = RING + "  c: {final: true}\n"
WRONG = RING.replace("after", "aftr")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "flows").mkdir()
    return tmp_path / "flows"


def test_what_ships_passes_even_strictly(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    assert main(["check", "--strict", "flows", "rules"]) == 0
    assert "nothing to mend" in capsys.readouterr().out


@pytest.mark.parametrize(("text", "plain", "strict"), [(RING, 0, 0), (LOOSE, 0, 1), (WRONG, 1, 1)])
def test_the_exit_code_follows_what_is_gravest(folder: Path, text: str, plain: int, strict: int) -> None:
    (folder / "ring.yaml").write_text(text)
    assert main(["check", "flows"]) == plain
    assert main(["check", "flows", "--strict"]) == strict


@pytest.mark.parametrize("arguments", [["nowhere"], [], ["--explain", "nothing-such"]])
def test_a_wrong_call_exits_with_two(folder: Path, arguments: list[str]) -> None:
    assert main(["check", *arguments]) == 2


def test_a_folder_without_yaml_is_a_wrong_call(folder: Path) -> None:
    assert main(["check", "flows"]) == 2


def test_a_file_is_seen_with_what_is_around_it_and_speaks_for_itself(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    call = (
        "flow: help\nversion: 1\nstart: a\nstates:\n  a: {call: {flow: other}, on: {other.b: b}}\n  b: {final: true}\n"
    )
    (folder / "help.yaml").write_text(call)
    (folder / "other.yaml").write_text((RING + "  c: {after: {1d: b}}\n").replace("lifecycle: ring", "flow: other"))
    assert main(["check", "--strict", "flows/help.yaml"]) == 0
    assert "1 file, 1 definition: nothing to mend." in capsys.readouterr().out
    assert main(["check", "--strict", "flows/other.yaml"]) == 1


def test_a_file_that_is_no_text_is_found_beside_the_others(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "bad.yaml").write_bytes(b"flow: \xff\xfe")
    (folder / "ring.yaml").write_text(LOOSE)
    assert main(["check", "flows", "--format", "json"]) == 1
    found = json.loads(capsys.readouterr().out)["findings"]
    assert [each["code"] for each in found] == ["not-utf8", "unreachable-state"]


def test_tests_beside_are_looked_at(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "ring.yaml").write_text(RING)
    (folder / "ring.test.yaml").write_text("tests: lifecycle:rong\ncases:\n  - {name: x, steps: [{after: 1d}]}\n")
    assert main(["check", "flows", "--format", "github"]) == 1
    assert "title=untested-definition" in capsys.readouterr().out


def test_fix_writes_what_can_only_be_meant_and_says_so(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = folder / "ring.yaml"
    file.write_bytes(b"# a ring\r\n" + WRONG.replace("\n", "\r\n").encode())
    assert main(["check", "flows", "--fix"]) == 0
    assert file.read_bytes() == b"# a ring\r\n" + RING.replace("\n", "\r\n").encode()
    assert 'ring.yaml:6: Write "after". (unknown-key)' in capsys.readouterr().err


def test_fix_leaves_alone_what_it_cannot_mend(folder: Path) -> None:
    file = folder / "ring.yaml"
    file.write_text(LOOSE)
    before = file.stat().st_mtime_ns
    assert main(["check", "flows", "--fix"]) == 0
    assert (file.read_text(), file.stat().st_mtime_ns) == (LOOSE, before)


@pytest.mark.parametrize("form", ["json", "sarif"])
def test_programs_get_nothing_but_their_format(folder: Path, form: str, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "ring.yaml").write_text(LOOSE)
    assert main(["check", "flows", "--format", form]) == 0
    assert "unreachable-state" in json.dumps(json.loads(capsys.readouterr().out))


def test_a_code_is_explained(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--explain", "timer-too-short"]) == 0
    assert capsys.readouterr().out.startswith("timer-too-short (warning): A state that is left before")


def test_the_hook_for_pre_commit_calls_what_there_is() -> None:
    from ruamel.yaml import YAML

    [hook] = YAML(typ="safe").load((ROOT / ".pre-commit-hooks.yaml").read_text())
    assert hook["entry"] == "aais check"
    assert all((ROOT / argument).is_dir() for argument in hook["args"])
    assert hook["language"] == "python"
