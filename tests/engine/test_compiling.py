"""What is checked before a definition may run: every reference, every type, every translation."""

from __future__ import annotations

from typing import Any

import pytest

from engine import compile_release, load
from engine.registry import Registry

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
    ("old", "new", "code", "stands_at"),
    [
        ("start: a", "start: aa", "unknown-state", "aa"),
        ("{2h: b}", "{2h: bb}", "unknown-state", "bb"),
        ("then: b", "then: bb", "unknown-state", "bb"),
        ("to: owner", "to: ownr", "unknown-role", "ownr"),
        ("say: q, tries", "ask: qq, tries", "unknown-text", "qq"),
        ("c: {tell", "c: {unclear: {ask: q}, on: {tick: a}}\n  d: {tell", "nothing-asked", "ask: q"),
        ("text: q, ch", "text: qq, ch", "unknown-text", "qq"),
        ("say: why", "say: whyy", "unknown-text", "whyy"),
        ("save: offer", "save: offr", "unknown-data", "offr"),
        ("save: offer", "save: day", "types-differ", "day"),
        ("offers.active", "offers.activ", "unknown-question", "offers.activ"),
        ("offers.active", "bookings.mark", "not-a-question", "bookings.mark"),
        ("offers.active", "offers.near", "missing-argument", "choices"),
        ("payments.request:", "payments.reqest:", "unknown-verb", "payments.reqes"),
        ("payments.request:", "offers.active:", "question-done", "offers.active"),
        ("amount: offer.deposit, ", "", "missing-argument", "payments.reque"),
        ("amount: offer.deposit", "amount: offer.name", "types-differ", "offer.name"),
        ("amount: offer.deposit", "amount: offer.depost", "unknown-field", "depost"),
        ("purpose: deposit", "purpos: deposit", "unknown-argument", "purpos"),
        ("purpose: deposit", "purpose: ofer", "unknown-name", "ofer"),
        ("payment.failed: {when", "payment.faild: {when", "unknown-event", "payment.faild"),
        ("event.reason ==", "event.reson ==", "unknown-field", "reson"),
        ('event.reason == "x"', "event.reason == 5", "types-differ", "event.reason"),
        ("to: c}", "to: cc}", "unknown-state", "cc"),
        ("flow: g,", "flow: gg,", "unknown-flow", "gg"),
        ("{x: n}", "{z: n}", "unknown-argument", "z"),
        ("{x: n}", "{x: day}", "types-differ", "day"),
        ("g.end", "g.ended", "unknown-final-state", "g.ended"),
        ("g.end:", "tick:", "end-unheard", "call"),
        ("with: {reason: gone}", "with: {cause: gone}", "unknown-field", "cause"),
        ("set: {n:", "set: {m:", "unknown-data", "m"),
        ("type: date", "type: dat", "unknown-type", "dat"),
        (', sw: "S"', "", "missing-translation", "q"),
        (', sw: "S"', ', sw: "S", fr: F', "unknown-language", "fr"),
        ("{{ n }}", "{{ m }}", "unknown-name", "m"),
        ("{{ n }}", "{{ n | mony }}", "unknown-filter", '"Q {{ n | mony'),
        ("{{ n }}", "{{ n", "text-syntax", '"Q {{ n"'),
        ("{{ n }}", "{{ offer.nam }}", "unknown-field", "offer.nam"),
        ("{{ n }}", "{{ n.__class__() }}", "not-allowed", '"Q {{ n.__clas'),
        ("say: q", "say: why", None, None),
        ("final: true}", "final: true, next: [{to: a}]}", "final-goes-on", "next"),
    ],
)
def test_what_is_wrong_is_found_where_it_stands(world: Any, old: str, new: str, code: str, stands_at: str):
    assert old in FLOW
    text = FLOW.replace(old, new, 1)
    if code is None:
        assert "unknown-field" in world.codes(text, CALLED)
        return
    found = [finding for finding in world.wrong(text, CALLED, TABLE) if finding.code == code]
    assert [text.splitlines()[f.line - 1][f.column - 1 :].startswith(stands_at) for f in found] == [True]


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
    tell = "{to: owner, event: told.so, with: {n: 1}}"
    teller = f"lifecycle: x\nversion: 1\nstart: a\nstates: {{a: {{tell: {tell}, final: true}}}}"
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
    data = "{m: {type: money, default: \"money(5, 'KES')\"}, d: {type: duration, default: hours(2)}}"
    text = f"lifecycle: l\nversion: 1\ndata: {data}\nstart: a\nstates: {{a: {{}}}}"
    definition = world.machine(text)
    assert str(definition.defaults["m"]) == "KES 5.00"
    assert world.codes(text.replace("hours(2)", "5")) == ["types-differ"]


def test_states_are_transitions_of_one_shared_machine(world: Any):
    from transitions import Machine

    definition = world.machine(FLOW, CALLED, TABLE)
    assert isinstance(definition.machine, Machine)
    assert set(definition.machine.states) == {"(start)", "a", "b", "c"}
    assert {t.dest for t in definition.machine.get_transitions("answer", "a")} == {"b"}


def test_the_order_in_which_data_is_set_is_part_of_a_definitions_hash() -> None:
    text = (
        "flow: order\nversion: 1\ndata: {a: {type: number}, b: {type: number}}\nstart: one\n"
        "states:\n  one: {set: {%s}, final: true}\n"
    )
    one, two = (text % each for each in ("a: 1, b: a", "b: a, a: 1"))
    hashes = {_hash(each) for each in (one, two)}
    assert len(hashes) == 2
    assert _hash(one) == _hash(one.replace("version: 1", "version: 1  # as before"))


def _hash(text: str) -> str:
    return compile_release([load(text)], Registry([])).definitions["order"].hash
