"""Rules under one trigger, old and new: of a list the first that holds is taken, so that order is meaning."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from engine.comparing import deeds, guards
from engine.comparing.blocks import Block
from engine.comparing.ledger import Ledger, gravest
from engine.comparing.matching import in_order
from engine.comparing.words import pretty

Pair = tuple[Block, Block]


class RuleLists:
    """Writes down what differs between two lists of rules of one state (or, without a state, of `anywhere`)."""

    def __init__(self, ledger: Ledger, subject: str) -> None:
        self.ledger = ledger
        self.subject = subject

    def compare(self, old: Sequence[Block], new: Sequence[Block], trigger: str) -> None:
        """`trigger` in words: "payment.failed", "after 15 min"."""
        if [block.key for block in old] == [block.key for block in new]:
            return
        pairs, gone, come = matched(old, new)
        many = len(old) > 1 or len(new) > 1
        for before, after in pairs:
            if before.key != after.key:
                self._altered(before, after, trigger, many)
        for block in gone:
            self._one_sided("rule-removed", block, trigger, "no longer ", old=block.at)
        for block in come:
            self._one_sided("rule-added", block, trigger, "now ", new=block.at)
        self._moved(pairs, new, trigger)

    def _one_sided(self, kind: str, block: Block, trigger: str, word: str, **at: Any) -> None:
        weight = gravest(self.ledger.weigh.block(block), self.ledger.weigh.state(self.subject))
        words = f"{trigger}{_if(block)}: {word}{deeds.block_said(block)}"
        self.ledger.add(kind, self.subject, words, weight, **self.ledger.written(**at))

    def _altered(self, old: Block, new: Block, trigger: str, many: bool) -> None:
        weigh, ledger = self.ledger.weigh, self.ledger
        which = _if(new) if many and old.guard == new.guard else ""
        around = weigh.state(self.subject, old.to, new.to)
        for phrase in guards.differing(old.when, new.when):
            weight = gravest(around, weigh.expression(old.when), weigh.expression(new.when))
            told = f" ({deeds.block_said(new)})" if many else ""
            where = ledger.written((*old.at, "when"), (*new.at, "when"))
            ledger.add("guard-changed", self.subject, f"{trigger}: {phrase}{told}", weight, **where)
        if old.to != new.to:
            where = ledger.written(old.at, new.at)
            ledger.add("target-changed", self.subject, f"{trigger}{which} {_led(old, new)}", around, **where)
        for change in deeds.changes(old.deeds, new.deeds, weigh):
            where = ledger.written(change.old.at if change.old else None, change.new.at if change.new else None)
            ledger.add(
                f"{change.kind}-changed", self.subject, f"{trigger}{which}: {change.words}", change.weight, **where
            )

    def _moved(self, pairs: Sequence[Pair], new: Sequence[Block], trigger: str) -> None:
        places = [new.index(after) for _, after in pairs]
        stayed = in_order(places)
        for index, (before, after) in enumerate(pairs):
            if index in stayed:
                continue
            place = new.index(after)
            beside = f"before “{_name(new[place + 1])}”" if place + 1 < len(new) else "last"
            weight = gravest(self.ledger.weigh.block(after), self.ledger.weigh.state(self.subject))
            words = f"{trigger}: “{_name(after)}” is tried {beside} now"
            self.ledger.add("rule-moved", self.subject, words, weight, **self.ledger.written(before.at, after.at))


def matched(old: Sequence[Block], new: Sequence[Block]) -> tuple[list[Pair], list[Block], list[Block]]:
    """Pairs in the old order, then what is on one side only."""
    scores: list[tuple[float, int, int]] = []
    for i, before in enumerate(old):
        for j, after in enumerate(new):
            score = _likeness(before, after)
            if score >= 2 or (score > 0 and len(old) == len(new) == 1):
                scores.append((score - abs(i - j) / 100, i, j))
    found: dict[int, int] = {}
    for _, i, j in sorted(scores, key=lambda item: (-item[0], item[1], item[2])):
        if i not in found and j not in found.values():
            found[i] = j
    pairs = [(old[i], new[found[i]]) for i in sorted(found)]
    gone = [block for i, block in enumerate(old) if i not in found]
    come = [block for j, block in enumerate(new) if j not in found.values()]
    return pairs, gone, come


def _likeness(old: Block, new: Block) -> float:
    if old.key == new.key:
        return 10
    same_deeds = [deed.key for deed in old.deeds] == [deed.key for deed in new.deeds]
    shared = {(deed.kind, deed.name) for deed in old.deeds} & {(deed.kind, deed.name) for deed in new.deeds}
    score = 3.0 if old.guard == new.guard else 0.0
    score += 1.5 if old.to == new.to else 0.0
    score += 1.5 if same_deeds else 0.5 * bool(shared)
    if old.guard and new.guard and guards.names(old.guard) == guards.names(new.guard):
        score += 0.5
    return score + 0.01


def _if(block: Block) -> str:
    return f" if {pretty(block.when)}" if block.when is not None else ""


def _name(block: Block) -> str:
    return pretty(block.when) if block.when is not None else deeds.block_said(block)


def _led(old: Block, new: Block) -> str:
    if old.to is None:
        return f"leads to {new.to}; it stayed before"
    return f"leads to {new.to} instead of {old.to}" if new.to is not None else f"stays, no longer leads to {old.to}"
