"""Plays one case of a test file and says what came out otherwise than expected."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec

from engine import stepping
from engine.definition import Definition
from engine.errors import EngineError
from engine.findings import Finding, Findings, did_you_mean
from engine.model import Decision, Event
from engine.registry import Registry
from engine.release import Compiled, Release
from engine.tables import Table
from engine.testing.deciding import decided
from engine.testing.expecting import Expecting, Failure
from engine.testing.machine import Machine, Taken, Unprepared
from engine.testing.preparing import ZONE, given, zone_of
from engine.testing.suite import MOVES, Case, Suite
from engine.testing.usual import carried, check
from engine.testing.values import Values
from engine.types import Shape, Types
from engine.yamltree import Node

Understand = Callable[..., Event]  # (expectation, message, *, now, zone, region, currency): language.understand
NOW = datetime(2026, 11, 20, 7, 0, tzinfo=UTC)  # a Friday, 10:00 in Nairobi


class World(msgspec.Struct, frozen=True):
    """What tests are played on: the release with its vocabulary, and how words are understood."""

    release: Release
    registry: Registry
    understand: Understand


class Variant(msgspec.Struct, frozen=True):
    """A case in one language (tables have none), and where a list of words may be said, with one of them."""

    suite: Suite
    case: Case
    language: str = ""
    turn: int = 0  # which of the words
    words: str = ""  # those words, to tell the variants apart

    @property
    def title(self) -> str:
        said = f"{self.language}: {self.words}" if self.words else self.language
        return f"{self.case.name} [{said}]" if said else self.case.name


class Played(msgspec.Struct, frozen=True):
    """What came of a variant. It holds when there are no failures."""

    variant: Variant
    failures: tuple[Failure, ...]
    taken: tuple[Taken, ...] = ()
    decisions: tuple[Decision, ...] = ()
    definition: Definition | None = None
    since: int = 0  # how many steps were taken before the step of the test that failed

    @property
    def findings(self) -> tuple[Finding, ...]:
        return tuple(failure.finding for failure in self.failures)


def variants(suite: Suite, release: Release) -> Iterator[Variant]:
    """A conversation is played once in every language that its flow speaks, unless it names one."""
    tested = _tested(suite, release)
    for case in suite.cases:
        written = case.node.value.get("language") or suite.root.value.get("language")
        if isinstance(tested, Table):
            yield Variant(suite, case)
        elif written is not None:
            if written.value not in tested.languages:
                reason = f'{suite.tests} does not speak "{written.value}".'
                suite.refuse(
                    "unknown-language", written.place, reason, did_you_mean(str(written.value), tested.languages)
                )
            yield from _turns(suite, case, str(written.value))
        else:
            for language in tested.languages:
                yield from _turns(suite, case, language)


def _turns(suite: Suite, case: Case, language: str) -> Iterator[Variant]:
    """Once for each of the words that a step lists; where several steps list some, they are taken side by side."""
    lists: list[list[Node]] = []
    for step in case.node.value["steps"].value:
        said = step.value.get("says")
        if said is not None and isinstance(said.value, dict):
            said = said.value.get(language)
        if said is not None and isinstance(said.value, list) and said.value:
            lists.append(said.value)
    if not lists:
        yield Variant(suite, case, language)
    for turn in range(max(map(len, lists), default=0)):
        words = " / ".join(str(words[turn % len(words)].value) for words in lists)
        yield Variant(suite, case, language, turn, words)


def play(variant: Variant, world: World) -> Played:
    """Never raises: what is wrong with the test itself is a finding as well."""
    suite = variant.suite
    taken: list[Taken] = []
    try:
        tested = _tested(suite, world.release)
        known = Types({**{name: record.fields for name, record in world.registry.records.items()}})
        if isinstance(tested, Table):
            failures, decision = decided(variant.case, tested, Values(suite, known, ZONE))
            return Played(variant, tuple(failures), (), (decision,) if decision is not None else ())
        check(suite, world.registry)
        conversation = _Conversation(variant, tested, world, known)
        taken = conversation.machine.taken
        failures, since = conversation.play()
    except Findings as wrong:
        failures, since = [Failure(finding=finding) for finding in wrong.findings], len(taken)
        tested = None
    decisions = tuple(decision for each in taken for decision in each.step.decisions)
    return Played(variant, tuple(failures), tuple(taken), decisions, tested, since)


def _tested(suite: Suite, release: Release) -> Compiled:
    found = release.definitions.get(suite.tests)
    if found is None:
        known = [name for name in release.definitions if ":" in name]
        reason = f"There is no {suite.tests} to test."
        suite.refuse("unknown-definition", suite.root.value["tests"].place, reason, did_you_mean(suite.tests, known))
    return found


class _Conversation:
    """One case under way."""

    def __init__(self, variant: Variant, definition: Definition, world: World, known: Types) -> None:
        self.suite = variant.suite
        self.case = variant.case
        self.language = variant.language
        self.turn = variant.turn
        self.definition = definition
        self.world = world
        self.values = Values(self.suite, known, zone_of(self.case.node, self.suite.root))
        now = self._written("now")
        about = {"org": "org-1", "contact": "contact-1", "channel": "whatsapp", "language": variant.language}
        moment = self.values.moment(now) if now is not None else NOW
        self.machine = Machine(definition, moment, {**about, "links": {}})

    def play(self) -> tuple[list[Failure], int]:
        """What came otherwise in the first step where something did, and how many steps were taken before it."""
        for node in (self.suite.root, self.case.node):
            self._prepare(node.value.get("given"))
        expecting = Expecting(self.suite, self.values, self.language, self.machine)
        steps: list[Node] = self.case.node.value["steps"].value
        begun = False
        for node in steps:
            seen = len(self.machine.taken)
            try:
                self._prepare(node.value.get("given"))
                if not begun:
                    self._begin()
                    begun = True
                    if any(move in node.value for move in MOVES):
                        seen = len(self.machine.taken)
                self._move(node)
            except (EngineError, Unprepared) as error:
                stopped = self.suite.finding("stopped", node.place, f"{self.case.name}: {error}")
                return [Failure(finding=stopped)], seen
            found = expecting.compare(node.value.get("expect"), self.machine.taken[seen:])
            if found:
                return found, seen
        return [], 0

    def _written(self, key: str) -> Node | None:
        found: Node | None = self.case.node.value.get(key) or self.suite.root.value.get(key)
        return found

    def _begin(self) -> None:
        takes = {name: self.definition.shapes[name] for name in self.definition.takes}
        data: dict[str, Any] = {}
        for node in (self.suite.root, self.case.node):
            written = node.value.get("takes")
            if written is not None:
                data |= self.values.record(written, dict(takes), f"What {self.suite.tests} takes")
        self.machine.begin(data)

    def _prepare(self, node: Node | None) -> None:
        read = given(node, self.suite, self.values, self.world.registry)
        self.machine.answers |= read.answers
        for verb, event in read.replies.items():
            self.machine.replies.pop(verb, None)
            if event is not None:
                self.machine.replies[verb] = event

    def _move(self, node: Node) -> None:
        machine = self.machine
        for move in MOVES:
            written = node.value.get(move)
            if written is None:
                continue
            if move == "after":
                machine.pass_until(machine.now + self.values.duration(written))
            elif move == "at":
                machine.pass_until(self.values.moment(written))
            elif move == "event":
                machine.feed(self._event(node, written))
            else:
                machine.feed(self._understood(move, written))

    def _event(self, node: Node, written: Node) -> Event:
        name = str(written.value)
        data = carried(self.suite, name, node.value.get("with"))
        kind = self.world.registry.events.get(name)
        if kind is not None:
            fields: dict[str, str | Shape] = dict(kind.fields)
            return Event(name=name, data=self.values.record(data, fields, name) if data is not None else {})
        return Event(name=name, data=self.values.read(data) if data is not None else {})

    def _understood(self, move: str, written: Node) -> Event:
        said = self.values.spoken(written, self.language)
        if isinstance(said, list) and said:
            said = said[self.turn % len(said)]
        message = written_message(move, said)
        return understood(self.world, self.machine, message, self.values.local)


def written_message(move: str, said: Any) -> dict[str, Any]:
    """What `says`, `taps` and `sends` send."""
    if move == "taps":
        return {"kind": "choice", "choice_id": str(said), "text": ""}
    if move == "sends":
        return said if isinstance(said, dict) else {"kind": str(said)}
    return {"kind": "text", "text": said}


def understood(world: World, machine: Machine, message: Mapping[str, Any], local: str) -> Event:
    """What a machine makes of a person's message, in the zone `local`."""
    assert machine.snapshot is not None
    expectation = stepping.expectation(machine.definition, machine.snapshot)
    business = machine.answers.get("business") or {}
    return world.understand(
        expectation, message, now=machine.now, zone=local, region="KE", currency=str(business.get("currency") or "KES")
    )  # fmt: skip
