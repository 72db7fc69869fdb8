"""The longest way through the places where something is due, a visit to a state lasting until its first sure timer."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

import msgspec

from engine.proving.search import Edge, Search
from engine.proving.worlds import Place, Stride

_NOTHING = timedelta(0)


class Way(msgspec.Struct, frozen=True, kw_only=True):
    """`length` is None where there is no end to it. `silent`: places that last too long by themselves, nearest first.

    `places` and `strides` are the longest way, where several visits make it.
    """

    length: timedelta | None
    silent: tuple[Place, ...] = ()
    places: tuple[Place, ...] = ()
    strides: tuple[Stride, ...] = ()


def longest(search: Search, due: set[Place]) -> Way:
    """How long it can take, from when it is due until it is not any more."""
    lasts = {place: _lasts(search, place, due) for place in search.came if place in due}
    entries = [place for place in lasts if not _inherited(search, place, due)]
    reached = _reached(search, entries, due)
    endless = [place for place in lasts if place in reached and lasts[place] is None]
    by_length = sorted(
        (place for place in reached if lasts[place] is not None), key=lambda each: lasts[each] or _NOTHING
    )
    silent = tuple(place for place in lasts if place in set(endless) and place in entries) + tuple(
        place for place in endless if place not in entries
    )
    if endless:
        return Way(length=None, silent=silent)
    walk = _Walk(search, due, {place: last or _NOTHING for place, last in lasts.items()})
    best: Way | None = None
    for entry in entries:
        found = walk.from_(entry)
        if found is None:
            return Way(
                length=None, silent=tuple(reversed(by_length))[:4], places=walk.circle[0], strides=walk.circle[1]
            )
        if best is None or found.length > best.length:  # type: ignore[operator]
            best = found
    if best is None:
        return Way(length=_NOTHING)
    return msgspec.structs.replace(best, silent=tuple(reversed(by_length))[:4])


def _inherited(search: Search, place: Place, due: set[Place]) -> bool:
    before, _ = search.came[place]
    return before is not None and before in due


def _reached(search: Search, entries: Iterable[Place], due: set[Place]) -> set[Place]:
    found: set[Place] = set()
    waiting = list(entries)
    while waiting:
        place = waiting.pop()
        if place in found or place not in due:
            continue
        found.add(place)
        waiting += [edge.target for edge in search.edges.get(place, ())]
    return found


def _lasts(search: Search, place: Place, due: set[Place]) -> timedelta | None:
    """Until the first timer that, wherever this visit may have come to by then, enters another state."""
    if place.done:
        return None
    visit = _visit(search, place)
    sure: timedelta | None = None
    for index, level in enumerate(place.levels):
        for name, delay in search.node(level).state.delays:
            if name not in level.fired and (sure is None or delay < sure) and _sure(search, visit, index, name):
                sure = delay
    return sure


def _visit(search: Search, place: Place) -> list[Place]:
    """The places that may be come to without entering a state."""
    found = {place: None}
    waiting = [place]
    while waiting:
        for edge in search.edges.get(waiting.pop(), ()):
            if edge.visits == 0 and edge.target not in found:
                found[edge.target] = None
                waiting.append(edge.target)
    return list(found)


def _sure(search: Search, visit: list[Place], index: int, name: str) -> bool:
    """Whether the timer enters another state from all of them; where it has to wait for a shorter one, later."""
    fires = False
    for place in visit:
        edges: list[Edge] = [
            edge for edge in search.edges.get(place, ())
            if edge.stride.event.name == name and edge.stride.event.level == index
        ]  # fmt: skip
        if any(edge.visits == 0 for edge in edges) or name in place.levels[index].fired:
            return False
        fires = fires or bool(edges)
    return fires


class _Walk:
    """Longest ways from one place, worked out once a place."""

    def __init__(self, search: Search, due: set[Place], lasts: dict[Place, timedelta]) -> None:
        self.search = search
        self.due = due
        self.lasts = lasts
        self.circle: tuple[tuple[Place, ...], tuple[Stride, ...]] = ((), ())

    def from_(self, entry: Place) -> Way | None:
        """None where it goes round for ever. Values are settled in rounds, as in Bellman's and Ford's way."""
        region = [place for place in self.search.came if place in _reached(self.search, [entry], self.due)]
        best: dict[Place, tuple[timedelta, Edge | None]] = {place: (self.lasts[place], None) for place in region}
        for _ in range(len(region) + 1):
            changed = False
            for place in reversed(region):
                for edge in self.search.edges.get(place, ()):
                    if edge.target not in best:
                        continue
                    step = self.lasts[place] if edge.visits else _NOTHING
                    length = step + best[edge.target][0]
                    if length > best[place][0]:
                        best[place] = (length, edge)
                        changed = True
            if not changed:
                return self._way(entry, best)
        self.circle = self._round(entry, best)
        return None

    @staticmethod
    def _way(entry: Place, best: dict[Place, tuple[timedelta, Edge | None]]) -> Way:
        places: list[Place] = [entry]
        strides: list[Stride] = []
        while True:
            edge = best[places[-1]][1]
            if edge is None or edge.target in places:
                return Way(length=best[entry][0], places=tuple(places), strides=tuple(strides))
            places.append(edge.target)
            strides.append(edge.stride)

    @staticmethod
    def _round(
        entry: Place, best: dict[Place, tuple[timedelta, Edge | None]]
    ) -> tuple[tuple[Place, ...], tuple[Stride, ...]]:
        """A few times round, to be longer than any promise."""
        places: list[Place] = [entry]
        strides: list[Stride] = []
        while len(strides) < 12:
            edge = best[places[-1]][1]
            if edge is None:
                break
            places.append(edge.target)
            strides.append(edge.stride)
        return tuple(places), tuple(strides)
