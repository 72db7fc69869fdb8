"""Writing YAML: what may stand at a cursor, what a word means, the picture of a flow, the cells of a table."""

from __future__ import annotations

import re

import pytest

from composition.definitions import registry
from engine import load
from engine.authoring import complete, diagram, documentation, formatted, grammar, hover, put, sheet
from engine.authoring.cursor import cursor
from engine.authoring.table import NoCell
from engine.definition import Definition
from engine.document import KINDS
from engine.findings import Findings
from engine.functions import FUNCTIONS
from engine.types import SIMPLE
from tests.yaml.shipped import DEFINITIONS, release

TEXTS = {name: path.read_text(encoding="utf-8") for name, path in DEFINITIONS.items()}
BOOKING = next(text for name, text in TEXTS.items() if name.endswith("flows/booking.yaml"))
SCORING = next(text for name, text in TEXTS.items() if name.endswith("lead_scoring.yaml"))
REGISTRY = registry()


def _at(marked: str) -> tuple[str, int, int]:
    """The text without its mark, and where the mark stood."""
    before, _, after = marked.partition("¦")
    return before + after, before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1


def _labels(marked: str) -> list[str]:
    text, line, column = _at(marked)
    return [item.label for item in complete(text, line, column, TEXTS.values(), REGISTRY)]


HEAD = (
    "flow: x\nversion: 1\nlanguages: [en]\ndata:\n  offer: {type: offer}\ntexts:\n  hello: {en: Hi}\n"
    "start: one\nstates:\n"
)
RULE = "states:\n  one:\n    on:\n      answer:\n        - "


@pytest.mark.parametrize(("marked", "path", "key"), [
    ("¦", (), True),
    ("flow: x\nst¦", (), True),
    ("flow: x\nstart: o¦", ("start",), False),
    ("states:\n  one:\n    ¦", ("states", "one"), True),
    (RULE + "{when: a, to: ¦", ("states", "one", "on", "answer", 0, "to"), False),
    (RULE + "{to: a}\n        - {¦", ("states", "one", "on", "answer", 1), True),
    ("states:\n  one:\n    do: {bookings.hold: {offer: offer, ¦", ("states", "one", "do", "bookings.hold"), True),
    ("states:\n  one:\n    next:\n    - to: b\n    - ¦", ("states", "one", "next", 1), True),
    ("anywhere:\n  - {hear: [stop, ¦", ("anywhere", 0, "hear", 1), False),
    ("states:\n  one:\n    do: x\n  two:\n    ¦", ("states", "two"), True),
    ("texts:\n  a: {en: \"x, {{ y }}: z\", ¦", ("texts", "a"), True),
    ("# note: none\n\nstates:\n  # two:\n  one: {ask: {text: ¦", ("states", "one", "ask", "text"), False),
])  # fmt: skip
def test_a_cursor_knows_its_place_in_a_line_that_is_not_finished(
    marked: str, path: tuple[object, ...], key: bool
) -> None:
    here = cursor(*_at(marked))
    assert (here.path, here.key) == (path, key)


