"""What an event usually carries is said once; who has it happen says what is otherwise."""

from __future__ import annotations

import pytest

import language
from composition.definitions import registry
from engine.testing import Report, run_sources

WATCHED = """\
lifecycle: watched
version: 1
takes: {variation: {type: text}}
data: {seen: {type: number, default: 0}, lifted: {type: yes_no}, why: {type: text}}
start: watching
states:
  watching:
    on:
      ads.looked: {set: {seen: event.facts.conversions, lifted: event.facts.running}, to: proposing}
  proposing:
    do: {ads.propose: {variation: variation, kind: pause}}
    on:
      ads.not_proposed: {set: {why: event.reason}, to: done}
  done: {final: true}
"""
TESTS = """\
tests: lifecycle:watched
takes: {variation: v1}
events:
  ads.looked: {facts: {conversions: 7, running: true}}
  ads.not_proposed: {reason: too soon}
given: {ads.propose: ads.not_proposed}
cases:
  - name: as usual
    steps:
      - {event: ads.looked, expect: {data: {seen: 7, lifted: true, why: too soon}, done: true}}
  - name: fewer came
    steps:
      - {event: ads.looked, with: {facts: {conversions: 2}}, expect: {data: {seen: 2, lifted: true}}}
  - name: nobody knows whether it runs
    steps:
      - {event: ads.looked, with: {facts: {running: null}}, expect: {data: {seen: 7, lifted: null}}}
  - name: another reason
    given: {ads.propose: {ads.not_proposed: {reason: never}}}
    steps:
      - {event: ads.looked, expect: {data: {why: never}}}
"""


def _run(tests: str = TESTS) -> Report:
    return run_sources({"watched.yaml": WATCHED, "watched.test.yaml": tests}, registry(), language.understand)


def test_only_what_is_otherwise_is_said() -> None:
    report = _run()
    assert [(result.title, result.outcome) for result in report.results] == [
        ("as usual [en]", "held"), ("fewer came [en]", "held"), ("nobody knows whether it runs [en]", "held"),
        ("another reason [en]", "held"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("  ads.looked: {facts", "  ads.lookd: {facts", 'There is no event "ads.lookd".'),
        ("conversions: 7", "conversion: 7", 'has no "conversion".'),
        ("{reason: too soon}", "too soon", "What ads.not_proposed carries is a mapping"),
        ("events:\n  ads.looked: {facts: {conversions: 7, running: true}}\n  ads.not_proposed: {reason: too soon}",
         "events: [ads.looked]", "`events` is a mapping"),
    ],
    ids=["an event that nobody knows", "a field that it has not", "no data at all", "no mapping"],
)  # fmt: skip
def test_what_is_said_wrongly_is_named(before: str, after: str, said: str) -> None:
    assert before in TESTS
    report = _run(TESTS.replace(before, after))
    reasons = [finding.reason for finding in report.findings]
    reasons += [failure.finding.reason for result in report.results for failure in result.failures]
    assert any(said in reason for reason in reasons), reasons


def test_an_event_that_only_this_file_has_is_known_by_its_steps() -> None:
    own = TESTS.replace("  ads.not_proposed: {reason", "  house.moved: {to: Kisumu}\n  ads.not_proposed: {reason")
    assert "ads.looked, expect" in own
    moved = own.replace(
        "cases:\n", "cases:\n  - {name: elsewhere, steps: [{event: house.moved, expect: {outcome: ignored}}]}\n"
    )
    assert {result.outcome for result in _run(moved).results} == {"held"}
    assert any(result.outcome == "failed" for result in _run(own).results)
