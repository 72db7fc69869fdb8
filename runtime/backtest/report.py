"""What a backtest has come to so far: counts, money and examples, in a form that can be put away and gone on with."""

from __future__ import annotations

from typing import Any

import msgspec

from engine.values import encode
from runtime.backtest.deciding import Rejudged, Ruled
from runtime.backtest.results import Result, Said, Side, Tally
from runtime.backtest.running import Asked, Passed
from runtime.replay import Replayed
from runtime.verify import Flaw

EXAMPLES = 20  # of conversations; of each cell of a confusion table, a few
CELL_EXAMPLES = 3


class Effects(msgspec.Struct, kw_only=True):
    """Sums of tallies."""

    messages: int = 0
    begun: int = 0
    does: dict[str, int] = {}
    events: dict[str, int] = {}
    money: dict[str, dict[str, int]] = {}

    def add(self, tally: Tally) -> None:
        self.messages += tally.messages
        self.begun += tally.begun
        _add(self.does, tally.does)
        _add(self.events, tally.events)
        for name, sums in tally.money.items():
            _add(self.money.setdefault(name, {}), sums)


class Cell(msgspec.Struct, kw_only=True):
    """Decisions that fell from one answer to another."""

    old: str
    new: str
    count: int = 0
    same_result: bool = True
    examples: list[str] = []


class Confusion(msgspec.Struct, kw_only=True):
    """A table's decisions, old against new: by row, and by result."""

    table: str
    decisions: int = 0
    changed: int = 0  # whose result is another
    rows: dict[str, Cell] = {}
    results: dict[str, Cell] = {}
    missing: dict[str, int] = {}  # facts that the record does not hold, and of how many decisions
    errors: dict[str, int] = {}


class Definition(msgspec.Struct, kw_only=True):
    """The machines of one definition. Effects are of those that could be followed to an end."""

    outcomes: dict[str, int] = {}
    reworded: int = 0
    assumed: int = 0
    old: Effects = msgspec.field(default_factory=Effects)
    new: Effects = msgspec.field(default_factory=Effects)
    open: Effects = msgspec.field(default_factory=Effects)  # what is recorded of the others
    partings: dict[str, int] = {}  # "<event>: <why>" -> how many
    undecided: dict[str, int] = {}


class Reproduction(msgspec.Struct, kw_only=True):
    """Accumulates what `Replay.run` yields: the record run again on the versions that it was written with."""

    machines: int = 0
    entries: int = 0
    erased: int = 0
    flaws: list[Flaw] = []

    def add(self, done: Replayed) -> None:
        self.machines += 1
        self.entries += done.entries
        self.erased += done.erased
        self.flaws += done.flaws


class Report(msgspec.Struct, kw_only=True):
    """Accumulates what `Backtest.run` yields."""

    limit: int = EXAMPLES
    machines: int = 0
    entries: int = 0
    erased: int = 0
    unchanged: int = 0
    erased_decisions: int = 0
    definitions: dict[str, Definition] = {}
    examples: list[Result] = []  # of conversations that do not go the same way, the worst sort first
    more: int = 0  # that are not among the examples
    tables: dict[str, Confusion] = {}

    def add(self, passed: Passed) -> None:
        self.machines += 1
        self.entries += passed.entries
        self.erased += passed.why == "erased"
        self.unchanged += passed.why == "unchanged"
        if passed.result is not None:
            self._result(passed.result)
        for decision in passed.decisions:
            self.decided(decision)

    def asked(self, asked: Asked) -> None:
        self.erased_decisions += asked.erased
        if asked.judged is not None:
            self.decided(asked.judged)

    @property
    def followed(self) -> int:
        return sum(sum(each.outcomes.values()) for each in self.definitions.values())

    def outcome(self, name: str) -> int:
        return sum(each.outcomes.get(name, 0) for each in self.definitions.values())

    def _result(self, result: Result) -> None:
        found = self.definitions.setdefault(result.definition, Definition())
        _add(found.outcomes, {result.outcome: 1})
        found.reworded += bool(result.reworded)
        found.assumed += bool(result.assumptions)
        if result.outcome in ("same", "otherwise", "differs"):
            found.old.add(result.old)
            found.new.add(result.new)
        else:
            found.open.add(result.old)
        if result.parting is not None:
            _add(found.partings, {f"{result.parting.event}: {result.parting.why}": 1})
        if result.outcome in ("undecided", "parks"):
            _add(found.undecided, {result.why.partition(" (#")[0]: 1})
        if result.outcome != "same":
            self._example(result)

    def _example(self, result: Result) -> None:
        """Kept without words and values: what is put away holds nothing personal."""
        self.examples.append(_plain_result(result))
        self.examples.sort(key=lambda each: (_ORDER[each.outcome], each.machine))
        if len(self.examples) > self.limit:
            self.examples.pop()
            self.more += 1

    def decided(self, decision: Rejudged) -> None:
        found = self.tables.setdefault(decision.table, Confusion(table=decision.table))
        found.decisions += 1
        same = not decision.new.error and _plain(decision.old) == _plain(decision.new)
        found.changed += not same
        _add(found.missing, dict.fromkeys(decision.missing, 1))
        if decision.new.error:
            _add(found.errors, {decision.new.error: 1})
        place = decision.place
        _cell(found.rows, decision.old.rows, decision.new.error or decision.new.rows, place, same)
        _cell(found.results, _plain(decision.old), decision.new.error or _plain(decision.new), place, same)


_ORDER = {"parks": 0, "gone": 1, "differs": 2, "undecided": 3, "otherwise": 4, "same": 5}


def _plain_result(result: Result) -> Result:
    parting = result.parting
    if parting is None:
        return result
    old, new = _plain_side(parting.old), _plain_side(parting.new)
    return msgspec.structs.replace(result, parting=msgspec.structs.replace(parting, old=old, new=new))


def _plain_side(side: Side) -> Side:
    return msgspec.structs.replace(side, says=tuple(Said(said.key, "") for said in side.says), details="")


def _cell(cells: dict[str, Cell], old: str, new: str, place: str, same: bool) -> None:
    cell = cells.setdefault(f"{old} -> {new}", Cell(old=old, new=new))
    cell.count += 1
    cell.same_result = cell.same_result and same
    if len(cell.examples) < CELL_EXAMPLES:
        cell.examples.append(place)


def _plain(ruled: Ruled) -> str:
    """A result in one line: "send", or "decision=wait, until=8"."""
    result: Any = encode(ruled.result)
    if isinstance(result, dict):
        return ", ".join(f"{name}={_word(value)}" for name, value in sorted(result.items()))
    return _word(result)


def _word(value: Any) -> str:
    return value if isinstance(value, str) else msgspec.json.encode(value, order="deterministic").decode()


def _add(sums: dict[str, int], more: dict[str, int]) -> None:
    for name, count in more.items():
        sums[name] = sums.get(name, 0) + count
