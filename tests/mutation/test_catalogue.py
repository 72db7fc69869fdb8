"""The catalogue of defects: every operator finds something to spoil in what ships, and spoils only a copy."""

from __future__ import annotations

from copy import deepcopy

import pytest

import engine
from tests.mutation import OPERATORS, everything, sample
from tests.mutation.expressions import wrong
from tests.yaml.shipped import DEFINITIONS

CONTENTS = {
    file: engine.load(path.read_text(encoding="utf-8"), file).content for file, path in DEFINITIONS.items()
}  # fmt: skip


@pytest.mark.parametrize("operator", OPERATORS)
def test_every_operator_has_something_to_spoil(operator: str) -> None:
    found = [defect for defect in everything() if defect.operator == operator]
    assert found
    for defect in found:
        content = CONTENTS[defect.file]
        before = deepcopy(content)
        assert defect.seeded(content) != before, defect
        assert content == before, defect


def test_a_sample_is_the_same_each_time_and_takes_the_operators_in_turn() -> None:
    assert [str(defect) for defect in sample(60)] == [str(defect) for defect in sample(60)]
    assert [str(defect) for defect in sample(60)] != [str(defect) for defect in sample(60, seed=1)]
    assert len({defect.operator for defect in sample(len(OPERATORS))}) == len(OPERATORS)
    assert len({str(defect) for defect in sample(300)}) == 300


@pytest.mark.parametrize(("source", "spoilt"), [
    ("tries.paying >= 4", ["tries.paying > 4", "tries.paying < 4", "tries.paying >= 5", "tries.paying >= 3",
                           "tries.paying >= 40"]),
    ('event.reason == "busy"', ["event.reason != 'busy'", "event.reason == 'bus'"]),
    ("a and not b", ["a or not b", "not b", "a", "a and b"]),
    ('x in ["17", "26"]', ["x not in ['17', '26']", "x in ['26']", "x in ['17']", "x in ['1', '26']",
                           "x in ['17', '2']"]),
    ("now + pause", ["now - pause"]), ("receipt", []), ("known(x)", []), ("no word", []),
])  # fmt: skip
def test_an_expression_is_spoilt_in_every_place_once(source: str, spoilt: list[str]) -> None:
    assert [now for _, now, _ in wrong(source)] == spoilt
