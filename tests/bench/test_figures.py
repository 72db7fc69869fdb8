"""What a figure says, and that it survives the file."""

from __future__ import annotations

import json

import pytest

from bench.figures import FIELDS, figure, percentile, read, table, verdict, write


@pytest.mark.parametrize(
    ("one", "expected"),
    [
        (figure("server.ack.p95", 9.9, "ms", 10), "met"),
        (figure("server.ack.p95", 10.1, "ms", 10), "missed"),
        (figure("engine.step", 60_000, "steps/s", 50_000), "met"),
        (figure("engine.step", 40_000, "steps/s", 50_000), "missed"),
        (figure("server.lost", 0, "messages", 0), "met"),
        (figure("server.lost", 1, "messages", 0), "missed"),
        (figure("language.wrong.tuned", 0.01, "share", 0.005), "missed"),
        (figure("language.accuracy.tuned", 0.99, "share", 0.98), "met"),
        (figure("server.rate", 300, "messages/s"), ""),
    ],
)
def test_a_target_bounds_times_and_losses_from_above_and_rates_from_below(one, expected):
    assert verdict(one) == expected


def test_a_target_against_a_peer_speaks_of_the_ratio():
    assert verdict(figure("engine.step against peer", 100_000, "steps/s", 0.4, "transitions 0.9", 0.5)) == "met"
    assert verdict(figure("engine.step against peer", 100_000, "steps/s", 0.4, "transitions 0.9", 0.3)) == "missed"


def test_a_percentile_is_a_value_that_was_measured():
    values = list(range(100, 0, -1))
    assert percentile(values, 0.5) == 50
    assert percentile(values, 0.95) == 95
    assert percentile(values, 0.99) == 99
    assert percentile(values, 1.0) == 100
    assert percentile([7.0], 0.95) == 7.0
    assert percentile([], 0.95) == 0.0


def test_the_file_has_a_line_a_figure_with_the_agreed_fields(tmp_path):
    file = tmp_path / "build" / "bench.jsonl"
    figures = [figure("a.b", 1.23456, "ms", 10), figure("c", 5, "x", None, "peer 1.0", 2.0)]
    write(file, [{**figures[0], "more": "is left out"}, figures[1]])
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    assert [tuple(line) for line in lines] == [FIELDS, FIELDS]
    assert read(file) == figures


def test_the_table_names_verdict_peer_and_ratio():
    shown = table([figure("engine.step", 60_123, "steps/s", 50_000), figure("x", 1, "s", None, "sismic 1.6", 12.0)])
    assert "60,123 steps/s" in shown
    assert "≥ 50,000" in shown
    assert "met" in shown
    assert "sismic 1.6" in shown
    assert "12.00x" in shown
