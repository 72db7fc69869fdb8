"""Data followed over all paths: what is known where, and the way on which it is not."""

from __future__ import annotations

import pytest

from tests.checks.test_catalogue import found

ASKING = """\
flow: hello
version: 1
languages: [en]
data: {name: {type: name}, age: {type: number}}
texts:
  who: {en: "Who are you?"}
  old: {en: "How old are you?"}
  hello: {en: "Hello, {{ name }}, {{ age }}!"}
start: asking
states:
  asking:
    ask: {text: who, type: name, save: name}
    on: {answer: older}
    unclear: {tries: 2, then: left}
    after: {24h: left}
  older:
    ask: {text: old, type: number, save: age}
    on: {answer: done}
    unclear: {tries: 2, then: left}
    after: {24h: left}
  done: {say: hello, final: true}
  left: {final: true}
"""


def said(text: str) -> list[str]:
    return [f"{finding.code}: {finding.reason}" for finding in found(text)]


def test_what_every_path_has_written_is_known() -> None:
    assert said(ASKING) == []


def test_the_way_on_which_it_is_not_known_is_named() -> None:
    assert said(
        ASKING.replace("on: {answer: older}", "on: {answer: [{when: contact.visits > 2, to: done}, {to: older}]}")
    ) == ['read-before-written: "age" is not known here if the way was asking > done.']


# As above, but who is asked for the age may come back: then it has been written, or not.
ROUND = ASKING.replace("on: {answer: done}", "on: {answer: [{when: contact.visits > 5, to: asking}, {to: done}]}")


def guarded(guard: str, text: str = ROUND) -> list[str]:
    rules = f"on: {{answer: [{{when: {guard!r}, to: done}}, {{to: older}}]}}"
    return [line.partition(":")[0] for line in said(text.replace("on: {answer: older}", rules))]


@pytest.mark.parametrize(
    "guard", ["known(age)", "age > 18", "age is not None", "not (age is None)", "age > 1 and contact.visits > 2"]
)
def test_a_guard_that_held_says_that_it_is_known(guard: str) -> None:
    assert guarded(guard) == []


@pytest.mark.parametrize("guard", ["not known(age)", "age is None or contact.visits > 2", "age != 3"])
def test_a_guard_that_held_for_another_reason_does_not(guard: str) -> None:
    assert guarded(guard) == ["read-before-written"]


def test_a_guard_about_what_cannot_have_been_written_yet_is_found() -> None:
    assert guarded("age > 18", ASKING) == ["read-before-written"]


def test_what_the_rules_above_left_over_counts() -> None:
    rules = "on: {answer: [{when: not known(age), to: older}, {to: done}]}"
    assert said(ROUND.replace("on: {answer: older}", rules)) == []


def test_setting_it_to_nothing_makes_it_unknown_again() -> None:
    text = ASKING.replace("on: {answer: done}", "on: {answer: {set: {name: null}, to: done}}")
    assert said(text) == [
        'read-before-written: "name" is not known here if the way was asking > older > done.'
    ] or said(text) == ['read-before-written: "name" may not be known here.']


def test_a_default_and_what_is_taken_are_known_from_the_start() -> None:
    text = ASKING.replace("age: {type: number}}", "age: {type: number, default: 0}}")
    assert (
        said(text.replace("on: {answer: older}", "on: {answer: [{when: contact.visits > 2, to: done}, {to: older}]}"))
        == []
    )


def test_a_text_that_asks_first_may_read_it() -> None:
    text = (
        ASKING.replace("{24h: left}", "{24h: done}")
        .replace("then: left", "then: done")
        .replace("  left: {final: true}\n", "")
    )
    assert {line.partition(":")[0] for line in said(text)} == {"read-before-written"}
    asked = text.replace("{{ name }}, {{ age }}", "{% if name %}{{ name }}{% endif %}{{ age | default(0) }}")
    assert said(asked) == []


def test_an_argument_that_may_be_left_out_may_be_unknown() -> None:
    verb = "  done: {do: {leads.note: {event: booked, value: age}}, say: hello, final: true}"
    assert said(ASKING.replace("  done: {say: hello, final: true}", verb)) == []


CALLER = """\
# file: caller.yaml
flow: caller
version: 1
languages: [en]
data: {got: {type: record}, name: {type: name}}
texts: {bye: {en: "Bye, {{ got.name }}{{ name }}"}}
start: calling
states:
  calling:
    call: {flow: hello, save: got}
    on: {hello.done: {set: {name: event.name}, to: end}, hello.left: {set: {name: contact.name}, to: end}}
  end: {say: bye, final: true}
# file: hello.yaml
"""


def test_what_a_called_flow_gives_back_is_known() -> None:
    assert said(CALLER + ASKING) == []


def test_data_that_only_a_caller_reads_is_read() -> None:
    quiet = ASKING.replace("Hello, {{ name }}, {{ age }}!", "Hello!")
    assert {line.partition(":")[0] for line in said(quiet)} == {"never-read"}
    assert said(CALLER + quiet) == []
