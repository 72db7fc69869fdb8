"""The backtest of a candidate release over an org's journal: results machine by machine, as they are found."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from datetime import datetime
from typing import Any

import msgspec

from engine.model import Decision, Event, Expectation
from engine.registry import Registry
from engine.tables import Table
from runtime import decisions, reading
from runtime.backtest.comparing import compare
from runtime.backtest.deciding import Rejudged, rejudge
from runtime.backtest.recording import Happening, Recording, recorded
from runtime.backtest.results import Ended, Result, Tallying, ended
from runtime.journal import Body, outermost
from runtime.parts import Interpreter, Releases, Understand, Vaults
from runtime.places import Place, Places
from runtime.reading import Chosen, Kept, count, kept
from runtime.release import Compiled
from storage.errors import Unreadable
from storage.store import Document, Store


class Selection(msgspec.Struct, frozen=True, kw_only=True):
    """What to look at. `definition` is "booking", "flow:booking", "rules:routing", or "" for everything."""

    org: str
    since: datetime | None = None
    until: datetime | None = None
    definition: str = ""
    machine: str = ""

    @property
    def kind(self) -> str:
        return self.definition.partition(":")[0] if ":" in self.definition else ""

    @property
    def name(self) -> str:
        return self.definition.rpartition(":")[2]

    def chosen(self) -> Chosen:
        return Chosen(since=self.since, until=self.until, machine=self.machine)

    def decisions(self) -> dict[str, Any]:
        """The filter for what was decided outside of machines."""
        bounds = {op: moment for op, moment in (("gte", self.since), ("lt", self.until)) if moment is not None}
        return {**({"at": bounds} if bounds else {}), **({"table": self.name} if self.name else {})}


class Passed(msgspec.Struct, frozen=True, kw_only=True):
    """One machine, done with. `result` is None where there was nothing to follow, for the reason that `why` gives:
    "erased", "unchanged" (the candidate has the very definition that it ran on), "empty", or "other"."""

    machine: str
    entries: int
    place: reading.Place = ("", "")  # to go on behind it
    why: str = ""
    result: Result | None = None
    decisions: tuple[Rejudged, ...] = ()


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """A decision that no machine made. `judged` is None where the candidate has the very table."""

    id: str
    judged: Rejudged | None = None
    erased: bool = False


class Backtest:
    """Reads with the org's keys; writes nothing, and calls no handler."""

    def __init__(
        self, store: Store, vault: Vaults, releases: Releases, interpreter: Interpreter, understand: Understand,
        candidate: Compiled, registry: Registry,
    ) -> None:  # fmt: skip
        self._store = store
        self._vault = vault
        self._releases = releases
        self._interpreter = interpreter
        self._understand = understand
        self._candidate = candidate
        self._verbs = registry.verbs
        self._places = Places(store)

    async def size(self, selection: Selection) -> tuple[int, int]:
        """How many machines there are to go through, and how many entries they have."""
        return await count(self._store.org(selection.org), selection.chosen())

    async def decisions(self, selection: Selection) -> int:
        """How many decisions there are that no machine made."""
        return await self._store.org(selection.org).count(decisions.DECISIONS, selection.decisions())

    async def run(self, selection: Selection, after: reading.Place | None = None) -> AsyncIterator[Passed]:
        """Machine by machine, person by person, from behind a place."""
        view, vault = self._store.org(selection.org), await self._vault.org(selection.org)
        place = await self._places.of(selection.org)
        async for machine in kept(view, vault, selection.chosen(), after):
            passed = await self._one(machine, selection, place)
            yield msgspec.structs.replace(passed, place=reading.place_of(machine.document))

    async def decided(self, selection: Selection, after: str = "") -> AsyncIterator[Asked]:
        """What was decided outside of machines (routing, guardrails), in the order of the records' ids."""
        if selection.machine or selection.kind not in ("", "rules"):
            return
        view, vault = self._store.org(selection.org), await self._vault.org(selection.org)
        async for page in decisions.pages(view, selection.decisions(), after):
            await vault.ensure(*{row["subject"] for row in page})
            for row in page:
                yield self._asked(row, vault, selection)

    def _asked(self, row: Document, vault: Any, selection: Selection) -> Asked:
        try:
            decision = decisions.opened(row, vault)
        except Unreadable:
            return Asked(id=row["_id"], erased=True)
        place = row["place"] or f"contact {row['subject']}"
        return Asked(id=row["_id"], judged=self.judged(decision, selection, place, row["at"]))

    async def _one(self, machine: Kept, selection: Selection, place: Place) -> Passed:
        id = machine.document["_id"]
        if machine.bodies is None:
            return Passed(machine=id, entries=int(machine.document["seq"]), why="erased")
        entries = len(machine.bodies)
        found = tuple(self._decisions(machine.bodies, selection))
        recording = recorded(id, ((entry["seq"], entry["outcome"], body) for entry, body in machine.bodies))
        if recording is None:
            return Passed(machine=id, entries=entries, why="empty", decisions=found)
        origin = recording.happenings[0].step.snapshot
        old = await self._releases.by_hash(outermost(origin))
        kind = str(getattr(old, "kind", "flow"))
        name = f"{kind}:{recording.name}"
        if selection.definition and (selection.name != recording.name or selection.kind not in ("", kind)):
            return Passed(machine=id, entries=entries, why="other", decisions=found)
        new = self._named(recording.name, kind)
        if new is None:
            return Passed(machine=id, entries=entries, result=_gone(recording, name), decisions=found)
        if new.hash == outermost(origin) == outermost(recording.end):
            return Passed(machine=id, entries=entries, why="unchanged", decisions=found)
        result = compare(
            recording, new, name, self._interpreter, self._reader(place),
            self._expecting(await self._known(recording)), self._verbs,
        )  # fmt: skip
        return Passed(machine=id, entries=entries, result=result, decisions=found)

    def _named(self, name: str, kind: str) -> Any | None:
        definitions = self._candidate.definitions
        return definitions.get(f"{kind}:{name}") or definitions.get(name)

    async def _known(self, recording: Recording) -> Mapping[str, Any]:
        """The definitions that the record ran on, by hash; one that compiles no more is left out."""
        hashes = {outermost(happening.step.snapshot) for happening in recording.happenings}
        found = {hash: await self._releases.by_hash(hash) for hash in sorted(hashes)}
        return {hash: definition for hash, definition in found.items() if definition is not None}

    def _expecting(self, known: Mapping[str, Any]) -> Callable[[Happening], Expectation]:
        def expected(happening: Happening) -> Expectation:
            before = happening.before
            assert before is not None
            definition = known.get(outermost(before))
            if definition is None:
                return Expectation(asked=before.asked)
            return self._interpreter.expectation(definition, before)

        return expected

    def _reader(self, place: Place) -> Callable[[Expectation, dict[str, Any], Happening], Event]:
        def read(expects: Expectation, message: dict[str, Any], happening: Happening) -> Event:
            return self._understand(
                expects, message, now=happening.at, zone=place.zone, region=place.region, currency=place.currency
            )

        return read

    def _decisions(self, bodies: list[tuple[Document, Body]], selection: Selection) -> list[Rejudged]:
        if selection.kind not in ("", "rules"):
            return []
        found: list[Rejudged] = []
        for entry, body in bodies:
            for decision in body.step.decisions if body.step is not None else ():
                judged = self.judged(decision, selection, f"{entry['machine']}#{entry['seq']}", entry["at"])
                found += [judged] if judged is not None else []
        return found

    def judged(self, decision: Decision, selection: Selection, place: str, at: datetime) -> Rejudged | None:
        """One recorded decision on the candidate's table; None where that is the same table, or not looked at."""
        if selection.definition and selection.name != decision.table:
            return None
        table = self._candidate.definitions.get(f"rules:{decision.table}")
        if isinstance(table, Table) and table.hash == decision.definition:
            return None
        return rejudge(decision, table if isinstance(table, Table) else None, place, at)


def _gone(recording: Recording, name: str) -> Result:
    tally = Tallying()
    for happening in recording.happenings:
        tally.add(happening.step)
    return Result(
        machine=recording.machine,
        definition=name,
        outcome="gone",
        events=len(recording.happenings),
        old_end=ended(recording.end, recording.parked),
        new_end=Ended(state="", done=False),
        why="the candidate has no definition of this name",
        old=tally.tally(),
    )
