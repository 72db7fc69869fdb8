"""A way as a case of a test file: what happens, and what was seen to come of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import msgspec

from engine.definition import Definition
from engine.model import Decision, Do
from engine.registry import Registry
from engine.tables import Table
from engine.testing.generating.exploring import Explorer, Way
from engine.testing.generating.moves import Move
from engine.testing.generating.writing import Writer, duration
from engine.testing.machine import Machine, Taken

NOTE = "# Generated from the state graph, to be read by a person: is this what should happen?"


class Writing(msgspec.Struct, frozen=True):
    """What cases of one definition are written with. `given` are the names that the file itself prepares."""

    explorer: Explorer
    definition: Definition
    registry: Registry
    writer: Writer
    given: frozenset[str]

    def conversation(
        self, way: Way, name: str, *, data: bool = True, language: str = "", note: str = NOTE
    ) -> str:  # fmt: skip
        """The case in YAML, indented as an item of `cases:`; `data`: whether it expects what is remembered."""
        writer = self.writer
        machine = self.explorer.begun(way.start)
        assert machine is not None
        steps = [_step("", _seen(machine, 0, writer, data))]
        for move in way.moves:
            since = len(machine.taken)
            happened = _happens(move, machine, self.registry, writer)
            after = self.explorer.apply(machine, move)
            assert after is not None
            machine = after
            steps.append(_step(happened, _seen(machine, since, writer, data)))
        used = {key.partition("{")[0] for taken in machine.taken for key in taken.step.answers}
        head = [f"  {note}", f"  - name: {writer.value(name)}"]
        if language:
            head.append(f"    language: {language}")
        prepared = _prepared(way, self.definition, self.registry, writer, used - self.given)
        return "\n".join([*head, *(f"    {line}" for line in prepared), "    steps:", *(f"      {s}" for s in steps)])


def decision(
    made: Decision, name: str, table: Table, writer: Writer, given: Mapping[str, Any], note: str = NOTE
) -> str:  # fmt: skip
    """A case of a decision table. Facts that the file gives already are left out."""
    facts = {key: value for key, value in made.facts.items() if key not in given or given[key] != value}
    written = ", ".join(f"{key}: {writer.value(value, table.facts[key])}" for key, value in facts.items())
    rows = f"row: {made.hit[0]}" if len(made.hit) == 1 else f"rows: {writer.value(list(made.hit))}"
    result = writer.value(made.result, table.result if table.result.base != "record" else "any")
    return "\n".join([
        f"  {note}", f"  - name: {writer.value(name)}", f"    facts: {{{written}}}",
        f"    expect: {{{rows}, result: {result}}}",
    ])  # fmt: skip


def _step(happened: str, seen: str) -> str:
    return f"- {{{happened}{', ' if happened else ''}{seen}}}"


def _happens(move: Move, machine: Machine, registry: Registry, writer: Writer) -> str:
    if move.key == "wait":
        due = machine.armed()[0][1] if move.value is None else machine.now + timedelta(seconds=move.value)
        passed = due - machine.now
        text = duration(passed)
        return (
            f"after: {text}"
            if len(text) <= 7 and passed.total_seconds() % 1 == 0
            else f"at: {writer.value(due, 'when')}"
        )
    if move.key == "event":
        kind = registry.events.get(str(move.value))
        fields = dict(kind.fields) if kind is not None else {}
        data = ", ".join(f"{key}: {writer.value(value, fields.get(key, 'any'))}" for key, value in move.data.items())
        return f"event: {move.value}{f', with: {{{data}}}' if data else ''}"
    return f"{move.key}: {writer.value(move.value)}"


def _prepared(way: Way, definition: Definition, registry: Registry, writer: Writer, needed: set[str]) -> list[str]:
    """What the case has otherwise than the file, and what it needs that the file lacks."""
    start = way.start
    lines: list[str] = []
    if "now" in start.changed:
        lines.append(f"now: {writer.value(start.now, 'when')}")
    if "takes" in start.changed and start.takes:
        inner = (f"{name}: {writer.value(value, definition.shapes[name])}" for name, value in start.takes.items())
        lines.append(f"takes: {{{', '.join(inner)}}}")
    names = [name for name in (*start.answers, *start.changed) if name in start.changed or name in needed]
    given = [line for name in dict.fromkeys(names) if (line := _given(name, way, registry, writer))]
    return [*lines, *(["given:", *(f"  {line}" for line in given)] if given else [])]


def _given(name: str, way: Way, registry: Registry, writer: Writer) -> str:
    if name in ("now", "takes"):
        return ""
    verb = registry.verbs.get(name)
    if verb is not None and verb.sort != "question":
        return f"{name}: null"
    wanted = registry.ambients[name].type if verb is None else verb.returns
    return f"{name}: {writer.value(way.start.answers.get(name), wanted)}"


def _seen(machine: Machine, since: int, writer: Writer, data: bool) -> str:
    """What came of a step, as it may be expected."""
    taken = machine.taken[since:]
    here = machine.snapshot
    assert here is not None
    running = machine.running
    state = here.state if running is machine.definition else f"{running.name}.{here.state}"
    seen = [f"texts: {writer.value([say.key for each in taken for say in each.step.says])}", f"state: {state}"]
    dos = [do for each in taken for do in each.step.dos]
    if dos:
        seen.append(f"does: [{', '.join(_done(do, writer) for do in dos)}]")
    tells = [tell.event for each in taken for tell in each.step.tells]
    if tells:
        seen.append(f"tells: {writer.value(tells)}")
    rows = [f"{made.table}.{row}" for each in taken for made in each.step.decisions for row in made.hit]
    if rows:
        seen.append(f"decisions: {writer.value(rows)}")
    seen += _changed(taken, machine, writer) if data else []
    if here.done:
        seen.append("done: true")
    return f"expect: {{{', '.join(seen)}}}"


def _done(do: Do, writer: Writer) -> str:
    args = {name: _named(value) for name, value in do.args.items() if value is not None}
    return f"{{{do.verb}: {writer.value(args)}}}" if args else do.verb


def _changed(taken: list[Taken], machine: Machine, writer: Writer) -> list[str]:
    """What the flow that runs now remembers anew."""
    assert machine.snapshot is not None
    before = taken[0].before if taken else None
    same = before is not None and before.definition == machine.snapshot.definition
    old = before.data if before is not None and same else {}
    shapes = machine.running.shapes
    new = {
        name: _named(value) for name, value in machine.snapshot.data.items()
        if value is not None and before is not None and same and old.get(name) != value
    }  # fmt: skip
    inner = ", ".join(f"{name}: {writer.value(value, shapes[name])}" for name, value in new.items())
    return [f"data: {{{inner}}}"] if inner else []


def _named(value: Any) -> Any:
    """A record by what names it: the rest would only repeat what the world was told to answer."""
    if isinstance(value, dict):
        named = {key: value[key] for key in ("id",) if value.get(key) is not None}
        return named or value
    return value
