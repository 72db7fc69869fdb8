"""`aais prove`: from files to verdicts, a test file and an exit code."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cli import main
from tests.proving.test_verdicts import HELPING, PAYING, promising
from tests.yaml.shipped import ROOT

FLOW = PAYING.replace("payments.request: {amount: 'money(500)', purpose: deposit}", "contacts.opt_in").replace(
    "payment.confirmed: {set: {receipt: event.receipt}, to: confirmed}", "payment.confirmed: confirmed"
)


def written(folder: Path, *promises: str, text: str = FLOW) -> str:
    path = folder / "paying.yaml"
    path.write_text(promising(text, "\n  - ".join(promises)), encoding="utf-8")
    return str(path)


def test_all_proved_is_exit_code_0(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = written(tmp_path, "{never: confirmed, unless: payment.confirmed}")
    assert main(["prove", file, "--around"]) == 0
    assert capsys.readouterr().out.startswith(f"proved    {file}:28: never: confirmed")


def test_broken_is_exit_code_1_with_the_conversation_as_a_test(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, test = written(tmp_path, "{never: left}"), tmp_path / "broken.test.yaml"
    assert main(["prove", file, "--around", "--write-test", str(test)]) == 1
    said = capsys.readouterr()
    assert "1. it begins → asking; says q" in said.out
    assert f"aais test {test} {file}" in said.err
    assert main(["test", str(test), file, "--around"]) == 0


def test_undecided_is_exit_code_3(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = written(tmp_path, "{never: confirmed, unless: payment.confirmed}")
    assert main(["prove", file, "--around", "--seconds", "0"]) == 3
    assert "the time was up" in capsys.readouterr().out


def test_only_one_promise_of_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = written(tmp_path, "{never: left}", "{never: confirmed, unless: payment.confirmed}")
    assert main(["prove", file, "--around", "--promise", "2"]) == 0
    assert "never: left" not in capsys.readouterr().out


def test_for_programs_the_verdicts_are_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = written(tmp_path, "{never: left}")
    assert main(["prove", file, "--around", "--json"]) == 1
    (verdict,) = json.loads(capsys.readouterr().out)
    assert (verdict["answer"], verdict["definition"], verdict["line"]) == ("broken", "flow:paying", 28)
    assert verdict["test"].startswith("tests: flow:paying")


def test_a_wrong_call_is_exit_code_2(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["prove", "nowhere.yaml"]) == 2
    assert "no such file" in capsys.readouterr().err


def test_without_promises_there_is_nothing_to_prove(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "paying.yaml"
    file.write_text(FLOW, encoding="utf-8")
    assert main(["prove", str(file), "--around"]) == 0
    assert "no promises" in capsys.readouterr().err


def test_a_definition_that_is_meant_replaces_the_one_around(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    mine = tmp_path / "opt_out.yaml"
    text = Path("flows/opt_out.yaml").read_text(encoding="utf-8")
    mine.write_text(text.replace("do: contacts.opt_out", "do: contacts.opt_in"), encoding="utf-8")
    assert main(["prove", str(mine)]) == 0
    assert str(mine) in capsys.readouterr().out


@pytest.mark.parametrize(
    ("promise", "code"),
    [
        ("{never: nowhere}", "unknown-happening"),
        ("{never: {says: nothing}}", "unknown-happening"),
        ("{always: left}", "promise-unclear"),
        ("{never: left, leaves_within: 5m}", "promise-unclear"),
        ("{always: waiting, leaves_within: soon}", "bad-name"),
        ("{never: left, unles: confirmed}", "unknown-key"),
        ("{never: left, when: receipt > 3}", "types-differ"),
        ("{reachable: payment.confirmed}", "unknown-happening"),
    ],
)
def test_what_is_promised_wrongly_is_found_where_it_stands(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], promise: str, code: str
) -> None:
    file = written(tmp_path, promise)
    assert main(["prove", file, "--around"]) == 1
    out = capsys.readouterr().out
    assert f"{file}:28:" in out
    assert f"[{code}]" in out


def test_promises_change_nothing_that_runs(tmp_path: Path) -> None:
    file = written(tmp_path, "{reachable: helped}", text=HELPING.replace(PAYING, FLOW))
    assert main(["prove", file, "--around"]) == 0
