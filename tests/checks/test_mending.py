"""Edits that mend a finding: made where they can only be meant, and everything else stays as it was."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from composition.definitions import limits, registry
from engine import Finding
from engine.checks import check_sources, mended
from engine.codes import CODES
from engine.codes.code import Code, files
from engine.findings import Edit, Fix
from tests.checks.test_catalogue import found

REGISTRY = registry()
RING = (
    "lifecycle: ring   # a small one\nversion: 1\nstart: a\n"
    "states:\n  a: {aftr: {1d: b}}  # waits\n\n  b: {final: true}\n"
)


def safe(findings: tuple[Finding, ...]) -> list[Fix]:
    return [finding.fix for finding in findings if finding.fix is not None and finding.fix.safe]


def test_a_slip_of_the_pen_is_mended_and_all_else_stays() -> None:
    text, count = mended(RING, safe(found(RING)))
    assert count == 1
    assert text == RING.replace("aftr", "after")
    assert found(text) == ()


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("{1d: bb}", "{1d: b}"),
        ("{1d: {do: {leads.skore: {score: 5}}, to: b}}", "{1d: {do: {leads.score: {score: 5}}, to: b}}"),
        ("{1d: {do: {leads.score: {scor: 5}}, to: b}}", "{1d: {do: {leads.score: {score: 5}}, to: b}}"),
        ("{1d: {when: contact.vists > 2, to: b}, 2d: b}", "{1d: {when: contact.visits > 2, to: b}, 2d: b}"),
        ("{1d: {when: 'contct.visits > 2', to: b}, 2d: b}", "{1d: {when: 'contact.visits > 2', to: b}, 2d: b}"),
    ],
)
def test_names_that_are_known_are_put_in_place(written: str, meant: str) -> None:
    text = RING.replace("aftr", "after").replace("{1d: b}", written)
    offered = [finding.fix for finding in found(text) if finding.fix is not None]
    assert mended(text, offered)[0] == RING.replace("aftr", "after").replace("{1d: b}", meant)


def test_a_short_word_is_offered_but_not_mended_unasked() -> None:
    text = RING.replace("aftr: {1d: b}", "after: {1d: bb}")
    [finding] = found(text)
    assert finding.code == "unknown-state"
    assert safe((finding,)) == []


def test_an_exception_that_nothing_needs_goes_with_its_comment() -> None:
    text = RING.replace("aftr", "after").replace("version: 1\n", "version: 1  # check: allow stuck because it was\n")
    assert mended(text, safe(found(text)))[0] == RING.replace("aftr", "after")


def test_an_exception_on_a_line_of_its_own_goes_with_the_line() -> None:
    text = RING.replace("aftr", "after").replace("start:", "# check: allow stuck because it was\nstart:")
    assert mended(text, safe(found(text)))[0] == RING.replace("aftr", "after")


TALK = (
    'flow: hello\nversion: 1\nlanguages: [en, sw]\ntexts:\n  how: {en: "How?", sw: "Vipi?"}  # asked\n'
    '  # said at the end\n  bye:\n    en: "Bye!"\n    sw: "Kwaheri!"   # not yet\n\nstart: asking\nstates:\n'
    "  asking:\n    ask: {text: how}\n    on: {answer: done}\n    unclear: {tries: 2, then: done}\n"
    "    after: {24h: done}\n  done: {final: true}\n"
)


def test_what_nobody_needs_may_be_taken_out_with_its_lines() -> None:
    [finding] = found(TALK)
    assert finding.fix is not None
    assert not finding.fix.safe
    text, _ = mended(TALK, [finding.fix])
    assert text == TALK.replace('  bye:\n    en: "Bye!"\n    sw: "Kwaheri!"   # not yet\n', "")
    assert found(text) == ()


@pytest.mark.parametrize("code", [c for c in CODES.values() if not c.untold], ids=lambda code: code.code)
def test_what_is_mended_is_found_no_more(code: Code) -> None:
    sources = files(code.example)
    before = check_sources(sources, REGISTRY, limits())
    for name, text in sources.items():
        fixes = safe(tuple(finding for finding in before if finding.file == name))
        if fixes:
            gone = {f.code for f in before if f.file == name and f.fix in fixes}
            after = check_sources({**sources, name: mended(text, fixes)[0]}, REGISTRY, limits())
            assert gone.isdisjoint(finding.code for finding in after if finding.file == name)


@given(st.text(alphabet="ab\n", max_size=30), st.lists(st.tuples(st.integers(0, 29), st.integers(0, 5)), max_size=4))
def test_only_the_characters_of_an_edit_change(text: str, spans: list[tuple[int, int]]) -> None:
    """Edits that overlap are left out; the others are made as if each were alone."""

    def place(offset: int) -> tuple[int, int]:
        before = text[:offset]
        return before.count("\n") + 1, offset - (before.rfind("\n") + 1) + 1

    fixes, expected, taken = [], text, []
    for start, width in spans:
        if start > len(text):
            continue
        end = min(len(text), start + max(1, width))
        (line, column), (end_line, end_column) = place(start), place(end)
        edit = Edit(line=line, column=column, end_line=end_line, end_column=end_column, text="X")
        fixes.append(Fix(title="", edits=(edit,)))
        if end > start and all(end <= other or start >= until for other, until in taken):
            taken.append((start, end))
    for start, end in sorted(taken, reverse=True):
        expected = expected[:start] + "X" + expected[end:]
    fixes = [fix for fix in fixes if _width(fix.edits[0])]
    assert mended(text, fixes) == (expected, len(taken))


def _width(edit: Edit) -> bool:
    return (edit.line, edit.column) != (edit.end_line, edit.end_column)
