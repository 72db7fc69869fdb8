"""Every case of every test file beside the YAML that ships, and what they reach together."""

from __future__ import annotations

import pytest

import engine
from engine.testing.coverage import line_of
from tests.yaml.shipped import DEFINITIONS, IDS, covered, played, suites

TESTED = tuple(suite.tests for suite in suites())
REACHED = 1.0  # of states, transitions and rows; what ships does not go below it


@pytest.mark.parametrize("case", IDS)
def test_a_case_beside_the_yaml_holds(case: str) -> None:
    result = played(case)
    if result.findings:
        pytest.fail("\n".join(map(str, result.findings)), pytrace=False)


@pytest.mark.parametrize("definition", TESTED)
def test_every_state_transition_and_row_is_reached(definition: str) -> None:
    share = next(share for share in covered().shares() if share.definition == definition)
    file = next(name for name, path in DEFINITIONS.items() if _names(name) == definition)
    document = engine.load(DEFINITIONS[file].read_text(encoding="utf-8"), file)
    missing = "\n".join(f"{file}:{line_of(document, path)}: {path}" for path in share.missing)
    assert share.reached >= REACHED, f"{definition}: {share.reached:.1%} reached; not reached:\n{missing}"


def _names(file: str) -> str:
    document = engine.load(DEFINITIONS[file].read_text(encoding="utf-8"), file)
    return f"{document.kind}:{document.name}"
