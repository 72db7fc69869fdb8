"""Paths gained and lost: two charts walked side by side, from their start, by the same events.

A pair of states does the same when both do the same on entry, and each trigger leads both to the same deeds and to a
pair that does the same again. Guards are compared for all facts. When every pair that can be reached was looked
at, and no difference and no open question came up, the two behave the same: a bisimulation that closed.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from engine.chart import chart
from engine.comparing import partings
from engine.comparing.blocks import SAME, Deed, Names
from engine.comparing.difference import Answer, Behaviour, Parting, Side
from engine.comparing.firsts import Asker, Case, Open, Parted, Same, part
from engine.comparing.nodes import Nodes, Trigger, step, trigger_said
from engine.comparing.spaces import Spaces
from engine.comparing.twins import Twins
from engine.definition import UNCLEAR, Definition
from engine.registry import Registry
from engine.types import Types

_SHOWN = 40  # partings that are told one by one
_UNCLEAR: Trigger = ("event", UNCLEAR)
Way = tuple[str, ...]
Pair = tuple[str, str]  # an old and a new state, each by its own name
Triggers = Mapping[Trigger, tuple[Case, ...]]


class Paths:
    """One pair of definitions under comparison."""

    def __init__(
        self, name: str, old: Definition, new: Definition, names: Names, registry: Registry, known: Types
    ) -> None:
        self.name = name
        self.names = names
        self.old = Nodes(chart(old), names)
        self.new = Nodes(chart(new), SAME)
        self.spaces = Spaces(old, new, names, registry, known)
        self.twins = Twins(self.old, self.new)
        self.asker = Asker()
        self.found: dict[Any, Parting] = {}
        self.open: list[str] = [f"{datum} has another type now" for datum in self.spaces.retyped]
        self.open += _taken(old, new, names)
        self._seen: set[Pair] = set()
        self._waiting: deque[tuple[Pair, Way]] = deque()

    def behaviour(self) -> Behaviour:
        definitions = self.old.chart.definition, self.new.chart.definition
        for parting in partings.settings(*definitions, self.names):
            self.found[parting.words] = parting
        self._from_the_start()
        self._from_what_both_reach()
        told = sorted(self.found.values(), key=lambda parting: len(parting.events))
        answer: Answer = "different" if told else "undecided" if self.open else "same"
        return Behaviour(
            definition=self.name, answer=answer, questions=self.asker.asked, partings=tuple(told[:_SHOWN]),
            undecided=tuple(dict.fromkeys(self.open)),
        )  # fmt: skip

    def _from_the_start(self) -> None:
        first, second = self.old.chart.start, self.new.chart.start
        if self.old.state(first) == second or self.twins.same(first, second):
            self._push((first, second), ())
        else:
            sides = partings.arriving(self.old, first), partings.arriving(self.new, second)
            self._part("changed", second, "at the beginning", (), sides)
        self._walk()

    def _from_what_both_reach(self) -> None:
        """A state may no longer be reached by the same events on both sides; what it does is compared all the same."""
        reached = self.old.chart.reached()
        pairs = [(name, self.old.state(name)) for name in self.old.chart.nodes if name in reached]
        left = [pair for pair in pairs if pair not in self._seen]
        ways = self.new.ways() if left else {}
        for pair in left:
            if pair[1] in ways:
                self._push(pair, ways[pair[1]])
        self._walk()

    def _push(self, pair: Pair, way: Way) -> None:
        if pair not in self._seen:
            self._seen.add(pair)
            self._waiting.append((pair, way))

    def _walk(self) -> None:
        while self._waiting:
            pair, way = self._waiting.popleft()
            self._entries(pair, way)
            before, after = self.old.triggers(pair[0]), self.new.triggers(pair[1])
            for trigger in [*before, *(trigger for trigger in after if trigger not in before)]:
                if trigger[0] == "heard":
                    continue
                rules = self._unclear if trigger == _UNCLEAR else self._rules
                rules(trigger, pair, before.get(trigger, ()), after.get(trigger, ()), way)
            for phrase, one, two in self._phrases(before, after):
                self._rules(("hears", phrase), pair, one, two, way)

    def _entries(self, pair: Pair, way: Way) -> None:
        old, new = self.old.entry(pair[0]), self.new.entry(pair[1])
        if old.key == new.key:
            return
        same = self._deeds(old.deeds, new.deeds)
        facts: Mapping[str, Any] = {}
        if isinstance(same, list):
            verdict = self.asker.ask(self.spaces.plain, same)
            facts = self.spaces.shown(verdict.example, [source for source, _ in same])
            if verdict.answer == "unknown":
                self.open.append(f"{pair[1]}, on entry: {verdict.why}")
            same = verdict.answer != "yes"
        if not same or old.rest != new.rest:
            sides = partings.entering(pair[1], old), partings.entering(pair[1], new)
            self._part("changed", pair[1], f"{pair[1]}, on entry", way, sides, facts)

    def _rules(self, trigger: Trigger, pair: Pair, old: Sequence[Case], new: Sequence[Case], way: Way) -> None:
        if self._alike(old, new):
            self._follow(zip(old, new, strict=True), trigger, way)
            return
        space = self.spaces.at(trigger[1] if trigger[0] == "event" else "", *pair)
        for found in part(old, new, space, self.asker, self._same):
            if isinstance(found, Open):
                self.open.append(f"{pair[1]}, {trigger_said(trigger)}: {found.why}")
            else:
                self._parted(trigger, pair, found, way)
        self._follow(((one, two) for one in old for two in new if self._same(one, two) is not False), trigger, way)

    def _alike(self, old: Sequence[Case], new: Sequence[Case]) -> bool:
        """Rule by rule the same, as written."""
        return len(old) == len(new) and all(
            one.key == two.key and one.item.key == two.item.key and self._targets(one.item.target, two.item.target)
            for one, two in zip(old, new, strict=True)
        )

    def _follow(self, cases: Iterable[tuple[Case, Case]], trigger: Trigger, way: Way) -> None:
        for one, two in cases:
            old, new = one.item.target, two.item.target
            if old is not None and new is not None and self.old.state(old) == new:
                self._push((old, new), (*way, *step(trigger, two)))

    def _same(self, old: Case, new: Case) -> Same:
        if old.item is None or new.item is None:
            return old.item is new.item
        if not self._targets(old.item.target, new.item.target):
            return False
        return self._deeds(old.item.deeds, new.item.deeds)

    def _targets(self, old: str | None, new: str | None) -> bool:
        if old is None or new is None:
            return old is new
        return self.old.state(old) == new or self.twins.same(old, new)

    @staticmethod
    def _deeds(old: Sequence[Deed], new: Sequence[Deed]) -> Same:
        """True, False, or the question whether values that are written otherwise can come out otherwise."""
        parts: list[str] = []
        if len(old) != len(new):
            return False
        for one, two in zip(old, new, strict=True):
            was, now = dict(one.args), dict(two.args)
            if (one.kind, one.name, one.to) != (two.kind, two.name, two.to) or was.keys() != now.keys():
                return False
            parts += [f"(({was[name]}) != ({now[name]}))" for name in was if was[name] != now[name]]
        return [(" or ".join(parts), True)] if parts else True

    def _parted(self, trigger: Trigger, pair: Pair, found: Parted, way: Way) -> None:
        old, new = found.old.item, found.new.item
        kind: partings.Kind = "lost" if new is None else "gained" if old is None else "changed"
        sides = partings.came_to(self.old, pair[0], old), partings.came_to(self.new, pair[1], new)
        facts = self.spaces.shown(found.facts, [found.old.guard, found.new.guard])
        everywhere = [side.place for side in (old, new) if side is not None and side.place[:1] == ("anywhere",)]
        key = (trigger, *everywhere) if everywhere else None
        place = "anywhere" if everywhere else pair[1]
        way = (*way, *step(trigger))
        self._part(kind, pair[1], f"{place}, {trigger_said(trigger)}", way, sides, facts, key)

    def _unclear(self, trigger: Trigger, pair: Pair, old: Sequence[Case], new: Sequence[Case], way: Way) -> None:
        """So many answers that are not understood are put up with, and then something else happens."""
        again = [next((case.item.again[0] for case in cases if case.item.again), 0) for cases in (old, new)]
        if self._alike(old, new):
            self._follow(zip(old, new, strict=True), trigger, way)
            return
        sides = partings.unclear_side(self.old, pair[0], old), partings.unclear_side(self.new, pair[1], new)
        borne = [tries for tries in again if tries is not None]
        first = [cases[0].item.key if cases and cases[0].item.again else None for cases in (old, new)]
        told = [None if key is None else (key[0], key[1][1:]) for key in first]
        count = 1 if told[0] != told[1] or not borne else min(borne) + 1
        self._part("changed", pair[1], f"{pair[1]}, unclear answers", (*way, *step(trigger) * count), sides)
        self._follow(((one, two) for one in old for two in new), trigger, way)

    def _phrases(self, before: Triggers, after: Triggers) -> Iterator[tuple[str, tuple[Case, ...], tuple[Case, ...]]]:
        """One phrase for all that are heard alike, with the rules that it sets off on each side."""
        was, now = self.old.phrases(), self.new.phrases()
        told: set[tuple[Trigger | None, Trigger | None]] = set()
        for phrase in {**was, **now}:
            key = was.get(phrase), now.get(phrase)
            one = before.get(key[0], ()) if key[0] is not None else ()
            two = after.get(key[1], ()) if key[1] is not None else ()
            if key not in told and (one or two):
                told.add(key)
                yield phrase, one, two

    def _part(
        self, kind: partings.Kind, state: str, place: str, way: Way, sides: tuple[Side, Side],
        facts: Mapping[str, Any] = {}, key: Any = None,
    ) -> None:  # fmt: skip
        """Writes a parting down once. Pairs come in the order of their ways: the first is the shortest."""
        made = partings.parting(kind, state, place, way, sides, facts)
        self.found.setdefault(key or made.words, made)


def _taken(old: Definition, new: Definition, names: Names) -> list[str]:
    """What starters hand over is theirs to change; whether they did is not seen from here."""
    before = {names.data.get(name, name) for name in old.takes}
    return [f"starters hand over {name} now" for name in sorted(new.takes - before)] + [
        f"starters no longer hand over {name}" for name in sorted(before - new.takes)
    ]
