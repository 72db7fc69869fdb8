"""Two lists of which the first that holds counts: where do they come to something else?

Rows of a table and rules under one event are read the same way. For each pair of an old and a new case with
different outcomes the prover is asked for facts that bring the old list to the one and the new list to the other.
When every such question is answered "no", the lists do the same for all facts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Literal

import msgspec

from engine.logic import Space, Verdict, possible
from engine.scope import Expression, ExpressionError
from engine.values import Money

Guard = Expression | str
Given = list[tuple[Guard, bool]]
# Whether two outcomes are the same: for certain, never, or only where these expressions come out so.
Same = Literal[True, False] | Given


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """One row or rule. `key` is its guard in one form, "" where it always holds. `item` is None where none holds."""

    guard: Guard | None
    key: str
    item: Any


class Parted(msgspec.Struct, frozen=True, kw_only=True):
    """Facts that bring the two lists to different cases."""

    old: Case
    new: Case
    facts: dict[str, Any]
    only: str = ""  # what is odd about all such facts


class Open(msgspec.Struct, frozen=True, kw_only=True):
    """A question without an answer."""

    old: Case
    new: Case
    why: str


class Asker:
    """Puts questions to the prover, counts them, and stops asking when there were too many."""

    def __init__(self, most: int = 2000, patience: int = 3) -> None:
        self.most = most
        self.patience = patience  # how many questions may stay without an answer
        self.asked = 0

    def ask(self, space: Space, given: Given) -> Verdict:
        if self.asked >= self.most:
            return Verdict("unknown", why=f"more than {self.most} questions")
        if self.patience <= 0:
            return Verdict("unknown", why="not asked, since too much was open already")
        self.asked += 1
        try:
            verdict = possible(space, given, _BUDGET)
            self.patience -= verdict.answer == "unknown"
            low = [name for name, item in verdict.example.items() if _negative(item)]
            if not low:
                return verdict
            usual = possible(
                space, [*given, *((f"{name} >= 0", True) for name in low)], _BUDGET
            )  # an example as in life
            if usual.answer == "yes":
                return usual
            return Verdict("yes", verdict.example, BELOW if usual.answer == "no" else "")
        except ExpressionError as error:
            return Verdict("unknown", why=error.reason)


def _negative(item: Any) -> bool:
    return (item.amount if isinstance(item, Money) else item) < 0 if isinstance(item, (int, float, Money)) else False


_BUDGET = 25  # little, for each of what may be hundreds of questions; what is hard is found hard soon
BELOW = "only with numbers below zero"
NOTHING = Case(guard=None, key="", item=None)
Differ = Callable[[Case, Case], Same]


def part(old: Sequence[Case], new: Sequence[Case], space: Space, asker: Asker, same: Differ) -> Iterator[Parted | Open]:
    """Every pair of cases at which the two lists part. Nothing, if they come to the same whatever the facts."""
    before, after = [*old, NOTHING], [*new, NOTHING]
    for i, one in enumerate(before):
        if any(case.key == "" for case in before[:i]):
            return
        beyond = _home(one, before[:i], after, space, asker, same)
        for j, two in enumerate(after):
            if j > beyond or any(case.key == "" for case in after[:j]):
                break
            alike = same(one, two)
            if alike is True:
                continue
            given = _given(before[:i], one, after[:j], two)
            if given is None:
                continue
            verdict = asker.ask(space, given + (alike if isinstance(alike, list) else []))
            if verdict.answer == "yes":
                yield Parted(old=one, new=two, facts=verdict.example, only=verdict.why)
            elif verdict.answer == "unknown":
                yield Open(old=one, new=two, why=verdict.why)


def _home(one: Case, before: Sequence[Case], after: Sequence[Case], space: Space, asker: Asker, same: Differ) -> int:
    """The place in the new list that nothing gets past once the old list has come to `one`; often its own."""
    for j, two in enumerate(after):
        if same(one, two) is True:
            given = _given(before, one, after[: j + 1], NOTHING)
            if given is None or (two.key != "" and asker.ask(space, given).answer == "no"):
                return j
            break
    return len(after)


def _given(before: Sequence[Case], one: Case, after: Sequence[Case], two: Case) -> Given | None:
    """What must hold for the two lists to come to these two. None where it plainly cannot be."""
    false = {case.key: case.guard for case in (*before, *after)}
    true = {case.key: case.guard for case in (one, two) if case.key}
    if "" in false or any(key in false for key in true):
        return None
    given: Given = [(guard, True) for guard in true.values() if guard is not None]
    return given + [(guard, False) for guard in false.values() if guard is not None]
