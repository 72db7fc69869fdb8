"""`--generate`: for whatever no test reaches a case is found, written, and holds; or it is said why not."""

from __future__ import annotations

import pytest

import engine
import language
from composition.definitions import registry
from engine import Findings, stepping
from engine.testing import Report, Suite, World, load_suite, run
from engine.testing.generating import Proposal, appended, propose
from tests.testing.test_running import INNER, OFFER, OFFER_TEST, TABLE
from tests.yaml.shipped import suites, world

# What waits for an answer of the world that no example is known of (a record, a list): it names what it leaves out.
FED_FROM_OUTSIDE = (
    "flow:launch", "lifecycle:ad_change", "lifecycle:booking", "lifecycle:campaign", "lifecycle:variation",
)  # fmt: skip
LARGE = (
    "flow:booking", "flow:change_booking", "flow:deposit", "flow:launch", "flow:my_booking", "flow:reminder",
    "lifecycle:payment", "lifecycle:variation",
)  # fmt: skip


def _cut(suite: Suite) -> Suite:
    """The file with its first case only."""
    if len(suite.cases) == 1:
        return suite
    end = suite.cases[1].node.place.line - 1
    return load_suite("\n".join(suite.text.splitlines()[:end]) + "\n", suite.file)


def _proposed(tested: str, suite: Suite | None, played_on: World) -> tuple[Proposal, Report]:
    (proposal,) = propose(played_on, [suite] if suite is not None else [], [tested])
    file = appended(suite, proposal, "generated.test.yaml")
    return proposal, run([load_suite(file, "generated.test.yaml")], played_on, definitions=[tested])


def _whole(suite: Suite | None, tested: str) -> None:
    proposal, report = _proposed(tested, suite, world())
    assert [str(failure.finding) for result in report.failed for failure in result.failures] == []
    assert report.findings == ()
    missing = [each.path for share in report.coverage for each in share.missing]
    assert missing == [each.item.path for each in proposal.unreached]
    assert missing == [] or tested in FED_FROM_OUTSIDE


@pytest.mark.parametrize("tested", [suite.tests for suite in suites() if suite.tests not in LARGE])
def test_what_deleted_cases_reached_is_reached_again(tested: str) -> None:
    suite = next(suite for suite in suites() if suite.tests == tested)
    if run([_cut(suite)], world(), definitions=[tested]).reached < 1:
        _whole(_cut(suite), tested)


@pytest.mark.soak
@pytest.mark.parametrize("tested", LARGE)
def test_what_deleted_cases_of_a_large_flow_reached_is_reached_again(tested: str) -> None:
    _whole(_cut(next(suite for suite in suites() if suite.tests == tested)), tested)


@pytest.mark.parametrize("tested", ["flow:winback", "flow:no_show", "lifecycle:lead", "rules:routing"])
def test_a_definition_without_tests_gets_a_file_of_them(tested: str) -> None:
    _whole(None, tested)


def _world(*texts: str) -> World:
    release = engine.compile_release([engine.load(text, f"{i}.yaml") for i, text in enumerate(texts)], registry())
    return World(release, registry(), language.understand)


PLANNING = """flow: planning
version: 1
data: {due: {type: datetime}}
start: asking
states:
  asking: {do: ads.plan_report, on: {ads.report_planned: {set: {due: event.due}, to: waiting}, ads.report_off: off}}
  waiting: {at: [{time: due, past: run, to: asking}]}
  off: {final: true}
"""
PLANNED = """tests: flow:planning
now: 2026-11-20T12:00
given: {ads.plan_report: {ads.report_planned: {due: 2026-11-21T08:00}}}
cases: [{name: it waits, steps: [{expect: {state: waiting}}]}]
"""


def test_timers_that_set_each_other_off_for_ever_are_not_followed_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    suite = load_suite(PLANNED, "planning.test.yaml")
    steps: list[object] = []
    step = stepping.step
    monkeypatch.setattr(stepping, "step", lambda *given: steps.append(given) or step(*given))
    (proposal,) = propose(_world(PLANNING), [suite], ["flow:planning"])
    assert proposal.reached
    assert len(steps) < 10_000


