"""What came of proving a promise: proved, broken, or undecided, with what that rests on."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import msgspec

Answer = Literal["proved", "broken", "undecided"]


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """`proved` only where every way was looked at; `broken` only with a conversation that was played on the engine.

    `conversation` tells it, `test` is the same as a test file. `why` says what could not be decided, or what broke.
    """

    definition: str  # flow:booking
    file: str
    line: int
    promise: str
    answer: Answer
    why: str = ""
    assumed: tuple[str, ...] = ()
    conversation: tuple[str, ...] = ()
    test: str = ""
    places: int = 0  # how many were looked at


def worst(verdicts: Iterable[Verdict]) -> Answer:
    """Broken if any is, else undecided if any is."""
    answers = {verdict.answer for verdict in verdicts}
    if "broken" in answers:
        return "broken"
    return "undecided" if "undecided" in answers else "proved"
