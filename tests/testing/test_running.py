"""Running test files: what is reported, of which cases, and what of it was reached."""

from __future__ import annotations

import msgspec
import pytest

import engine
import language
from composition.definitions import registry
from engine import Findings
from engine.testing import Chosen, Report, World, changed, load_suite, run, run_sources
from engine.testing.junit import junit
from engine.testing.showing import report_text
from tests.yaml.shipped import suites, world

OFFER = """\
flow: offering
version: 1
languages: [en, sw]
data: {colour: {type: text}}
texts:
  which: {en: "Which colour?", sw: "Rangi gani?"}
  red: {en: Red, sw: Nyekundu}
  blue: {en: Blue, sw: Buluu}
  there: {en: "Still there?", sw: "Bado upo?"}
start: asking
states:
  asking:
    ask: {text: which, choices: [{id: red, text: red}, {id: blue, text: blue}], save: colour}
    on:
      answer:
        - {when: colour == "red", to: calling}
        - {to: done}
    after: {2h: {say: there}}
  calling:
    call: {flow: inner}
    on: {inner.done: done}
  done: {final: true}
"""
INNER = """\
flow: inner
version: 1
languages: [en, sw]
texts: {sure: {en: "Sure?", sw: "Kweli?"}}
start: asking
states:
  asking: {ask: {text: sure, type: yes_no}, on: {answer: done}}
  done: {final: true}
"""
TABLE = """\
rules: sizes
version: 1
hit: first
facts: {amount: number}
rows:
  - {id: small, when: amount < 10, then: {size: small}}
  - {id: big, then: {size: big}}
"""
OFFER_TEST = """\
tests: flow:offering
given: {business: {zone: Africa/Nairobi, currency: KES}}
cases:
  - name: a tap
    steps:
      - {after: 2h}
      - {says: {en: blue, sw: buluu}, expect: {state: calling}}
  - {name: silence, steps: [{after: 2h, expect: {texts: [there]}}]}
"""
INNER_TEST = """\
tests: flow:inner
given: {business: {zone: Africa/Nairobi, currency: KES}}
cases:
  - {name: yes, steps: [{says: {en: "yes", sw: ndio}, expect: {done: true}}]}
"""
TABLE_TEST = "tests: rules:sizes\ncases:\n  - {facts: {amount: 10}, expect: {row: small}}\n"
SOURCES = {
    "offering.yaml": OFFER, "inner.yaml": INNER, "sizes.yaml": TABLE, "offering.test.yaml": OFFER_TEST,
    "inner.test.yaml": INNER_TEST, "sizes.test.yaml": TABLE_TEST,
}  # fmt: skip


def _run(sources: dict[str, str], **options: object) -> Report:
    return run_sources(sources, registry(), language.understand, **options)  # type: ignore[arg-type]


def _release(sources: dict[str, str]) -> engine.Release:
    documents = [engine.load(text, file) for file, text in sources.items() if ".test." not in file]
    return engine.compile_release(documents, registry())


def test_every_case_of_every_file_is_reported_in_every_language() -> None:
    report = _run(SOURCES)
    assert [(result.tests, result.title, result.outcome) for result in report.results] == [
        ("flow:offering", "a tap [en]", "failed"), ("flow:offering", "a tap [sw]", "failed"),
        ("flow:offering", "silence [en]", "held"), ("flow:offering", "silence [sw]", "held"),
        ("flow:inner", "yes [en]", "held"), ("flow:inner", "yes [sw]", "held"), ("rules:sizes", "facts 1", "failed"),
    ]  # fmt: skip
    assert not report.holds
    assert len(report.failed) == 3


def test_a_failed_case_shows_the_conversation_and_the_guards_that_decided() -> None:
    text = report_text(_run(SOURCES))
    assert text.startswith("offering.test.yaml     2 held, 2 failed\n")
    assert "FAILED offering.test.yaml:4: a tap [en]" in text
    assert (
        """\
  offering.test.yaml:7:55: state: expected calling; came done.

  The conversation so far:
     business │ Which colour?
              │ [Red]  [Blue]
              ┊ 2 hours later
     business │ Still there?
     customer │ blue

  What decided:
    offering.yaml:16: no   colour == "red"  (colour = blue)
"""
        in text
    )
    assert "sizes.yaml:6: no   amount < 10  (amount = 10)" in text
    assert text.endswith("3 of 7 cases failed.")


def test_a_report_can_be_stored_and_read_back() -> None:
    report = _run(SOURCES)
    assert msgspec.json.decode(msgspec.json.encode(report), type=Report) == report


