"""Random decision tables answer as zen-engine (GoRules) and as a brute-force oracle do, over known and unknown facts.

zen-engine knows `first` and `collect`, so those are compared cell by cell; `unique`, `any` and the ways of collecting
are compared with the oracle in `tables.py`, which is DMN in plain Python. A seed makes the run, as for charts.

Where we differ on purpose:

- An unknown fact: in DMN (and FEEL) comparing with null gives null, which no row takes. Ours is two-valued: an ordering
  is false, and `!=`, `not in` and `not` are simply what `==`, `in` and the rest are not. zen-engine's cells agree with
  ours; its free expressions raise, so only cells are compared with it.
- `%` takes the sign of the divisor, as in Python; zen-engine takes the dividend's. It is not drawn for tables.
- When nothing holds, zen-engine answers an empty object and ours None. The sum of no rows is 0, where FEEL says null: a
  score that nothing adds to is a score of nought.
"""

from __future__ import annotations

import os
from random import Random
from typing import Any

import pytest
import zen

import engine
from engine import Table
from engine.errors import EngineError
from engine.registry import Registry
from engine.tables import decide
from tests.differential.tables import Answer, TableSpec, expected, random_facts, random_table

SEED = int(os.environ.get("DIFFERENTIAL_SEED", "2026"))
REGISTRY = Registry([])
FACTS_EACH = 12


def compiled(table: TableSpec) -> Table:
    release = engine.compile_release([engine.load(table.yaml(), "drawn.yaml")], REGISTRY)
    made = release.definitions["drawn"]
    assert isinstance(made, Table)
    return made


def answered(table: Table, facts: dict[str, Any]) -> Answer:
    try:
        decision = decide(table, facts)
    except EngineError as error:
        return Answer(error=type(error).__name__)
    return Answer(decision.hit, decision.result)


def like_the_oracle(seed: str) -> list[Answer]:
    random = Random(seed)
    spec = random_table(random, free=True)
    table = compiled(spec)
    answers = []
    for _ in range(FACTS_EACH):
        facts = random_facts(random)
        ours = answered(table, facts)
        assert ours == expected(spec, facts), f"table {seed}, facts {facts}\n{spec.yaml()}"
        answers.append(ours)
    return answers


def like_zen(seed: str) -> None:
    random = Random(seed)
    spec = random_table(random, free=False)
    table, decision = compiled(spec), zen.ZenEngine().create_decision(spec.jdm())
    for _ in range(FACTS_EACH):
        facts = random_facts(random)
        ours, theirs = answered(table, facts), decision.evaluate(facts)["result"]
        hits = theirs if spec.hit == "collect" else [theirs] if theirs else []
        rows = tuple(hit["row"] for hit in hits)
        results = [hit["result"] for hit in hits]
        result = results if spec.hit == "collect" else results[0] if results else None
        assert ours == Answer(rows, result), f"table {seed}, facts {facts}\n{spec.yaml()}"


@pytest.mark.parametrize("batch", range(4))
def test_random_tables_answer_as_brute_force_does(batch: int) -> None:
    for number in range(60):
        like_the_oracle(f"{SEED}/{batch}/{number}")


@pytest.mark.parametrize("batch", range(4))
def test_random_tables_answer_as_zen_engine_does(batch: int) -> None:
    for number in range(60):
        like_zen(f"{SEED}/{batch}/{number}")


@pytest.mark.soak
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("batch", range(4))
def test_ten_thousand_tables_agree(batch: int) -> None:
    for number in range(2500):
        like_the_oracle(f"{SEED}/soak/{batch}/{number}")
        like_zen(f"{SEED}/soak/{batch}/{number}")


def test_the_tables_are_worth_comparing() -> None:
    """Rows hit and miss, tables contradict themselves, unknown facts decide: else agreement would mean little."""
    answers = [answer for number in range(150) for answer in like_the_oracle(f"{SEED}/worth/{number}")]
    assert {"RowsOverlap", "RowsDisagree", ""} == {answer.error for answer in answers}
    hit = sum(bool(answer.rows) for answer in answers)
    assert len(answers) * 0.3 < hit < len(answers) * 0.97
    assert any("otherwise" in answer.rows for answer in answers)
    assert any(len(answer.rows) > 3 for answer in answers)
