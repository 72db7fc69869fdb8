"""What the comparison of two releases comes to: frozen values that can be written as JSON.

Two halves. `changes` says what was written differently, in the words of the file. `behaviour` says, for each
definition, whether it does something else: with an example where it does, and "same" only where that was
established.
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from engine.findings import Finding

# What a change is about, the gravest first. "none": nobody notices, or only those who work on the files.
Weight = Literal["money", "messages", "behaviour", "wording", "none"]
WEIGHTS: tuple[Weight, ...] = ("money", "messages", "behaviour", "wording", "none")
# "through": it does as before itself, but what it calls or asks does not.
Answer = Literal["same", "different", "through", "undecided", "unasked"]


class Spot(msgspec.Struct, frozen=True, kw_only=True):
    """A line of a file, counted from 1."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is written differently.

    `where` is the place in the document, in the new one if it is there. `subject` is the state, row, text or datum
    that it is about, "" for the definition as a whole. `before` and `after` are what was written, as plain data.
    """

    kind: str  # "timeout-changed": stable, for those who filter
    definition: str  # "flow:deposit", by its new name
    where: str
    subject: str
    words: str
    weight: Weight
    before: Any = None
    after: Any = None
    old: Spot | None = None
    new: Spot | None = None

    def __str__(self) -> str:
        return f"{self.subject}: {self.words}" if self.subject else self.words


class Flip(msgspec.Struct, frozen=True, kw_only=True):
    """Facts for which a table now decides otherwise, confirmed by asking both tables."""

    facts: dict[str, Any]  # encoded as in `engine.values`
    old_rows: tuple[str, ...]
    new_rows: tuple[str, ...]
    before: Any  # the old result, encoded
    after: Any
    words: str


class Side(msgspec.Struct, frozen=True, kw_only=True):
    """What one version does at the point where two part."""

    state: str  # where it stands then
    says: tuple[str, ...] = ()  # text keys
    does: tuple[str, ...] = ()  # verbs, events told, tables asked, data set
    words: str = ""
    full: tuple[str, ...] = ()  # all deeds with their values


class Parting(msgspec.Struct, frozen=True, kw_only=True):
    """A point that both versions come to by the same events, and where they part.

    `events` is the shortest way there, the last event being the one at which they part. `facts` are what must hold
    at that moment; whether they can hold there is not claimed.
    """

    kind: Literal["gained", "lost", "changed"]  # a path that only the new one has, only the old one, or other deeds
    state: str
    place: str  # in words: "paying, after 15 min"
    events: tuple[str, ...]
    facts: dict[str, Any]
    before: Side
    after: Side
    words: str


class Behaviour(msgspec.Struct, frozen=True, kw_only=True):
    """Whether one definition does as before."""

    definition: str
    answer: Answer
    questions: int = 0  # how many were put to the prover
    flips: tuple[Flip, ...] = ()
    partings: tuple[Parting, ...] = ()
    through: tuple[str, ...] = ()  # what it calls or asks, and which does not do as before
    undecided: tuple[str, ...] = ()  # what could not be decided, in words


class Differences(msgspec.Struct, frozen=True, kw_only=True):
    """All of it. `definitions` are those compared, by their new names, changed or not."""

    old: str = ""  # what the sides are called: "HEAD~1", a folder
    new: str = ""
    definitions: tuple[str, ...] = ()
    changes: tuple[Difference, ...] = ()
    behaviour: tuple[Behaviour, ...] = ()
    old_findings: tuple[Finding, ...] = ()
    new_findings: tuple[Finding, ...] = ()

    @property
    def empty(self) -> bool:
        """Whether nothing at all is written differently, and both sides could be read."""
        return not self.changes and not self.old_findings and not self.new_findings

    @property
    def same_behaviour(self) -> bool:
        """Whether it was established, for every definition, that it does as before."""
        unread = self.old_findings or self.new_findings
        return not unread and all(each.answer == "same" for each in self.behaviour) and self._asked()

    def _asked(self) -> bool:
        return {each.definition for each in self.behaviour} >= set(self.definitions)

    def of(self, definition: str) -> tuple[Difference, ...]:
        return tuple(change for change in self.changes if change.definition == definition)