def test_what_was_not_reached_is_named_with_its_line() -> None:
    report = _run(SOURCES)
    missing = [(share.file, str(share), each.line, each.path) for share in report.coverage for each in share.missing]
    assert missing == [
        ("inner.yaml", "transitions", 7, "states.asking.ask"),
        ("offering.yaml", "states", 19, "states.calling"),
        ("offering.yaml", "transitions", 16, "states.asking.on.answer[0]"),
        ("offering.yaml", "transitions", 13, "states.asking.ask"),
        ("offering.yaml", "transitions", 21, "states.calling.on.inner.done"),
        ("sizes.yaml", "rows", 6, "rows.small"),
    ]
    assert 0.5 < report.reached < 1
    assert "  offering.yaml:16: states.asking.on.answer[0]" in report_text(report, coverage=True)


def test_a_test_file_that_cannot_be_read_does_not_hide_the_others() -> None:
    report = _run({**SOURCES, "inner.test.yaml": "tests: flow:inner\ncases: [{nam: x}]\n"})
    assert [finding.code for finding in report.findings] == ["missing-key", "missing-key", "unknown-key"]
    assert len(report.results) == 5
    assert not report.holds


def test_a_test_of_what_there_is_not_is_named() -> None:
    report = _run({**SOURCES, "inner.test.yaml": INNER_TEST.replace("flow:inner", "flow:iner")})
    (finding,) = report.findings
    assert str(finding).startswith("inner.test.yaml:1:8: error [unknown-definition] There is no flow:iner to test.")


def test_definitions_that_do_not_compile_are_refused() -> None:
    with pytest.raises(Findings):
        _run({**SOURCES, "inner.yaml": INNER.replace("answer: done", "answer: gone")})


def test_only_what_changed_is_played_again_and_what_calls_it() -> None:
    before = _release(SOURCES)
    assert _run(SOURCES, before=before).results == ()
    after = {**SOURCES, "inner.yaml": INNER.replace("Sure?", "Really?")}
    assert changed(before, _release(after)) == {"flow:inner", "flow:offering"}
    report = _run(after, before=before)
    assert {result.tests for result in report.results} == {"flow:inner", "flow:offering"}
    assert {share.definition for share in report.coverage} == {"flow:inner", "flow:offering"}


@pytest.mark.parametrize(("chosen", "titles"), [
    (Chosen(case="silence"), ["silence [en]", "silence [sw]"]),
    (Chosen(case="SILENCE", language="sw"), ["silence [sw]"]),
    (Chosen(case="inner*yes"), ["yes [en]", "yes [sw]"]), (Chosen(language="en", case="a ?ap"), ["a tap [en]"]),
    (Chosen(case="sizes.test", language="en"), ["facts 1"]), (Chosen(case="nothing like it"), []),
])  # fmt: skip
def test_cases_can_be_picked(chosen: Chosen, titles: list[str]) -> None:
    release = _release(SOURCES)
    files = [load_suite(text, file) for file, text in SOURCES.items() if ".test." in file]
    report = run(files, World(release, registry(), language.understand), chosen)
    assert [result.title for result in report.results] == titles


def test_a_case_that_nothing_prepares_shows_how_far_it_came() -> None:
    test = "tests: flow:offering\ncases:\n  - {name: it, language: en, steps: [{says: blue}]}\n"
    asks = OFFER.replace("Which colour?", "Which colour for {{ business.name }}?")
    report = _run({**SOURCES, "offering.yaml": asks, "offering.test.yaml": test})
    (failure,) = report.results[0].failures
    assert failure.finding.code == "stopped"
    assert "nothing in `given` answers it" in failure.finding.reason


def test_junit_counts_and_shows_failures_whatever_the_text() -> None:
    import xml.etree.ElementTree as ET

    sources = {**SOURCES, "inner.test.yaml": "tests: flow:inner\ncases: []\n"}
    sources["offering.test.yaml"] = OFFER_TEST.replace("a tap", '"a <tap> & \\u0007 \\"more\\""')
    report = _run(sources)
    root = ET.fromstring(junit(report))  # noqa: S314 - our own
    assert root.attrib == {"tests": "6", "failures": "3", "errors": "1"}
    failure = next(root.iter("failure"))
    assert "expected calling; came done" in failure.attrib["message"]
    assert "Which colour?" in (failure.text or "")
    assert next(root.iter("testcase")).attrib["name"] == 'a <tap> & ? "more" [en]'


def test_what_ships_holds_and_reaches_everything() -> None:
    report = run(suites(), world())
    assert report.holds
    assert report.reached == 1
    assert len(report.results) > 300
