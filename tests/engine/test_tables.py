"""Decision tables: each hit policy, each way to collect, and what a decision says of itself."""

from __future__ import annotations

from typing import Any

import pytest

from engine import Money, decide
from engine.errors import FactsMissing, RowsDisagree, RowsOverlap

ROWS = """
rules: points
version: 1
hit: {hit}
facts: {{n: {{type: number}}, kind: text}}
rows:
  - {{id: small, when: n < 10, then: {{score: 1}}, because: "{{{{ n }}}} is small"}}
  - {{id: even, when: n % 2 == 0, then: {{score: 2}}, because: "{{{{ n }}}} is even"}}
  - {{id: gift, when: kind == "gift", then: {{score: {{expr: n * 10}}}}}}
"""


def asked(world: Any, hit: str, n: Any, kind: str = "sale") -> Any:
    return decide(world.table(ROWS.format(hit=hit)), {"n": n, "kind": kind})


def test_first_takes_the_first_row_that_holds_and_says_why(world: Any):
    decision = asked(world, "first", 4)
    assert (decision.hit, decision.result, decision.because) == (("small",), {"score": 1}, ("4 is small",))
    assert decision.facts == {"n": 4, "kind": "sale"}
    assert [(tried.source, tried.values, tried.result) for tried in decision.tried] == [("n < 10", {"n": 4}, True)]


def test_nothing_that_holds_is_no_result(world: Any):
    decision = asked(world, "first", 11)
    assert (decision.hit, decision.result) == ((), None)
    assert [tried.result for tried in decision.tried] == [False, False, False]


def test_unique_refuses_two_rows_at_once(world: Any):
    assert asked(world, "unique", 5).result == {"score": 1}
    with pytest.raises(RowsOverlap, match="small, even"):
        asked(world, "unique", 4)


def test_any_wants_rows_that_agree(world: Any):
    assert asked(world, "any", 12).hit == ("even",)
    with pytest.raises(RowsDisagree, match="small, even"):
        asked(world, "any", 4)
    agreeing = ROWS.format(hit="any").replace("score: 2", "score: 1")
    assert decide(world.table(agreeing), {"n": 4, "kind": ""}).result == {"score": 1}


@pytest.mark.parametrize(
    ("way", "expected"),
    [("list", [{"score": 1}, {"score": 2}, {"score": 40}]), ("sum", 43), ("min", 1), ("max", 40), ("count", 3)],
)
def test_collect_gathers_all_rows_that_hold(world: Any, way: str, expected: Any):
    decision = asked(world, f"collect\ncollect: {way}", 4, "gift")
    assert decision.result == expected
    assert decision.hit == ("small", "even", "gift")


@pytest.mark.parametrize(("way", "expected"), [("list", []), ("sum", 0), ("min", None), ("max", None), ("count", 0)])
def test_collect_of_nothing(world: Any, way: str, expected: Any):
    assert asked(world, f"collect\ncollect: {way}", 11).result == expected


def test_collect_adds_up_money(world: Any):
    text = "rules: r\nversion: 1\nhit: collect\ncollect: sum\nfacts: {m: money}\nrows:\n"
    text += "  - {id: a, then: {fee: {expr: m * 0.1}}}\n  - {id: b, when: m > 0, then: {fee: {expr: m}}}\n"
    assert decide(world.table(text), {"m": Money(1000, "KES")}).result == Money(1100, "KES")


def test_otherwise_and_bare_results_and_records(world: Any):
    text = """
rules: keep
version: 1
hit: first
facts:
  spend: {type: money}
  guardrail: {fields: {least: number, max_cpa: money}}
  conversions: {type: count}
rows:
  - {id: early, when: conversions < guardrail.least and spend < 2 * guardrail.max_cpa, then: keep}
otherwise: {then: kill, because: "Spent {{ spend }}"}
"""
    table = world.table(text)
    rail = {"least": 5, "max_cpa": Money(1000, "KES")}
    facts = {"spend": Money(1500, "KES"), "guardrail": rail, "conversions": 2}
    assert decide(table, facts).result == "keep"
    late = decide(table, facts | {"conversions": 9})
    assert (late.result, late.hit, late.because) == ("kill", ("otherwise",), ("Spent KSh\u00a015",))


def test_a_fact_that_is_missing_or_of_another_type_is_named(world: Any):
    table = world.table(ROWS.format(hit="first"))
    with pytest.raises(FactsMissing, match="'n'"):
        decide(table, {"kind": "x"})
    with pytest.raises(FactsMissing, match="should be number"):
        decide(table, {"n": "4", "kind": "x"})
    assert decide(table, {"n": None, "kind": "gift", "more": 1}).result == {"score": None}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (("n < 10", "n < kind"), "types-differ"),
        (("n < 10", "m < 10"), "unknown-name"),
        (("n < 10", "n"), "not-yes-no"),
        (("id: even", "id: small"), "duplicate-row"),
        (("{n: {", "{n: {kind: 1, "), "unknown-key"),
        (("hit: first", "hit: frist"), "not-allowed"),
        (("hit: first", "hit: first\ncollect: sum"), "collect-without"),
        (("hit: first", "hit: collect\ncollect: sum\noutputs: {other: number}"), "unknown-output"),
        (("hit: first", "hit: first\noutputs: {score: money}"), "types-differ"),
        (("{{ n }} is small", "{{ m }} is small"), "unknown-name"),
        (("type: number", "type: nmber"), "unknown-type"),
    ],
)
def test_what_is_wrong_in_a_table_is_found(world: Any, change: tuple[str, str], code: str):
    text = ROWS.format(hit="first")
    assert change[0] in text
    assert code in world.codes(text.replace(*change))


def test_rows_behind_one_that_always_holds_are_warned_of(world: Any):
    text = "rules: r\nversion: 1\nhit: first\nfacts: {n: number}\nrows: [{id: a, then: {x: 1}}, {id: b, then: {x: 2}}]"
    assert [warning.code for warning in world.release(text).warnings] == ["unreachable-row"]
