"""Rows of a decision table that are never reached, overlap, disagree, or leave some facts without a decision."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.checks.reasoning import Reason, said
from engine.checks.subject import TableSubject
from engine.checks.trying import placed
from engine.scope import Expression
from engine.tables import Row


def check(subject: TableSubject) -> None:
    _Rows(subject).check()


class _Rows:
    def __init__(self, subject: TableSubject) -> None:
        self.subject = subject
        self.table = subject.table
        self.reason = Reason(self.table.facts, subject.types, frozenset())
        self.sure = Reason(self.table.facts, subject.types, frozenset(self.table.facts))

    def check(self) -> None:
        alive = [self._can_hold(index, row) for index, row in enumerate(self.table.rows)]
        if self.table.policy == "first":
            self._reached(alive)
        elif self.table.policy in ("unique", "any"):
            self._together(alive)
        if self.table.policy != "collect":
            self._gap()

    def _can_hold(self, index: int, row: Row) -> bool:
        if row.guard is None:
            return True
        at = ("rows", index, "when")
        if not row.guard.reads:
            holds = bool(row.guard.read(None)[0])
            if not holds:
                self.subject.report("guard-never", at, "This never holds.")
            return holds
        if self.reason.possible([(row.guard, True)]).answer == "no":
            self.subject.report("guard-never", at, "This can never hold.")
            return False
        if self.reason.possible([(row.guard, False)]).answer == "no":
            self.subject.report("guard-always", at, "This always holds.", "Leave it out.")
        return True

    def _reached(self, alive: list[bool]) -> None:
        above: list[tuple[Expression, bool]] = []
        for index, row in enumerate(self.table.rows):
            if row.guard is None:  # what stands below it is found when the table is compiled
                if above and self.reason.possible(above).answer == "no":
                    reason = f'Row "{row.id}" is never reached: one of those above it always holds.'
                    self.subject.report("unreachable-row", ["rows", index, "id"], reason)
                return
            wanted = [*above, (row.guard, True)]
            if alive[index] and above and self.reason.possible(wanted).answer == "no":
                reason = f'Row "{row.id}" is never reached: whenever it holds, a row above it holds.'
                self.subject.report("unreachable-row", ["rows", index, "id"], reason)
            above.append((row.guard, False))
        if self.table.otherwise is not None and above and self.reason.possible(above).answer == "no":
            reason = "This is never reached: one of the rows always holds."
            self.subject.report("unreachable-row", ["otherwise"], reason, key=True)

    def _together(self, alive: list[bool]) -> None:
        """Pairs of rows that hold at once."""
        rows = [(index, row) for index, row in enumerate(self.table.rows) if alive[index]]
        for place, (index, row) in enumerate(rows):
            for _, above in rows[:place]:
                if self.table.policy == "any" and _same(above, row):
                    continue
                wanted = [(each.guard, True) for each in (above, row) if each.guard is not None]
                found = self.reason.possible(wanted)
                if found.answer != "yes":
                    continue
                if self.table.policy == "unique":
                    reason = f'"{above.id}" and "{row.id}" both hold when {said(found.example)}.'
                    hint = "Narrow one of them, or use `hit: first`."
                    self.subject.report("rows-overlap", ["rows", index, "id"], reason, hint)
                elif _differ(above, row, found.example):
                    reason = f'"{above.id}" and "{row.id}" give different results when {said(found.example)}.'
                    self.subject.report(
                        "rows-disagree", ["rows", index, "id"], reason, "Let them agree, or narrow one."
                    )

    def _gap(self) -> None:
        rows = self.table.rows
        if self.table.otherwise is not None or any(row.guard is None for row in rows):
            return
        none = [(row.guard, False) for row in rows if row.guard is not None]
        hint = "End with `otherwise`."
        found = self.sure.possible(none)
        if found.answer == "yes":
            self.subject.report("gap", ["rows"], f"No row holds when {said(found.example)}.", hint, key=True)
            return
        found = self.reason.possible(none)
        if found.answer == "yes":
            self.subject.report("gap-unknown", ["rows"], f"No row holds when {said(found.example)}.", hint, key=True)


def _same(one: Row, other: Row) -> bool:
    return [(name, value.source) for name, value in one.then] == [(name, value.source) for name, value in other.then]


def _differ(one: Row, other: Row, example: Mapping[str, Any]) -> bool:
    facts = placed(example)
    return [(n, v.read(facts)[0]) for n, v in one.then] != [(n, v.read(facts)[0]) for n, v in other.then]
