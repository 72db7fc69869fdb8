"""Circles that never wait: found where, and only where, one event would never be digested."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

import engine
from composition.definitions import registry
from engine.errors import TooManyMicrosteps
from tests.checks.test_catalogue import found

REGISTRY = registry()
NOW = datetime(2026, 11, 20, 7, 0, tzinfo=UTC)
STATES = ("a", "b", "c", "d")
_RULE = st.tuples(st.sampled_from(["", "contact.visits > 2", "contact.visits < 2"]), st.sampled_from([*STATES, "end"]))
_RING = st.fixed_dictionaries({name: st.lists(_RULE, max_size=2) for name in STATES})


def written(ring: dict[str, list[tuple[str, str]]]) -> str:
    lines = ["lifecycle: ring", "version: 1", "start: a", "states:"]
    for name, rules in ring.items():
        nexts = [f"{{when: {guard}, to: {to}}}" if guard else f"{{to: {to}}}" for guard, to in rules]
        lines.append(f"  {name}: {{{'next: [' + ', '.join(nexts) + '], ' if nexts else ''}after: {{1d: end}}}}")
    return "\n".join([*lines, "  end: {final: true}"]) + "\n"


def goes_round(text: str, visits: int | None) -> bool:
    definition: Any = engine.compile_release([engine.load(text, "x.yaml")], REGISTRY).definitions["ring"]
    answers = {"contact": {"visits": visits}, "business": {}}
    try:
        engine.begin(definition, "m", {}, {}, NOW, answers)
    except TooManyMicrosteps:
        return True
    return False


@settings(max_examples=150, deadline=None)
@given(_RING)
def test_what_never_ends_is_found(ring: dict[str, list[tuple[str, str]]]) -> None:
    text = written(ring)
    said = [finding.reason for finding in found(text) if finding.code == "endless-circle"]
    rounds = [goes_round(text, visits) for visits in (None, 0, 2, 5)]
    assert said or not any(rounds)
    if any(reason.startswith("a > ") for reason in said):  # where it begins, so that it is surely come to
        assert any(rounds)


ROUND = (
    "lifecycle: ring\nversion: 1\ndata: {n: {type: count, default: 0}}\nstart: a\n"
    "states:\n  a: {STATE}\n  b: {final: true}\n"
)


def codes(state: str) -> list[str]:
    return [finding.code for finding in found(ROUND.replace("{STATE}", state))]


def test_what_changes_what_its_guards_read_ends_by_itself() -> None:
    assert codes("{next: [{when: n > 2, to: b}, {set: {n: n + 1}, to: a}]}") == []
    assert codes("{set: {n: n + 1}, next: [{when: n < 3, to: a}, {to: b}]}") == []
    assert codes("{next: [{when: tries.a < 3 and n == 0, to: a}, {to: b}]}") == []


def test_what_changes_something_else_does_not() -> None:
    assert "endless-circle" in codes("{set: {n: n + 1}, next: [{when: contact.visits > 2, to: a}, {to: b}]}")


CALLING = """\
# file: caller.yaml
flow: caller
version: 1
start: a
states:
  a: {call: {flow: other}, on: {other.end: a}}
  b: {final: true}
# file: other.yaml
flow: other
version: 1
start: first
states:
  first: {next: [{to: end}]}
  end: {final: true}
"""


def test_a_called_flow_that_never_waits_does_not_make_its_caller_wait() -> None:
    assert "endless-circle" in {finding.code for finding in found(CALLING)}
    waits = CALLING.replace("{next: [{to: end}]}", "{after: {1d: end}}")
    assert "endless-circle" not in {finding.code for finding in found(waits)}
