"""Running a journal again: the same definitions and events must give the same steps and snapshots, byte for byte."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import msgspec

from engine.errors import EngineError, Unanswered
from engine.migrating import migrate
from engine.model import Snapshot, Step
from engine.values import dump_snapshot, dump_step, load_snapshot
from runtime.journal import Again, applied, load_again, outermost, unsealed
from runtime.parts import Interpreter, Releases, Vaults
from runtime.reading import Chosen, Place, count, entries, pages, place_of
from runtime.verify import Flaw
from storage.errors import Unreadable
from storage.store import Document, Store


class Replayed(msgspec.Struct, frozen=True, kw_only=True):
    """How many entries of a machine were run again, and where they came out otherwise. `erased`: none can be read."""

    machine: str
    entries: int
    place: Place = ("", "")  # to go on behind it
    flaws: tuple[Flaw, ...] = ()
    erased: bool = False


class Replay:
    """Reads with the org's keys; calls no handler, since the entries hold what questions answered."""

    def __init__(self, store: Store, vault: Vaults, releases: Releases, interpreter: Interpreter) -> None:
        self._store = store
        self._vault = vault
        self._releases = releases
        self._interpreter = interpreter

    async def size(self, org: str, chosen: Chosen) -> tuple[int, int]:
        """How many machines there are to go through, and how many entries they have."""
        return await count(self._store.org(org), chosen)

    async def machine(self, org: str, id: str) -> Replayed:
        """Raises `Unreadable` when the person's key was destroyed."""
        async for done in self.run(org, Chosen(machine=id)):
            if done.erased:
                raise Unreadable(f"{id} concerns a person who was erased")
            return done
        return Replayed(machine=id, entries=0, flaws=(Flaw(machine=id, seq=0, why="no such machine"),))

    async def run(self, org: str, chosen: Chosen, after: Place | None = None) -> AsyncIterator[Replayed]:
        """Machine by machine, person by person, from behind a place; never more than a page in memory."""
        view, vault = self._store.org(org), await self._vault.org(org)
        async for page in pages(view, vault, chosen, after):
            runs = {document["_id"]: _Run(document) for document in page}
            async for entry in entries(view, runs):
                await self._entry(runs[entry["machine"]], entry, vault)
            for run in runs.values():
                yield run.done(vault)

    async def _entry(self, run: _Run, entry: Document, vault: Any) -> None:
        run.seq = entry["seq"]
        if run.erased:
            return
        try:
            data = unsealed(entry, vault)
        except Unreadable:
            run.erased = True
            return
        recorded = load_again(data)
        if recorded is None:
            run.snapshot = run.snapshot and msgspec.structs.replace(run.snapshot, seq=run.snapshot.seq + 1)
            return
        again, why = await self._again(run.id, recorded, run.snapshot)
        if again is not None and dump_step(again) != recorded.written:
            why = "the step comes out otherwise"
        if why:
            run.flaws.append(Flaw(machine=run.id, seq=run.seq, why=why))
        run.snapshot = applied(again.snapshot if again is not None else recorded.snapshot, recorded.about)

    async def _again(self, machine: str, recorded: Again, before: Snapshot | None) -> tuple[Step | None, str]:
        """The step computed anew, or why it could not be."""
        event, at, answers = recorded.event, recorded.at, recorded.answers
        try:
            definition = await self._releases.by_hash(outermost(recorded.snapshot if before is None else before))
            if definition is None:
                return None, "its definition is missing"
            if recorded.begun is not None:
                data, about = recorded.begun["data"], recorded.begun["about"]
                return self._interpreter.begin(definition, machine, data, about, at, answers), ""
            if before is None:
                return None, "its beginning is missing"
            if recorded.outcome == "migrated":
                return await self._migrated(definition, recorded, before)
            return self._interpreter.step(definition, before, event, at, answers), ""
        except Unanswered as unanswered:
            return None, f"it asks what was not asked: {unanswered.question.verb}"
        except EngineError as error:
            return None, f"it fails: {type(error).__name__}"

    async def _migrated(self, old: Any, recorded: Again, before: Snapshot) -> tuple[Step | None, str]:
        new = await self._releases.by_hash(recorded.event.data["to"])
        if new is None:
            return None, "its definition is missing"
        return migrate(old, new, before, recorded.event, recorded.at, recorded.answers), ""


class _Run:
    """A machine on its way through its journal."""

    def __init__(self, document: Document) -> None:
        self.id: str = document["_id"]
        self.snapshot: Snapshot | None = None
        self.seq = 0
        self.flaws: list[Flaw] = []
        self.erased = False
        self._document = document

    def done(self, vault: Any) -> Replayed:
        if not self.erased:
            try:
                self._compare(vault)
            except Unreadable:
                self.erased = True
        if self.erased:
            return Replayed(machine=self.id, entries=self.seq, place=place_of(self._document), erased=True)
        return Replayed(machine=self.id, entries=self.seq, place=place_of(self._document), flaws=tuple(self.flaws))

    def _compare(self, vault: Any) -> None:
        document = self._document
        stored = vault.unseal(document["subject"], document["sealed"], aad=self.id.encode())
        if self.snapshot is None or dump_snapshot(self.snapshot) != _at(stored, document["seq"]):
            why = "the machine is not what its journal makes it"
            self.flaws.append(Flaw(machine=self.id, seq=0, why=why))


def _at(stored: bytes, seq: int) -> bytes:
    """A note moves `seq` on without sealing the snapshot anew; the clear `seq` is what counts."""
    return dump_snapshot(msgspec.structs.replace(load_snapshot(stored), seq=seq))
