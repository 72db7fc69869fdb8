"""Where a decision table decides otherwise: facts that flip a decision, each confirmed by asking both tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any

from engine import tables
from engine.comparing import guards
from engine.comparing.difference import Answer, Behaviour, Flip
from engine.comparing.firsts import Asker, Case, Given, Open, Parted, Same, part
from engine.comparing.patterns import patterns
from engine.comparing.rows import TableNames
from engine.comparing.words import listed, value
from engine.errors import EngineError
from engine.logic import Space
from engine.scope import Expression
from engine.tables import Row, Table
from engine.types import Types
from engine.values import encode

_SHOWN = 20  # flips that are told one by one


class Decisions:
    """One pair of tables. Facts carry their new names; the old table is asked under the old ones."""

    def __init__(self, name: str, old: Table, new: Table, names: TableNames, known: Types) -> None:
        self.name = name
        self.old = old
        self.new = new
        self.names = names
        self.back = {now: was for was, now in names.facts.items()}
        was = {names.facts.get(fact, fact): shape for fact, shape in old.facts.items()}
        self.retyped = [fact for fact, shape in was.items() if fact in new.facts and new.facts[fact].name != shape.name]
        self.space = Space({**was, **new.facts}, known)
        self.asker = Asker()
        self.flips: list[Flip] = []
        self.open: list[str] = []

    def behaviour(self) -> Behaviour:
        for fact_name in self.retyped:
            self.open.append(f"the fact {fact_name} has another type now")
        if self.old.policy == self.new.policy == "first":
            self._first()
        else:
            self._sets()
        answer: Answer = "different" if self.flips else "undecided" if self.open else "same"
        return Behaviour(
            definition=self.name, answer=answer, questions=self.asker.asked, flips=tuple(self.flips[:_SHOWN]),
            undecided=tuple(dict.fromkeys(self.open)),
        )  # fmt: skip

    def _first(self) -> None:
        for found in part(self._cases(self.old), self._cases(self.new), self.space, self.asker, self._same):
            if isinstance(found, Open):
                self.open.append(f"{_row(found.old)} before and {_row(found.new)} now: {found.why}")
            else:
                self._confirmed(found.facts, found)

    def _cases(self, table: Table) -> list[Case]:
        rows = [*table.rows, *([table.otherwise] if table.otherwise is not None else [])]
        return [Case(guard=self._guard(row, table), key=self._key(row, table), item=(row, table)) for row in rows]

    def _source(self, source: str, table: Table) -> str:
        return guards.renamed(source, self.names.facts, {}) if table is self.old else source

    def _guard(self, row: Row, table: Table) -> Any:
        if row.guard is None or table is self.new or not self.names.facts:
            return row.guard
        return self._source(row.guard.source, table)

    def _key(self, row: Row, table: Table) -> str:
        return guards.canonical(self._source(row.guard.source, table)) if row.guard is not None else ""

    def _then(self, row: Row, table: Table) -> dict[str, tuple[str, bool]]:
        """What a row gives: its source in one form, and whether it reads facts."""
        return {name: self._given(given, table) for name, given in row.then}

    def _given(self, given: Expression, table: Table) -> tuple[str, bool]:
        if given.reads:
            return guards.canonical(self._source(given.source, table)), True
        try:
            return repr(given.read(None)[0]), False
        except (TypeError, ValueError, ArithmeticError, AttributeError):
            return given.source, False

    def _same(self, old: Case, new: Case) -> Same:
        """Whether two rows give the same; where values are worked out, that is one more question."""
        if old.item is None or new.item is None:
            return old.item is new.item
        before, after = self._then(*old.item), self._then(*new.item)
        if before == after:
            return True
        if before.keys() != after.keys():
            return False
        apart = [(before[name], after[name]) for name in before if before[name] != after[name]]
        if any(not one[1] and not two[1] for one, two in apart):
            return False
        return [(" or ".join(f"(({one[0]}) != ({two[0]}))" for one, two in apart), True)]

    def _confirmed(self, facts: Mapping[str, Any], found: Parted | None = None) -> bool:
        """Asks both tables. Facts that they decide alike on leave the question open."""
        one = _asked(self.old, {self.back.get(name, name): item for name, item in facts.items()})
        two = _asked(self.new, facts)
        if one[1] == two[1] and type(one[1]) is type(two[1]):
            if found is not None:
                where = f"{_row(found.old)} before and {_row(found.new)} now"
                self.open.append(f"{where}: facts were found that lead there, and both decide alike on them")
            return False
        words = _flipped(one, two) + (f" ({found.only})" if found is not None and found.only else "")
        if all(flip.words != words or flip.old_rows != one[0] for flip in self.flips):
            self.flips.append(
                Flip(
                    facts=self._shown(facts, one[0], two[0]), old_rows=one[0], new_rows=two[0], before=encode(one[1]),
                    after=encode(two[1]), words=words,
                )
            )  # fmt: skip
        return True

    def _shown(self, facts: Mapping[str, Any], before: Sequence[str], after: Sequence[str]) -> dict[str, Any]:
        """The facts that the rows in question read, and whatever else is known."""
        read: set[str] = set()
        for table, ids in ((self.old, before), (self.new, after)):
            for row in table.rows:
                if row.guard is not None and (row.id in ids or not ids):
                    read |= guards.names(self._source(row.guard.source, table))
        return {name: encode(item) for name, item in facts.items() if item is not None or name in read}

    def _sets(self) -> None:
        """Tables of which every row that holds counts: row by row, and two at once where that matters."""
        alike = False
        for given in self._questions():
            verdict = self.asker.ask(self.space, given)
            if verdict.answer == "yes":
                alike |= not self._confirmed(dict.fromkeys(self.space.shapes) | verdict.example)
            elif verdict.answer == "unknown":
                self.open.append(verdict.why)
        if alike and not self.flips:
            self._together()

    def _together(self) -> None:
        """One row's change may be hidden by another row that holds at once: every way of holding is looked at."""
        rows = [(row, table) for table in (self.old, self.new) for row in table.rows]
        found = {self._key(row, table): self._guard(row, table) for row, table in rows if row.guard is not None}
        worked_out = any(given.reads for row, _ in rows for _, given in row.then)
        for verdict in patterns(found, self.space, self.asker):
            if verdict.answer == "unknown":
                self.open.append(verdict.why)
            elif not self._confirmed(dict.fromkeys(self.space.shapes) | verdict.example) and worked_out:
                self.open.append("both decide alike on the facts that were tried, and what rows give depends on facts")
                return

    def _questions(self) -> Iterator[Given]:
        was = {self.names.rows.get(row.id, row.id): row for row in self.old.rows}
        now = {row.id: row for row in self.new.rows}
        for id in {**was, **now}:
            yield from self._row_questions(was.get(id), now.get(id))
        if self.old.policy != self.new.policy or self._order_counts(list(was), list(now)):
            for one, two in combinations(self.new.rows, 2):
                yield [(guard, True) for row in (one, two) if (guard := self._guard(row, self.new)) is not None]
        collected = "collect" in (self.old.policy, self.new.policy)
        if collected and (self.old.policy, self.old.collect) != (self.new.policy, self.new.collect):
            yield []
        if self._otherwise() is not True:
            every = [(row, table) for table in (self.old, self.new) for row in table.rows]
            if all(row.guard is not None for row, _ in every):
                yield [(guard, False) for row, table in every if (guard := self._guard(row, table)) is not None]

    def _row_questions(self, old: Row | None, new: Row | None) -> Iterator[Given]:
        one = self._guard(old, self.old) if old is not None else None
        two = self._guard(new, self.new) if new is not None else None
        if old is None or new is None:
            guard = two if old is None else one
            yield [(guard, True)] if guard is not None else []
            return
        if self._key(old, self.old) != self._key(new, self.new):
            yield from _either(one, two)
        cases = [Case(guard=None, key="", item=item) for item in ((old, self.old), (new, self.new))]
        same = self._same(*cases)
        if same is not True:
            held: Given = [(guard, True) for guard in (one, two) if guard is not None]
            yield held + (same if isinstance(same, list) else [])

    def _order_counts(self, was: list[str], now: list[str]) -> bool:
        kept = [id for id in was if id in now]
        return self.new.collect == "list" and kept != [id for id in now if id in was]

    def _otherwise(self) -> Same:
        one, two = self.old.otherwise, self.new.otherwise
        if one is None or two is None:
            return one is two
        return self._same(*(Case(guard=None, key="", item=item) for item in ((one, self.old), (two, self.new))))


