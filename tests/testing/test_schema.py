"""The JSON Schema of test files, which editors read, says what the loader says."""

from __future__ import annotations

import json
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from engine import Findings
from engine.document import schema
from engine.testing import load_suite, suite
from tests.yaml.shipped import suites

SCHEMA = schema("test")
VALID = jsonschema.Draft202012Validator(SCHEMA)
CONTENTS = {Path(each.file).name: each.root.content() for each in suites()}
CONVERSATION = {
    "tests": "flow:x", "title": "t", "now": "2026-11-20T10:00", "language": "en", "events": {"e": {"a": 1}},
    "given": {}, "takes": {},
    "cases": [{
        "name": "n", "now": "2026-11-20T10:00", "language": "en", "given": {}, "takes": {},
        "steps": [
            {"says": "hi", "given": {}, "expect": {
                "texts": [], "wording": "x", "state": "s", "data": {}, "does": [], "tells": [], "decisions": [],
                "choices": ["a", {"b": "B"}], "outcome": "moved", "done": True, "timers": ["2h"],
                "journal": [{
                    "flow": "f", "from": "a", "to": "b", "on": "e", "because": "g", "read": {}, "rule": "r", "set": {},
                    "outcome": "moved",
                }],
                "not": {"texts": [], "wording": [], "state": "s", "does": [], "tells": [], "decisions": [],
                        "timers": []},
            }},
            {"taps": "a"}, {"sends": {"kind": "image"}}, {"event": "e", "with": {}}, {"after": "2h"},
            {"at": "2026-11-20T10:00"},
        ],
    }],
}  # fmt: skip
TABLE = {
    "tests": "rules:x", "title": "t", "facts": {"a": 1},
    "cases": [{"name": "n", "facts": {}, "expect": {"row": "r", "rows": [], "result": 1, "because": "", "error": "E"}}],
}  # fmt: skip


def _loads(content: Any) -> bool:
    try:
        load_suite(json.dumps(content, ensure_ascii=False), "x.test.yaml")
    except Findings:
        return False
    return True


@pytest.mark.parametrize("content", [*CONTENTS.values(), CONVERSATION, TABLE], ids=[*CONTENTS, "conversation", "table"])
def test_what_loads_is_valid(content: dict[str, Any]) -> None:
    assert _loads(content)
    assert [error.message for error in VALID.iter_errors(content)] == []


def _properties(definition: str, *path: str) -> set[str]:
    here = SCHEMA["$defs"][definition]["properties"]
    for part in path:
        here = here[part]["properties"]
    return set(here)


def test_both_know_the_same_keys() -> None:
    assert _properties("conversations") == set(suite._TOP)
    assert _properties("decisions") == set(suite._TOP_TABLE)
    assert _properties("case") == set(suite._CASE)
    assert _properties("decided") == set(suite._CASE_TABLE)
    assert _properties("decided", "expect") == set(suite.TABLE_EXPECT)
    assert _properties("step") == set(suite.STEP)
    assert _properties("expect") == set(suite.EXPECT)
    assert _properties("not") == set(suite.NOT)
    assert _properties("record") == set(suite.JOURNAL)


def _mappings(content: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where a mapping stands whose keys are the dialect's, not the author's."""
    if isinstance(content, dict):
        yield path
    items = content.items() if isinstance(content, dict) else enumerate(content) if isinstance(content, list) else ()
    for key, inner in items:
        if key not in (
            "events",
            "given",
            "takes",
            "facts",
            "data",
            "with",
            "sends",
            "read",
            "set",
            "choices",
            "result",
        ):
            yield from _mappings(inner, (*path, key))


@pytest.mark.parametrize("content", [CONVERSATION, TABLE], ids=["conversation", "table"])
def test_a_strange_key_is_refused_by_both_wherever_it_stands(content: dict[str, Any]) -> None:
    for path in _mappings(content):
        wrong = deepcopy(content)
        here: Any = wrong
        for part in path:
            here = here[part]
        here["strange"] = 1
        assert not _loads(wrong), path
        assert not VALID.is_valid(wrong), path


@pytest.mark.parametrize(("where", "value"), [
    (("tests",), "booking"), (("tests",), "screen:x"), (("cases",), []), (("cases", 0, "steps"), []),
    (("cases", 0, "steps", 0, "taps"), "a"), (("cases", 0, "steps", 4, "at"), "2026-11-20"),
    (("cases", 0, "steps", 1, "with"), {}), (("events",), ["e"]), (("events", "e"), "a"),
    (("cases", 0, "steps", 0, "expect", "choices"), [{"a": "A", "b": "B"}]),
])  # fmt: skip
def test_a_wrong_form_is_refused_by_both(where: tuple[Any, ...], value: Any) -> None:
    wrong = deepcopy(CONVERSATION)
    here: Any = wrong
    for part in where[:-1]:
        here = here[part]
    here[where[-1]] = value
    assert not _loads(wrong)
    assert not VALID.is_valid(wrong)


@pytest.mark.parametrize("key", ["tests", "cases"])
def test_what_is_missing_is_missed_by_both(key: str) -> None:
    wrong = {name: value for name, value in CONVERSATION.items() if name != key}
    assert not _loads(wrong)
    assert not VALID.is_valid(wrong)
