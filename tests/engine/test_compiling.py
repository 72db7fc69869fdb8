"""What is checked before a definition may run: every reference, every type, every translation."""

from __future__ import annotations

from typing import Any

import pytest

FLOW = """flow: f
version: 1
languages: [en, sw]
data: {offer: {type: offer}, n: {type: number}, day: {type: date}}
texts:
  q: {en: "Q {{ n }}", sw: "S"}
  why: {en: "{{ event.reason }}", sw: "{{ event.reason }}"}
start: a
states:
  a:
    ask: {text: q, choices: {from: offers.active}, save: offer}
    on:
      answer: {do: {payments.request: {amount: offer.deposit, purpose: deposit}}, to: b}
      payment.failed: {when: event.reason == "x", say: why, to: b}
    unclear: {say: q, tries: 1, then: b}
    after: {2h: b}
  b: {call: {flow: g, with: {x: n}}, on: {g.end: {set: {n: event.y}, to: c}}}
  c: {tell: {to: owner, event: payment.failed, with: {reason: gone}}, final: true}
"""
CALLED = "flow: g\nversion: 1\ntakes: {x: number}\ndata: {y: number}\nstart: end\nstates: {end: {final: true}}\n"
TABLE = "rules: t\nversion: 1\nhit: first\nfacts: {n: number}\nrows: [{id: a, then: {x: word}}]\n"


def test_the_flow_of_this_file_is_right(world: Any):
    assert world.machine(FLOW, CALLED, TABLE).tables == {}


@pytest.mark.parametrize(
    ("old", "new", "code", "place"),
    [
        ("start: a", "start: aa", "unknown-state", (8, 8)),
        ("{2h: b}", "{2h: bb}", "unknown-state", (16, 17)),
        ("then: b", "then: bb", "unknown-state", (15, 40)),
        ("text: q, ch", "text: qq, ch", "unknown-text", (11, 17)),
        ("say: why", "say: whyy", "unknown-text", (14, 52)),
        ("save: offer", "save: offr", "unknown-data", (11, 60)),
        ("save: offer", "save: day", "types-differ", (11, 60)),
        ("offers.active", "offers.activ", "unknown-question", (11, 43)),
        ("offers.active", "bookings.mark", "not-a-question", (11, 43)),
        ("offers.active", "offers.near", "missing-argument", (11, 30)),
        ("payments.request:", "payments.reqest:", "unknown-verb", (13, 21)),
        ("payments.request:", "offers.active:", "question-done", (13, 21)),
        ("amount: offer.deposit, ", "", "missing-argument", (13, 21)),
        ("amount: offer.deposit", "amount: offer.name", "types-differ", (13, 48)),
        ("amount: offer.deposit", "amount: offer.depost", "unknown-field", (13, 54)),
        ("purpose: deposit", "purpos: deposit", "unknown-argument", (13, 63)),
        ("purpose: deposit", "purpose: ofer", "unknown-name", (13, 72)),
        ("payment.failed: {when", "payment.faild: {when", "unknown-event", (14, 7)),
        ("event.reason ==", "event.reson ==", "unknown-field", (14, 36)),
        ('event.reason == "x"', "event.reason == 5", "types-differ", (14, 30)),
        ("to: c}", "to: cc}", "unknown-state", (17, 73)),
        ("flow: g,", "flow: gg,", "unknown-flow", (17, 19)),
        ("{x: n}", "{z: n}", "unknown-argument", (17, 29)),
        ("{x: n}", "{x: day}", "types-differ", (17, 32)),
        ("g.end", "g.ended", "unknown-final-state", (17, 44)),
        ("g.end:", "tick:", "end-unheard", (17, 7)),
        ("with: {reason: gone}", "with: {cause: gone}", "unknown-field", (18, 53)),
        ("set: {n:", "set: {m:", "unknown-data", (17, 58)),
        ("type: date", "type: dat", "unknown-type", (4, 66)),
        (', sw: "S"', "", "missing-translation", (6, 3)),
        (', sw: "S"', ', sw: "S", fr: F', "unknown-language", (6, 32)),
        ("{{ n }}", "{{ m }}", "unknown-name", (6, 16)),
        ("{{ n }}", "{{ n | mony }}", "unknown-filter", (6, 11)),
        ("{{ n }}", "{{ n", "text-syntax", (6, 11)),
        ("{{ n }}", "{{ offer.nam }}", "unknown-field", (6, 11)),
        ("{{ n }}", "{{ n.__class__() }}", "not-allowed", (6, 11)),
        ("say: q", "say: why", None, None),
        ("final: true}", "final: true, next: [{to: a}]}", "final-goes-on", (18, 81)),
    ],
)
def test_what_is_wrong_is_found_where_it_stands(world: Any, old: str, new: str, code: str, place: tuple[int, int]):
    assert old in FLOW
    text = FLOW.replace(old, new, 1)
    if code is None:
        assert "unknown-field" in world.codes(text, CALLED)
        return
    found = {(finding.code, finding.line, finding.column) for finding in world.wrong(text, CALLED, TABLE)}
    if code not in {each for each, _, _ in found}:
        pytest.fail(f"{code} is not among {found}")
    assert any(each == code and line == place[0] for each, line, _ in found), found


