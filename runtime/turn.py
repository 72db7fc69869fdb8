"""A machine's turn: one event, one step, and everything that goes into the commit because of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from engine.errors import EngineError, Unanswered
from engine.model import Event, Snapshot, Step
from engine.values import dump_both, dump_snapshot
from runtime import floor, machines
from runtime.batch import Batch
from runtime.effects import Effects
from runtime.journal import Body, applied, outermost
from runtime.machines import Machine
from runtime.message import SEND, question
from runtime.parking import Parking
from runtime.parts import Parts, Scene
from runtime.trouble import Parked
from runtime.verbs import Hopeless, RetryLater
from storage.errors import StoreError
from storage.store import Insert

QUESTIONS = 100  # questions that one step may ask

Compute = Callable[[Mapping[str, Any]], Step]


class Turn:
    """Steps a loaded machine."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._effects = Effects(parts)
        self._parking = Parking(parts)

    async def take(
        self, scene: Scene, batch: Batch, machine: Machine, event: Event, *, cause: str, heard: bool
    ) -> None:
        snapshot = machine.snapshot
        definition = await self._definition(snapshot)
        if heard:
            event = await self._understood(scene, definition, snapshot, event)

        def compute(answers: Mapping[str, Any]) -> Step:
            return self._parts.interpreter.step(definition, snapshot, event, scene.now, answers)

        step = await self.answered(scene, snapshot, compute)
        await self.write(scene, batch, machine, step, cause=cause, heard=heard)

    async def _definition(self, snapshot: Snapshot) -> Any:
        hash = outermost(snapshot)
        with guarded(snapshot.machine, "definition"):  # an old version may no longer compile
            definition = await self._parts.releases.by_hash(hash)
        if definition is None:
            raise Parked("its definition is missing", hash, machine=snapshot.machine)
        return definition

    async def _understood(self, scene: Scene, definition: Any, snapshot: Snapshot, message: Event) -> Event:
        place = await self._parts.places.of(scene.org)
        try:
            expectation = self._parts.interpreter.expectation(definition, snapshot)
        except EngineError as error:
            raise Parked(type(error).__name__, str(error), machine=snapshot.machine) from error
        with guarded(snapshot.machine, "understand"):
            understood = self._parts.understand(
                expectation,
                message.data,
                now=scene.now,
                zone=place.zone,
                region=place.region,
                currency=place.currency,
            )
        return msgspec.structs.replace(understood, id=message.id)

    async def answered(self, scene: Scene, snapshot: Snapshot, compute: Compute) -> Step:
        """Compute a step, asking its questions as they come up; each is asked once."""
        answers: dict[str, Any] = {}
        key = f"{snapshot.machine}/{snapshot.seq + 1}"
        while len(answers) <= QUESTIONS:
            try:
                return compute(answers)
            except Unanswered as unanswered:
                asked = unanswered.question
                handler = self._parts.handlers.names().get(asked.verb)
                if handler is None:
                    raise Parked("unbound verb", asked.verb, machine=snapshot.machine) from unanswered
                with guarded(snapshot.machine, asked.verb):
                    answers[asked.key] = await handler(scene.context(snapshot, key), asked.args)
            except EngineError as error:
                raise Parked(type(error).__name__, str(error), machine=snapshot.machine) from error
        raise Parked("too many questions", f"{QUESTIONS}", machine=snapshot.machine)

    async def write(
        self, scene: Scene, batch: Batch, before: Machine, step: Step, *, cause: str, heard: bool, begun: Any = None
    ) -> Machine:
        """The entry, the machine, and what the step leads to. With `begun`, the machine is new."""
        id = step.snapshot.machine
        batch.touched.add(id)
        with guarded(id, "effects"):
            about = await self._effects.gather(batch, scene, step, reply=heard)
        snapshot = applied(step.snapshot, about)
        written_step, written = dump_both(step)
        if snapshot is not step.snapshot:
            written = dump_snapshot(snapshot)
        entry = self._parts.journal.step_entry(
            Body(step=step, about=about, begun=begun),
            org=scene.org,
            subject=before.subject,
            source=before.snapshot.state,
            prev=before.hash,
            vault=scene.vault,
            cause=cause,
            written=written_step,
        )
        asks = question(step)
        after = msgspec.structs.replace(
            before,
            snapshot=snapshot,
            hash=entry["hash"],
            status="done" if snapshot.done else "live",
            version=before.version + 1,
            heard=before.heard or heard,
            question=asks if asks is not None else before.question if snapshot.asked is not None else None,
        )
        batch.ops.append(Insert("journal", entry))
        if begun is not None:
            batch.ops.append(machines.insert(after, scene.org, scene.vault, scene.now, written))
        else:
            batch.ops.append(machines.update(before, after, scene.vault, scene.now, written))
            if after.status == "done" and before.status == "live" and before.conversation:
                await self._leave(scene, batch, after)
        batch.machines.append(after)
        return after

    async def _leave(self, scene: Scene, batch: Batch, machine: Machine) -> None:
        """Off the floor; the machine below puts its question again if the person has been talking elsewhere."""
        id = machine.snapshot.machine
        conversation = await scene.store.get("conversations", machine.conversation)
        standing = list((conversation or {}).get("floor") or [])
        if id not in standing:
            return
        batch.ops.append(floor.left(machine.conversation, id))
        if machine.heard and standing[-1] == id and len(standing) > 1:
            key = f"{id}/{machine.snapshot.seq}/resumed"
            self._effects.post(batch, scene, machine.snapshot, standing[-2], Event(name="resumed"), key)

    def ask_again(
        self, scene: Scene, batch: Batch, machine: Machine, event: Event, *, outcome: str, cause: str, page: int = 0
    ) -> None:
        """The pending question once more, or another page of its choices, journaled as a note.

        A stale tap gets it at most once a visit.
        """
        visit = machine.snapshot.visit
        puts = machine.question is not None and (outcome != "stale" or machine.reasked != visit)
        after = self._parking.note(
            batch, scene, machine, event, outcome=outcome, cause=cause, note={"asked_again": puts},
            reasked=visit if puts and outcome == "stale" else machine.reasked,
            heard=machine.heard or outcome in ("stale", "paged"),
        )  # fmt: skip
        if puts and machine.question is not None:
            key = f"{machine.snapshot.machine}/{after.snapshot.seq}/message"
            message = {**machine.question, "page": page} if page else machine.question
            batch.send(self._effects.outgoing(scene, machine.snapshot, SEND, message, key))


class guarded:
    """Around a room's handler: what it may raise on purpose passes, anything else parks the machine."""

    def __init__(self, machine: str, verb: str) -> None:
        self._machine = machine
        self._verb = verb

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        if error is None or isinstance(error, StoreError | RetryLater | Parked) or not isinstance(error, Exception):
            return
        reason = str(error) if isinstance(error, Hopeless) else type(error).__name__
        raise Parked(f"{self._verb}: {reason}", repr(error), machine=self._machine) from error