@pytest.mark.parametrize(("marked", "some"), [
    ("¦", {"flow", "lifecycle", "rules"}),
    (HEAD + "  one:\n    ¦", {"ask", "on", "after", "final", "call"}),
    (HEAD + "  one:\n    ask: {¦", {"text", "choices", "save"}),
    (HEAD + "  one:\n    ask: {text: ¦", {"hello"}),
    (HEAD + "  one:\n    ask: {text: hello, choices: {from: ¦", {"offers.active", "bookings.days"}),
    (HEAD + "  one:\n    on: {answer: ¦", {"one"}),
    (HEAD + "  one:\n    on:\n      ¦", {"answer", "payment.confirmed", "deposit.paid"}),
    (HEAD + "  one:\n    do: {¦", {"payments.request", "bookings.hold"}),
    (HEAD + "  one:\n    do: {payments.request: {¦", {"amount", "phone", "purpose"}),
    (HEAD + "  one:\n    call: {flow: ¦", {"deposit", "handoff"}),
    (HEAD + "  one:\n    set: {¦", {"offer"}),
    (HEAD + "  one:\n    next:\n      - {when: offer.¦", {"offer.price", "offer.deposit"}),
    (HEAD + "  one:\n    next:\n      - {when: kn¦", {"known()"}),
    (HEAD + "  one:\n    next:\n      - {when: tries.¦", {"tries.one"}),
    (HEAD + "  one:\n    ask: {text: hello, type: ¦", {"date", "phone"}),
    ("flow: x\ndata:\n  a: {type: ¦", {"money", "offer", "slot"}),
    ("rules: x\nversion: 1\nhit: ¦", {"first", "unique", "any", "collect"}),
    ("rules: x\nfacts:\n  spend: {type: money}\nrows:\n  - {id: a, when: sp¦", {"spend"}),
    ("tests: flow:booking\n¦", {"cases", "given", "now"}),
    ("tests: flow:booking\ncases:\n  - name: a\n    steps:\n      - {¦", {"says", "taps", "event", "after", "expect"}),
    ("tests: flow:booking\ncases:\n  - name: a\n    steps:\n      - {says: x, expect: {state: ¦", {"choosing_offer"}),
    ("tests: flow:booking\ncases:\n  - name: a\n    steps:\n      - {says: x, expect: {texts: [¦", {"which_offer"}),
    ("tests: rules:routing\ncases:\n  - name: a\n    ¦", {"facts", "expect"}),
    ("title: of no kind at all\nanything: ¦", set()),
])  # fmt: skip
def test_what_may_be_written_is_offered(marked: str, some: set[str]) -> None:
    found = _labels(marked)
    assert some <= set(found), found[:20]


def test_what_is_begun_comes_first_and_takes_the_words_place() -> None:
    text, line, column = _at(HEAD + "  one:\n    on: {answer: on¦")
    first = complete(text, line, column, (), REGISTRY)[0]
    assert (first.label, first.kind, first.column) == ("one", "state", column - 2)


def test_nothing_is_ever_too_broken_to_complete() -> None:
    for step in range(0, len(BOOKING), 97):
        text = BOOKING[:step]
        complete(text, text.count("\n") + 1, len(text) - text.rfind("\n"), (), REGISTRY)
        hover(text, text.count("\n") + 1, 3, (), REGISTRY)


@pytest.mark.parametrize(("marked", "said"), [
    (HEAD + "  one:\n    do: {payments.req¦uest: {}}", "intent"),
    (HEAD + "  one:\n    say: hel¦lo", "Hi"),
    (HEAD + "  one:\n    aft¦er: {}", "Timers"),
    (HEAD + "  one:\n    next: [{when: kno¦wn(offer)}]", "known"),
    ("flow: x\nversion: 1\nlangu¦ages: [en]", "written in"),
    ("flow: x\ndata:\n  paid: {type: mon¦ey}", "amount with its currency"),
    (HEAD + "  one:\n    as¦k: {text: hello}", "a question"),
    (HEAD + "  one:\n    on:\n      answer: {when: event.val¦ue == 1, to: one}", "what was answered"),
])  # fmt: skip
def test_a_word_under_the_pointer_is_explained(marked: str, said: str) -> None:
    text, line, column = _at(marked)
    found = hover(text, line, column, TEXTS.values(), REGISTRY)
    assert found is not None
    assert said.lower() in f"{found.title} {found.doc}".lower()


def test_every_key_that_is_offered_says_what_it_means() -> None:
    silent, waiting = set(), [(kind, path) for kind in (*KINDS, "test") for path in ((),)]
    while waiting:
        kind, path = waiting.pop()
        known = grammar.keys(kind, path)
        silent.update(f"{kind} {path}: {name}" for name, doc in known.items() if not doc)
        if len(path) < 5:
            waiting += [
                (kind, (*path, part)) for part in (*known, "any_name", 0) if grammar.shapes(kind, (*path, part))
            ]
    assert silent == set()


