"""What goes in and out at the addresses of the workshop."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

from engine.authoring import Item
from engine.authoring.hovering import Hover
from engine.findings import Finding
from runtime.publishing.gate import Checked
from workshop.differing import Differing
from workshop.testing import Testing
from workshop.trying import Played, Playing, Ruled


class Buffer(msgspec.Struct, frozen=True, kw_only=True):
    """Exactly what stands in the editor."""

    file: str
    text: str


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """A buffer with a cursor; line and column from 1."""

    file: str
    text: str
    line: int
    column: int


class Cell(msgspec.Struct, frozen=True, kw_only=True):
    """A buffer with a cell of its table and what is to stand there."""

    file: str
    text: str
    path: tuple[str | int, ...]
    value: str


class Trying(msgspec.Struct, frozen=True, kw_only=True):
    """A buffer with a conversation to play on it."""

    file: str
    text: str
    playing: Playing


class Tried(msgspec.Struct, frozen=True, kw_only=True):
    """A conversation that was played, or why there is none."""

    played: Played | None
    why: str = ""


class Ruling(msgspec.Struct, frozen=True, kw_only=True):
    """A buffer with the facts to ask its table with, written as in a test file; null is not known."""

    file: str
    text: str
    facts: dict[str, str | None] = {}


class RuledOn(msgspec.Struct, frozen=True, kw_only=True):
    """What the table decided, or why it could not be asked."""

    ruled: Ruled | None
    why: str = ""


class TestedOn(msgspec.Struct, frozen=True, kw_only=True):
    """Tests that were played on a text, or why they could not be."""

    testing: Testing | None
    why: str = ""


class Saving(msgspec.Struct, frozen=True, kw_only=True):
    """A draft; `base` is the fingerprint that the text in force had when it was begun."""

    file: str
    text: str
    base: str


class Which(msgspec.Struct, frozen=True, kw_only=True):
    """A file by its name."""

    file: str


class Why(msgspec.Struct, frozen=True, kw_only=True):
    """The message of a publication."""

    why: str
    accept_undecided: str = ""


class Back(msgspec.Struct, frozen=True, kw_only=True):
    """A version to put in force again."""

    number: int
    why: str


class Decided(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody makes of a proposal. `accept_undecided` is why they answer for what no check could decide."""

    id: str
    decision: Literal["approve", "decline"]
    note: str = ""
    accept_undecided: str = ""


class Told(msgspec.Struct, frozen=True):
    """What was found."""

    findings: tuple[Finding, ...]


class Items(msgspec.Struct, frozen=True):
    """What may be written."""

    items: tuple[Item, ...]


class Hovered(msgspec.Struct, frozen=True):
    """What a word means, if anything."""

    hover: Hover | None


class Text(msgspec.Struct, frozen=True):
    """A file's text."""

    text: str


class Other(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody else's draft of the same file."""

    name: str
    at: datetime
    text: str


class Opened(msgspec.Struct, frozen=True, kw_only=True):
    """A file as it stands in the editor. `stale`: what is in force changed since the draft was begun.

    `current` is the fingerprint of what is in force: who has merged it saves with that as the base.
    """

    file: str
    text: str
    in_force: str
    base: str
    current: str
    drafted: bool
    stale: bool
    others: tuple[Other, ...]
    tests: str = ""


class Review(msgspec.Struct, frozen=True, kw_only=True):
    """What a publication would do, and what stands in its way. `changes` are lines for people."""

    files: tuple[str, ...]
    changes: tuple[str, ...]
    differences: tuple[Differing, ...] = ()
    checks: tuple[Checked, ...]
    impact: tuple[str, ...]
    may: bool
    why_not: str = ""
    undecided: bool = False
    needs_approval: bool = False


class Published(msgspec.Struct, frozen=True, kw_only=True):
    """What came of it."""

    status: str
    number: int
    why: str = ""


class Version(msgspec.Struct, frozen=True, kw_only=True):
    """One publication."""

    number: int
    event: str
    at: datetime
    by: str
    why: str
    release: str
    in_force: bool


class Versions(msgspec.Struct, frozen=True):
    """The newest first."""

    versions: tuple[Version, ...]


class Past(msgspec.Struct, frozen=True, kw_only=True):
    """A text that a file had. `number` is the publication that brought it; 0 is what there was before the first."""

    number: int
    text: str
    at: datetime | None = None
    by: str = ""
    why: str = ""


class History(msgspec.Struct, frozen=True):
    """The texts of one file, the newest first."""

    texts: tuple[Past, ...]


class Proposed(msgspec.Struct, frozen=True, kw_only=True):
    """Drafts that wait for another person."""

    id: str
    by: str
    why: str
    at: datetime
    files: tuple[str, ...]
    mine: bool
    state: str = "open"  # open, publishing, approved, declined
    decided_by: str = ""
    note: str = ""
    accepted: str = ""


class Withdrawn(msgspec.Struct, frozen=True, kw_only=True):
    """A proposal of one's own."""

    id: str


class Waiting(msgspec.Struct, frozen=True):
    """All that wait."""

    proposals: tuple[Proposed, ...]
