"""Reading YAML: what is text stays text, and everything wrong is said at once with its place."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import engine
from engine import Findings
from engine.yamltree import parse_tree

RING = "lifecycle: ring\nversion: 1\nstart: a\nstates:\n  a: {on: {tick: b}}\n  b: {final: true}\n"


def found(text: str) -> list[tuple[str, int, int]]:
    with pytest.raises(Findings) as caught:
        engine.load(text, "x.yaml")
    return [(f.code, f.line, f.column) for f in caught.value.findings]


def test_on_yes_no_octals_and_clock_times_stay_text():
    text = (
        RING + "promises:\n  - {a: yes, b: no, c: on, d: 0712, e: 12:30, f: +254712, g: 7, h: 1.5, i: true, j: null}\n"
    )
    promise = parse_tree(text, "x.yaml").content()["promises"][0]
    assert promise == {
        "a": "yes", "b": "no", "c": "on", "d": "0712", "e": "12:30", "f": "+254712", "g": 7, "h": 1.5, "i": True,
        "j": None,
    }  # fmt: skip
    assert "on" in engine.load(RING).content["states"]["a"]


def test_a_duplicate_key_is_found_where_it_stands_again():
    assert found(RING.replace("version: 1", "version: 1\nversion: 2")) == [("duplicate-key", 3, 1)]


def test_an_unknown_key_is_found_with_what_was_meant():
    with pytest.raises(Findings) as caught:
        engine.load(RING.replace("start: a", "start: a\nstats: {}"), "x.yaml")
    finding = caught.value.findings[0]
    assert (finding.code, finding.line, finding.column, finding.end_column) == ("unknown-key", 4, 1, 6)
    assert finding.suggestion == 'Did you mean "states"?'
    assert str(finding).startswith("x.yaml:4:1: error [unknown-key]")


def test_everything_wrong_is_said_at_once():
    text = "lifecycle: Ring\nversion: one\nstrat: a\nstates:\n  a: {after: {2x: b}, final: maybe}\n"
    codes = [code for code, _, _ in found(text)]
    assert codes == ["bad-name", "missing-key", "wrong-type", "unknown-key", "bad-name", "not-allowed"]


def test_tags_are_refused():
    assert found(RING.replace("start: a", "start: !!python/name:os.system a"))[0][0] == "tag"


def test_an_alias_bomb_is_refused_before_it_grows():
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 12)]
    assert found("\n".join(lines))[0][0] == "too-large"


def test_an_anchor_inside_itself_is_refused():
    assert found("a: &a [*a]")[0][0] == "bad-alias"
    assert found("a: *nowhere")[0][0] == "bad-alias"


def test_aliases_within_reason_are_allowed():
    text = RING.replace("a: {on: {tick: b}}", "a: {on: &moves {tick: b}}\n  c: {on: *moves}")
    assert engine.load(text).content["states"]["c"] == {"on": {"tick": "b"}}


def test_the_full_example_of_this_file_compiles(world: Any):
    assert world.machine(FULL).ambients == {"business", "contact"}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "empty-file"),
        ("just words", "not-a-definition"),
        ("[1, 2]", "not-a-definition"),
        ("flow: [", "yaml-syntax"),
        ("a: 1\n b: 2", "yaml-syntax"),
        ("name: x", "no-kind"),
        ("flow: a\nrules: b", "many-kinds"),
        (RING + "---\n" + RING, "many-documents"),
        ("a: " + "[" * 100, "too-deep"),
        ("a: \x00", "yaml-syntax"),
        ("? [a, b]\n: c", "bad-key"),
        ("x" * 1_000_001, "file-too-long"),
    ],
)
def test_what_is_no_definition_is_named(text: str, code: str):
    assert code in [each for each, _, _ in found(text)]


def test_files_that_cannot_be_read_are_findings(tmp_path: Path):
    with pytest.raises(Findings, match="unreadable"):
        engine.load(tmp_path / "absent.yaml")
    (tmp_path / "latin.yaml").write_bytes(b"flow: \xff\xfe")
    with pytest.raises(Findings, match="not-utf8"):
        engine.load(tmp_path / "latin.yaml")


def test_what_was_read_is_not_read_again_and_says_of_which_file_it_is():
    assert engine.load(RING, "a.yaml") is engine.load(RING, "a.yaml")
    assert engine.load(RING, "b.yaml").file == "b.yaml"
    assert found(RING.replace("start: a", "begin: a")) == found(RING.replace("start: a", "begin: a"))


YAMLISH = st.text(alphabet="abflow:rules-[]{}\"'&*!|>%@?#,\n \t0179~\\x\u00e9\u2028\U0001f600.<=", max_size=120)


@settings(max_examples=400, deadline=None)
@given(st.one_of(YAMLISH, st.text(max_size=80)))
def test_loading_raises_findings_or_nothing(text: str):
    with suppress(Findings):
        engine.load(text)


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_a_mutilated_definition_raises_findings_or_nothing(world: Any, data: st.DataObject):
    full = FULL
    at = data.draw(st.integers(0, len(full) - 1))
    cut = data.draw(st.integers(0, 12))
    text = full[:at] + data.draw(st.one_of(YAMLISH.map(lambda t: t[:12]), st.just(""))) + full[at + cut :]
    with suppress(Findings):
        engine.compile_release([engine.load(text)], world.registry)


FULL = """flow: full
version: 1
languages: [en, sw]
takes: {offer: {type: offer}}
data: {name: {type: name, personal: true}, n: {type: number, default: 0}, points: {type: any}}
texts:
  ask: {en: "Name, {{ contact.first_name }}?", sw: "Jina?"}
  again: {en: "Again {{ offer.price | money }}", sw: "Tena"}
start: asking
states:
  asking:
    ask: {text: ask, type: name, save: name}
    on: {answer: [{when: len(name) > 2 and tries.asking < 3, set: {n: n + 1}, to: paying}, {to: asking}]}
    unclear: {say: again, tries: 2, then: over}
    after: {2h: {say: again}, 1d: over}
  paying:
    do: {payments.request: {amount: offer.deposit, purpose: deposit}}
    on: {payment.confirmed: over, payment.failed: [{when: event.reason == "pin", to: paying}, {to: over}]}
    at: [{time: now + hours(1), past: run, to: over}]
  over: {final: true}
anywhere: [{hear: [stop, acha], to: over}]
"""
