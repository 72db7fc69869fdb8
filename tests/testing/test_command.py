"""`aais test`: from files to an exit code."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from cli import main
from tests.testing.test_running import SOURCES
from tests.yaml.shipped import ROOT


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for file, text in SOURCES.items():
        (tmp_path / file).write_text(text, encoding="utf-8")
    return tmp_path


def test_what_ships_holds_and_nothing_is_missed(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    assert main(["test", "flows", "rules", "--min-coverage", "100"]) == 0
    out = capsys.readouterr().out
    assert "not reached" not in out
    assert "cases held, in" in out


def test_a_failure_is_exit_code_1(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["test", str(folder)]) == 1
    assert "3 of 7 cases failed" in capsys.readouterr().out


def test_one_file_is_played_with_the_definitions_around_it(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["test", str(folder / "inner.test.yaml"), "--coverage", "--around"]) == 0
    out = capsys.readouterr().out
    assert "2 cases held" in out
    assert "flow:offering" not in out
    assert main(["test", str(folder / "offering.yaml"), "--around", str(folder), "--case", "silence"]) == 0


def test_a_named_definition_replaces_the_one_around(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    other = folder / "mine"
    other.mkdir()
    (other / "inner.yaml").write_text(SOURCES["inner.yaml"].replace("yes_no", "number"), encoding="utf-8")
    (other / "inner.test.yaml").write_text(SOURCES["inner.test.yaml"], encoding="utf-8")
    assert main(["test", str(other), "--around", str(folder)]) == 1
    assert "2 of 2 cases failed" in capsys.readouterr().out


def test_too_little_reached_is_exit_code_1(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["test", str(folder / "inner.yaml"), "--around"]
    assert main([*arguments, "--min-coverage", "50"]) == 0
    assert main([*arguments, "--min-coverage", "100"]) == 1
    said = capsys.readouterr()
    assert f"{folder}/inner.yaml:7: states.asking.ask" in said.out
    assert said.err == "85.7 % reached; 100 % is wanted.\n"


def test_in_one_language_only_its_texts_count(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["test", str(folder / "inner.yaml"), "--around", "--language", "en", "--coverage"]) == 0
    out = capsys.readouterr().out
    assert "1 case held" in out
    assert "texts en" in out
    assert "texts sw" not in out


def test_the_report_comes_as_json(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["test", str(folder), "--format", "json"]) == 1
    report = json.loads(capsys.readouterr().out)
    failed = next(result for result in report["results"] if result["outcome"] == "failed")
    assert failed["failures"][0]["expected"] == "calling"
    assert failed["conversation"][0] == {
        "who": "business", "text": "Which colour?", "key": "which", "choices": ["Red", "Blue"],
    }  # fmt: skip
    assert failed["guards"][0]["values"] == {"colour": "blue"}


def test_the_report_comes_as_junit(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["test", str(folder), "--format", "junit"]) == 1
    assert capsys.readouterr().out.startswith('<?xml version="1.0" encoding="UTF-8"?>\n<testsuites tests="7"')


def test_what_does_not_load_is_said(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "inner.yaml").write_text("flow: inner\n", encoding="utf-8")
    assert main(["test", str(folder), "--around"]) == 1
    assert "inner.yaml:1:1: error [missing-key]" in capsys.readouterr().out


def test_cases_are_proposed_for_what_is_not_reached(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = (folder / "inner.test.yaml").read_text(encoding="utf-8")
    assert main(["test", str(folder / "inner.yaml"), "--around", "--generate"]) == 0
    assert '- name: "generated: states.asking.ask"' in capsys.readouterr().out
    assert (folder / "inner.test.yaml").read_text(encoding="utf-8") == before
    assert main(["test", str(folder / "inner.yaml"), "--around", "--generate", "--format", "json"]) == 0
    (proposal,) = json.loads(capsys.readouterr().out)
    assert [item["path"] for item in proposal["reached"]] == ["states.asking.ask"]


def test_proposed_cases_are_written_and_reach_everything(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "inner.test.yaml").unlink()
    arguments = ["test", str(folder / "inner.yaml"), "--around"]
    assert main([*arguments, "--generate", "--write"]) == 0
    assert "added, to be read by a person." in capsys.readouterr().err
    assert main([*arguments, "--min-coverage", "100"]) == 0
    assert main([*arguments, "--generate"]) == 0
    assert "there is nothing to propose" in capsys.readouterr().err


def test_a_watch_plays_again_when_a_file_was_written(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def written(*places: Path, **_: object) -> Iterator[None]:
        assert folder / "inner.yaml" in places
        text = SOURCES["inner.yaml"].replace("type: yes_no", "type: number")
        (folder / "inner.yaml").write_text(text, encoding="utf-8")
        os.utime(folder / "inner.yaml", ns=(1, 1))  # whatever the clock's grain
        yield

    monkeypatch.setattr("cli.test.watch", written)
    assert main(["test", str(folder / "inner.yaml"), "--around", "--watch"]) == 1
    out = capsys.readouterr().out
    assert out.index("2 cases held") < out.index("2 of 2 cases failed")


@pytest.mark.parametrize(("arguments", "said"), [
    (["gone.yaml"], "there is no such file or folder"), ([".", "--around"], "There are no tests there."),
    (["{folder}", "--case", "nothing like it"], "No case is like that"),
    (["{folder}", "--write"], "--write goes with --generate."),
])  # fmt: skip
def test_a_wrong_call_is_exit_code_2(
    arguments: list[str], said: str, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    (tmp_path / "empty").mkdir()
    monkeypatch.chdir(tmp_path / "empty")
    assert main(["test", *(argument.format(folder=folder) for argument in arguments)]) == 2
    assert said in capsys.readouterr().err
