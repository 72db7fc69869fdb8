"""What a rule or a state does, one thing at a time: how it is carried out, and what a reader may know of it.

A run only calls `carry`. The checks, the prover, the difference of two versions and the diagrams read the rest.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

import msgspec

from engine.run import Run
from engine.scope import Expression

Effect = Callable[[Run], None]
Place = tuple[str | int, ...]  # the way to a value in the document: ("states", "paying", "do")


class Act(msgspec.Struct, frozen=True, kw_only=True):
    """One thing done. `name` is the data key that is set, the table asked, the verb, the event told, the text said.

    `args` are what it works out first: the value of a `set` (under ""), a table's facts, a verb's arguments,
    a told event's fields. `to` is where a decision is saved, or the role that is told.
    """

    kind: Literal["set", "decide", "do", "tell", "say"]
    name: str
    at: Place
    carry: Any  # an Effect
    args: tuple[tuple[str, Expression], ...] = ()
    to: str = ""


def effects(acts: tuple[Act, ...]) -> tuple[Effect, ...]:
    """What a run calls, in order."""
    return tuple(act.carry for act in acts)
