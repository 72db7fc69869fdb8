"""One machine's move to another version, or its retirement with an old one: a turn like any other, journaled.

A machine that cannot be moved after all keeps its version: a note says why, and somebody is told. Nothing is parked
and nothing lost because of a publication.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec
import structlog

from engine.errors import CannotMigrate, EngineError, Unanswered
from engine.migrating import counts_anew, migrate, migration
from engine.model import Arm, Event, Step
from runtime import floor, machines
from runtime.batch import Batch
from runtime.effects import Effects
from runtime.inbox import Content
from runtime.journal import Body, outermost
from runtime.machines import Machine
from runtime.parking import Parking
from runtime.parts import Parts, Scene
from runtime.turn import Turn
from runtime.verbs import Start
from runtime.work import Work
from storage.errors import Unreadable
from storage.store import Delete, Document, Insert

HANDOFF = "flow:handoff"  # what takes a conversation over to a person, where it is published

log = structlog.get_logger("publishing")


class _Kept(Exception):
    """It stays with its version."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


class Moving:
    """Digests the events that `tasks` puts into machines' inboxes."""

    def __init__(self, parts: Parts, turn: Turn) -> None:
        self._parts = parts
        self._turn = turn
        self._effects = Effects(parts)
        self._parking = Parking(parts)

    async def take(self, work: Work, content: Content, scene: Scene, batch: Batch) -> None:
        """A machine that has ended meanwhile, or runs on that version already, has nothing to do."""
        event = content.event
        assert event is not None
        batch.touched.add(work.machine)
        try:
            machine = await self._parts.machines.load(scene.store, scene.vault, work.machine)
        except Unreadable:
            return  # the person was erased, and what it knew with them
        if machine is None or machine.status == "done":
            return
        to = event.data.get("to")
        if to is None:
            self._retire(work, event, machine, scene, batch)
            return
        try:
            await self._move(work, str(to), machine, scene, batch)
        except _Kept as kept:
            note = {"to": to, "code": kept.code, "reason": kept.reason}
            self._parking.note(batch, scene, machine, event, outcome="kept", cause=work.id, note=note)
            self._parts.metrics.alert("publishing_kept", f"{work.machine}: {kept.reason}")

    async def _move(self, work: Work, to: str, machine: Machine, scene: Scene, batch: Batch) -> None:
        snapshot = machine.snapshot
        if outermost(snapshot) == to:
            return
        old, new = await self._parts.releases.by_hash(outermost(snapshot)), await self._parts.releases.by_hash(to)
        if old is None or new is None:
            raise _Kept(
                "version-missing", f"the version {(to if new is None else outermost(snapshot))[:12]} is missing"
            )
        if (old.kind, old.name) != (new.kind, new.name):
            raise _Kept("another-definition", f"{old.name} is not {new.name}")
        timers = await scene.store.find("timers", {"machine": work.machine, "state": "armed"}, limit=1000)
        armed = [Arm(name=row["name"], due=row["due"], visit=row["visit"]) for row in timers]
        states = (*(frame.state for frame in snapshot.frames), snapshot.state)
        since = await self._since(scene, machine) if counts_anew(old, new, states) else machine.started
        event = migration(old, new, armed, since, id=work.id)

        def compute(answers: Mapping[str, Any]) -> Step:
            try:
                return migrate(old, new, snapshot, event, scene.now, answers)
            except Unanswered:
                raise
            except CannotMigrate as refused:
                raise _Kept(refused.code, str(refused)) from refused
            except EngineError as error:
                raise _Kept("failed", f"{type(error).__name__}: {error}") from error

        step = await self._turn.answered(scene, snapshot, compute)
        self._write(work, machine, step, timers, scene, batch)
        self._parts.metrics.count("publishing_migrated")

    async def _since(self, scene: Scene, machine: Machine) -> datetime:
        """When it last entered a state, for timers that no other tells."""
        moved = {"machine": machine.snapshot.machine, "outcome": "moved"}
        found = await scene.store.find("journal", moved, sort=[("seq", -1)], limit=1)
        since: datetime = found[0]["at"] if found else machine.started
        return since

    def _write(
        self, work: Work, before: Machine, step: Step, timers: list[Document], scene: Scene, batch: Batch
    ) -> None:
        """The entry, the machine where it is now, and its timers anew: those before give way in the same commit."""
        snapshot = step.snapshot
        entry = self._parts.journal.step_entry(
            Body(step=step), org=scene.org, subject=before.subject, source=before.snapshot.state, prev=before.hash,
            vault=scene.vault, cause=work.id,
        )  # fmt: skip
        after = msgspec.structs.replace(
            before, snapshot=snapshot, hash=entry["hash"], version=before.version + 1,
            question=before.question if snapshot.asked is not None else None,
        )  # fmt: skip
        batch.ops.extend(Delete("timers", row["_id"], expect=row["version"]) for row in timers)
        for number, arm in enumerate(step.arms):
            batch.arm(self._effects.timer(scene, snapshot, arm, number))
        batch.ops.append(Insert("journal", entry))
        batch.ops.append(machines.update(before, after, scene.vault, scene.now))
        batch.machines.append(after)

    def _retire(self, work: Work, event: Event, machine: Machine, scene: Scene, batch: Batch) -> None:
        """The time that its version was given is over: a person takes over what is left."""
        if machine.status != "live":
            return
        snapshot = machine.snapshot
        reason = "its version was drained"
        self._parking.note(
            batch, scene, machine, event, outcome="drained", cause=work.id, note={"reason": reason}, status="parked"
        )
        self._parts.metrics.alert("publishing_drained", f"{work.machine} in {snapshot.state}")
        log.warning("drained", machine=work.machine, state=snapshot.state)
        if not machine.conversation:
            return
        batch.ops.append(floor.left(machine.conversation, work.machine))
        if self._parts.releases.named(scene.org, HANDOFF) is not None:
            about = snapshot.about
            start = Start(
                definition=HANDOFF, machine=f"handoff:{work.machine}:{snapshot.seq}",
                contact=str(about.get("contact", "")), channel=str(about.get("channel", "")),
            )  # fmt: skip
            language = str(about.get("language", ""))
            batch.post(self._parts.inbox.start(scene.org, start, work.id, language, scene.vault, scene.now))
