"""What is said of guards holds: examples make them so, and what is called impossible is so for the solver as well."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from engine import types
from engine.checks import atoms, trying
from engine.checks.knowledge import implied, needed
from engine.checks.reasoning import Reason
from engine.expressions import compile_expression
from engine.logic import Space, possible
from engine.scope import Expression, Scope
from engine.types import Types
from engine.values import Money

KNOWN = Types({})
SHAPES = {
    "visits": KNOWN.shape("count"), "chance": KNOWN.shape("probability"), "code": types.TEXT, "told": types.YES_NO,
    "level": types.NUMBER,
}  # fmt: skip
SCOPE = Scope(types=KNOWN, names=SHAPES, clock=False)


def guard(source: str) -> Expression:
    return compile_expression(source, SCOPE)


def reason(*sure: str) -> Reason:
    return Reason(SHAPES, KNOWN, frozenset(sure))


_NUMBERS = st.builds(
    "{} {} {}".format, st.sampled_from(["visits", "level"]), st.sampled_from(["<", "<=", ">", ">=", "==", "!="]),
    st.integers(-2, 4),
)  # fmt: skip
_TEXTS = st.builds("code {} {!r}".format, st.sampled_from(["==", "!="]), st.sampled_from(["a", "b", "c"]))
_LISTS = st.builds("code {} {}".format, st.sampled_from(["in", "not in"]), st.sampled_from(['["a", "b"]', '["c"]']))
_OTHERS = st.sampled_from(
    ["told", "known(code)", "known(visits)", "chance > 0.5", "visits + level > 3", "code is None"]
)
_ATOMS = st.one_of(_NUMBERS, _TEXTS, _LISTS, _OTHERS)
_GUARDS = st.recursive(
    _ATOMS,
    lambda inner: st.one_of(
        st.builds("({} and {})".format, inner, inner), st.builds("({} or {})".format, inner, inner),
        st.builds("not ({})".format, inner),
    ),
    max_leaves=4,
)  # fmt: skip
_WANTED = st.lists(st.tuples(_GUARDS, st.booleans()), min_size=1, max_size=4)
_VALUES = st.fixed_dictionaries(
    {
        "visits": st.sampled_from([None, 0, 1, 2, 3, 5]), "level": st.sampled_from([None, -2, 0, 1, 2, 3, 5]),
        "code": st.sampled_from([None, "", "a", "b", "c"]), "told": st.sampled_from([None, True, False]),
        "chance": st.sampled_from([None, 0, 0.5, 1]),
    }
)  # fmt: skip


def holds(source: str, values: dict[str, Any]) -> bool:
    return bool(guard(source).read(trying.placed(values))[0])


@settings(max_examples=300, deadline=None)
@given(_WANTED)
def test_an_example_makes_every_guard_come_out_as_wanted(wanted: list[tuple[str, bool]]) -> None:
    found = trying.example([(guard(source), truth) for source, truth in wanted], SHAPES, KNOWN, frozenset())
    if found is not None:
        assert all(holds(source, found) is truth for source, truth in wanted)


@pytest.mark.parametrize(
    ("wanted", "impossible"),
    [
        ([("visits < 3", False), ("visits == 3", True)], False),
        ([("visits <= 3", False), ("visits == 3", True)], True),
        ([("visits > 3", False), ("visits == 3", True)], False),
        ([("visits >= 3", False), ("visits == 3", True)], True),
        ([("visits > 3", True), ("visits < 3", True)], True),
        ([("visits >= 3", True), ("visits <= 3", True)], False),
        ([("visits > 3", True), ("visits <= 3", True)], True),
        ([("3 < visits", True), ("visits < 3", True)], True),
        ([("code == 'a'", True), ("code in ['b', 'c']", True)], True),
        ([("code == 'a'", True), ("code in ['a', 'c']", True)], False),
        ([("code == 'a'", False), ("code == 'a' and told", True)], True),
        ([("code == 'a' and told", False), ("code == 'a'", True)], False),
        ([("code != 'a'", True), ("code == 'a'", True)], True),
        ([("code != 'a'", True), ("code != 'b'", True)], False),
        ([("not (code == 'a')", True), ("code == 'a'", True)], True),
        ([("visits < 3", False), ("visits > 5", False)], False),
    ],
)
def test_contradictions_that_need_no_solver(wanted: list[tuple[str, bool]], impossible: bool) -> None:
    assert atoms.contradictory(wanted) is impossible
    solved = possible(Space(SHAPES, KNOWN), [(guard(source), truth) for source, truth in wanted])
    assert solved.answer == ("no" if impossible else "yes")


@settings(max_examples=400, deadline=None)
@given(_WANTED, _VALUES)
def test_what_contradicts_itself_never_happens(wanted: list[tuple[str, bool]], values: dict[str, Any]) -> None:
    if atoms.contradictory(wanted):
        assert not all(holds(source, values) is truth for source, truth in wanted)


@settings(max_examples=40, deadline=None)
@given(_WANTED)
def test_tried_seen_or_solved_the_answer_is_the_solvers(wanted: list[tuple[str, bool]]) -> None:
    guards = [(guard(source), truth) for source, truth in wanted]
    solved = possible(Space(SHAPES, KNOWN), guards)
    assume(solved.answer != "unknown")
    assert reason().possible(guards).answer == solved.answer


@settings(max_examples=300, deadline=None)
@given(_GUARDS, st.booleans(), _VALUES)
def test_what_a_guard_implies_is_known_where_it_came_out_so(source: str, truth: bool, values: dict[str, Any]) -> None:
    if holds(source, values) is truth:
        assert all(values[name] is not None for name in implied(source, truth))


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("visits + level", {"visits", "level"}),
        ("known(visits) and visits > 2", set()),
        ("visits > 2 and level > visits", {"visits", "level"}),
        ("visits if known(visits) else 0", set()),
        ("visits if known(level) else 0", {"visits"}),
        ("not known(visits) or visits > 2", set()),
        ("max(visits, 3)", set()),
        ("visits is None", set()),
        ("'just words'", set()),
    ],
)
def test_what_is_read_without_having_been_made_sure_of(source: str, names: set[str]) -> None:
    assert needed(source) == names


def test_what_is_surely_known_narrows_what_may_be() -> None:
    assert reason().possible([(guard("visits >= 0"), False)]).answer == "yes"
    assert reason("visits").possible([(guard("visits >= 0"), False)]).answer == "no"


@pytest.mark.parametrize("source", ["price <= 0", "not price > 0", "price == 0", "not 0 < price"])
def test_an_example_of_an_amount_is_one_with_its_currency(source: str) -> None:
    shapes = {"price": KNOWN.shape("money")}
    expression = compile_expression(source, Scope(types=KNOWN, names=shapes, clock=False))
    found = trying.example([(expression, True)], shapes, KNOWN, frozenset({"price"}))
    assert found is not None
    assert isinstance(found["price"], Money)
