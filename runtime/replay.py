"""Running a journal again: the same definitions and events must give the same steps and snapshots, byte for byte."""

from __future__ import annotations

from typing import Any

import msgspec

from engine.errors import EngineError, Unanswered
from engine.migrating import migrate
from engine.model import Snapshot, Step
from engine.values import dump_snapshot, dump_step, load_snapshot
from runtime.journal import Body, applied, open_entry, outermost
from runtime.parts import Interpreter, Releases, Vaults
from runtime.verify import Flaw
from storage.store import Store

PAGE = 500


class Replayed(msgspec.Struct, frozen=True, kw_only=True):
    """How many entries were run again, and where they came out otherwise."""

    machine: str
    entries: int
    flaws: tuple[Flaw, ...]


class Replay:
    """Reads with the org's keys; calls no handler, since the entries hold what questions answered."""

    def __init__(self, store: Store, vault: Vaults, releases: Releases, interpreter: Interpreter) -> None:
        self._store = store
        self._vault = vault
        self._releases = releases
        self._interpreter = interpreter

    async def machine(self, org: str, id: str) -> Replayed:
        """Raises `Unreadable` when the person's key was destroyed."""
        view, vault = self._store.org(org), await self._vault.org(org)
        document = await view.get("machines", id)
        if document is None:
            return Replayed(machine=id, entries=0, flaws=(Flaw(machine=id, seq=0, why="no such machine"),))
        await vault.ensure(document["subject"])
        snapshot: Snapshot | None = None
        flaws: list[Flaw] = []
        seq = 0
        while page := await view.find(
            "journal", {"machine": id, "seq": {"gt": seq}}, sort=[("seq", 1)], limit=PAGE
        ):  # fmt: skip
            for entry in page:
                seq = entry["seq"]
                snapshot, why = await self._entry(open_entry(entry, vault), snapshot)
                if why:
                    flaws.append(Flaw(machine=id, seq=seq, why=why))
        stored = vault.unseal(document["subject"], document["sealed"], aad=id.encode())
        if snapshot is None or dump_snapshot(snapshot) != _at(stored, document["seq"]):
            flaws.append(Flaw(machine=id, seq=0, why="the machine is not what its journal makes it"))
        return Replayed(machine=id, entries=seq, flaws=tuple(flaws))

    async def _entry(self, body: Body, before: Snapshot | None) -> tuple[Snapshot | None, str]:
        if body.step is None:
            return (before and msgspec.structs.replace(before, seq=before.seq + 1)), ""
        try:
            again = await self._again(body.step, body.begun, before)
        except Unanswered as unanswered:
            return applied(body.step.snapshot, body.about), f"it asks what was not asked: {unanswered.question.verb}"
        except EngineError as error:
            return applied(body.step.snapshot, body.about), f"it fails: {type(error).__name__}"
        if again is None:
            return applied(body.step.snapshot, body.about), "its definition is missing"
        why = "" if dump_step(again) == dump_step(body.step) else "the step comes out otherwise"
        return applied(again.snapshot, body.about), why

    async def _again(self, step: Step, begun: dict[str, Any] | None, before: Snapshot | None) -> Step | None:
        origin = step.snapshot if before is None else before
        definition = await self._releases.by_hash(outermost(origin))
        if definition is None:
            return None
        if begun is not None:
            machine = step.snapshot.machine
            return self._interpreter.begin(definition, machine, begun["data"], begun["about"], step.at, step.answers)
        if before is None:
            return None
        if step.outcome == "migrated":
            new = await self._releases.by_hash(step.event.data["to"])
            return migrate(definition, new, before, step.event, step.at, step.answers) if new is not None else None
        return self._interpreter.step(definition, before, step.event, step.at, step.answers)


def _at(stored: bytes, seq: int) -> bytes:
    """A note moves `seq` on without sealing the snapshot anew; the clear `seq` is what counts."""
    return dump_snapshot(msgspec.structs.replace(load_snapshot(stored), seq=seq))