def test_every_function_and_every_type_says_what_it_means() -> None:
    assert documentation.CALLS.keys() == FUNCTIONS.keys()
    assert documentation.TYPES.keys() == SIMPLE.keys()


def _sprawling(line: str) -> str:
    words = line.lstrip()
    return " " * 2 * (len(line) - len(words)) + re.sub("^- ", "-   ", words) + "   \n"


@pytest.mark.parametrize("name", [name for name in sorted(TEXTS) if re.search("booking|lead_scoring|deposit", name)])
def test_a_text_that_is_laid_out_otherwise_comes_into_order_and_says_the_same(name: str) -> None:
    text = TEXTS[name]
    assert formatted(text) == text
    sprawling = "\n\n".join(_sprawling(line) for line in text.splitlines())
    tidy = formatted(sprawling)
    assert load(tidy).content == load(text).content
    lines = [[line.rstrip() for line in each.split("\n") if line.strip()] for each in (tidy, text)]
    assert lines[0] == lines[1]


def test_what_stands_word_for_word_keeps_its_words() -> None:
    text = (
        "flow: x\ntexts:\n     hello:\n        en: |\n          One  \n\n\n            two\n"
        "        # why\n        sw: >-\n          tatu\n"
    )
    assert formatted(text) == (
        "flow: x\ntexts:\n  hello:\n    en: |\n      One  \n\n\n        two\n    # why\n    sw: >-\n      tatu\n"
    )


def test_what_is_no_yaml_is_not_put_in_order() -> None:
    with pytest.raises(Findings):
        formatted("flow: [\n")


def test_the_picture_has_every_state_and_every_way_with_its_lines() -> None:
    for item in release().definitions.values():
        if not isinstance(item, Definition):
            continue
        drawn = diagram(item)
        lines = item.source.split("\n")
        assert {box.id for box in drawn.boxes} == set(item.states)
        for box in drawn.boxes:
            assert lines[box.line - 1].strip().startswith(f"{box.id}:")
            assert box.reached
            assert not box.trap, (item, box.id)
        for way in drawn.ways:
            assert way.target in item.states
            inside = next(box for box in drawn.boxes if box.id == way.source)
            assert all(inside.line <= line <= inside.end_line for line in way.lines), way


def test_a_cell_is_changed_and_all_else_stays_to_the_letter() -> None:
    table = sheet(SCORING)
    for row in table.rows:
        for cell in (row.when, *row.then.values()):
            if cell.absent:
                continue
            changed = put(SCORING, cell.path, "17" if cell is not row.when else "known(stage)")
            before, after = SCORING.split("\n"), changed.split("\n")
            differing = [line for line, (one, two) in enumerate(zip(before, after, strict=True), 1) if one != two]
            assert differing in ([cell.line], [])
            assert load(changed).content["rows"]


def test_a_cell_that_is_not_there_cannot_be_put() -> None:
    with pytest.raises(NoCell):
        put(SCORING, ("rows", 99, "when"), "true")
    with pytest.raises(NoCell):
        put(SCORING, ("rows",), "true")


@pytest.mark.parametrize("value", ["a: b", "# no", "it's", "1", "true", "x == 'y'", "", "é, ü"])
def test_whatever_is_put_into_a_cell_comes_back_as_it_is(value: str) -> None:
    text = "rules: t\nversion: 1\nhit: first\nfacts: {a: {type: text}}\nrows:\n  - id: one\n    then: word # keep\n"
    changed = put(text, ("rows", 0, "then"), value)
    assert changed.endswith("# keep\n")
    assert str(load(changed).content["rows"][0]["then"]).lower() == (value or "").lower()
