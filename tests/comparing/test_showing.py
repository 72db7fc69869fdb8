"""Differences are shown to people, as a pull request's summary, and as JSON for tools."""

from __future__ import annotations

import json as library

import msgspec

from engine.comparing import Differences, compare, json, markdown, people, plain
from tests.comparing.samples import CALLBACK, KEEP_KILL_SCALE, REGISTRY, between, edited, shipped_with

SHORTER = between("24h: left\n\n  done", "12h: left\n\n  done")


def test_people_read_what_changed_where_and_what_it_does() -> None:
    assert people(SHORTER).splitlines() == [
        "old → new",
        "",
        "flow callback  x.yaml",
        "  behaviour  timing: waits 12 h instead of 24  (line 38)",
        "  Behaves differently (2 questions).",
        "    lost     timing, after 24 h",
        "             by an answer › after 24 h",
        "             before: goes to left (ends in left)",
        "             now:    nothing happens",
        "    gained   timing, after 12 h",
        "             by an answer › after 12 h",
        "             before: nothing happens",
        "             now:    goes to left (ends in left)",
        "",
        "1 difference in 1 definition of 1. Behaves differently: callback.",
    ]


def test_no_change_in_behaviour_is_said_only_where_it_was_established() -> None:
    same = people(between("tries.timing >= 3", "tries.timing > 2"))
    assert "No change in behaviour: established" in same
    assert "No change in behaviour" not in people(SHORTER)
    unasked = people(between("tries.timing >= 3", "tries.timing > 2", behaviour=False))
    assert "ehave" not in unasked
    assert "No change" not in unasked


def test_colours_are_for_terminals() -> None:
    assert "\x1b[" not in people(SHORTER)
    assert "\x1b[36mbehaviour" in people(SHORTER, colour=True)


def test_a_pull_request_reads_money_first_then_customers_and_nobody_folded() -> None:
    source = edited(edited(KEEP_KILL_SCALE, "1.3", "1.5"), "version: 3", "version: 4")
    shown = markdown(compare({"x": KEEP_KILL_SCALE}, {"x": edited(source, "so far", "by now")}, REGISTRY))
    assert shown.startswith("### What this changes\n\nChanges: 1 for money, 1 for customers and 1 for nobody. Behaves")
    places = [shown.index(heading) for heading in ("#### For money", "#### For customers", "For nobody: 1 that only")]
    assert places == sorted(places)
    assert "| **keep\\_kill\\_scale** · losing\\_money | cost limit 1.3 → 1.5 × max\\_cpa | `x:17` |" in shown
    assert shown.count("<details>") == shown.count("</details>") == 2
    assert "losing_money → otherwise: decision kill → keep" in shown


def test_what_authors_write_cannot_break_out_of_the_table() -> None:
    shown = markdown(between("We will call you.", "<script>|x|</script> `*` [a](b)"))
    line = next(line for line in shown.splitlines() if "script" in line)
    assert "<script>" not in line
    assert line.replace("\\|", "").count("|") == 4


def test_json_holds_all_of_it_and_reads_back() -> None:
    held = library.loads(json(SHORTER))
    assert held["format"] == 1
    assert held["same_behaviour"] is False
    change = held["changes"][0]
    assert (change["kind"], change["weight"], change["words"]) == (
        "timeout-changed", "behaviour", "waits 12 h instead of 24",
    )  # fmt: skip
    assert held["changes"][0]["new"] == {"file": "x.yaml", "line": 38}
    assert held["behaviour"][0]["partings"][0]["events"] == ["an answer", "after 24 h"]
    assert msgspec.convert(plain(SHORTER), Differences) == SHORTER


def test_facts_are_shown_as_people_write_them() -> None:
    shown = people(shipped_with("flows/booking.yaml", "deposit > money(0)", "deposit > money(500)", behaviour=True))
    assert "with event.booking.deposit KES " in shown


def test_nothing_that_differs_is_said_in_one_line() -> None:
    assert people(compare({"x": CALLBACK}, {"x": CALLBACK}, REGISTRY)).splitlines()[-1] == (
        "Nothing is written differently. No change in behaviour: established for every definition."
    )
