"""Whatever the engine can report is in the catalogue, and nothing is in the catalogue that it cannot report."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from engine.codes import CODES

ENGINE = Path(__file__).resolve().parents[2] / "engine"
REPORTING = {"report", "_report", "finding", "_finding", "_at", "ExpressionError", "refuse", "_TooMuch", "_unknown"}
WHILE_TESTS_RUN = {path for path in (ENGINE / "testing").rglob("*.py") if path.name != "suite.py"}
LATER = ("logic", "proving", "comparing")  # rooms with reports of their own


def _emitted() -> Iterator[tuple[str, str]]:
    for path in ENGINE.rglob("*.py"):
        if path in WHILE_TESTS_RUN or path.relative_to(ENGINE).parts[0] in LATER:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                yield from ((code, f"{path.name}:{node.lineno}") for code in _codes(node))


def _codes(call: ast.Call) -> Iterator[str]:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    if name == "reference" and isinstance(call.args[0], ast.Constant):
        yield "unknown-" + call.args[0].value.replace(" ", "-")
    if name in REPORTING:
        for argument in call.args[:3]:
            for constant in ast.walk(argument):
                if isinstance(constant, ast.Constant) and _is_code(constant.value):
                    yield constant.value
                    return


def _is_code(value: object) -> bool:
    return isinstance(value, str) and bool(value) and value.replace("-", "").isalnum() and value.islower()


def test_whatever_is_reported_has_an_entry() -> None:
    assert {code: place for code, place in _emitted() if code not in CODES} == {}


def test_no_entry_is_dead() -> None:
    emitted = {code for code, _ in _emitted()}
    assert sorted(set(CODES) - emitted) == []
