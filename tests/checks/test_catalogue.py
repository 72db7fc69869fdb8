"""Every code has an example that triggers it at the marked place, and a corrected twin that does not."""

from __future__ import annotations

from pathlib import Path

import pytest

from composition.definitions import limits, registry
from engine import Finding
from engine.checks import check_sources
from engine.codes import CODES, FAMILIES
from engine.codes.code import Code, files, marked

ROOT = Path(__file__).resolve().parents[2]
REGISTRY = registry()
TOLD = [pytest.param(code, id=code.code) for code in CODES.values() if not code.untold]


def found(text: str) -> tuple[Finding, ...]:
    return check_sources(files(text), REGISTRY, limits())


@pytest.mark.parametrize("code", TOLD)
def test_the_example_triggers_its_code_and_no_other(code: Code) -> None:
    findings = found(code.example)
    assert {finding.code for finding in findings} - set(code.also) == {code.code}, "\n".join(map(str, findings))
    assert {finding.severity for finding in findings if finding.code == code.code} == {code.severity}


@pytest.mark.parametrize("code", TOLD)
def test_the_marked_place_is_where_it_is_found(code: Code) -> None:
    if "«" not in code.wrong:
        pytest.skip("the place is where reading stopped")
    places = [(f.file, f.line, f.column, f.end_line, f.end_column) for f in found(code.example) if f.code == code.code]
    assert marked(code.wrong) in places, places


@pytest.mark.parametrize("code", TOLD)
def test_the_twin_is_clean(code: Code) -> None:
    assert [str(finding) for finding in found(code.twin)] == []


def test_no_code_stands_twice() -> None:
    assert len(CODES) == sum(len(family) for family in FAMILIES.values())
