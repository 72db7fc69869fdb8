"""Many files at once: one that is broken hides nothing of the others, and no text makes the check fail."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import engine
from composition.definitions import limits, read_sources, registry, yaml_files
from engine import Finding
from engine.checks import check_sources, examine

ROOT = Path(__file__).resolve().parents[2]
REGISTRY = registry()
SHIPPED = {
    str(Path(file).relative_to(ROOT)): text
    for file, text in read_sources(yaml_files([ROOT / "flows", ROOT / "rules"])).items()
}
RING = "lifecycle: ring\nversion: 1\nstart: a\nstates:\n  a: {after: {1d: b}}\n  b: {final: true}\n"


def check(sources: dict[str, str]) -> list[tuple[str, str]]:
    return [(finding.file, finding.code) for finding in check_sources(sources, REGISTRY, limits())]


def test_what_ships_is_clean() -> None:
    assert [str(finding) for finding in check_sources(SHIPPED, REGISTRY, limits())] == []


def test_a_release_that_compiled_can_be_examined_as_it_is() -> None:
    release = engine.compile_release([engine.load(text, file) for file, text in SHIPPED.items()], REGISTRY)
    assert examine(release, REGISTRY, limits()) == ()
    loose = engine.compile_release([engine.load(RING + "  c: {final: true}\n", "x.yaml")], REGISTRY)
    assert [finding.code for finding in examine(loose, REGISTRY)] == ["unreachable-state"]


def test_every_file_has_its_say() -> None:
    sources = {
        "a.yaml": "flow: [", "b.yaml": RING.replace("{1d: b}", "{1d: bb}"),
        "c.yaml": RING.replace("ring", "other") + "  c: {final: true}\n", "d.yaml": "flow: d\nversion: one\n",
        "e.test.yaml": "tests: lifecycle:other\ncases: []\n",
    }  # fmt: skip
    assert check(sources) == [
        ("a.yaml", "yaml-syntax"), ("b.yaml", "unknown-state"), ("c.yaml", "unreachable-state"),
        ("d.yaml", "missing-key"), ("d.yaml", "missing-key"), ("d.yaml", "wrong-type"), ("e.test.yaml", "wrong-type"),
    ]  # fmt: skip


@pytest.mark.parametrize("file", SHIPPED)
def test_a_file_that_breaks_is_not_missed_by_those_that_need_it(file: str) -> None:
    found = check({**SHIPPED, file: SHIPPED[file] + "\n]["})
    assert ("yaml-syntax" in {code for where, code in found if where == file}) is True
    assert [(where, code) for where, code in found if where != file and code.startswith("unknown-")] == []


def test_what_calls_something_broken_is_left_alone_until_it_is_mended() -> None:
    broken = SHIPPED["flows/handoff.yaml"].replace("say: a_person_comes", "say: nobody_comes")
    found = check({**SHIPPED, "flows/handoff.yaml": broken})
    assert ("flows/handoff.yaml", "unknown-text") in found
    assert {where for where, _ in found} == {"flows/handoff.yaml"}


def test_the_same_is_found_the_second_time_and_whatever_was_checked_between() -> None:
    once = check_sources({"x.yaml": RING + "  c: {final: true}\n"}, REGISTRY, limits())
    check_sources({"x.yaml": RING, **SHIPPED}, REGISTRY, limits())
    again = check_sources({"x.yaml": RING + "  c: {final: true}\n"}, REGISTRY, limits())
    assert once == again
    moved = check_sources({"x.yaml": "\n\n" + RING + "  c: {final: true}\n"}, REGISTRY, limits())
    assert [finding.line - 2 for finding in moved] == [finding.line for finding in once]


def test_where_another_file_changed_what_depends_on_it_is_judged_anew() -> None:
    told = RING.replace("{after: {1d: b}}", "{tell: {to: owner, event: ring.rang}, after: {1d: b}}")
    ear = RING.replace("ring", "ear").replace("{after: {1d: b}}", "{on: {ring.rang: b}, after: {1d: b}}")
    assert check({"a.yaml": told, "b.yaml": ear}) == []
    assert check({"a.yaml": told, "b.yaml": RING.replace("ring", "ear")}) == [("a.yaml", "unheard-tell")]


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(sorted(SHIPPED)), st.data())
def test_no_edit_makes_it_fail_and_every_place_exists(file: str, data: st.DataObject) -> None:
    text = SHIPPED[file]
    lines = text.split("\n")
    at = data.draw(st.integers(0, len(lines) - 1))
    other = data.draw(st.integers(0, len(lines) - 1))
    how = data.draw(st.sampled_from(["drop", "copy", "swap", "cut", "put"]))
    if how == "drop":
        del lines[at]
    elif how == "copy":
        lines.insert(at, lines[other])
    elif how == "swap":
        lines[at], lines[other] = lines[other], lines[at]
    elif how == "cut":
        lines[at] = lines[at][: data.draw(st.integers(0, len(lines[at])))]
    else:
        lines[at] += data.draw(st.sampled_from([" x", ": 1", " {", "}", " and", ' "', " null", "\\ud800", " []"]))
    sources = {**SHIPPED, file: "\n".join(lines)}
    for finding in check_sources(sources, REGISTRY, limits()):
        _stands(finding, sources[finding.file])


def _stands(finding: Finding, text: str) -> None:
    lines = text.split("\n")
    assert 1 <= finding.line <= finding.end_line <= len(lines) + 1
    assert (finding.line, finding.column) <= (finding.end_line, finding.end_column)
