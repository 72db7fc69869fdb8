"""The runner itself: what it says when a test does not hold, and when a test file is wrong."""

from __future__ import annotations

import pytest

import engine
import language
from composition.definitions import registry
from engine import Findings
from engine.testing import Coverage, Played, World, load_suite, play, variants

FLOW = """\
flow: colours
version: 1
languages: [en, sw]
data: {colour: {type: text}, paid: {type: money}, on: {type: date}}
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
      payment.confirmed: {set: {paid: event.amount, on: date_of(now)}}
    after: {2h: {say: there}, 1d: done}
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
  asking:
    ask: {text: sure, type: yes_no}
    on: {answer: done}
    after: {1h: done}
  done: {final: true}
"""
TABLE = """\
rules: sizes
version: 1
hit: unique
facts: {amount: money}
rows:
  - {id: small, when: 'amount < money(100, "KES")', then: {size: small}}
  - {id: big, when: 'amount >= money(50, "KES")', then: {size: big}}
"""
GIVEN = "given: {business: {zone: Africa/Nairobi, currency: KES}}\n"


def _world() -> World:
    texts = {"colours.yaml": FLOW, "inner.yaml": INNER, "sizes.yaml": TABLE}
    documents = [engine.load(text, file) for file, text in texts.items()]
    return World(engine.compile_release(documents, registry()), registry(), language.understand)


def _played(steps: str, tests: str = "flow:colours") -> list[Played]:
    world = _world()
    suite = load_suite(f"tests: {tests}\n{GIVEN}cases:\n  - name: it\n    steps:\n{steps}", "colours.test.yaml")
    return [play(variant, world) for variant in variants(suite, world.release)]


def _said(steps: str) -> list[str]:
    return [str(finding) for finding in _played(steps)[0].findings]


def test_a_case_is_played_in_every_language_of_its_flow() -> None:
    played = _played("      - {says: {en: red, sw: nyekundu}, expect: {state: inner.asking, data: {}}}\n")
    assert [each.variant.title for each in played] == ["it [en]", "it [sw]"]
    assert [each.findings for each in played] == [(), ()]


def test_what_came_otherwise_is_named_with_its_place() -> None:
    assert _said("      - {taps: blue, expect: {state: calling, data: {colour: red}}}\n") == [
        "colours.test.yaml:6:38: error [other-state] state: expected calling; came done.",
        'colours.test.yaml:6:53: error [other-data] data: expected {"colour":"red"}; came {"colour":"blue"}.',
    ]


def test_time_passes_and_timers_fire_in_order() -> None:
    steps = """\
      - {after: 1h, expect: {texts: []}}
      - {after: 1h, expect: {texts: [there], state: asking}}
      - {after: 3d, expect: {texts: [], state: done, done: true}}
"""
    assert _said(steps) == []


def test_the_journal_of_a_step_can_be_expected_with_why_it_went_there() -> None:
    steps = """\
      - taps: red
        expect:
          journal:
            - {from: asking, to: calling, "on": answer, because: 'colour == "red"', read: {colour: red}, outcome: moved}
            - {flow: colours, "on": call}
            - {}
      - {taps: blue, expect: {journal: [{flow: inner, from: asking, to: asking, "on": unclear, outcome: unclear}]}}
      - {event: payment.confirmed, with: {amount: KES 5}, expect: {journal: [{to: asking, outcome: ignored}]}}
      - {after: 1h, expect: {journal: [{to: done, because: null, rule: states.asking.after.1h}, {"on": return}]}}
"""
    assert _said(steps) == []


def test_a_journal_that_went_otherwise_shows_what_was_looked_at() -> None:
    (said,) = _said("      - {taps: blue, expect: {journal: [{to: calling, because: 'colour == \"red\"'}]}}\n")
    assert said.endswith(
        'journal: expected [{"to":"calling","because":"colour == \\"red\\""}]; '
        'came [{"from":"asking","to":"done","on":"answer","because":""}].'
    )


def test_the_timers_that_run_can_be_expected_and_when_they_fall_due() -> None:
    steps = """\
      - {expect: {timers: [2h, 1d]}}
      - {after: 90m, expect: {timers: {2h: 30m, 1d: 2026-11-21T10:00}}}
      - {after: 30m, expect: {timers: [1d]}}
      - {taps: red, expect: {timers: [1h]}}
      - {after: 1h, expect: {timers: []}}
"""
    assert _said(steps) == []
    (said,) = _said("      - {after: 90m, expect: {timers: {2h: 45m, 1d: 1350m}}}\n")
    assert said.endswith('timers: expected {"2h":"45m","1d":"1350m"}; came {"2h":"30m","1d":"1350m"}.')


def test_a_case_is_played_once_for_each_of_the_words_that_it_lists() -> None:
    played = _played("      - {says: {en: [red, the red one], sw: nyekundu}, expect: {state: inner.asking}}\n")
    assert [each.variant.title for each in played] == ["it [en: red]", "it [en: the red one]", "it [sw]"]
    assert [each.findings for each in played] == [(), (), ()]
    blue = _played("      - {says: [red, blue], expect: {state: inner.asking}}\n")
    assert [len(each.findings) for each in blue] == [0, 1, 0, 1]


