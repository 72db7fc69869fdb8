"""Which states, transitions, rows and texts were reached, out of what the steps themselves say."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal

import msgspec

from engine.definition import Definition
from engine.model import Decision
from engine.release import Compiled, Release
from engine.tables import Table
from engine.testing.machine import Taken
from engine.testing.places import Places
from engine.testing.playing import Played
from engine.testing.walk import spoken, walk

Kind = Literal["states", "transitions", "rows", "texts"]


class Item(msgspec.Struct, frozen=True):
    """One thing that can be reached. `path` is how rules name it: states.paying.on.answer[0], texts.hello.sw."""

    definition: str  # "flow:booking"
    kind: Kind
    path: str
    language: str = ""  # of a text


class Missing(msgspec.Struct, frozen=True):
    """What was not reached, and the line on which it stands."""

    path: str
    line: int


class Share(msgspec.Struct, frozen=True, kw_only=True):
    """How much of one sort was reached in a definition. Texts are counted for each language."""

    definition: str
    file: str
    kind: Kind
    language: str = ""
    total: int
    missing: tuple[Missing, ...]

    @property
    def reached(self) -> float:
        return 1 - len(self.missing) / self.total if self.total else 1.0

    def __str__(self) -> str:
        return f"{self.kind} {self.language}".strip()


class Coverage:
    """Counts over any number of steps and decisions of one release."""

    def __init__(self, release: Release) -> None:
        self._places = Places(release)
        self._all = {key: item for key, item in release.definitions.items() if ":" in key}
        self.hits: set[Item] = set()

    def add(self, definition: Definition, taken: Iterable[Taken]) -> None:
        for each in taken:
            self.hits.update(hits(definition, each))

    def add_played(self, played: Played) -> None:
        if played.definition is not None:
            self.add(played.definition, played.taken)
        for decision in played.decisions:
            self.hits.update(_rows(decision))

    def missing(self, definition: str) -> list[Item]:
        """What of a definition was not reached, in the order of the file."""
        return [item for item in items(definition, self._all[definition]) if item not in self.hits]

    def shares(self, definitions: Iterable[str] | None = None) -> list[Share]:
        """Of all definitions, or of these ("flow:booking")."""
        wanted = self._all if definitions is None else set(definitions)
        return [share for key, item in sorted(self._all.items()) if key in wanted for share in self._shares(key, item)]

    def _shares(self, key: str, item: Compiled) -> Iterator[Share]:
        sorts: dict[tuple[Kind, str], list[Item]] = {}
        for each in items(key, item):
            sorts.setdefault((each.kind, each.language), []).append(each)
        for (kind, language), all in sorts.items():
            missing = tuple(
                Missing(each.path, self._places.line(key, each.path)) for each in all if each not in self.hits
            )
            yield Share(
                definition=key, file=item.file, kind=kind, language=language, total=len(all), missing=missing
            )  # fmt: skip


def hits(definition: Definition, taken: Taken) -> Iterator[Item]:
    """What one step reached."""
    for passed in walk(definition, taken):
        if passed.rule is None:
            continue
        key = _key(passed.definition)
        yield Item(key, "transitions", passed.rule.path)
        if passed.entered is not None:
            yield Item(key, "states", f"states.{passed.entered.name}")
    for said in spoken(definition, taken):
        yield Item(_key(said.definition), "texts", f"texts.{said.key}.{said.language}", said.language)
    for decision in taken.step.decisions:
        yield from _rows(decision)


def items(key: str, item: Compiled) -> Iterator[Item]:
    """Everything that can be reached in a definition, in the order of the file."""
    if isinstance(item, Table):
        for row in (*item.rows, *([item.otherwise] if item.otherwise else [])):
            yield Item(key, "rows", f"rows.{row.id}")
        return
    for name in item.states:
        yield Item(key, "states", f"states.{name}")
    for path in dict.fromkeys(rule.path for _, _, rule in item.rules):
        yield Item(key, "transitions", path)
    for language in item.languages:
        for text in item.texts:
            yield Item(key, "texts", f"texts.{text}.{language}", language)


def _rows(decision: Decision) -> Iterator[Item]:
    return (Item(f"rules:{decision.table}", "rows", f"rows.{row}") for row in decision.hit)


def _key(definition: Definition) -> str:
    return f"{definition.kind}:{definition.name}"
