"""What a rule or a state does on the way, one thing after the other, each shown to the promise."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from engine.acts import Act
from engine.promises import Happening, Promise
from engine.proving import deciding, watching
from engine.proving.reading import Reading
from engine.proving.subject import Subject
from engine.proving.worlds import World


class Acting(Reading):
    """A reading that does something, and a promise that watches."""

    def __init__(self, subject: Subject, promise: Promise, *, causal: bool = False, coarse: bool = False) -> None:
        super().__init__(subject, causal=causal, coarse=coarse)
        self.promise = promise

    def act(self, world: World, level: int, acts: Iterable[Act]) -> list[World]:
        """What a rule or a state does, one thing after the other."""
        worlds = [world]
        for act in acts:
            worlds = [after for each in worlds for after in self._one(each, level, act)]
        return worlds

    def _one(self, world: World, level: int, act: Act) -> Iterator[World]:
        if act.kind == "set":
            term = self.read(world, level, act.args[0][1])
            if self.fits(world, term) and self.keep(world, level, act.name, term):
                yield world
            return
        if act.kind == "decide":
            yield from deciding.decided(self, world, level, act)
            return
        if not self.works(world, level, act):
            return
        kind: Any = {"do": "does", "tell": "tells", "say": "says"}[act.kind]
        if act.kind == "do":
            world.caused = world.caused | ({act.name} & self.causing)
        yield from self.happen(world, Happening(kind, act.name))

    def happen(self, world: World, happened: Happening) -> list[World]:
        """One happening, shown to the promise. Where a guard of the promise decides, both ways are followed."""
        world.seen = (*world.seen, (happened.kind, happened.name))
        if world.broken:
            return [world]
        seen = watching.see(self.promise, world.watch, happened)
        made: list[World] = []
        for index, what in enumerate(seen):
            each: World | None = world if index == len(seen) - 1 else world.fork()
            for guard, wanted in what.guards:
                if each is not None:
                    each = self.judged(each, guard, wanted)
            if each is not None:
                each.watch = what.watch
                each.broken = what.broken
                made.append(each)
        return made