def test_what_must_not_be_can_be_said() -> None:
    steps = """\
      - {expect: {not: {texts: [there], wording: [Still], state: done, timers: [1h]}}}
      - {taps: blue, expect: {not: {does: [payments.request], tells: [payment.late], decisions: [sizes.big]}}}
"""
    assert _said(steps) == []
    assert [
        said.partition("] ")[2] for said in _said("      - {expect: {not: {texts: [there, which], state: asking}}}")
    ] == [
        "texts: which was not to be; it came.",
        "state: asking was not to be; it came.",
    ]


def test_the_labels_of_choices_can_be_expected() -> None:
    assert _said("      - {expect: {choices: [{red: {en: Red, sw: Nyekundu}}, blue]}}\n") == []
    (said,) = _said("      - {expect: {choices: [{red: Blue}, blue]}}\n")
    assert said.endswith('choices: expected [{"red":"Blue"},"blue"]; came [{"red":"Red"},{"blue":"Blue"}].')


def test_values_are_read_by_the_type_that_is_wanted() -> None:
    steps = """\
      - event: payment.confirmed
        with: {amount: "KES 1,500.50"}
        expect: {data: {paid: {money: 1500.5, currency: KES}, on: 2026-11-20}, outcome: stayed}
"""
    assert _said(steps) == []


@pytest.mark.parametrize(
    ("step", "said"),
    [
        ("{taps: red, expects: {}}", ':6:21: error [unknown-key] "expects" is not a key here. Did you mean "expect"?'),
        ("{taps: red, says: red}", "One step is one thing that happens; this one has says and taps."),
        ("{expect: {state: askin}}", 'There is no state "askin". Did you mean "asking"?'),
        ("{expect: {texts: [whic]}}", 'There is no text "whic". Did you mean "which"?'),
        ("{expect: {data: {color: red}}}", 'The data of colours has no "color". Did you mean "colour"?'),
        ("{after: soon}", "A duration is written like 90s, 15m, 2h, 3d; not soon."),
        ("{event: payment.confirmed, with: {amount: 5}}", "This should be money, not 5."),
        ("{given: {bookings.hol: {}}}", 'There is no verb or fact "bookings.hol". Did you mean "bookings.hold"?'),
        ("{given: {bookings.hold: bookings.moved}}", 'bookings.hold does not answer with "bookings.moved".'),
        ("{expect: {not: {text: which}}}", '"text" is not a key here. Did you mean "texts"?'),
        ("{expect: {not: {texts: [whic]}}}", 'There is no text "whic". Did you mean "which"?'),
        ("{expect: {journal: [{form: asking}]}}", '"form" is not a key here. Did you mean "from"?'),
        ("{expect: {choices: [{red: Red, blue: Blue}]}}", "A choice is its id, or its id with its label."),
        ("{says: {sw: nyekundu}}", "This is not written in en."),
    ],
)
def test_a_wrong_test_is_told_what_is_wrong_and_where(step: str, said: str) -> None:
    try:
        found = _said(f"      - {step}\n")
    except Findings as wrong:
        found = [str(finding) for finding in wrong.findings]
    assert said in found[0]
    assert found[0].startswith("colours.test.yaml:6:")


def test_a_question_that_nothing_answers_is_named() -> None:
    world = _world()
    suite = load_suite(
        "tests: flow:colours\ncases:\n  - name: it\n    steps: [{event: payment.confirmed}]\n", "c.test.yaml"
    )
    (finding, *_) = play(next(iter(variants(suite, world.release))), world).findings
    assert "business is asked here, and nothing in `given` answers it." in finding.reason


def test_facts_are_put_to_a_table() -> None:
    text = """\
tests: rules:sizes
cases:
  - {facts: {amount: KES 20}, expect: {row: small, result: {size: small}}}
  - {facts: {amount: KES 60}, expect: {error: RowsOverlap}}
  - {facts: {amount: KES 500}, expect: {row: small}}
"""
    world = _world()
    suite = load_suite(text, "sizes.test.yaml")
    played = [play(variant, world) for variant in variants(suite, world.release)]
    assert [str(finding) for each in played for finding in each.findings] == [
        'sizes.test.yaml:5:46: error [other-row] row: expected ["small"]; came ["big"].'
    ]
    coverage = Coverage(world.release)
    for each in played:
        coverage.add_played(each)
    (share,) = coverage.shares(["rules:sizes"])
    assert share.missing == ()


def test_coverage_knows_whose_state_it_was() -> None:
    coverage = Coverage(_world().release)
    for each in _played("      - {taps: red}\n      - {after: 1h, expect: {done: true}}\n"):
        coverage.add_played(each)
    missing = {
        (share.definition, str(share)): [(each.path, each.line) for each in share.missing]
        for share in coverage.shares()
    }
    assert missing["flow:inner", "transitions"] == [("states.asking.on.answer", 9), ("states.asking.ask", 8)]
    assert [path for path, _ in missing["flow:colours", "transitions"]] == [
        "states.asking.on.answer[1]",
        "states.asking.on.payment.confirmed",
        "states.asking.after.2h",
        "states.asking.after.1d",
        "states.asking.ask",
    ]


def test_texts_are_counted_in_each_language_and_labels_of_choices_are_texts() -> None:
    coverage = Coverage(_world().release)
    for each in _played("      - {taps: red}\n"):
        if each.variant.language == "sw":
            coverage.add_played(each)
    missing = {(share.definition, str(share)): share.missing for share in coverage.shares() if share.kind == "texts"}
    assert [each.path for each in missing["flow:colours", "texts sw"]] == ["texts.there.sw"]
    assert len(missing["flow:colours", "texts en"]) == 4
    assert missing["flow:inner", "texts sw"] == ()
