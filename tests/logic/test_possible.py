"""Questions about guards: a "no" is never contradicted, a "yes" has an example that holds, the rest says "unknown"."""

from __future__ import annotations

import random
import subprocess
import sys
from typing import Any

import pytest

from engine import types
from engine.expressions import compile_expression
from engine.logic import Space, certain, possible
from engine.logic.examples import Facts
from engine.scope import ExpressionError
from engine.values import Money
from tests.logic.guards import SHAPES, TYPES, facts, guard

SPACE = Space(SHAPES, TYPES)
SAMPLES = 240


def holds(written: str, example: dict[str, Any]) -> bool | None:
    """What the compiled guard says; None where it raises."""
    expression = compile_expression(written, SPACE.scope())
    try:
        return bool(expression.read(Facts(example))[0])
    except (TypeError, ValueError, ArithmeticError, AttributeError):
        return None


@pytest.mark.parametrize("seed", range(8))
def test_no_is_never_contradicted_and_yes_is_shown(seed: int) -> None:
    chance = random.Random(seed)
    answers = {"yes": 0, "no": 0, "unknown": 0}
    worlds = [facts(chance) for _ in range(400)]
    for _ in range(SAMPLES // 8):
        given = [(guard(chance), chance.random() < 0.5) for _ in range(chance.choice([1, 1, 2, 3]))]
        verdict = possible(SPACE, given)
        answers[verdict.answer] += 1
        if verdict.answer == "yes":
            assert all(holds(written, verdict.example) is wanted for written, wanted in given), (given, verdict.example)
        if verdict.answer == "no":
            for world in worlds:
                assert not all(holds(written, world) is wanted for written, wanted in given), (given, world)
    assert answers["unknown"] <= SAMPLES // 8 // 3, answers


@pytest.mark.parametrize(
    ("given", "answer"),
    [
        ([("n >= 3", True), ("n < 3", True)], "no"),
        ([("n >= 3", False), ("n < 3", False)], "yes"),  # while n is not known
        ([("n >= 3", False), ("n < 3", False), ("known(n)", True)], "no"),
        ([("a > 1.3 * b", True), ("a < 1.2 * b", True), ("b > 0", True)], "no"),
        ([("a > 1.3 * b", True), ("p < 0.05", True)], "yes"),
        ([("p > 1", True)], "no"),
        ([("0 == a", True), ("a == 0", False)], "no"),
        ([("0 == a", True), ("known(a)", True)], "yes"),
        ([("n < 0", True)], "no"),
        ([("tries.paying == 0", False), ("tries.paying >= 1", False)], "no"),
        ([('s in ["a", "b"]', True), ('s == "a"', False), ('s == "b"', False)], "no"),
        ([('startswith(s, "+254")', True), ("len(s) < 4", True)], "no"),
        ([('s == "400" and contains(lower(s), "phone")', True)], "no"),
        ([('contains(lower(s), "phone")', True), ("len(s) > 12", True)], "yes"),
        ([("known(offer.deposit)", True), ("known(offer)", False)], "no"),
        ([("moment - hours(2) > now", True), ("moment <= now", True)], "no"),
        ([('weekday(day) == "monday"', True), ('day == date("2026-11-20")', True)], "no"),  # a Friday
        ([('weekday(moment) == "monday"', True)], "yes"),
        ([("a == b", True), ("known(a)", False)], "yes"),  # both unknown
        ([("event.value == 1", True), ('event.value == "1"', True)], "no"),
        ([("x * x == 2", True)], "unknown"),
        ([("n // 3 == 2", True), ("n % 3 == 1", True), ("n != 7", True)], "no"),
        ([("a + b > a", True), ("b < 0", True)], "no"),
        ([("money(n) > money(10)", True), ("n <= 10", True)], "no"),
        ([("0.1 * x > 1", True), ("x < 9", True)], "no"),
    ],
    ids=str,
)
def test_what_is_possible(given: list[tuple[str, bool]], answer: str) -> None:
    assert possible(SPACE, given).answer == answer


def test_an_example_is_made_of_values_of_the_dialect() -> None:
    verdict = possible(
        SPACE, [("offer.deposit > money(100)", True), ('event.value == "again"', True), ("n == 4", True)]
    )
    assert verdict.answer == "yes"
    assert isinstance(verdict.example["offer"]["deposit"], Money)
    assert verdict.example["event.value"] == "again"
    assert verdict.example["n"] == 4
    assert set(verdict.example) >= set(SHAPES)


def test_two_currencies_do_not_compare() -> None:
    given = [("a > b", True), ('a.currency == "KES"', True), ('b.currency == "USD"', True)]
    verdict = possible(SPACE, given)
    assert verdict.answer == "yes"
    assert 0 in (verdict.example["a"].amount, verdict.example["b"].amount)
    assert possible(SPACE, [*given, ("a.amount != 0", True), ("b.amount != 0", True)]).answer == "no"


def test_what_is_looked_at_only_after_another_may_fail_only_then() -> None:
    failing = [
        ("known(n) or a > b", True),
        ("a.currency != b.currency", True),
        ("a.amount > 0", True),
        ("b.amount > 0", True),
    ]
    assert possible(SPACE, failing).answer == "yes"
    assert possible(SPACE, [*failing, ("known(n)", False)]).answer == "no"


def test_certain_holds_wherever_the_others_do() -> None:
    assert certain(SPACE, [("n > 5", True)], "n > 3").answer == "yes"
    found = certain(SPACE, [("n > 5", True)], "n > 7")
    assert found.answer == "no"
    assert 5 < found.example["n"] <= 7


def test_names_that_cannot_be_unknown_are_known() -> None:
    sure = Space({"n": types.SIMPLE["count"]}, TYPES, certain=["n"])
    assert possible(sure, [("n >= 3", False), ("n < 3", False)]).answer == "no"


def test_a_spent_budget_is_unknown_and_says_so() -> None:
    hard = [("x * x * x + y * y * y == 3 * p and x != y and x * y > 7", True), ("x * y * p == 11", True)]
    verdict = possible(Space(SHAPES, TYPES), hard, budget_ms=1)
    assert verdict.answer == "unknown"
    assert "gave up" in verdict.why


def test_a_guard_that_does_not_type_check_is_refused() -> None:
    with pytest.raises(ExpressionError):
        possible(SPACE, [("a > day", True)])


def test_the_same_question_has_the_same_answer_in_any_process() -> None:
    program = (
        "from tests.logic.test_possible import SPACE, guard, possible; import random; chance = random.Random(5)\n"
        "print([possible(SPACE, [(guard(chance), True)]) for _ in range(12)])"
    )
    runs = [
        subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
        for _ in range(2)
    ]
    assert runs[0] == runs[1]
    assert "example" in runs[0]
