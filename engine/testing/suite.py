"""A `*.test.yaml` file as written: which definition it tests, and its cases, each with its place.

    tests: flow:booking
    given: {business: {...}, offers.active: [...]}      # ambient facts, and what verbs answer
    cases:
      - name: a customer books
        steps:
          - {says: {en: tomorrow, sw: kesho}, expect: {texts: [which_time], state: choosing_time}}

Only the form is judged here; what the values mean is known once there is a release to play on.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, NoReturn

import msgspec

from engine.codes import severity
from engine.findings import Finding, Findings, did_you_mean
from engine.recent import Recent
from engine.yamltree import Node, Place, parse_tree

Kind = Literal["flow", "lifecycle", "rules"]
KINDS: tuple[Kind, ...] = ("flow", "lifecycle", "rules")
MOVES = ("says", "taps", "sends", "event", "after", "at")
STEP = (*MOVES, "with", "given", "expect")
EXPECT = (
    "texts", "wording", "state", "data", "does", "tells", "decisions", "choices", "outcome", "done", "journal",
    "timers", "not",
)  # fmt: skip
NOT = ("texts", "wording", "state", "does", "tells", "decisions", "timers")
JOURNAL = ("flow", "from", "to", "on", "because", "read", "rule", "set", "outcome")
TABLE_EXPECT = ("row", "rows", "result", "because", "error")
_TOP = ("tests", "title", "now", "language", "events", "given", "takes", "cases")
_TOP_TABLE = ("tests", "title", "facts", "cases")
_CASE = ("name", "now", "language", "given", "takes", "steps")
_CASE_TABLE = ("name", "facts", "expect")


class Case(msgspec.Struct, frozen=True):
    """One conversation, or one set of facts, with what is expected of it."""

    name: str
    node: Node


class Suite(msgspec.Struct, frozen=True):
    """All cases of one file."""

    file: str
    kind: Kind
    name: str  # of the definition under test
    root: Node
    cases: tuple[Case, ...]
    text: str = ""  # as it was, comments and all

    @property
    def tests(self) -> str:
        return f"{self.kind}:{self.name}"

    def finding(self, code: str, place: Place, reason: str, suggestion: str = "") -> Finding:
        return Finding(
            code=code, severity=severity(code), file=self.file, line=place.line, column=place.column,
            end_line=place.end_line, end_column=place.end_column, reason=reason, suggestion=suggestion,
        )  # fmt: skip

    def refuse(self, code: str, place: Place, reason: str, suggestion: str = "") -> NoReturn:
        raise Findings([self.finding(code, place, reason, suggestion)])


def load_suite(text: str, file: str) -> Suite:
    """Read one test file, unless it was read lately. Raises Findings with all that is wrong with its form."""
    return _read.get((text, file)) or _read.put((text, file), _loaded(text, file), len(text))


_KEPT = 2_000_000  # characters of test files
_read: Recent[Suite] = Recent(_KEPT)


def _loaded(text: str, file: str) -> Suite:
    root = parse_tree(text, file)
    form = _Form(file)
    top = form.mapping(root, "A test file")
    kind, name = form.tested(root, top)
    table = kind == "rules"
    form.keys(root, _TOP_TABLE if table else _TOP)
    if not table and "events" in top:
        for event, data in form.mapping(top["events"], "`events`").items():
            form.mapping(data, f"What {event} carries")
    cases: list[Case] = []
    names: dict[str, int] = {}
    for index, node in enumerate(form.sequence(root, "cases", needed=True)):
        case = form.case(node, index, table)
        if case.name in names:
            form.report("duplicate-case", node.place, f'"{case.name}" is already the case on line {names[case.name]}.')
        names.setdefault(case.name, node.place.line)
        cases.append(case)
    if form.found:
        raise Findings(form.found)
    return Suite(file, kind, name, root, tuple(cases), text)


class _Form:
    """Collects what is wrong with a file's form."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.found: list[Finding] = []

    def report(self, code: str, place: Place, reason: str, suggestion: str = "") -> None:
        suite = Suite(self.file, "flow", "", Node(None, place), ())
        self.found.append(suite.finding(code, place, reason, suggestion))

    def mapping(self, node: Node, what: str) -> dict[str, Node]:
        if isinstance(node.value, dict):
            return node.value
        self.report("wrong-type", node.place, f"{what} is a mapping of keys to values.")
        return {}

    def keys(self, node: Node, known: Iterable[str]) -> None:
        for key in self.mapping(node, "This"):
            if key not in tuple(known):
                self.report("unknown-key", node.keys[key], f'"{key}" is not a key here.', did_you_mean(key, known))

    def sequence(self, node: Node, key: str, *, needed: bool = False) -> list[Node]:
        inner = self.mapping(node, "This").get(key)
        if inner is None:
            if needed:
                self.report("missing-key", node.place, f'"{key}" is missing.')
            return []
        if isinstance(inner.value, list) and inner.value:
            return inner.value
        self.report("wrong-type", inner.place, f'"{key}" is a list with at least one item.')
        return []

    def tested(self, root: Node, top: dict[str, Node]) -> tuple[Kind, str]:
        node = top.get("tests")
        said = str(node.value) if node is not None else ""
        written, _, name = said.partition(":")
        for kind in KINDS:
            if written == kind and name:
                return kind, name.strip()
        place = node.place if node is not None else root.place
        self.report("what-tested", place, "A test file begins with what it tests, such as `tests: flow:booking`.")
        raise Findings(self.found)

    def case(self, node: Node, index: int, table: bool) -> Case:
        written = self.mapping(node, "A case")
        self.keys(node, _CASE_TABLE if table else _CASE)
        name = written.get("name")
        if name is None and not table:
            self.report("missing-key", node.place, 'A case has a "name": a sentence that says what happens.')
        if table:
            self._expect(node, TABLE_EXPECT)
        else:
            for step in self.sequence(node, "steps", needed=True):
                self._step(step)
        return Case(str(name.value) if name is not None else f"facts {index + 1}", node)

    def _step(self, node: Node) -> None:
        written = self.mapping(node, "A step")
        self.keys(node, STEP)
        moves = [move for move in MOVES if move in written]
        if len(moves) > 1:
            reason = f"One step is one thing that happens; this one has {' and '.join(moves)}."
            self.report("many-moves", node.keys[moves[1]], reason, "Make it two steps.")
        if "with" in written and "event" not in written:
            self.report("with-without", node.keys["with"], "`with` holds the data of an `event`.")
        self._expect(node, EXPECT)

    def _expect(self, node: Node, known: tuple[str, ...]) -> None:
        expect = self.mapping(node, "This").get("expect")
        if expect is None:
            return
        self.keys(expect, known)
        written = self.mapping(expect, "What is expected")
        if "not" in written:
            self.keys(written["not"], NOT)
        if "journal" in written:
            records = written["journal"]
            for record in records.value if isinstance(records.value, list) else [records]:
                self.keys(record, JOURNAL)
        choices = written.get("choices")
        for choice in choices.value if choices is not None and isinstance(choices.value, list) else ():
            if isinstance(choice.value, dict) and len(choice.value) != 1:
                self.report("wrong-form", choice.place, "A choice is its id, or its id with its label.")