def test_a_suggestion_names_what_was_probably_meant(world: Any):
    (finding,) = world.wrong(FLOW.replace("start: a", "start: A"), CALLED, TABLE)[:1]
    assert finding.suggestion
    (finding,) = world.wrong(FLOW.replace("payments.request", "payment.request"), CALLED, TABLE)
    assert finding.suggestion == 'Did you mean "payments.request"?'


def test_flows_that_call_each_other_are_refused(world: Any):
    one = CALLED.replace("start: end", "start: go").replace("{end:", "{go: {call: {flow: h}, on: {h.end: end}}, end:")
    two = (
        one.replace("flow: g", "flow: X")
        .replace("flow: h", "flow: g")
        .replace("h.end", "g.end")
        .replace("flow: X", "flow: h")
    )
    assert "recursion" in world.codes(one, two)
    self_caller = one.replace("flow: h", "flow: g").replace("h.end", "g.end")
    assert "recursion" in world.codes(self_caller)


def test_two_definitions_of_one_kind_and_name_are_refused(world: Any):
    assert world.codes(CALLED, CALLED) == ["duplicate-definition"]


def test_an_event_that_another_definition_tells_is_known(world: Any):
    teller = "lifecycle: x\nversion: 1\nstart: a\nstates: {a: {tell: {to: owner, event: told.so, with: {n: 1}}, final: true}}"
    hearer = (
        "lifecycle: y\nversion: 1\nstart: a\nstates: {a: {on: {told.so: {when: event.n > 0, to: b}}}, b: {final: true}}"
    )
    assert world.release(teller, hearer).definitions
    assert world.codes(hearer) == ["unknown-event"]


def test_answers_must_go_somewhere_and_engine_events_are_not_listened_for(world: Any):
    silent = "flow: s\nversion: 1\ntexts: {q: {en: Q}}\nstart: a\nstates: {a: {ask: {text: q}}}"
    assert world.codes(silent) == ["answer-unheard"]
    assert world.codes(silent.replace("ask: {text: q}", "on: {unclear: a}")) == ["own-event"]


def test_a_bare_word_is_text_where_text_is_wanted_unless_it_looks_like_a_name(world: Any):
    flow = world.machine(FLOW, CALLED, TABLE)
    assert flow.states["b"].call is not None
    assert "unknown-name" in world.codes(FLOW.replace("purpose: deposit", "purpose: ofer"), CALLED)


def test_defaults_fit_their_types(world: Any):
    text = "lifecycle: l\nversion: 1\ndata: {m: {type: money, default: \"money(5, 'KES')\"}, d: {type: duration, default: hours(2)}}\nstart: a\nstates: {a: {}}"
    definition = world.machine(text)
    assert str(definition.defaults["m"]) == "KES 5.00"
    assert world.codes(text.replace("hours(2)", "5")) == ["types-differ"]


def test_states_are_transitions_of_one_shared_machine(world: Any):
    from transitions import Machine

    definition = world.machine(FLOW, CALLED, TABLE)
    assert isinstance(definition.machine, Machine)
    assert set(definition.machine.states) == {"(start)", "a", "b", "c"}
    assert {t.dest for t in definition.machine.get_transitions("answer", "a")} == {"b"}
