"""Searches what a machine may come to, nearest first, by running it: nothing is found that does not happen."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import msgspec

from engine.definition import Definition
from engine.errors import EngineError
from engine.model import Event
from engine.testing.coverage import Item, hits
from engine.testing.generating.moves import Move, Moves
from engine.testing.generating.worlds import Start
from engine.testing.machine import Machine, Unprepared
from engine.testing.playing import World, understood, written_message
from engine.values import canonical

TRIED = 6_000  # moves in one world before the search gives up
LONGEST = 14  # moves of one case
AT_ONCE = 200  # timers that fire at one moment before they count as setting each other off for ever


class Way(msgspec.Struct, frozen=True):
    """How something was reached: the world it began in, and what happened."""

    start: Start
    moves: tuple[Move, ...]
    reached: frozenset[Item]


class _Waiting:
    """The places to go on from: where the machine stands as it never stood before comes first, then the nearest.

    A datum more or less multiplies the places of a machine; what there is to reach depends on its states above all.
    """

    def __init__(self, first: Machine) -> None:
        self._fresh: deque[tuple[Machine, tuple[Move, ...]]] = deque([(first, ())])
        self._known: deque[tuple[Machine, tuple[Move, ...]]] = deque()
        self._shapes: set[object] = {_shape(first)}

    def __bool__(self) -> bool:
        return bool(self._fresh or self._known)

    def add(self, machine: Machine, path: tuple[Move, ...]) -> None:
        shape = _shape(machine)
        (self._known if shape in self._shapes else self._fresh).append((machine, path))
        self._shapes.add(shape)

    def next(self) -> tuple[Machine, tuple[Move, ...]]:
        return (self._fresh or self._known).popleft()


def _shape(machine: Machine) -> object:
    """Where a machine stands, whatever it remembers."""
    here = machine.snapshot
    assert here is not None
    frames = tuple((frame.definition, frame.state) for frame in here.frames)
    return frames, here.definition, here.state, tuple(name for name, _ in machine.armed())


class Explorer:
    """Searches for one definition, in one language (what people say is put in that language)."""

    def __init__(self, definition: Definition, world: World, moves: Moves, language: str, local: str) -> None:
        self._definition = definition
        self._world = world
        self._moves = moves
        self._language = language
        self._local = local
        self._counted = {
            name for each in definition.reachable.values() for _, _, rule in each.rules for name in each.states
            if f"tries.{name}" in rule.source
        }  # fmt: skip

    def search(self, starts: Iterable[Start], wanted: set[Item]) -> list[Way]:
        """A way to each of `wanted` that was found; what was found is taken out of `wanted`."""
        ways: list[Way] = []
        for start in starts:
            if not wanted:
                break
            ways += self._search(start, wanted)
        return ways

    def reached(self, way: Way) -> set[Item]:
        """What a way that was found in another language reaches in this one."""
        machine = self.begun(way.start)
        for move in way.moves:
            machine = self.apply(machine, move) if machine is not None else None
        taken = machine.taken if machine is not None else []
        return {item for each in taken for item in hits(self._definition, each)}

    def _search(self, start: Start, wanted: set[Item]) -> list[Way]:
        ways: list[Way] = []
        begun = self.begun(start)
        if begun is None:
            return ways
        waiting = _Waiting(begun)
        seen = {self._standing(begun)}
        self._note(begun, 0, start, (), wanted, ways)
        tried = 0
        while waiting and wanted and tried < TRIED:
            machine, path = waiting.next()
            if len(path) >= LONGEST:
                continue
            for move in self._moves.at(machine):
                tried += 1
                after = self.apply(machine, move)
                if after is None:
                    continue
                self._note(after, len(machine.taken), start, (*path, move), wanted, ways)
                standing = self._standing(after)
                if standing not in seen:
                    seen.add(standing)
                    waiting.add(after, (*path, move))
        return [self._shortened(way) for way in ways]

    def _shortened(self, way: Way) -> Way:
        """Without the moves that what was reached can do without, each tried in turn from the last."""
        moves = way.moves
        for index in range(len(moves) - 2, -1, -1):
            fewer = (*moves[:index], *moves[index + 1 :])
            if way.reached <= self.reached(Way(way.start, fewer, way.reached)):
                moves = fewer
        return Way(way.start, moves, way.reached)

    def begun(self, start: Start) -> Machine | None:
        """A machine that has begun; None where it cannot in that world."""
        about = {"org": "org-1", "contact": "contact-1", "channel": "whatsapp", "language": self._language, "links": {}}
        machine = Machine(self._definition, start.now, about)
        machine.answers, machine.replies = dict(start.answers), dict(start.replies)
        try:
            machine.begin(start.takes)
        except (EngineError, Unprepared):
            return None
        return machine

    def apply(self, machine: Machine, move: Move) -> Machine | None:
        """The machine after a move; None where the move is refused."""
        after = machine.fork()
        armed = after.armed()
        if move.key == "wait" and move.value is None and not armed:
            return None
        try:
            if move.key == "wait" and move.value is None:
                after.pass_until(armed[0][1], AT_ONCE)
            elif move.key == "wait":
                after.pass_until(after.now + timedelta(seconds=move.value))
            elif move.key == "event":
                after.feed(Event(name=str(move.value), data=move.data))
            else:
                message = written_message(move.key, spoken_in(move.value, self._language))
                after.feed(understood(self._world, after, message, self._local))
        except (EngineError, Unprepared):
            return None
        return after

    def _note(
        self, machine: Machine, since: int, start: Start, path: tuple[Move, ...], wanted: set[Item], ways: list[Way]
    ) -> None:
        reached = {item for taken in machine.taken[since:] for item in hits(self._definition, taken)} & wanted
        if reached:
            wanted -= reached
            ways.append(Way(start, path, frozenset(reached)))

    def _standing(self, machine: Machine) -> bytes:
        """What tells two places of the search apart: where it stands, what it remembers, what runs."""
        here = machine.snapshot
        assert here is not None
        tries = {name: count for name, count in here.tries.items() if name in self._counted or ":" in name}
        outer: list[Any] = [
            (f.definition, f.state, f.data, {n: c for n, c in f.tries.items() if n in self._counted})
            for f in here.frames
        ]  # fmt: skip
        asked = [choice.id for choice in here.asked.choices] if here.asked is not None else None
        armed = [name for name, _ in machine.armed()]
        return canonical([here.definition, here.state, here.data, tries, outer, asked, armed])


def spoken_in(value: Any, language: str) -> Any:
    """What is said by language, in one."""
    if isinstance(value, dict) and language in value:
        return value[language]
    return value
