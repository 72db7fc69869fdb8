"""What a publisher is asked for, what it says on the way, and what came of it: frozen values, for any front."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import msgspec

from runtime.publishing.gate import Checked
from runtime.publishing.impact import Impact
from runtime.publishing.sources import Sources

Status = Literal["published", "unchanged", "refused", "overtaken", "rolled_back"]


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """What to publish, for whom, by whom and why.

    `files` is the content of the watched folders, when it is them that are taken. `accept_undecided` is the reason for
    which somebody answers for what no check could decide. `proposal` is what was approved, to be found in the log.
    """

    sources: Sources
    org: str
    by: str
    why: str
    origin: str = "cli"
    files: str = ""
    accept_undecided: str = ""
    proposal: str = ""


class Progress(msgspec.Struct, frozen=True, kw_only=True):
    """One thing done on the way. `checked` comes with a check's result."""

    stage: Literal["checked", "impact", "swapped", "moving"]
    text: str = ""
    checked: Checked | None = None
    done: int = 0
    total: int = 0


Tell = Callable[[Progress], None]


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What came of an order. `number` and `release` are what is in force afterwards."""

    status: Status
    org: str
    number: int
    release: str
    before: str = ""
    why: str = ""  # of a refusal: in a sentence
    checks: tuple[Checked, ...] = ()
    impact: Impact | None = None

    @property
    def in_force(self) -> bool:
        """Whether what was asked for is in force now."""
        return self.status in ("published", "unchanged", "rolled_back")
