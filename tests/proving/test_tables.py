"""Promises of decision tables: no ad spend above the cap, whatever the facts."""

from __future__ import annotations

import pytest

from tests.proving.conftest import Judge

PACING = """
rules: pacing
version: 1
hit: first
facts:
  budget: {type: money}
  cap: {type: money}
  chance: {type: probability}
outputs:
  spend: {type: money}
  why: {type: text}
rows:
  - {id: winner, when: chance > 0.95 and budget * 1.2 <= cap, then: {spend: {expr: budget * 1.2}, why: winner}}
  - {id: within, when: budget <= cap, then: {spend: budget, why: within}}
  - {id: otherwise, then: {spend: cap, why: capped}}
"""
SUM = """
rules: points
version: 1
hit: collect
collect: %s
facts:
  visits: {type: count}
  vip: {type: yes_no}
rows:
  - {id: some, when: visits > 2, then: 10}
  - {id: many, when: visits > 9, then: 20}
  - {id: vip, when: vip, then: 5}
"""


def promising(text: str, promise: str) -> str:
    return f"{text}promises:\n  - {promise}\n"


@pytest.mark.parametrize(
    ("promise", "answer"),
    [
        ("{never: spend > cap}", "proved"),
        ("{always: spend <= cap, when: known(budget) and known(cap)}", "proved"),
        ("{never: spend > budget, when: chance <= 0.95}", "proved"),
        ("{never: spend > budget}", "broken"),
        ("{always: spend <= cap}", "broken"),  # not where nothing is known
        ("{never: why == 'winner', when: chance < 0.5}", "proved"),
        ("{never: result.spend > cap}", "proved"),
        ("{never: spend > cap * 0.9}", "broken"),
    ],
)
def test_a_cap_is_kept(judge: Judge, promise: str, answer: str) -> None:
    assert judge(promising(PACING, promise)).answer == answer


def test_a_cap_that_is_forgotten_in_one_row_is_found_with_the_facts(judge: Judge) -> None:
    careless = PACING.replace(" and budget * 1.2 <= cap", "")
    verdict = judge(promising(careless, "{never: spend > cap}"))
    assert verdict.answer == "broken"
    assert "winner →" in verdict.conversation[-1]


@pytest.mark.parametrize(
    ("collect", "promise", "answer"),
    [
        ("sum", "{never: result > 35}", "proved"),
        ("sum", "{never: result > 34}", "broken"),
        ("sum", "{never: result > 15, when: visits < 10}", "proved"),
        ("count", "{always: result <= 3}", "proved"),
        ("count", "{always: result <= 2}", "broken"),
    ],
)
def test_what_rows_come_to_together(judge: Judge, collect: str, promise: str, answer: str) -> None:
    assert judge(promising(SUM % collect, promise)).answer == answer


def test_what_cannot_be_reckoned_is_not_said_to_be_proved(judge: Judge) -> None:
    assert judge(promising(SUM % "max", "{never: result > 100}")).answer == "undecided"


def test_where_no_row_holds_nothing_is_given(judge: Judge) -> None:
    gaps = PACING.replace("  - {id: otherwise, then: {spend: cap, why: capped}}\n", "")
    assert judge(promising(gaps, "{always: known(spend)}")).answer == "broken"
    assert judge(promising(PACING, "{always: known(spend), when: known(cap) and known(budget)}")).answer == "proved"


@pytest.mark.parametrize(("hit", "answer"), [("unique", "proved"), ("any", "broken")])
def test_a_row_hits_alone_only_where_the_policy_says_so(judge: Judge, hit: str, answer: str) -> None:
    table = f"""
rules: sizes
version: 1
hit: {hit}
facts: {{n: {{type: count}}}}
outputs: {{size: {{type: text}}}}
rows:
  - {{id: small, when: n < 10, then: {{size: small}}}}
  - {{id: tiny, when: n < 3, then: {{size: small}}}}
"""
    promise = "{never: size == 'small', when: n < 3}"
    verdict = judge(promising(table, promise))
    assert verdict.answer == answer
