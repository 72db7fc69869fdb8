"""Reading a file in pieces gives what reading it whole gives: values and places alike, or the same findings."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import Findings
from engine.yamlpieces import parse
from engine.yamltree import Node, Place, parse_tree

ROOT = Path(__file__).resolve().parents[2]
SHIPPED = sorted(path for folder in ("flows", "rules") for path in (ROOT / folder).rglob("*.yaml"))
LINES = (
    "flow: a", "states:", "texts:", "start: a", "  a: {b: c}", "  b:", "    on: {x: y}", "    - 1", "  c: |",
    "     words", "  # said", "# said", "", "   ", "  d: >-", "    folded", "  e: 'it", "  is'", "  f: [1,",
    "  2]", "x: &y 1", "  g: *y", "---", "  - 1", "other: words", " more words", "  a.b: 1", '  h: "x"  # y', "?",
    "  i: x: y", "\tx: 1", "title: |", "  on: off", "  j: !!int 1", "data: {}", "  k:   ", "    # x", "    z:",
    "  l: |+", "      ", "states: # x", "rules: ~",
)  # fmt: skip


def same(text: str) -> None:
    assert _told(parse, text) == _told(parse_tree, text), text


def _told(read: Any, text: str) -> Any:
    try:
        return _plain(read(text, "x"))
    except Findings as findings:
        return [str(finding) for finding in findings.findings]


def _plain(node: Node) -> Any:
    value = node.value
    if isinstance(value, dict):
        value = [(key, _where(node.keys[key]), _plain(inner)) for key, inner in value.items()]
    elif isinstance(value, list):
        value = [_plain(inner) for inner in value]
    return value, _where(node.place), node.plain, node.size


def _where(place: Place) -> tuple[int, int, int, int]:
    return place.line, place.column, place.end_line, place.end_column


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.name)
def test_what_ships_reads_alike(path: Path) -> None:
    same(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    "text",
    [
        "texts:\n  a: |\n    one\n    two\n\n  b: >-\n    three\n\n  c: |+\n    four\n\n\nstart: a\n",
        "texts:\n  a: |\n    one\n  # between\n  b: x\n",
        "title: |\n  a: b\n  c: d\nstates:\n  a:\n  b: {x: [1,\n    2]}\n",
        "states:\n  a: {b: 'it\n    is'}\n  c:\n    - 1\n  a: 2\n",
        "states:\n  a: &x {b: 1}\n  c: *x\n",
        "states:\n\n  # first\n  a: 1\n\n\n# last\n",
    ],
)
def test_blocks_comments_and_anchors_read_alike(text: str) -> None:
    same(text)
    same(text.rstrip("\n"))


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(LINES), max_size=14))
def test_any_lines_read_alike(lines: list[str]) -> None:
    same("\n".join(lines))
    same("\n".join(lines) + "\n")


@settings(max_examples=80, deadline=None)
@given(st.sampled_from(SHIPPED), st.data())
def test_an_edit_reads_alike(path: Path, data: st.DataObject) -> None:
    text = path.read_text(encoding="utf-8")
    at = data.draw(st.integers(0, len(text)))
    end = min(len(text), at + data.draw(st.sampled_from([0, 1, 7])))
    same(
        text[:at]
        + data.draw(st.sampled_from(["", "x", "\n", " ", "{", '"', "  - ", ": ", "#", "&a ", "\n  b: |\n"]))
        + text[end:]
    )