def test_a_case_is_the_shortest_way_with_what_came_of_it_and_says_that_it_was_generated() -> None:
    suite = load_suite(OFFER_TEST.replace("state: calling", "state: done"), "offering.test.yaml")
    proposal, report = _proposed("flow:offering", suite, _world(OFFER, INNER))
    assert (
        proposal.text
        == """\
  # Generated from the state graph, to be read by a person: is this what should happen?
  - name: "generated: states.asking.ask"
    steps:
      - {expect: {texts: [which], state: asking}}
      - {says: "qqq zzz", expect: {texts: [which], state: asking}}

  # Generated from the state graph, to be read by a person: is this what should happen?
  - name: "generated: states.calling.on.inner.done"
    steps:
      - {expect: {texts: [which], state: asking}}
      - {taps: red, expect: {texts: [sure], state: inner.asking}}
      - {says: {en: "yes", sw: ndio}, expect: {texts: [], state: done, done: true}}
"""
    )
    assert report.holds
    assert report.reached == 1


def test_cases_are_put_below_those_that_are_there_which_stay_as_they_are() -> None:
    text = OFFER_TEST.replace("state: calling", "state: done") + "  # sic\n\n# the end\nlanguage: en\n"
    suite = load_suite(text, "offering.test.yaml")
    (proposal,) = propose(_world(OFFER, INNER), [suite], ["flow:offering"])
    written = appended(suite, proposal, "offering.test.yaml")
    before = text.partition("\n\n# the end")[0]
    assert written.startswith(f"{before}\n\n  # Generated")
    assert written.endswith("\n\n# the end\nlanguage: en\n")
    assert len(load_suite(written, "offering.test.yaml").cases) == 2 + len(proposal.cases)


def test_cases_in_one_line_are_left_alone() -> None:
    suite = load_suite("tests: rules:sizes\ncases: [{facts: {amount: 5}}]\n", "sizes.test.yaml")
    (proposal,) = propose(_world(TABLE), [suite], ["rules:sizes"])
    with pytest.raises(Findings, match="cases-in-line"):
        appended(suite, proposal, "sizes.test.yaml")


GUARDED = """\
flow: guarded
version: 1
languages: [en]
takes: {limit: {type: money}}
data: {stars: {type: number}}
texts: {how_many: {en: "How many stars?"}, thanks: {en: "Thank you!"}, never_said: {en: "Never"}}
start: asking
states:
  asking:
    ask: {text: how_many, type: number, save: stars}
    on:
      answer:
        - {when: stars > 7 and stars < 3, to: odd}
        - {when: stars >= 9 and limit > money(1200), say: thanks, to: rich}
        - {when: tries.asking < 3, to: asking}
        - {to: poor}
      payment.confirmed: {when: event.amount * 2 == limit, to: rich}
  odd: {final: true}
  rich: {final: true}
  poor: {final: true}
"""


def test_guards_are_met_with_facts_that_a_solver_finds_and_what_cannot_be_is_said() -> None:
    proposal, report = _proposed("flow:guarded", None, _world(GUARDED))
    assert report.holds
    assert {(each.item.path, each.why.partition(":")[0]) for each in proposal.unreached} == {
        ("states.odd", "nothing that was tried leads to it"),
        ("states.asking.on.answer[0]", "its guard cannot hold here, whatever the facts"),
        ("texts.never_said.en", "nothing says it"),
    }
    missing = {each.path for share in report.coverage for each in share.missing}
    assert missing == {each.item.path for each in proposal.unreached}


def test_a_row_that_another_hides_is_said_to_be_hidden() -> None:
    table = TABLE.replace("  - {id: big", "  - {id: tiny, when: amount < 5, then: {size: tiny}}\n  - {id: big")
    proposal, report = _proposed("rules:sizes", None, _world(table))
    assert [(each.item.path, each.why) for each in proposal.unreached] == [("rows.tiny", "no facts can make it hit")]
    assert report.holds
