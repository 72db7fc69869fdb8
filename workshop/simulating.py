"""A draft tried out: what a customer says or taps, what providers answer, time that passes, and what comes of it.

Nothing is kept on the server: each time the whole conversation is played again from its moves, which takes no longer
than a page does to draw, and can't be out of step with the text. Saved, it is a case of the tests beside the flow.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from engine.chart import chart
from engine.definition import Definition
from engine.errors import EngineError
from engine.findings import Findings
from engine.model import Event
from engine.registry import Registry
from engine.release import Release
from engine.tables import Table
from engine.testing import Understand, World
from engine.testing.generating import cases
from engine.testing.generating.exploring import Explorer, Way
from engine.testing.generating.moves import Move, Moves
from engine.testing.generating.samples import Samples
from engine.testing.generating.worlds import Start
from engine.testing.generating.writing import Writer
from engine.testing.machine import Machine, Unprepared
from engine.testing.places import Places
from engine.testing.playing import NOW, understood, written_message
from engine.testing.preparing import Prepared, prepared
from engine.testing.suite import load_suite
from engine.testing.transcript import guards, transcript
from engine.types import Types
from engine.values import decode, encode
from workshop.trying import NOTE, CannotPlay, Done, Offered, Played, Playing, Step, Timer

MOST_MOVES = 200
LONGEST_WAIT = 400 * 86400  # seconds


def simulate(
    release: Release, registry: Registry, understand: Understand, file: str, tests: str, playing: Playing
) -> Played:
    """Raises CannotPlay."""
    found = [each for each in release.definitions.values() if each.file == file]
    if not found or isinstance(found[0], Table):
        raise CannotPlay("Only flows and lifecycles can be played; a table is tried with facts.")
    if len(playing.moves) > MOST_MOVES:
        raise CannotPlay(f"A simulation has at most {MOST_MOVES} moves.")
    world = World(release, registry, understand)
    return _Simulation(found[0], world, tests, playing).played()


class _Simulation:
    def __init__(self, definition: Definition, world: World, tests: str, playing: Playing) -> None:
        self.definition = definition
        self.world = world
        self.playing = playing
        self.language = playing.language if playing.language in definition.languages else definition.languages[0]
        self.known = Types({name: record.fields for name, record in world.registry.records.items()})
        self.prepared = self._prepared(tests)
        self.samples = Samples(self.known, self.prepared.now or NOW)
        self.start = self._start()
        charts = {each.hash: chart(each) for each in definition.reachable.values()}
        tables = {item.name: item for item in world.release.by_hash.values() if isinstance(item, Table)}
        writer = Writer(self.known, self.prepared.zone)
        self.moves = Moves(charts, world.registry, self.samples, writer, definition.languages, {}, tables)
        self.explorer = Explorer(definition, world, self.moves, self.language, self.prepared.zone)
        self.writing = cases.Writing(
            self.explorer, definition, world.registry, writer, frozenset(self.prepared.answers)
        )  # fmt: skip

    def played(self) -> Played:
        about = {"org": "org-1", "contact": "contact-1", "channel": "whatsapp", "language": self.language, "links": {}}
        machine = Machine(self.definition, self.start.now, about)
        machine.answers = dict(self.start.answers)
        places, steps, stopped, since = Places(self.world.release), [], "", 0
        for move in (None, *self.playing.moves):
            try:
                if move is None:
                    machine.begin(self.start.takes)
                elif machine.snapshot is not None:
                    self._apply(machine, move)
            except (EngineError, Unprepared) as error:
                stopped = str(error)
            steps.append(self._step(machine, since, places))
            since = len(machine.taken)
            if stopped:
                break
        return self._as_it_stands(machine, steps, stopped)

    def _apply(self, machine: Machine, move: Done) -> None:
        if move.key == "wait":
            machine.pass_until(self._until(machine, move.seconds))
        elif move.key == "event":
            machine.feed(Event(name=move.value, data=decode(move.data)))
        else:
            message = written_message(move.key, move.value)
            machine.feed(understood(self.world, machine, message, self.prepared.zone))

    @staticmethod
    def _until(machine: Machine, seconds: int) -> datetime:
        if seconds > 0:
            return machine.now + timedelta(seconds=min(seconds, LONGEST_WAIT))
        armed = machine.armed()
        return armed[0][1] if armed else machine.now

    def _step(self, machine: Machine, since: int, places: Places) -> Step:
        taken = machine.taken[since:]
        lines = transcript(machine.taken)
        before = len(transcript(machine.taken[:since]))
        entered = [micro.target for each in taken for micro in each.step.microsteps if micro.target != micro.source]
        return Step(
            lines=lines[before:],
            guards=guards(self.definition, taken, places),
            path=tuple(entered),
            outcome=taken[-1].step.outcome if taken else "",
        )

    def _as_it_stands(self, machine: Machine, steps: list[Step], stopped: str) -> Played:
        here = machine.snapshot
        running = machine.running if here is not None else self.definition
        return Played(
            steps=tuple(steps),
            state=here.state if here is not None else "",
            flow=running.name,
            at=machine.now,
            done=here.done if here is not None else True,
            data=encode({name: value for name, value in here.data.items() if value is not None}) if here else {},
            timers=tuple(Timer(name=name, due=due) for name, due in machine.armed()),
            offers=tuple(self._offers(machine)) if here is not None and not stopped else (),
            languages=self.definition.languages,
            stopped=stopped,
            test=self._test(machine) if here is not None and not stopped else "",
        )

    def _offers(self, machine: Machine) -> Iterator[Offered]:
        here = machine.snapshot
        assert here is not None
        if here.done:
            return
        for choice in here.asked.choices if here.asked is not None else ():
            yield Offered(kind="tap", label=choice.label, move=Done(key="taps", value=choice.id))
        answers = {name: verb for verb in self._waiting(machine) for name in self.world.registry.verbs[verb].answers}
        seen: set[str] = set()
        for move in self.moves.at(machine):
            if move.key != "event":
                continue
            data = encode(move.data)
            label = f"{move.value} {_telling(data)}".strip()
            if label not in seen:
                seen.add(label)
                verb = answers.get(str(move.value), "")
                done = Done(key="event", value=str(move.value), data=data)
                yield Offered(kind="answer" if verb else "event", label=label, move=done, verb=verb)

    @staticmethod
    def _waiting(machine: Machine) -> list[str]:
        """The verbs that the last step asked for: their answers are what is waited for."""
        return [do.verb for do in machine.taken[-1].step.dos] if machine.taken else []

    def _test(self, machine: Machine) -> str:
        """As a case to put under `cases:`; nothing where a move cannot be written as a test has it."""
        if machine.snapshot is None:
            return ""
        moves = tuple(_as_written(move) for move in self.playing.moves)
        way = Way(self.start, moves, frozenset())
        try:
            return self.writing.conversation(way, "tried in the workshop", language=self.language, note=NOTE)
        except (AssertionError, IndexError):  # a move that the search would not have made
            return ""

    def _prepared(self, tests: str) -> Prepared:
        try:
            suite = load_suite(tests, "tests") if tests else None
            return prepared(suite, self.definition, self.world.registry, self.known)
        except Findings:  # tests in error are the checks' matter; made-up facts will do
            return Prepared()

    def _start(self) -> Start:
        """The world as the tests beside the flow have it, with made-up facts for what they leave open."""
        registry = self.world.registry
        made = {name: self.samples.of(ambient.type, name) for name, ambient in registry.ambients.items()}
        for name, verb in registry.verbs.items():
            if verb.sort == "question":
                made[name] = self.samples.of(verb.returns or "any", name.rpartition(".")[2])
        takes = {name: self.samples.of(self.definition.shapes[name], name) for name in sorted(self.definition.takes)}
        return Start(
            answers={**made, **self.prepared.answers}, takes={**takes, **self.prepared.takes},
            now=self.prepared.now or NOW, changed=frozenset(),
        )  # fmt: skip


def _as_written(move: Done) -> Move:
    """As a test file has it: time that passes by its length, or until the next timer."""
    if move.key == "wait":
        return Move(key="wait", value=min(move.seconds, LONGEST_WAIT) or None)
    return Move(key=move.key, value=move.value, data=decode(move.data))


def _telling(data: dict[str, Any]) -> str:
    """The plain values of an event, to tell two apart."""
    plain = [f"{name}: {value}" for name, value in data.items() if isinstance(value, str | int | bool) and value != ""]
    return f"({', '.join(plain[:3])})" if plain else ""
