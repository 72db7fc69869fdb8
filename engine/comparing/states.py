"""One state, old and new: what it does on entry, asks, hears, waits for, and where that leads."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.comparing import deeds, guards
from engine.comparing.blocks import SAME, Block, Names, alike, rules
from engine.comparing.blocks import deeds as deeds_of
from engine.comparing.difference import Weight
from engine.comparing.ledger import Ledger, gravest
from engine.comparing.questions import compare_ask, compare_call, compare_unclear
from engine.comparing.rulelists import RuleLists
from engine.comparing.words import duration, instead, pretty, seconds, trigger, value
from engine.document import At

_TOLD = frozenset(
    {"title", "set", "decide", "do", "tell", "say", "ask", "on", "next", "unclear", "after", "at", "call", "final"}
)
Timer = tuple[str, tuple[Block, ...]]  # as written ("15m"), its rules


class StatePair:
    """`old` is called `was`, `new` is called `name`; both are as written, None for an empty state."""

    def __init__(self, ledger: Ledger, names: Names, was: str, name: str, old: Any, new: Any) -> None:
        self.ledger = ledger
        self.names = names
        self.name = name
        self.old: Mapping[str, Any] = old or {}
        self.new: Mapping[str, Any] = new or {}
        self.old_at = ["states", was]
        self.new_at = ["states", name]
        self.lists = RuleLists(ledger, name)

    def compare(self) -> None:
        if alike(self.old, self.new) and not self.names.touch(self.old):
            return
        self._entry()
        compare_ask(self.ledger, self.names, self.name, self._part("ask"))
        compare_call(self.ledger, self.names, self.name, self._part("call"))
        self._heard()
        compare_unclear(self.ledger, self.names, self.name, self._part("unclear"))
        if "next" in self.old or "next" in self.new:
            self.lists.compare(self._rules("next", old=True), self._rules("next"), "at once")
        self._timers()
        self._moments()
        self._end()
        for key in sorted({*self.old, *self.new} - _TOLD):
            before, after, old_at, new_at = self._part(key)
            if before != after:
                where = self.ledger.written(old_at, new_at)
                words = f"{key} is {value(after)} instead of {value(before)}"
                self.ledger.add("key-changed", self.name, words, "behaviour", **where)

    def _part(self, key: str) -> tuple[Any, Any, list[str], list[str]]:
        return self.old.get(key), self.new.get(key), [*self.old_at, key], [*self.new_at, key]

    def _rules(self, key: str, old: bool = False) -> tuple[Block, ...]:
        side, at, names = (self.old, self.old_at, self.names) if old else (self.new, self.new_at, SAME)
        return rules(side[key], names, [*at, key]) if key in side else ()

    def _entry(self) -> None:
        before = deeds_of(self.old, self.names, self.old_at)
        after = deeds_of(self.new, SAME, self.new_at)
        for change in deeds.changes(before, after, self.ledger.weigh):
            where = self.ledger.written(change.old.at if change.old else None, change.new.at if change.new else None)
            self.ledger.add(f"{change.kind}-changed", self.name, f"on entry {change.words}", change.weight, **where)

    def _heard(self) -> None:
        old = {self.names.event(name): (name, written) for name, written in (self.old.get("on") or {}).items()}
        new = self.new.get("on") or {}
        for event in [*old, *(name for name in new if name not in old)]:
            before = rules(old[event][1], self.names, [*self.old_at, "on", old[event][0]]) if event in old else ()
            after = rules(new[event], SAME, [*self.new_at, "on", event]) if event in new else ()
            if before and after:
                self.lists.compare(before, after, trigger(event))
                continue
            kind, word = ("event-added", "now hears") if after else ("event-removed", "no longer hears")
            told = "; ".join(deeds.block_said(block) for block in before or after)
            weight = gravest(self._weight(), *(self.ledger.weigh.block(block) for block in before or after))
            where = self.ledger.written(
                [*self.old_at, "on", old[event][0]] if before else None, [*self.new_at, "on", event] if after else None
            )
            self.ledger.add(kind, self.name, f"{word} {trigger(event)} ({told})", weight, **where, key=True)

    def _weight(self) -> Weight:
        return self.ledger.weigh.state(self.name, str(self.old_at[1]))

    def _timers(self) -> None:
        old = self._by_length(self.old, self.names, self.old_at)
        new = self._by_length(self.new, SAME, self.new_at)
        gone = {length: timer for length, timer in old.items() if length not in new}
        come = {length: timer for length, timer in new.items() if length not in old}
        for length in old.keys() & new.keys():
            self.lists.compare(old[length][1], new[length][1], f"after {duration(length)}")
        several = sum(1 for _, blocks in {**old, **new}.values() if _leaves(blocks)) > 1 + len(come)
        for length, timer in sorted(gone.items()):
            other = _twin(timer, come, alone=len(gone) == 1)
            if other is None:
                self._timer("timeout-removed", length, timer, "no longer ", old=True)
            else:
                self._waited(length, timer, other, come.pop(other), several)
        for length, timer in sorted(come.items()):
            self._timer("timeout-added", length, timer, "now ", old=False)

    @staticmethod
    def _by_length(side: Mapping[str, Any], names: Names, at: list[str]) -> dict[int, Timer]:
        written = side.get("after") or {}
        return {seconds(key): (key, rules(block, names, [*at, "after", key])) for key, block in written.items()}

    def _waited(self, was: int, old: Timer, now: int, new: Timer, several: bool) -> None:
        change = instead(now, was)
        leads = next((block.to for block in new[1] if block.to is not None), None)
        if leads is None:
            words = f"{deeds.block_said(new[1][0])} after {change}"
        else:
            words = f"waits {change}" + (f" before it goes to {leads}" if several else "")
        weight = gravest(self._weight(), *(self.ledger.weigh.block(block) for block in (*old[1], *new[1])))
        where = {"old": [*self.old_at, "after", old[0]], "new": [*self.new_at, "after", new[0]]}
        self.ledger.add("timeout-changed", self.name, words, weight, **where, before=old[0], after=new[0], key=True)
        self.lists.compare(old[1], new[1], f"after {duration(now)}")

    def _timer(self, kind: str, length: int, timer: Timer, word: str, *, old: bool) -> None:
        told = "; ".join(deeds.block_said(block) for block in timer[1])
        weight = gravest(self._weight(), *(self.ledger.weigh.block(block) for block in timer[1]))
        path = [*(self.old_at if old else self.new_at), "after", timer[0]]
        where = self.ledger.written(path if old else None, None if old else path)
        self.ledger.add(kind, self.name, f"{word}{told} after {duration(length)}", weight, **where, key=True)

    def _moments(self) -> None:
        """Timers at a moment, one beside the other; what is left over was added or removed at the end."""
        old, new = self.old.get("at") or [], self.new.get("at") or []
        for index in range(max(len(old), len(new))):
            old_at: At | None = [*self.old_at, "at", index] if index < len(old) else None
            new_at: At | None = [*self.new_at, "at", index] if index < len(new) else None
            before = _moment(old[index], self.names) if old_at else ""
            after = _moment(new[index], SAME) if new_at else ""
            where = self.ledger.written(old_at, new_at)
            if old_at is None or new_at is None:
                kind, word = ("timer-removed", "no longer has") if new_at is None else ("timer-added", "now has")
                words = f"{word} a timer at {pretty(before or after)}"
                self.ledger.add(kind, self.name, words, self._weight(), **where)
                continue
            for phrase in guards.differing(before, after):
                self.ledger.add("timer-changed", self.name, f"timer at {phrase}", self._weight(), **where)
            past = [side[index].get("past", "skip") for side in (old, new)]
            if past[0] != past[1]:
                word = "fires at once" if past[1] == "run" else "is left out"
                words = f"a timer whose moment has gone by {word}"
                self.ledger.add("timer-changed", self.name, words, self._weight(), **where)
            blocks = (rules(old[index], self.names, old_at), rules(new[index], SAME, new_at))
            self.lists.compare(*blocks, f"at {pretty(after)}")

    def _end(self) -> None:
        if bool(self.old.get("final")) != bool(self.new.get("final")):
            words = "is an end now" if self.new.get("final") else "is no longer an end"
            where = self.ledger.written(self.old_at, self.new_at)
            self.ledger.add("end-changed", self.name, words, gravest("behaviour", self._weight()), **where, key=True)
        if self.old.get("title") != self.new.get("title"):
            words = f"is titled “{self.new.get('title', '')}”"
            where = self.ledger.written([*self.old_at, "title"], [*self.new_at, "title"])
            self.ledger.add("title-changed", self.name, words, "none", **where)


def _moment(written: Mapping[str, Any], names: Names) -> str:
    return guards.renamed(str(written["time"]), names.data, names.states)


def _leaves(blocks: tuple[Block, ...]) -> bool:
    return any(block.to is not None for block in blocks)


def _twin(timer: Timer, come: Mapping[int, Timer], *, alone: bool) -> int | None:
    """The new timer that does what this one did, or leads where it led; `alone`: the one that is left will do."""
    for length, other in sorted(come.items()):
        if [block.key for block in timer[1]] == [block.key for block in other[1]]:
            return length
    for length, other in sorted(come.items()):
        if [block.to for block in timer[1]] == [block.to for block in other[1]]:
            return length
    return next(iter(come)) if alone and len(come) == 1 else None
