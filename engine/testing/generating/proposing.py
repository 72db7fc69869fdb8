"""Proposes tests for what no test reaches: searched for in the state graph, run, and written as cases.

A proposal is what the machine does, not what it should do: each case says that a person has to read it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import msgspec

from engine.chart import chart
from engine.definition import Definition
from engine.findings import Findings
from engine.release import Compiled
from engine.tables import Table
from engine.testing.coverage import Coverage, Item
from engine.testing.generating import beginning, cases, outlook
from engine.testing.generating.deciding import facts_for
from engine.testing.generating.exploring import Explorer, Way
from engine.testing.generating.moves import Moves
from engine.testing.generating.samples import Samples
from engine.testing.generating.worlds import Start, starts
from engine.testing.generating.writing import Writer
from engine.testing.playing import NOW, World, play, variants
from engine.testing.preparing import Prepared, prepared
from engine.testing.suite import Suite, load_suite
from engine.types import Types

_UNNAMED = "(unnamed)"
_CASES = re.compile("^cases:", re.MULTILINE)


class Unreached(msgspec.Struct, frozen=True):
    """What no way was found to, and why as far as that is known."""

    item: Item
    why: str


class Found(msgspec.Struct, frozen=True):
    """A way with its case. `alike`: it comes out the same in every language."""

    way: Way
    text: str
    alike: bool


class Proposal(msgspec.Struct, frozen=True, kw_only=True):
    """Cases for one definition, as YAML to be put under `cases:`; `head` is what a new file begins with."""

    definition: str
    head: str
    cases: tuple[str, ...]
    reached: tuple[Item, ...]
    unreached: tuple[Unreached, ...]

    @property
    def text(self) -> str:
        """The cases one below the other."""
        return "\n\n".join(self.cases) + "\n" if self.cases else ""


def propose(world: World, suites: Iterable[Suite], definitions: Iterable[str]) -> list[Proposal]:
    """Cases for all that these definitions ("flow:booking") have and these tests do not reach."""
    listed = list(suites)
    coverage = Coverage(world.release)
    for suite in listed:
        for variant in variants(suite, world.release):
            coverage.add_played(play(variant, world))
    proposals: list[Proposal] = []
    for key in definitions:
        missing = coverage.missing(key)
        if missing:
            beside = next((suite for suite in listed if suite.tests == key), None)
            proposals.append(_Proposer(world, key, beside).propose(missing))
    return proposals


class _Proposer:
    """The work for one definition."""

    def __init__(self, world: World, key: str, suite: Suite | None) -> None:
        self.world = world
        self.key = key
        self.suite = suite
        self.item: Compiled = world.release.definitions[key]
        self.known = Types({name: record.fields for name, record in world.registry.records.items()})
        self.prepared: Prepared = prepared(suite, self.item, world.registry, self.known)
        self.samples = Samples(self.known, self.prepared.now or NOW)
        self.writer = Writer(self.known, self.prepared.zone)

    def propose(self, missing: list[Item]) -> Proposal:
        if isinstance(self.item, Table):
            written, reached, unreached = self._rows(self.item, missing)
        else:
            written, reached, unreached = self._ways(self.item, missing)
        return Proposal(
            definition=self.key, head=self._head(), cases=tuple(written), reached=tuple(reached),
            unreached=tuple(unreached),
        )  # fmt: skip

    def _rows(self, table: Table, missing: list[Item]) -> tuple[list[str], list[Item], list[Unreached]]:
        written: list[str] = []
        reached: list[Item] = []
        unreached: list[Unreached] = []
        names = {case.name for case in self.suite.cases} if self.suite is not None else set()
        for item in missing:
            made, why = facts_for(table, item, self.prepared.facts, self.known, self.samples)
            if made is None:
                unreached.append(Unreached(item, why))
                continue
            name = _fresh(f"generated: {item.path.removeprefix('rows.')}", names)
            written.append(cases.decision(made, name, table, self.writer, self.prepared.facts))
            reached.append(item)
        return written, reached, unreached

    def _ways(self, definition: Definition, missing: list[Item]) -> tuple[list[str], list[Item], list[Unreached]]:
        charts = {each.hash: chart(each) for each in definition.reachable.values()}
        examples, impossible = outlook.examples(charts[definition.hash], missing, self.world.registry, self.known)
        hints: dict[str, list[dict[str, Any]]] = {}
        for trigger, example in examples:
            data = {name[6:]: value for name, value in example.items() if name.startswith("event.")}
            if data:
                hints.setdefault(trigger, []).append(data)
        tables = {item.name: item for item in self.world.release.by_hash.values() if isinstance(item, Table)}
        moves = Moves(charts, self.world.registry, self.samples, self.writer, definition.languages, hints, tables)
        first = self._first(definition)
        hopeless = {**impossible, **outlook.hopeless(charts[definition.hash])}
        wanted = {item for item in missing if _bare(item) not in hopeless}
        found: list[Found] = []
        for language in definition.languages:
            explorer = Explorer(definition, self.world, moves, language, self.prepared.zone)
            for one in found:
                if one.alike:
                    wanted -= explorer.reached(one.way)
            worlds = starts(first, definition, self.world.registry, [example for _, example in examples])
            mine = _sought(wanted, language, definition.languages[0])
            wanted -= mine
            found += [self._found(definition, way, explorer, language) for way in explorer.search(worlds, mine)]
            wanted |= mine
        lost = {item for item in missing if item in wanted or _bare(item) in hopeless}
        names = {case.name for case in self.suite.cases} if self.suite is not None else set()
        kept = [one for one in found if not any(other.alike and _begins(one.way, other.way) for other in found)]
        unnamed = self.writer.value(_UNNAMED)
        written = [one.text.replace(unnamed, self.writer.value(_name(one.way, names))) for one in kept]
        unreached = [Unreached(item, hopeless.get(_bare(item)) or _why(item)) for item in missing if item in lost]
        return written, [item for item in missing if item not in lost], unreached

    def _found(self, definition: Definition, way: Way, explorer: Explorer, language: str) -> Found:
        """A way as a case that comes out alike in every language, or else in the one that it was found in."""
        given = frozenset(self.prepared.answers)
        if self.suite is None:
            given = frozenset(name for name, _ in beginning.needed(definition, self.world.registry))
        writing = cases.Writing(explorer, definition, self.world.registry, self.writer, given)
        for data in (True, False):
            text = writing.conversation(way, _UNNAMED, data=data)
            if self._holds(text):
                return Found(way, text, True)
        return Found(way, writing.conversation(way, _UNNAMED, language=language), len(definition.languages) == 1)

    def _holds(self, text: str) -> bool:
        """Whether a case comes out alike in every language."""
        head = _CASES.split(self.suite.text)[0] if self.suite is not None else self._head()
        alone = f"{head}cases:\n{text}\n"
        try:
            suite = load_suite(alone, "generated.test.yaml")
        except Findings:
            return False
        return all(not play(variant, self.world).failures for variant in variants(suite, self.world.release))

    def _first(self, definition: Definition) -> Start:
        return beginning.first(
            definition, self.world.registry, self.prepared, self.samples, written=self.suite is not None
        )  # fmt: skip

    def _head(self) -> str:
        if isinstance(self.item, Table):
            return f"tests: {self.key}\n"
        return beginning.head(self.key, self.item, self.world.registry, self._first(self.item), self.writer)


def _why(item: Item) -> str:
    if item.kind == "texts":
        return "nothing that was tried makes it be said"
    return "nothing that was tried leads to it: its facts or its order of events may be out of the search's reach"


def _bare(item: Item) -> str:
    """Its path, of a text without the language."""
    return item.path.removesuffix(f".{item.language}") if item.language else item.path


def _sought(wanted: set[Item], language: str, first: str) -> set[Item]:
    """What is worth looking for in a language: everything in the first one, and in another what that one has said."""
    if language == first:
        return {item for item in wanted if item.language in ("", language)}
    never = {_bare(item) for item in wanted if item.language == first}
    return {item for item in wanted if item.language == language and _bare(item) not in never}


def _begins(way: Way, other: Way) -> bool:
    return (
        way is not other
        and way.start == other.start
        and len(way.moves) < len(other.moves)
        and other.moves[: len(way.moves)] == way.moves
    )


def _name(way: Way, names: set[str]) -> str:
    """After what it reaches that is most telling: a rule, else a state, else a text."""
    order = ("transitions", "states", "rows", "texts")
    first = min(way.reached, key=lambda item: (order.index(item.kind), item.path))
    return _fresh(f"generated: {first.path}", names)


def _fresh(name: str, names: set[str]) -> str:
    """A name that no other case of the file has."""
    while name in names:
        name += " again"
    names.add(name)
    return name
