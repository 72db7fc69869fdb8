"""Bringing back what was parked or dead, by an operator's decision; recorded like everything else."""

from __future__ import annotations

from engine.model import Event
from runtime import floor
from runtime.batch import Batch
from runtime.parking import Parking
from runtime.parts import Parts
from runtime.work import Work
from storage.store import Document, Update

PAGE = 1000


async def revive(parts: Parts, org: str, id: str) -> list[Work]:
    """The events and timers that died because the machine was parked, as new again, oldest first."""
    scene = await parts.scene(org)
    died = {"state": "dead", "reason": {"prefix": "parked: "}}
    by_machine = {"or": [{"to": id}, {"machine": id}]}
    rows = await scene.store.find("inbox", {**died, **by_machine}, sort=[("order", 1)], limit=PAGE)
    timers = await scene.store.find("timers", {**died, "machine": id}, sort=[("due", 1)], limit=PAGE)
    batch = Batch()
    for collection, row, state in [*(("inbox", row, "new") for row in rows), *(("timers", t, "armed") for t in timers)]:
        changes = {"set": {"state": state}, "unset": ["reason", "done_at"]}
        batch.ops.append(Update(collection, row["_id"], changes, when={"state": "dead"}))
    parts.machines.forget(org, id)
    machine = await parts.machines.load(scene.store, scene.vault, id)
    if machine is not None and machine.status == "parked":
        status = "done" if machine.snapshot.done else "live"
        event = Event(name="retry", id=f"{id}/{machine.snapshot.seq}/retry")
        Parking(parts).note(
            batch, scene, machine, event, outcome="retried", cause="operator", note={"rows": len(rows)}, status=status
        )
        if machine.conversation:
            batch.ops.append(floor.taken_up(machine.conversation, id, {"contact": machine.subject, "handler": "bot"}))
    done = await scene.store.commit(batch.ops)
    for after in batch.machines:
        parts.machines.keep(org, after)
    written = {document["_id"]: document for document in done if document is not None}
    return [Work("inbox", written[row["_id"]]) for row in rows] + [
        Work("timers", written[row["_id"]]) for row in timers
    ]


async def revive_action(parts: Parts, org: str, id: str) -> Document | None:
    row = await parts.store.org(org).get("outbox", id)
    if row is None or row["state"] != "dead":
        return None
    changes = {"set": {"state": "new", "by": "", "attempts": 0, "due": parts.clock.now()}}
    done = await parts.store.org(org).commit([Update("outbox", id, changes, when={"state": "dead"})])
    return done[0]