def _either(one: Any, two: Any) -> Iterator[Given]:
    """Where one guard holds and the other does not; a guard that is None always holds."""
    for holds, fails in ((one, two), (two, one)):
        if fails is not None:
            yield [(fails, False)] + ([(holds, True)] if holds is not None else [])


def _asked(table: Table, facts: Mapping[str, Any]) -> tuple[tuple[str, ...], Any]:
    """The rows that hit and the result; an error is a result as well."""
    try:
        decision = tables.decide(table, {name: facts.get(name) for name in table.facts})
    except EngineError as error:
        return (), f"error {type(error).__name__}"
    return decision.hit, decision.result


def _flipped(old: tuple[tuple[str, ...], Any], new: tuple[tuple[str, ...], Any]) -> str:
    """ "losing_money → otherwise: decision kill → keep": the rows, and of their results what differs."""
    rows = [listed(asked[0]) or "no row" for asked in (old, new)]
    by = rows[0] if rows[0] == rows[1] else f"{rows[0]} → {rows[1]}"
    before, after = old[1], new[1]
    if not isinstance(before, dict) or not isinstance(after, dict):
        return f"{by}: {value(encode(before))} → {value(encode(after))}"
    parts = [
        f"{name} {_given(before, name)} → {_given(after, name)}"
        for name in {**before, **after}
        if name not in before or name not in after or before[name] != after[name]
    ]
    return f"{by}: {', '.join(parts)}"


def _given(result: Mapping[str, Any], name: str) -> str:
    return value(encode(result[name])) if name in result else "nothing"


def _row(case: Case) -> str:
    return str(case.item[0].id) if case.item is not None else "no row"
