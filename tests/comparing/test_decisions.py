"""Where a table decides otherwise there are facts that show it; where none can be, that was established."""

from __future__ import annotations

import pytest

import engine
from engine.comparing import compare, firsts
from engine.comparing.difference import Flip
from engine.errors import EngineError
from engine.logic import Verdict
from engine.tables import Table, decide
from engine.values import decode
from tests.comparing.samples import KEEP_KILL_SCALE, REGISTRY, answer, between, edited, said, shipped, shipped_with

SAME = [
    ("conversions < 30", "conversions <= 29"),
    ("conversions < 30", "30 > conversions"),
    ("cpa > 1.3 * max_cpa and chance_to_win < 0.05", "chance_to_win < 0.05 and cpa > 1.3 * max_cpa"),
    ("chance_to_win > 0.95 and cpa < 0.8 * max_cpa", "not (not (chance_to_win > 0.95) or not (cpa < 0.8 * max_cpa))"),
    ("spend < 2 * max_cpa", "spend < max_cpa * 2"),
    ("then: {decision: keep}\n    because", "then: {decision: {expr: \"'ke' + 'ep'\"}}\n    because"),
]
OTHER = [
    ("1.3 *", "1.5 *", "losing_money → otherwise: decision kill → keep"),
    ("conversions < 30", "conversions < 31", "losing_money → too_early: decision kill → keep"),
    ("budget_change_pct: 20", "budget_change_pct: 25", "winner: budget_change_pct 20 → 25"),
    # Not the same: where conversions are not known, only the second holds.
    ("conversions < 30", "not (conversions >= 30)", "losing_money → too_early: decision kill → keep"),
    ("hit: first", "hit: unique", "too_early → "),
]


def _table(source: str) -> Table:
    found = engine.compile_release([engine.load(source, "x")], REGISTRY).definitions["keep_kill_scale"]
    assert isinstance(found, Table)
    return found


def _decided(source: str, flip: Flip) -> object:
    table = _table(source)
    try:
        return decide(table, {name: decode(flip.facts.get(name)) for name in table.facts}).result
    except EngineError as error:
        return f"error {type(error).__name__}"


@pytest.mark.parametrize(("before", "after"), SAME, ids=[after for _, after in SAME])
def test_a_guard_or_value_that_means_the_same_is_no_change_in_behaviour(before: str, after: str) -> None:
    differences = between(before, after, KEEP_KILL_SCALE)
    assert answer(differences).answer == "same", answer(differences)
    assert {change.weight for change in differences.changes} <= {"none"}


@pytest.mark.parametrize(("before", "after", "words"), OTHER, ids=[after for _, after, _ in OTHER])
def test_a_flip_comes_with_facts_on_which_the_two_tables_differ(before: str, after: str, words: str) -> None:
    found = answer(between(before, after, KEEP_KILL_SCALE))
    assert found.answer == "different"
    assert any(words in flip.words for flip in found.flips), [flip.words for flip in found.flips]
    for flip in found.flips:
        one, two = (_decided(source, flip) for source in (KEEP_KILL_SCALE, edited(KEEP_KILL_SCALE, before, after)))
        assert one != two
        assert (flip.before, flip.after) == (one, two)


def test_only_the_flip_that_is_there_is_told() -> None:
    found = answer(between("budget_change_pct: 20", "budget_change_pct: 25", KEEP_KILL_SCALE))
    assert [flip.old_rows for flip in found.flips] == [("winner",)]


def test_rows_that_cannot_hold_together_may_change_places() -> None:
    text = shipped()["rules/mpesa_results.yaml"]
    start, middle, end = (text.index(f"  - id: {id}") for id in ("wrong_pin", "cancelled", "expired"))
    moved = text[:start] + text[middle:end] + text[start:middle] + text[end:]
    differences = compare({"x": text}, {"x": moved}, REGISTRY)
    assert said(differences) == ["cancelled: is asked before wrong_pin now (no change in behaviour)"]
    assert differences.same_behaviour
    assert answer(differences).questions > 0


def test_rows_that_can_hold_together_may_not() -> None:
    text = shipped()["rules/messaging_guardrails.yaml"]
    start, middle, end = (text.index(f"  - id: {id}") for id in ("conversation", "quiet_hours", "enough_for_today"))
    moved = text[:start] + text[middle:end] + text[start:middle] + text[end:]
    found = answer(compare({"x": text}, {"x": moved}, REGISTRY))
    assert [flip.words for flip in found.flips] == [
        "conversation → quiet_hours: decision send → wait, until nothing → 8"
    ]


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [("visits >= 2", "visits > 1", "same"), ("visits >= 2", "visits > 2", "different"), ("-25", "-20", "different"),
     ("collect: sum", "collect: max", "different")],
)  # fmt: skip
def test_rows_that_are_summed_are_looked_at_one_by_one(before: str, after: str, told: str) -> None:
    found = answer(shipped_with("rules/lead_scoring.yaml", before, after, behaviour=True), "rules:lead_scoring")
    assert found.answer == told
    assert bool(found.flips) == (told == "different")


def test_another_reason_or_row_name_decides_nothing() -> None:
    differences = between("Only {{ conversions }} conversions so far", "Too few", KEEP_KILL_SCALE)
    assert differences.same_behaviour
    assert [change.weight for change in differences.changes] == ["wording"]


def test_what_the_prover_cannot_decide_is_said_to_be_open(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(firsts, "possible", lambda *_: Verdict("unknown", why="the solver gave up"))
    differences = between("conversions < 30", "conversions < 31", KEEP_KILL_SCALE)
    found = answer(differences)
    assert found.answer == "undecided"
    assert any("the solver gave up" in why for why in found.undecided)
    assert not differences.same_behaviour


def test_the_prover_is_asked_no_more_when_too_much_stays_open(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []

    def never(*given: object) -> Verdict:
        asked.append(given)
        return Verdict("unknown", why="the solver gave up")

    monkeypatch.setattr(firsts, "possible", never)
    shipped_with("rules/messaging_guardrails.yaml", "local_hour >= 21", "local_hour >= 22", behaviour=True)
    assert len(asked) == 3
