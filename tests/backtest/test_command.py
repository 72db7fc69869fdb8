"""`aais replay` as an operator types it: what it prints, how it ends, how it is stopped and goes on."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from cli import main
from cli.progress import Progress
from composition.stores import DATABASE
from tests.backtest.test_conversations import deposit_above
from tests.backtest.town import reopened
from tests.backtest.versions import changed

CHANGED = {"otherwise": 3, "same": 3, "undecided": 2}


@pytest.fixture
def candidate(tmp_path: Path) -> str:
    """No deposit below KSh 600."""
    file = tmp_path / "booking.yaml"
    content = json.loads(changed(booking=deposit_above("money(600)"))["flows/booking.yaml"])
    YAML(typ="safe").dump(content, file)
    return str(file)


def replay(*arguments: str) -> int:
    return main(["replay", "--demo", *arguments])


def test_the_record_is_the_same_on_its_own_versions(installed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert replay() == 0
    assert capsys.readouterr().out.startswith("salon-zuri: 12 machines, ")
    assert main(["journal", "replay", "--demo", "salon-zuri", "booking:achieng:1"]) == 0
    assert capsys.readouterr().out.endswith("replayed: the same\n")


def test_a_journal_that_was_changed_is_an_error(installed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An entry was taken out, and all that is left is readable."""
    with sqlite3.connect(installed / DATABASE) as database:
        tables = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        journal = next(name for name in tables if name.endswith("journal"))
        column = next(row[1] for row in database.execute(f"PRAGMA table_info({journal})") if "id" in row[1])
        database.execute(f"DELETE FROM {journal} WHERE {column} = 'booking:achieng:1/5'")
    assert replay() == 1
    assert "booking:achieng:1 #6: " in capsys.readouterr().out


def test_a_candidate_is_reported_for_people(
    installed: Path, candidate: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert replay("--candidate", candidate) == 0
    said = capsys.readouterr().out
    assert "flow:booking: 8 replayed" in said
    assert "2  nobody knows what bookings.confirm would have answered" in said
    assert "aais journal show --demo salon-zuri booking:otieno:1 --at 5" in said
    assert "assumed at #5: bookings.confirmed comes as it did at #9" in said
    assert not list((installed / "replay").glob("*.json")) if (installed / "replay").exists() else True


def test_the_link_opens_the_entry_where_they_part(installed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["journal", "show", "--demo", "salon-zuri", "booking:otieno:1", "--at", "5"]) == 0
    said = capsys.readouterr().out
    assert "booking:otieno:1 #5  bookings.held: holding → confirming_number (moved)" in said
    assert "because event.booking.deposit > money(0) is True" in said


def test_it_can_be_read_by_programs_and_put_into_a_pull_request(
    installed: Path, candidate: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert replay("--candidate", candidate, "--format", "json") == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)["salon-zuri"]
    assert found["definitions"]["flow:booking"]["outcomes"] == CHANGED
    assert [each["machine"] for each in found["examples"]][:2] == ["booking:otieno:1", "booking:zawadi:1"]
    assert replay("--candidate", candidate, "--format", "markdown") == 0
    said = capsys.readouterr().out
    assert said.startswith("## salon-zuri: 12 machines")
    assert "| payments asked for | 4, KES 2,000 | 0 | -4, KES -2,000 |" in said


def test_nothing_personal_is_printed_or_put_away(
    installed: Path, candidate: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    _stopping(monkeypatch, after=6)
    for format in ("people", "json", "markdown"):
        replay("--candidate", candidate, "--format", format, "--state", str(installed / "place"))
    put_away = (installed / "place").read_text()
    for personal in ("254712345678", "To hold your place"):
        assert personal not in capsys.readouterr().out
        assert personal not in put_away


def test_it_is_stopped_and_goes_on_to_the_same_report(
    installed: Path, candidate: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert replay("--candidate", candidate) == 0
    whole = capsys.readouterr().out
    with monkeypatch.context() as stopping:
        _stopping(stopping, after=4)
        assert replay("--candidate", candidate) == 130
    said = capsys.readouterr()
    assert 4 <= int(said.out.split()[1]) < 12, "the signal is heard within a few machines"
    assert "Stopped. The same command goes on from here" in said.err
    assert replay("--candidate", candidate) == 0
    assert capsys.readouterr().out == whole
    assert list((installed / "replay").glob("*.json")) == []


def test_the_place_of_another_run_is_refused(
    installed: Path, candidate: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    place = str(installed / "place")
    with monkeypatch.context() as stopping:
        _stopping(stopping, after=2)
        assert replay("--candidate", candidate, "--state", place) == 130
    assert replay("--state", place) == 1
    assert "is the state of another replay" in capsys.readouterr().err
    assert replay("--state", place, "--fresh") == 0
    (installed / "place").write_text("{")
    assert replay("--state", place) == 1
    assert "does not hold the state of a replay" in capsys.readouterr().err


def test_a_run_does_not_go_on_over_definitions_that_changed_meanwhile(
    installed: Path, candidate: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as stopping:
        _stopping(stopping, after=2)
        assert replay("--candidate", candidate) == 130
    asyncio.run(_published(installed))
    capsys.readouterr()
    assert replay("--candidate", candidate) == 1
    assert "what is in force has changed since this replay was stopped" in capsys.readouterr().err
    assert replay("--candidate", candidate, "--fresh") == 0


async def _published(folder: Path) -> None:
    async with reopened(folder) as made:
        await made.published.publish(changed(handoff=lambda flow: flow.update(title="Another title")))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--candidate", "nowhere.yaml"], "there is no such file, folder or git revision"),
        (["--candidate", "version:feedbeef"], "was never published here"),
        (["--org", "nobody"], "there is no org 'nobody'; known: salon-zuri"),
        (["--since", "yesterday"], "write a day such as 2026-11-20"),
    ],
)
def test_what_cannot_be_done_is_said(
    installed: Path, arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert replay(*arguments) == 1
    assert said in capsys.readouterr().err


def test_a_candidate_that_does_not_compile_is_said_with_its_place(
    installed: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "broken.yaml"
    file.write_text("flow: booking\nversion: 1\nlanguages: [en]\nstart: nowhere\nstates: {here: {final: true}}\n")
    assert replay("--candidate", str(file)) == 1
    said = capsys.readouterr().err
    assert "the candidate does not compile" in said
    assert "broken.yaml:4:" in said


def test_a_period_is_read_by_the_clock_of_the_business(installed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert replay("--since", "2026-11-16", "--until", "2026-11-16") == 0
    assert "12 machines" in capsys.readouterr().out
    assert replay("--until", "2026-11-15") == 0
    assert ": 0 machines" in capsys.readouterr().out
    assert replay("--since", "2026-11-16T09:04", "--until", "2026-11-16T09:07") == 0
    assert ": 0 machines" not in capsys.readouterr().out


def _stopping(monkeypatch: pytest.MonkeyPatch, *, after: int) -> None:
    """Somebody presses Ctrl-C when so many machines are done."""
    add = Progress.add

    def pressed(self: Progress, entries: int) -> None:
        add(self, entries)
        if self.done == after:
            os.kill(os.getpid(), signal.SIGINT)

    monkeypatch.setattr(Progress, "add", pressed)
