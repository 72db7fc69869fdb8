"""A machine that cannot step is parked: recorded, counted, off its conversation's floor, and nothing of it lost."""

from __future__ import annotations

from typing import Any

import msgspec
import structlog

from engine.model import Event
from runtime import floor, machines
from runtime.batch import Batch
from runtime.inbox import Content
from runtime.machines import Machine
from runtime.parts import Parts, Scene
from runtime.trouble import Parked
from runtime.work import Work
from storage.errors import Unreadable
from storage.store import Insert, Update

log = structlog.get_logger("runtime")


class Parking:
    """Gathers the commit that parks the machine of a piece of work."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def park(self, work: Work, content: Content | None, scene: Scene, batch: Batch, why: Parked) -> None:
        """The row dies with the reason; the machine, if there is one yet, waits for `Runtime.retry`."""
        id = why.machine or work.machine
        self._parts.metrics.alert("runtime_parked", f"{id}: {why.reason}")
        log.error("machine parked", machine=id, row=work.id, reason=why.reason)
        batch.ops.append(work.dead(scene.now, f"parked: {why.reason}"))
        detail = scene.vault.seal("", why.detail.encode(), aad=work.id.encode())
        batch.ops.append(Update(work.collection, work.id, {"set": {"detail": detail, "machine": id}}))
        machine = await self._load(scene, id)
        if machine is None or machine.status == "parked":
            return
        event = content.event if content is not None and content.event is not None else Event(name="start", id=work.id)
        note = {"reason": why.reason, "detail": why.detail}
        self.note(batch, scene, machine, event, outcome="parked", cause=work.id, note=note, status="parked")
        if machine.conversation:
            batch.ops.append(floor.left(machine.conversation, id))

    async def _load(self, scene: Scene, id: str) -> Machine | None:
        if not id:
            return None
        try:
            return await self._parts.machines.load(scene.store, scene.vault, id)
        except Unreadable:  # its person was erased: there is no journal left to note it in
            return None

    def note(
        self,
        batch: Batch,
        scene: Scene,
        machine: Machine,
        event: Event,
        *,
        outcome: str,
        cause: str,
        note: dict[str, Any],
        **changes: Any,
    ) -> Machine:
        """An entry without a step, and the machine with its `seq` and `hash` moved on."""
        head = machine.head(scene.org)
        entry = self._parts.journal.note_entry(
            outcome, event, at=scene.now, head=head, vault=scene.vault, cause=cause, note=note
        )
        after = msgspec.structs.replace(
            machine,
            snapshot=msgspec.structs.replace(machine.snapshot, seq=entry["seq"]),
            hash=entry["hash"],
            version=machine.version + 1,
            **changes,
        )
        batch.touched.add(machine.snapshot.machine)
        batch.ops.append(Insert("journal", entry))
        batch.ops.append(machines.note(machine, after, scene.now))
        batch.machines.append(after)
        return after
