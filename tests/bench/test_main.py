"""Which benchmarks run, and what the exit code says."""

from __future__ import annotations

import json

import pytest

from bench import __main__ as main
from bench.figures import figure


def test_every_module_with_a_run_is_a_benchmark_and_the_load_comes_last():
    found = main.benchmarks()
    assert {"language", "start", "memory", "server"} <= set(found)
    assert found[-1] == "server"
    assert "figures" not in found


@pytest.mark.parametrize(
    ("only", "expected"),
    [
        ("server", ["server"]),
        ("server.ack", ["server"]),
        ("", ["ads", "ads_noticing", "start", "server"]),
        ("ack", ["ads", "ads_noticing", "start", "server"]),
        ("ads", ["ads", "ads_noticing"]),
        ("ads.forecast", ["ads", "ads_noticing"]),
    ],
)
def test_only_names_a_benchmark_or_a_figure(only, expected):
    assert main.chosen(["ads", "ads_noticing", "start", "server"], only) == expected


@pytest.fixture
def measured(monkeypatch, tmp_path):
    """Benchmarks that are quick: each answers what is put here, None being a crash."""
    answers = {"start": [figure("start.ready", 9.0, "s", 2.0)], "server": [figure("server.lost", 0, "messages", 0)]}
    monkeypatch.setattr(main, "benchmarks", lambda: list(answers))
    monkeypatch.setattr(main, "measured", lambda name: answers[name])
    monkeypatch.setattr(main, "WRITTEN", tmp_path / "bench.jsonl")
    return answers


def test_a_missed_target_is_written_down_and_no_failure(measured, capsys):
    assert main.main([]) == 0
    assert "missed" in capsys.readouterr().out
    assert len(main.WRITTEN.read_text().splitlines()) == 2


def test_a_crash_fails_and_the_other_figures_are_kept(measured, capsys):
    measured["start"] = None
    assert main.main([]) == 1
    assert json.loads(main.WRITTEN.read_text())["name"] == "server.lost"
    assert "start crashed" in capsys.readouterr().err


def test_a_figure_can_be_asked_for_by_a_part_of_its_name(measured, capsys):
    assert main.main(["ready"]) == 0
    shown = capsys.readouterr().out
    assert "start.ready" in shown
    assert "server.lost" not in shown


def test_an_unknown_name_is_said_with_those_that_there_are(measured, capsys):
    assert main.main(["nothing-of-the-kind"]) == 1
    assert "start, server" in capsys.readouterr().err


def test_a_benchmark_that_raises_has_crashed(monkeypatch, tmp_path):
    assert main.measured("no_such_benchmark") is None
